/**
 * A cascade at work (Viola and Jones 2001): OpenCV's search, step for step, on integral images.
 *
 * OpenCV's own WebAssembly build is 10 MB and needs `unsafe-eval`; this finds the same windows (see
 * docs/decisions/0024-faces-in-the-page.md).
 */
import { type Cascade, RECTANGLES } from './cascade';
import { type Grey, resizeExact, roundHalfEven } from './pixels';

const CORNERS = 4 * RECTANGLES;
/** How many columns OpenCV counts for a thread. */
const STRIPE = 32;

export interface Window {
  x: number;
  y: number;
  size: number;
}

enum Answer {
  No,
  NotAtFirst,
  Yes,
}

export class Haar {
  private sum = new Int32Array(0);
  private squares = new Int32Array(0);
  private scaled = new Uint8Array(0);
  private stride = 0;
  /** For each node of the trees, in the order in which they are asked: its feature's corners and weights. */
  private corners = new Int32Array(0);
  private readonly shares: Float64Array;

  constructor(private readonly cascade: Cascade) {
    const { feature, weights } = cascade;
    this.shares = new Float64Array(feature.length * RECTANGLES);
    feature.forEach((f, node) => {
      this.shares.set(weights.subarray(f * RECTANGLES, (f + 1) * RECTANGLES), node * RECTANGLES);
    });
  }

  /** Every window from `least` to `most` pixels wide that the cascade takes for a face. */
  windows(grey: Grey, step: number, least: number, most: number): Window[] {
    const found: Window[] = [];
    this.reserve(grey);
    let stripes = 0;
    for (let factor = 1; ; factor *= step) {
      const size = roundHalfEven(this.cascade.window * factor);
      if (size > Math.min(most, grey.width, grey.height)) return found;
      if (size < least) continue;
      const scale = Math.fround(factor);
      stripes ||= Math.ceil((roundHalfEven(grey.width / scale) + 1 - this.cascade.window) / STRIPE);
      this.searchAt(grey, scale, size, stripes, found);
    }
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
    const { rectangles, feature } = this.cascade;
    this.corners = new Int32Array(feature.length * CORNERS);
    feature.forEach((f, node) => {
      for (let i = 0; i < CORNERS; i += 4) {
        const [x, y, w, h] = rectangles.subarray(f * CORNERS + i, f * CORNERS + i + 4);
        const at = y * stride + x;
        this.corners.set([at, at + w, at + h * stride, at + h * stride + w], node * CORNERS + i);
      }
    });
  }

  private searchAt(grey: Grey, factor: number, size: number, stripes: number, found: Window[]): void {
    const side = this.cascade.window;
    const width = roundHalfEven(grey.width / factor);
    const height = roundHalfEven(grey.height / factor);
    this.integrate(grey, width, height);
    const step = factor >= 2 ? 1 : 2;
    const rows = height + 1 - side;
    // OpenCV shares the rows out to threads in whole steps, and so may leave the last one out.
    const stripe = Math.max(1, Math.ceil(Math.floor(rows / step) / stripes)) * step;
    for (let y = 0; y < Math.min(rows, stripes * stripe); y += step) {
      for (let x = 0; x < width + 1 - side; x += step) {
        const answer = this.evaluate(y * this.stride + x);
        if (answer === Answer.NotAtFirst) x += step;
        else if (answer === Answer.Yes) {
          found.push({ x: roundHalfEven(x * factor), y: roundHalfEven(y * factor), size });
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
        squares[row + x] = squares[above + x] + lineSquares; // wraps, and differences wrap back
      }
    }
  }

  /** Written for speed: three of four milliseconds of a reading are spent here. */
  private evaluate(at: number): Answer {
    const norm = this.norm(at);
    if (norm === 0) return Answer.No;
    const { sum, corners, shares } = this;
    const { stages, nodes, leaves, threshold, left, right, votes } = this.cascade;
    for (let s = 0; s < stages.length; s++) {
      const stage = stages[s];
      let total = 0;
      for (let tree = stage.first; tree < stage.end; tree++) {
        const root = nodes[tree];
        let way = 0;
        do {
          const node = root + way;
          const c = node * CORNERS;
          const w = node * RECTANGLES;
          let value =
            shares[w] *
              (sum[at + corners[c]] -
                sum[at + corners[c + 1]] -
                sum[at + corners[c + 2]] +
                sum[at + corners[c + 3]]) +
            shares[w + 1] *
              (sum[at + corners[c + 4]] -
                sum[at + corners[c + 5]] -
                sum[at + corners[c + 6]] +
                sum[at + corners[c + 7]]);
          const third = shares[w + 2];
          if (third !== 0) {
            value +=
              third *
              (sum[at + corners[c + 8]] -
                sum[at + corners[c + 9]] -
                sum[at + corners[c + 10]] +
                sum[at + corners[c + 11]]);
          }
          way = value * norm < threshold[node] ? left[node] : right[node];
        } while (way > 0);
        total += votes[leaves[tree] - way];
      }
      if (total < stage.threshold) return s === 0 ? Answer.NotAtFirst : Answer.No;
    }
    return Answer.Yes;
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
