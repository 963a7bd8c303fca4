/** Finding frontal faces: `mien.vision.detect`, number for number. */
import type { Haar } from './haar';
import { CloseLook, type Place } from './look';
import { type Grey, resize, roundHalfEven, turnedBack, warp } from './pixels';

const LONGEST_SIDE = 800;
const SHORTEST_SIDE = 160;
const LEAST_FACE = 40;
const LEAST_FACE_SHARE = 0.08;
const WINDOW = 24;
const SCALE_STEP = 1.2;
const LARGE_SCALE_STEP = 1.1;
const LEAST_SHARE_OF_LARGEST = 0.4;
const SAME_PLACE = 0.25;
const SAME_SIZE = 1.6;
const LIKELY_WINDOWS = 2;
export const LEAST_WINDOWS = 3;
const LEAST_SECOND_WINDOWS = 5;
const TURNS_DEGREES = [-20, 20];
export const SAME_FACE_OVERLAP = 0.4;

export class FaceFinder {
  readonly closely: CloseLook;

  constructor(
    private readonly first: Haar,
    second: Haar,
  ) {
    this.closely = new CloseLook(first, second);
  }

  /** The faces, the largest first; heads that lean far are looked for only if `turned`. */
  find(picture: Grey, turned = true): Place[] {
    const scale = searchScale(picture.width, picture.height);
    const grey = resized(picture, scale);
    let found = this.confirmed(grey, this.likely(grey));
    if (found.length === 0 && turned) {
      found = this.confirmed(
        grey,
        TURNS_DEGREES.flatMap((degrees) => this.turned(grey, degrees)),
      );
    }
    return merged(found)
      .map((p) => ({ x: p.x / scale, y: p.y / scale, size: p.size / scale, degrees: p.degrees }))
      .sort((a, b) => b.size - a.size);
  }

  /** Those that a close look confirms, where it saw them, and by how many windows. */
  private confirmed(grey: Grey, likely: Place[]): [Place, number][] {
    return likely.flatMap((place) => {
      const [look, seconded] = this.closely.settle(grey, place);
      const is = look.windows >= LEAST_WINDOWS && seconded >= LEAST_SECOND_WINDOWS;
      return is ? [[look.place, look.windows] satisfies [Place, number]] : [];
    });
  }

  /** Where the cascade, taken quickly, finds something at all. */
  private likely(grey: Grey): Place[] {
    const shortest = Math.min(grey.width, grey.height);
    const least = Math.max(LEAST_FACE, shortest * LEAST_FACE_SHARE);
    const windows: Place[] = [];
    let groups: Place[][] = [];
    for (const [smallest, largest] of octaves(least, shortest)) {
      const found = Math.max(0, ...groups.map((group) => middle(group).size));
      const start = Math.max(smallest, found * LEAST_SHARE_OF_LARGEST);
      if (start >= largest) continue;
      windows.push(...this.windows(grey, start, largest));
      groups = grouped(windows).filter((group) => group.length >= LIKELY_WINDOWS);
    }
    return groups.map(middle);
  }

  /** Every window of these sizes that the cascade takes for a face. */
  private windows(grey: Grey, smallest: number, largest: number): Place[] {
    const scale = WINDOW / smallest;
    const small = resized(grey, scale);
    const most = Math.min(roundHalfEven(largest * scale), small.width, small.height);
    if (most < WINDOW) return [];
    const step = 2 * largest >= Math.min(grey.width, grey.height) ? LARGE_SCALE_STEP : SCALE_STEP;
    return this.first.windows(small, step, WINDOW, most).map(({ x, y, size }) => ({
      x: (x + size / 2) / scale,
      y: (y + size / 2) / scale,
      size: size / scale,
      degrees: 0,
    }));
  }

  private turned(grey: Grey, degrees: number): Place[] {
    const { width, height } = grey;
    const back = turnedBack(degrees, [width / 2, height / 2], [0, 0]);
    const [a, b, c, d, e, f] = back;
    return this.likely(warp(grey, width, height, back)).flatMap((place) => {
      const [x, y] = [a * place.x + b * place.y + c, d * place.x + e * place.y + f];
      // Beyond the edges turning made up what is seen.
      return x >= 0 && x < width && y >= 0 && y < height ? [{ x, y, size: place.size, degrees }] : [];
    });
  }
}

/** Windows that show one thing, together. */
function grouped(windows: Place[]): Place[][] {
  const groups: Place[][] = [];
  for (const window of [...windows].sort((a, b) => a.size - b.size)) {
    const group = groups.find((one) => alike(middle(one), window));
    if (group) group.push(window);
    else groups.push([window]);
  }
  return groups;
}

/** One place a face: of those that overlap, the one with the most windows. */
function merged(found: [Place, number][]): Place[] {
  const kept: Place[] = [];
  for (const [place] of [...found].sort((a, b) => b[1] - a[1])) {
    if (kept.every((other) => overlap(place, other) < SAME_FACE_OVERLAP)) kept.push(place);
  }
  return kept;
}

/** Share of the smaller square that lies in the other. */
export function overlap(a: Place, b: Place): number {
  const least = Math.min(a.size, b.size);
  const reach = (a.size + b.size) / 2;
  const wide = Math.min(least, reach - Math.abs(a.x - b.x));
  const high = Math.min(least, reach - Math.abs(a.y - b.y));
  return (Math.max(0, wide) * Math.max(0, high)) / (least * least);
}

function alike(a: Place, b: Place): boolean {
  const [small, large] = [Math.min(a.size, b.size), Math.max(a.size, b.size)];
  return Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y)) < SAME_PLACE * large && large < SAME_SIZE * small;
}

function middle(group: Place[]): Place {
  const mean = (of: (place: Place) => number): number =>
    group.reduce((sum, p) => sum + of(p), 0) / group.length;
  return { x: mean((p) => p.x), y: mean((p) => p.y), size: mean((p) => p.size), degrees: 0 };
}

/** Ranges of sizes from `least` to `most`, each twice the one after it; the largest first. */
function octaves(least: number, most: number): [number, number][] {
  const ranges: [number, number][] = [];
  for (let size = least; size < most; size *= 2) ranges.unshift([size, Math.min(2 * size, most)]);
  return ranges;
}

function searchScale(width: number, height: number): number {
  const shrink = LONGEST_SIDE / Math.max(width, height);
  const enlarge = SHORTEST_SIDE / Math.min(width, height);
  return shrink < 1 ? shrink : Math.max(1, Math.min(enlarge, shrink));
}

function resized(picture: Grey, scale: number): Grey {
  if (scale === 1) return picture;
  const width = Math.max(1, roundHalfEven(picture.width * scale));
  const height = Math.max(1, roundHalfEven(picture.height * scale));
  return resize(picture, width, height, scale < 1);
}
