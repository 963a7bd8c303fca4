/** The map's points: reading the server's columns, finding the nearest, and what a lasso holds. */
import { MOODS } from '../design/moods';

const MARK = 0x314d4e4d;
const SCALE = 32767;
/** Cells of the grid that makes the nearest point quick to find, along each axis. */
const CELLS = 64;

export interface Spots {
  count: number;
  ids: Uint32Array;
  valence: Float32Array;
  arousal: Float32Array;
  moods: Uint8Array;
}

export function readSpots(buffer: ArrayBuffer): Spots {
  const head = new DataView(buffer);
  if (head.getUint32(0, true) !== MARK) throw new RangeError('this is no map');
  const count = head.getUint32(4, true);
  const ids = new Uint32Array(buffer, 8, count);
  const plane = new Int16Array(buffer, 8 + 4 * count, 2 * count);
  return {
    count,
    ids,
    valence: Float32Array.from(plane.subarray(0, count), (v) => v / SCALE),
    arousal: Float32Array.from(plane.subarray(count), (v) => v / SCALE),
    moods: new Uint8Array(buffer, 8 + 8 * count, count),
  };
}

const cell = (value: number): number =>
  Math.min(CELLS - 1, Math.max(0, Math.floor(((value + 1) / 2) * CELLS)));

/** Points sorted into a grid, to find the nearest without looking at all. */
export class Grid {
  private readonly starts = new Uint32Array(CELLS * CELLS + 1);
  private readonly order: Uint32Array;

  constructor(private readonly spots: Spots) {
    const at = (i: number): number => cell(spots.arousal[i]) * CELLS + cell(spots.valence[i]);
    for (let i = 0; i < spots.count; i++) this.starts[at(i) + 1]++;
    for (let c = 0; c < CELLS * CELLS; c++) this.starts[c + 1] += this.starts[c];
    this.order = new Uint32Array(spots.count);
    const next = this.starts.slice();
    for (let i = 0; i < spots.count; i++) this.order[next[at(i)]++] = i;
  }

  /** The nearest point within `reach` (of the plane), or -1. */
  nearest(valence: number, arousal: number, reach: number): number {
    let [best, least] = [-1, reach * reach];
    const [left, right] = [cell(valence - reach), cell(valence + reach)];
    for (let row = cell(arousal - reach); row <= cell(arousal + reach); row++) {
      for (let k = this.starts[row * CELLS + left]; k < this.starts[row * CELLS + right + 1]; k++) {
        const i = this.order[k];
        const away = (this.spots.valence[i] - valence) ** 2 + (this.spots.arousal[i] - arousal) ** 2;
        if (away <= least) [best, least] = [i, away];
      }
    }
    return best;
  }
}

/** Numbers of the points inside a closed line of `[valence, arousal]`. */
export function inside(spots: Spots, line: [number, number][]): number[] {
  const found: number[] = [];
  for (let i = 0; i < spots.count; i++) {
    const [x, y] = [spots.valence[i], spots.arousal[i]];
    let within = false;
    for (let a = 0, b = line.length - 1; a < line.length; b = a++) {
      const [[ax, ay], [bx, by]] = [line[a], line[b]];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
    }
    if (within) found.push(i);
  }
  return found;
}

/** Numbers of at most `most` of the points taken: where there are more, those nearest to the middle of all of them. */
export function aroundMiddle({ valence, arousal }: Spots, taken: Set<number>, most: number): number[] {
  const all = [...taken];
  if (all.length <= most) return all;
  const middle = (of: Float32Array): number => all.reduce((sum, at) => sum + of[at], 0) / all.length;
  const [x, y] = [middle(valence), middle(arousal)];
  const away = new Map(all.map((at) => [at, Math.hypot(valence[at] - x, arousal[at] - y)]));
  return all.sort((a, b) => away.get(a)! - away.get(b)!).slice(0, most);
}

export interface View {
  valence: number;
  arousal: number;
  /** How many times closer than the whole. */
  zoom: number;
}

export const WHOLE: View = { valence: 0, arousal: 0, zoom: 1 };

/** Zoom by `factor` so that what lies at (`valence`, `arousal`) stays where it is. */
export function zoomed(view: View, factor: number, valence: number, arousal: number): View {
  const zoom = Math.min(60, Math.max(1, view.zoom * factor));
  const share = view.zoom / zoom;
  return held({
    zoom,
    valence: valence + (view.valence - valence) * share,
    arousal: arousal + (view.arousal - arousal) * share,
  });
}

/** A view that does not leave the plane. */
export function held({ valence, arousal, zoom }: View): View {
  const most = 1.05 - 1 / zoom + 0.001;
  const within = (value: number): number => Math.min(Math.max(value, -most), most);
  return { zoom, valence: zoom === 1 ? 0 : within(valence), arousal: zoom === 1 ? 0 : within(arousal) };
}

export type Colour = [number, number, number];

/**
 * Draw the points into pixels. Done by hand: 100,000 arcs of a canvas take ten times as long, and WebGL is not
 * everywhere (nor fast without a graphics card).
 */
export function drawSpots(
  spots: Spots,
  view: View,
  image: ImageData,
  colours: Colour[],
  ground: Colour,
  radius: number,
  marked: Set<number> | null,
): void {
  const { width, height } = image;
  const pixels = new Uint32Array(image.data.buffer);
  const pack = ([r, g, b]: Colour): number => (255 << 24) | (b << 16) | (g << 8) | r;
  pixels.fill(pack(ground));
  const stamp = stampOf(radius);
  const halfX = (width / 2 / 1.05) * view.zoom;
  const halfY = (height / 2 / 1.05) * view.zoom;
  const edge = Math.ceil(radius) + 1;
  for (let i = 0; i < spots.count; i++) {
    const x = Math.round(width / 2 + (spots.valence[i] - view.valence) * halfX);
    const y = Math.round(height / 2 - (spots.arousal[i] - view.arousal) * halfY);
    if (x < edge || y < edge || x >= width - edge || y >= height - edge) continue;
    const faded = marked && !marked.has(i) ? 0.25 : 1;
    const colour = colours[spots.moods[i] % MOODS.length];
    for (let s = 0; s < stamp.length; s += 3) {
      const at = (y + stamp[s + 1]) * width + x + stamp[s];
      const share = stamp[s + 2] * faded;
      const below = pixels[at];
      const r = below & 255;
      const g = (below >> 8) & 255;
      const b = (below >> 16) & 255;
      pixels[at] =
        (255 << 24) |
        ((b + (colour[2] - b) * share) << 16) |
        ((g + (colour[1] - g) * share) << 8) |
        (r + (colour[0] - r) * share);
    }
  }
}

/** A round dot as offsets and how much of each pixel it covers. */
function stampOf(radius: number): number[] {
  const stamp: number[] = [];
  const reach = Math.ceil(radius);
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      const share = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(x, y)));
      if (share > 0.05) stamp.push(x, y, share * 0.85);
    }
  }
  return stamp;
}
