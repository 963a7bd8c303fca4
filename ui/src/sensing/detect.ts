/**
 * Frontal faces by a Haar cascade (Viola and Jones 2001): OpenCV's search, step for step, on integral images.
 *
 * OpenCV's own WebAssembly build is 10 MB and needs `unsafe-eval`; this finds the same boxes (see
 * docs/decisions/0124-faces-in-the-page.md). The numbers are those of `mien.vision.detect`.
 */
import { type Cascade, RECTANGLES } from './cascade';
import { type Box, type Grey, resize, resizeExact, roundHalfEven, turned } from './pixels';

export interface Found extends Box {
  /** What the cascade's last stage adds up to; faces reach 3.2 and more. */
  weight: number;
}

const LONGEST_SIDE = 800;
const SHORTEST_SIDE = 160;
const SCALE_STEP = 1.1;
const NEIGHBOURS = 4;
const LEAST_FACE = 40;
const LEAST_FACE_SHARE = 0.08;
const TILTS_DEGREES = [-20, 20];
const LEAST_WEIGHT = 3.0;
const LEAST_WEIGHT_TILTED = 4.5;
const SAME_FACE_OVERLAP = 0.4;
const SAME_CLASS_EPS = 0.2;
/** Around the last face, this much of its size is searched, for faces this much smaller or larger. */
const TRACK_REACH = 0.6;
const TRACK_SIZES = 1.35;

const area = (box: Box): number => box.width * box.height;

export class FaceFinder {
  private sum = new Int32Array(0);
  private squares = new Int32Array(0);
  private scaled = new Uint8Array(0);
  private stride = 0;
  private offsets = new Int32Array(0);

  constructor(private readonly cascade: Cascade) {}

  /** Boxes within the picture, the largest first; none where there is no face. */
  find(picture: Grey, tilted = true): Box[] {
    const scale = searchScale(picture.width, picture.height);
    const width = Math.max(1, roundHalfEven(picture.width * scale));
    const height = Math.max(1, roundHalfEven(picture.height * scale));
    const small = resize(picture, width, height, scale < 1);
    let found = this.search(small, LEAST_WEIGHT);
    if (found.length === 0 && tilted) {
      found = TILTS_DEGREES.flatMap((angle) => this.searchTilted(small, angle));
    }
    return merged(found)
      .map((box) => unscaled(box, scale, picture.width, picture.height))
      .sort((a, b) => area(b) - area(a));
  }

  /** The face near where it was in the frame before; null where it is not there any more. */
  follow(picture: Grey, last: Box): Box | null {
    const reach = TRACK_REACH * last.width;
    const left = Math.max(0, Math.round(last.x - reach));
    const top = Math.max(0, Math.round(last.y - reach));
    const right = Math.min(picture.width, Math.round(last.x + last.width + reach));
    const bottom = Math.min(picture.height, Math.round(last.y + last.height + reach));
    const part = cut(picture, left, top, right - left, bottom - top);
    const sizes = [last.width / TRACK_SIZES, last.width * TRACK_SIZES] as const;
    const [best] = this.search(part, LEAST_WEIGHT, ...sizes).sort((a, b) => b.weight - a.weight);
    return best ? { x: best.x + left, y: best.y + top, width: best.width, height: best.height } : null;
  }

  /** Boxes with their weights, of faces from `least` to `most` pixels wide, as the cascade finds them. */
  search(grey: Grey, leastWeight: number, least = leastFace(grey), most = Infinity): Found[] {
    const hits: Found[] = [];
    this.reserve(grey);
    for (let factor = 1; ; factor *= SCALE_STEP) {
      const window = roundHalfEven(this.cascade.window * factor);
      if (window > Math.min(most, grey.width, grey.height)) break;
      if (window >= least) this.searchAt(grey, Math.fround(factor), hits);
    }
    return grouped(hits, this.cascade.stages.length).filter((found) => found.weight >= leastWeight);
  }

  private searchTilted(grey: Grey, degrees: number): Found[] {
    const angle = (degrees * Math.PI) / 180;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const [cx, cy] = [grey.width / 2, grey.height / 2];
    return this.search(turned(grey, degrees), LEAST_WEIGHT_TILTED).flatMap((found) => {
      const [dx, dy] = [found.x + found.width / 2 - cx, found.y + found.height / 2 - cy];
      const [x, y] = [cx + cos * dx - sin * dy, cy + sin * dx + cos * dy];
      if (x < 0 || x >= grey.width || y < 0 || y >= grey.height) return [];
      return [{ ...found, x: roundHalfEven(x - found.width / 2), y: roundHalfEven(y - found.height / 2) }];
    });
  }

  /** Room for the integral images of a picture, and each feature's corners in them. */
  private reserve(grey: Grey): void {
    const stride = grey.width + 1;
    const cells = stride * (grey.height + 1);
    if (this.sum.length < cells) {
      this.sum = new Int32Array(cells);
      this.squares = new Int32Array(cells);
      this.scaled = new Uint8Array(cells);
    }
    if (this.stride === stride) return;
    this.stride = stride;
    const { rectangles } = this.cascade;
    this.offsets = new Int32Array(rectangles.length);
    for (let i = 0; i < rectangles.length; i += 4) {
      const [x, y, w, h] = rectangles.subarray(i, i + 4);
      this.offsets.set([y * stride + x, y * stride + x + w, (y + h) * stride + x, (y + h) * stride + x + w], i);
    }
  }

  private searchAt(grey: Grey, factor: number, hits: Found[]): void {
    const side = this.cascade.window;
    const width = roundHalfEven(grey.width / factor);
    const height = roundHalfEven(grey.height / factor);
    this.integrate(grey, width, height);
    const step = factor >= 2 ? 1 : 2;
    const size = roundHalfEven(side * factor);
    for (let y = 0; y < height + 1 - side; y += step) {
      for (let x = 0; x < width + 1 - side; x += step) {
        const weight = this.evaluate(y * this.stride + x);
        if (weight === FIRST_STAGE) x += step;
        else if (weight !== NOTHING) {
          const [left, top] = [roundHalfEven(x * factor), roundHalfEven(y * factor)];
          hits.push({ x: left, y: top, width: size, height: size, weight });
        }
      }
    }
  }

  /** Shrink the picture and add it up, so that any rectangle's sum takes four look-ups. */
  private integrate(grey: Grey, width: number, height: number): void {
    const { sum, squares, stride, scaled } = this;
    resizeExact(grey, width, height, scaled);
    sum.fill(0, 0, width + 1);
    squares.fill(0, 0, width + 1);
    for (let y = 0, i = 0; y < height; y++) {
      const above = y * stride;
      const row = above + stride;
      let [line, lineSquares] = [0, 0];
      sum[row] = squares[row] = 0;
      for (let x = 1; x <= width; x++, i++) {
        const value = scaled[i];
        line += value;
        lineSquares += value * value;
        sum[row + x] = sum[above + x] + line;
        squares[row + x] = squares[above + x] + lineSquares; // wraps, as differences do again
      }
    }
  }

  /** The last stage's sum of the window at `at`; or that it failed, and whether at the first stage. */
  private evaluate(at: number): number {
    const norm = this.norm(at);
    if (norm === 0) return NOTHING;
    const { stages, feature, threshold, left, right, weights } = this.cascade;
    const { sum, offsets } = this;
    let total = 0;
    for (let s = 0; s < stages.length; s++) {
      const stage = stages[s];
      total = 0;
      for (let i = stage.first; i < stage.end; i++) {
        const w = feature[i] * RECTANGLES;
        const o = w * 4;
        let value =
          weights[w] *
            (sum[at + offsets[o]] - sum[at + offsets[o + 1]] - sum[at + offsets[o + 2]] + sum[at + offsets[o + 3]]) +
          weights[w + 1] *
            (sum[at + offsets[o + 4]] -
              sum[at + offsets[o + 5]] -
              sum[at + offsets[o + 6]] +
              sum[at + offsets[o + 7]]);
        if (weights[w + 2] !== 0) {
          value +=
            weights[w + 2] *
            (sum[at + offsets[o + 8]] -
              sum[at + offsets[o + 9]] -
              sum[at + offsets[o + 10]] +
              sum[at + offsets[o + 11]]);
        }
        total += value * norm < threshold[i] ? left[i] : right[i];
      }
      if (total < stage.threshold) return s === 0 ? FIRST_STAGE : NOTHING;
    }
    return total;
  }

  /** One over the spread of grey levels in the window, times its area; 0 where it is flat. */
  private norm(at: number): number {
    const { sum, squares, stride } = this;
    const inner = this.cascade.window - 2;
    const a = at + stride + 1;
    const b = a + inner * stride;
    const total = sum[a] - sum[a + inner] - sum[b] + sum[b + inner];
    const totalSquares = (squares[a] - squares[a + inner] - squares[b] + squares[b + inner]) >>> 0;
    const spread = inner * inner * totalSquares - total * total;
    if (spread <= 0) return 0;
    const norm = 1 / Math.sqrt(spread);
    return inner * inner * norm < 0.1 ? norm : 0;
  }
}

const NOTHING = Number.NEGATIVE_INFINITY;
const FIRST_STAGE = Number.POSITIVE_INFINITY;

const leastFace = (grey: Grey): number =>
  Math.max(LEAST_FACE, roundHalfEven(Math.min(grey.width, grey.height) * LEAST_FACE_SHARE));

function cut(picture: Grey, left: number, top: number, width: number, height: number): Grey {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = (top + y) * picture.width + left;
    data.set(picture.data.subarray(row, row + width), y * width);
  }
  return { width, height, data };
}

/** Hits that lie together become one box, their mean, with the best weight (OpenCV's groupRectangles). */
function grouped(hits: Found[], stages: number): Found[] {
  const groups = classes(hits).map((members) => {
    const mean = (of: (hit: Found) => number): number =>
      roundHalfEven(members.reduce((sum, hit) => sum + of(hit), 0) * Math.fround(1 / members.length));
    const box = { x: mean((h) => h.x), y: mean((h) => h.y), width: mean((h) => h.width), height: mean((h) => h.height) };
    return { ...box, weight: Math.max(...members.map((hit) => hit.weight)), members: members.length };
  });
  // OpenCV compares with the number of stages, not of hits, when it is asked for weights.
  if (stages <= NEIGHBOURS) return [];
  const swallowed = (inner: Box, outer: Found & { members: number }): boolean => {
    const [dx, dy] = [roundHalfEven(outer.width * SAME_CLASS_EPS), roundHalfEven(outer.height * SAME_CLASS_EPS)];
    return (
      outer.members > stages &&
      inner.x >= outer.x - dx &&
      inner.y >= outer.y - dy &&
      inner.x + inner.width <= outer.x + outer.width + dx &&
      inner.y + inner.height <= outer.y + outer.height + dy
    );
  };
  return groups.filter((group) => !groups.some((other) => other !== group && swallowed(group, other)));
}

/** Hits in classes: two are in one when a chain of similar hits joins them. */
function classes(hits: Found[]): Found[][] {
  const parent = hits.map((_, i) => i);
  const root = (i: number): number => {
    let at = i;
    while (parent[at] !== at) at = parent[at] = parent[parent[at]];
    return at;
  };
  for (let i = 0; i < hits.length; i++) {
    for (let j = 0; j < i; j++) if (similar(hits[i], hits[j])) parent[root(i)] = root(j);
  }
  const byRoot = new Map<number, Found[]>();
  hits.forEach((hit, i) => {
    const members = byRoot.get(root(i));
    if (members) members.push(hit);
    else byRoot.set(root(i), [hit]);
  });
  return [...byRoot.values()];
}

function similar(a: Box, b: Box): boolean {
  const delta = SAME_CLASS_EPS * (Math.min(a.width, b.width) + Math.min(a.height, b.height)) * 0.5;
  return (
    Math.abs(a.x - b.x) <= delta &&
    Math.abs(a.y - b.y) <= delta &&
    Math.abs(a.x + a.width - b.x - b.width) <= delta &&
    Math.abs(a.y + a.height - b.y - b.height) <= delta
  );
}

/** One box a face: of those that overlap, the one with the largest weight. */
function merged(found: Found[]): Box[] {
  const kept: Box[] = [];
  for (const box of [...found].sort((a, b) => b.weight - a.weight)) {
    if (kept.every((other) => overlap(box, other) < SAME_FACE_OVERLAP)) kept.push(box);
  }
  return kept;
}

/** Share of the smaller box that lies in the other. */
export function overlap(a: Box, b: Box): number {
  const wide = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const high = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return (Math.max(0, wide) * Math.max(0, high)) / Math.max(1, Math.min(area(a), area(b)));
}

function searchScale(width: number, height: number): number {
  const shrink = LONGEST_SIDE / Math.max(width, height);
  const enlarge = SHORTEST_SIDE / Math.min(width, height);
  return shrink < 1 ? shrink : Math.max(1, Math.min(enlarge, shrink));
}

function unscaled(box: Box, scale: number, width: number, height: number): Box {
  const [x, y] = [Math.max(0, roundHalfEven(box.x / scale)), Math.max(0, roundHalfEven(box.y / scale))];
  const right = Math.min(width, roundHalfEven((box.x + box.width) / scale));
  const bottom = Math.min(height, roundHalfEven((box.y + box.height) / scale));
  return { x, y, width: Math.max(1, right - x), height: Math.max(1, bottom - y) };
}
