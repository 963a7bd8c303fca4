/**
 * A close look at where a face may be: is it one, where exactly, and how far does the head lean.
 * `mien.vision.look`, number for number: windows of two cascades are counted on the square of the likely face.
 */
import type { Haar, Window } from './haar';
import { type Box, type Grey, resize, roundHalfEven, turnedBack, warp } from './pixels';

const FACE_PX = 36;
const AROUND = 1.6;
const REACH = 2.3;
const STEP = 1.1;
const SMALLEST = 0.8;
const LARGEST = 1.31;
const TILT_STEP_DEGREES = 15;
const MOST_TILT_DEGREES = 35;
const LEAST_TILT_DEGREES = 5;
const NEAR = 0.35;

/** Where a face may be: its middle, the side of the square from brows to chin, and how far it leans. */
export interface Place {
  x: number;
  y: number;
  size: number;
  degrees: number;
}

export interface Look {
  place: Place;
  windows: number;
}

/** The upright square of a place, cut to the picture. */
export function boxOf(place: Place, width: number, height: number): Box {
  const side = roundHalfEven(place.size);
  let [left, top] = [roundHalfEven(place.x - place.size / 2), roundHalfEven(place.y - place.size / 2)];
  const [right, bottom] = [Math.min(width, left + side), Math.min(height, top + side)];
  [left, top] = [Math.max(0, Math.min(left, width - 1)), Math.max(0, Math.min(top, height - 1))];
  return { x: left, y: top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) };
}

export class CloseLook {
  constructor(
    private readonly first: Haar,
    private readonly second: Haar,
  ) {}

  /** Where a face that may be at `place` is, and how many windows the second cascade finds there. */
  settle(picture: Grey, place: Place): [Look, number] {
    const square = cut(picture, place);
    const looks = new Map<number, Look>();
    const look = (steps: number) => looks.set(steps, this.look(square, place, steps));
    for (const steps of [0, -1, 1]) look(steps);
    let best = fullest(looks);
    if (best !== 0) {
      look(2 * best);
      best = fullest(looks);
    }
    const count = (steps: number): number => looks.get(steps)?.windows ?? 0;
    const peak = peakOf(count(best - 1), count(best), count(best + 1));
    const tilt = tiltOf(place.degrees + (best + peak) * TILT_STEP_DEGREES);
    const seconded = windowsIn(this.second, turned(square, tilt)).length;
    return [{ place: middleOf([...looks.values()], tilt, place), windows: count(best) }, seconded];
  }

  /** One look at `place`, as it leans. */
  follow(picture: Grey, place: Place): Look {
    return this.look(cut(picture, place), place, 0);
  }

  /** One look at the square around `place`, leaning by so many steps more. */
  private look(square: Grey, place: Place, steps: number): Look {
    const degrees = place.degrees + steps * TILT_STEP_DEGREES;
    const away = ({ x, y, size }: Window): [number, number] => {
      const middle = (AROUND * FACE_PX) / 2;
      return [x + size / 2 - middle, y + size / 2 - middle];
    };
    const near = windowsIn(this.first, turned(square, degrees)).filter(
      (window) => Math.hypot(...away(window)) < NEAR * FACE_PX,
    );
    if (near.length === 0) return { place, windows: 0 };
    const mean = (of: (window: Window) => number): number =>
      near.reduce((sum, w) => sum + of(w), 0) / near.length;
    const [x, y, size] = [mean((w) => away(w)[0]), mean((w) => away(w)[1]), mean((w) => w.size)];
    const scale = place.size / FACE_PX;
    const angle = (degrees * Math.PI) / 180;
    const across = x * Math.cos(angle) - y * Math.sin(angle);
    const down = x * Math.sin(angle) + y * Math.cos(angle);
    const moved = { x: place.x + scale * across, y: place.y + scale * down, size: scale * size, degrees };
    return { place: moved, windows: near.length };
  }
}

/** The tilt whose look has the most windows; of several the first that was looked at. */
function fullest(looks: Map<number, Look>): number {
  return [...looks].reduce((best, one) => (one[1].windows > best[1].windows ? one : best))[0];
}

/** The middle of all windows of several looks: more of them make a steadier box. */
function middleOf(looks: Look[], degrees: number, otherwise: Place): Place {
  const total = looks.reduce((sum, look) => sum + look.windows, 0);
  if (total === 0) return otherwise;
  const mean = (of: (place: Place) => number): number =>
    looks.reduce((sum, look) => sum + look.windows * of(look.place), 0) / total;
  return { x: mean((p) => p.x), y: mean((p) => p.y), size: mean((p) => p.size), degrees };
}

/** The square around `place`, in which the face is `FACE_PX` wide; edges are repeated. */
export function cut(picture: Grey, place: Place): Grey {
  const scale = FACE_PX / place.size;
  const side = roundHalfEven(FACE_PX * REACH);
  const [left, top] = [place.x - (place.size * REACH) / 2, place.y - (place.size * REACH) / 2];
  const [x0, y0] = [Math.max(0, roundHalfEven(left)), Math.max(0, roundHalfEven(top))];
  const x1 = Math.min(picture.width, Math.max(x0 + 1, roundHalfEven(left + place.size * REACH)));
  const y1 = Math.min(picture.height, Math.max(y0 + 1, roundHalfEven(top + place.size * REACH)));
  const width = Math.max(1, roundHalfEven((x1 - x0) * scale));
  const height = Math.max(1, roundHalfEven((y1 - y0) * scale));
  const small = resize(part(picture, x0, y0, x1, y1), width, height, scale < 1);
  const beforeX = Math.max(0, roundHalfEven((x0 - left) * scale));
  const beforeY = Math.max(0, roundHalfEven((y0 - top) * scale));
  const data = new Uint8Array(side * side);
  for (let y = 0, i = 0; y < side; y++) {
    const row = Math.min(height - 1, Math.max(0, y - beforeY)) * width;
    for (let x = 0; x < side; x++, i++)
      data[i] = small.data[row + Math.min(width - 1, Math.max(0, x - beforeX))];
  }
  return { width: side, height: side, data };
}

/** The pixels from (x0, y0) to before (x1, y1). */
function part(picture: Grey, x0: number, y0: number, x1: number, y1: number): Grey {
  const [width, height] = [Math.max(1, x1 - x0), Math.max(1, y1 - y0)];
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = (y0 + y) * picture.width + x0;
    data.set(picture.data.subarray(row, row + width), y * width);
  }
  return { width, height, data };
}

/** The middle of a square, turned so that what leans by `degrees` stands upright. */
function turned(square: Grey, degrees: number): Grey {
  const side = roundHalfEven(FACE_PX * AROUND);
  const offset = (square.width - side) / 2;
  const start = Math.floor(offset);
  if (degrees === 0) return part(square, start, start, start + side, start + side);
  const middle = (square.width - 1) / 2;
  return warp(square, side, side, turnedBack(degrees, [middle, middle], [-offset, -offset]));
}

const windowsIn = (cascade: Haar, square: Grey): Window[] =>
  cascade.windows(square, STEP, roundHalfEven(FACE_PX * SMALLEST), roundHalfEven(FACE_PX * LARGEST));

/** Where between -0.5 and 0.5 steps the top of a parabola through three counts lies. */
function peakOf(before: number, at: number, after: number): number {
  const bend = before - 2 * at + after;
  return bend >= 0 ? 0 : Math.max(-0.5, Math.min(0.5, (before - after) / (2 * bend)));
}

function tiltOf(degrees: number): number {
  if (Math.abs(degrees) < LEAST_TILT_DEGREES) return 0;
  return Math.max(-MOST_TILT_DEGREES, Math.min(MOST_TILT_DEGREES, degrees));
}
