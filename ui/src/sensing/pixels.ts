/**
 * Pixels as the emotion network wants them. Each function gives what OpenCV gives for the same pixels, because
 * the server reads pictures with OpenCV and both must come to the same emotion.
 */

export interface Grey {
  width: number;
  height: number;
  data: Uint8Array;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Python and OpenCV round halves to the even neighbour, JavaScript upwards. */
export function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** Grey levels of RGBA pixels, with OpenCV's integer weights. */
export function greyOf(rgba: Uint8ClampedArray, width: number, height: number): Grey {
  const data = new Uint8Array(width * height);
  for (let i = 0, p = 0; i < data.length; i++, p += 4) {
    data[i] = (rgba[p] * 9798 + rgba[p + 1] * 19235 + rgba[p + 2] * 3735 + 16384) >> 15;
  }
  return { width, height, data };
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

/**
 * A square around `box`, wider by `margin` times its width on each side, in which a head that leans by `degrees`
 * stands upright; beyond the picture its edge repeats.
 */
export function crop(picture: Grey, box: Box, margin: number, degrees = 0): Grey {
  const side = Math.max(1, roundHalfEven(Math.max(box.width, box.height) * (1 + 2 * margin)));
  if (degrees !== 0) {
    const middle: [number, number] = [box.x + (box.width - 1) / 2, box.y + (box.height - 1) / 2];
    const moved: [number, number] = [(side - 1) / 2 - middle[0], (side - 1) / 2 - middle[1]];
    return warp(picture, side, side, turnedBack(degrees, middle, moved));
  }
  const left = roundHalfEven(box.x + (box.width - side) / 2);
  const top = roundHalfEven(box.y + (box.height - side) / 2);
  const data = new Uint8Array(side * side);
  for (let y = 0, i = 0; y < side; y++) {
    const row = clamp(top + y, 0, picture.height - 1) * picture.width;
    for (let x = 0; x < side; x++, i++) data[i] = picture.data[row + clamp(left + x, 0, picture.width - 1)];
  }
  return { width: side, height: side, data };
}

/** Bring a picture to `width` x `height`: by area where both sides shrink, else linearly. */
export function resize(picture: Grey, width: number, height: number, shrinks: boolean): Grey {
  if (picture.width === width && picture.height === height) return picture;
  const areaApplies = shrinks && picture.width >= width && picture.height >= height;
  return areaApplies ? resizeArea(picture, width, height) : resizeLinear(picture, width, height);
}

interface Share {
  from: number;
  to: number;
  weight: number;
}

/** Which source pixels lie under each target pixel, and by how much (OpenCV's INTER_AREA). */
function shares(source: number, target: number): Share[] {
  const scale = source / target;
  const table: Share[] = [];
  for (let to = 0; to < target; to++) {
    const start = to * scale;
    const end = start + scale;
    const cell = Math.min(scale, source - start);
    let first = Math.ceil(start);
    const last = Math.min(Math.floor(end), source - 1);
    first = Math.min(first, last);
    if (first - start > 1e-3) table.push({ from: first - 1, to, weight: (first - start) / cell });
    for (let from = first; from < last; from++) table.push({ from, to, weight: 1 / cell });
    if (end - last > 1e-3) {
      table.push({ from: last, to, weight: Math.min(Math.min(end - last, 1), cell) / cell });
    }
  }
  return table;
}

function resizeArea(picture: Grey, width: number, height: number): Grey {
  const across = shares(picture.width, width);
  const down = shares(picture.height, height);
  const sums = new Float32Array(width * height);
  const line = new Float32Array(width);
  let done = -1;
  for (const { from, to, weight } of down) {
    if (from !== done) {
      line.fill(0);
      const row = from * picture.width;
      for (const share of across) line[share.to] += picture.data[row + share.from] * share.weight;
      done = from;
    }
    for (let x = 0; x < width; x++) sums[to * width + x] += line[x] * weight;
  }
  const data = new Uint8Array(width * height);
  for (let i = 0; i < data.length; i++) data[i] = clamp(roundHalfEven(sums[i]), 0, 255);
  return { width, height, data };
}

interface Linear {
  low: Int32Array;
  high: Int32Array;
  part: Int32Array;
}

/** Neighbours of each target pixel, and the second one's part in units of `1 / whole`. */
function neighbours(source: number, target: number, whole: number): Linear {
  const scale = source / target;
  const table = { low: new Int32Array(target), high: new Int32Array(target), part: new Int32Array(target) };
  for (let i = 0; i < target; i++) {
    const at = (i + 0.5) * scale - 0.5;
    const low = Math.floor(at);
    table.low[i] = clamp(low, 0, source - 1);
    table.high[i] = clamp(low + 1, 0, source - 1);
    table.part[i] = roundHalfEven((at - low) * whole);
  }
  return table;
}

/** OpenCV's INTER_LINEAR for bytes: 11 bits across and down. */
export function resizeLinear(picture: Grey, width: number, height: number): Grey {
  const whole = 2048;
  const across = neighbours(picture.width, width, whole);
  const down = neighbours(picture.height, height, whole);
  const data = new Uint8Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    const upper = down.low[y] * picture.width;
    const lower = down.high[y] * picture.width;
    const b = down.part[y];
    for (let x = 0; x < width; x++, i++) {
      const [l, h, a] = [across.low[x], across.high[x], across.part[x]];
      const top = picture.data[upper + l] * (whole - a) + picture.data[upper + h] * a;
      const bottom = picture.data[lower + l] * (whole - a) + picture.data[lower + h] * a;
      data[i] = ((((whole - b) * (top >> 4)) >> 16) + ((b * (bottom >> 4)) >> 16) + 2) >> 2;
    }
  }
  return { width, height, data };
}

/** OpenCV's INTER_LINEAR_EXACT, 8 bits across and down, into `target`, whose rows are `stride` apart. */
export function resizeExact(picture: Grey, width: number, height: number, target: Uint8Array): void {
  const across = neighbours(picture.width, width, 256);
  const down = neighbours(picture.height, height, 256);
  const { low, high, part } = across;
  const source = picture.data;
  for (let y = 0, i = 0; y < height; y++) {
    const upper = down.low[y] * picture.width;
    const lower = down.high[y] * picture.width;
    const b = down.part[y];
    for (let x = 0; x < width; x++, i++) {
      const l = low[x];
      const h = high[x];
      const a = part[x];
      const top = source[upper + l] * (256 - a) + source[upper + h] * a;
      const bottom = source[lower + l] * (256 - a) + source[lower + h] * a;
      target[i] = (top * (256 - b) + bottom * b + 32768) >> 16;
    }
  }
}

/** `[a, b, c, d, e, f]`: where (x, y) comes from, (a x + b y + c, d x + e y + f). */
export type Affine = [number, number, number, number, number, number];

/** What takes (x, y) back to where it was before turning by `degrees` about a middle and then moving. */
export function turnedBack(degrees: number, middle: [number, number], moved: [number, number]): Affine {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [cx, cy] = [middle[0] + moved[0], middle[1] + moved[1]];
  return [cos, -sin, middle[0] - cos * cx + sin * cy, sin, cos, middle[1] - sin * cx - cos * cy];
}

/** OpenCV's warpAffine: linear between pixels; beyond the picture its edge repeats. */
export function warp(picture: Grey, width: number, height: number, [a, b, c, d, e, f]: Affine): Grey {
  const { data } = picture;
  const [mostX, mostY] = [picture.width - 1, picture.height - 1];
  const result = new Uint8Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const [fromX, fromY] = [a * x + b * y + c, d * x + e * y + f];
      const [x0, y0] = [Math.floor(fromX), Math.floor(fromY)];
      const [partX, partY] = [fromX - x0, fromY - y0];
      const [left, right] = [clamp(x0, 0, mostX), clamp(x0 + 1, 0, mostX)];
      const [upper, lower] = [clamp(y0, 0, mostY) * picture.width, clamp(y0 + 1, 0, mostY) * picture.width];
      const top = data[upper + left] * (1 - partX) + data[upper + right] * partX;
      const bottom = data[lower + left] * (1 - partX) + data[lower + right] * partX;
      result[i] = Math.round(top * (1 - partY) + bottom * partY);
    }
  }
  return { width, height, data: result };
}

/** Below this spread of grey levels a face is flat; dividing by less would only blow up its noise. */
const LEAST_SPREAD = 8;

/** A face as the network's input: `side` x `side` numbers of mean 0 and spread 1. */
export function networkInput(face: Grey, side: number): Float32Array {
  const { data } = resize(face, side, side, Math.min(face.width, face.height) > side);
  let sum = 0;
  for (const value of data) sum += value;
  const mean = sum / data.length;
  let squares = 0;
  for (const value of data) squares += (value - mean) ** 2;
  const spread = Math.max(Math.sqrt(squares / data.length), LEAST_SPREAD);
  return Float32Array.from(data, (value) => (value - mean) / spread);
}
