/** How well a face can be seen: `mien.vision.quality`, number for number (docs/reading.md has the formulas). */
import { type Box, type Grey, resize } from './pixels';
import type { Quality, Reason } from './types';

const SIDE = 64;
/** Corners of the crop show hair and background: measures are taken in the middle. */
const FROM = 8;
const TO = 56;
/** Rows and columns of the two eyes and the mouth. */
const EYES_AND_MOUTH: [number, number, number, number][] = [
  [18, 31, 10, 28],
  [18, 31, 36, 54],
  [42, 56, 18, 46],
];
const LEAST_VARIANCE = 16;
const LEAST_DETAIL = 1;

export const LEAST_QUALITY: Required<{ [K in keyof Quality]: number }> = {
  light: 45,
  headroom: 20,
  sharpness: 0.03,
  size_px: 24,
  balance: 0.74,
  features: 0.2,
  edge: 0.01,
};

/** In the order in which they are told: what comes first is the likelier cause of what follows. */
const REASONS: [keyof Quality, Reason][] = [
  ['size_px', 'too_small'],
  ['edge', 'at_edge'],
  ['light', 'too_dark'],
  ['headroom', 'too_bright'],
  ['sharpness', 'blurred'],
  ['features', 'covered'],
  ['balance', 'turned_away'],
];

/** A crop at the size at which it is measured. */
export function measureQuality(
  face: Grey,
  box: Box,
  picture: { width: number; height: number } | null,
): Quality {
  const levels = resize(face, SIDE, SIDE, Math.min(face.width, face.height) > SIDE).data;
  const detail = detailOf(levels);
  const middle = part(levels, FROM, TO, FROM, TO);
  return {
    light: percentile(middle, 0.95),
    headroom: 255 - percentile(middle, 0.5),
    sharpness: sharpness(levels, middle),
    size_px: box.width,
    balance: balance(detail),
    features: features(detail),
    edge: picture && edge(box, picture.width, picture.height),
  };
}

/** How much a face counts: 1 where it can be seen well, else its worst measure's share of what is wanted. */
export function weight(quality: Quality | null, least: Quality): number {
  if (!quality) return 1;
  const shares = REASONS.map(([name]) => {
    const value = quality[name];
    return value === null ? 1 : value / least[name]!;
  });
  return Math.min(1, ...shares);
}

/** What keeps a face from being read; null where nothing does. */
export function obstacle(quality: Quality | null, least: Quality): Reason | null {
  if (!quality) return null;
  const found = REASONS.find(([name]) => {
    const value = quality[name];
    return value !== null && value !== undefined && value < least[name]!;
  });
  return found ? found[1] : null;
}

function part(values: ArrayLike<number>, top: number, bottom: number, left: number, right: number): number[] {
  const taken: number[] = [];
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) taken.push(values[y * SIDE + x]);
  return taken;
}

/** How much the grey level changes from the row above to the row below; nothing in the first and last row. */
function detailOf(levels: Uint8Array): Int32Array {
  const detail = new Int32Array(levels.length);
  for (let i = SIDE; i < levels.length - SIDE; i++) detail[i] = Math.abs(levels[i + SIDE] - levels[i - SIDE]);
  return detail;
}

/** The smallest value that at least so large a share of the values does not exceed. */
function percentile(values: number[], share: number): number {
  return values.sort((a, b) => a - b)[Math.ceil(share * values.length) - 1];
}

function sharpness(levels: Uint8Array, middle: number[]): number {
  let squares = 0;
  for (let y = FROM; y < TO; y++) {
    for (let x = FROM; x < TO; x++) {
      const i = y * SIDE + x;
      const around = levels[i - SIDE] + levels[i + SIDE] + levels[i - 1] + levels[i + 1];
      squares += (4 * levels[i] - around) ** 2;
    }
  }
  const mean = middle.reduce((sum, value) => sum + value, 0) / middle.length;
  const variance = middle.reduce((sum, value) => sum + (value - mean) ** 2, 0) / middle.length;
  return squares / middle.length / Math.max(LEAST_VARIANCE, variance);
}

/** 1 less the distance of the detail's centre of mass from the middle column, in half widths. */
function balance(detail: Int32Array): number {
  let [total, moment] = [0, 0];
  for (let y = FROM; y < TO; y++) {
    for (let x = 0; x < SIDE; x++) {
      total += detail[y * SIDE + x];
      moment += (detail[y * SIDE + x] * (x - (SIDE - 1) / 2)) / (SIDE / 2);
    }
  }
  return total === 0 ? 1 : 1 - Math.abs(moment / total);
}

/** The upper quartile of detail in the poorest of three regions, divided by that of the middle. */
function features(detail: Int32Array): number {
  const whole = Math.max(LEAST_DETAIL, percentile(part(detail, FROM, TO, FROM, TO), 0.75));
  return Math.min(...EYES_AND_MOUTH.map((region) => percentile(part(detail, ...region), 0.75))) / whole;
}

function edge(box: Box, width: number, height: number): number {
  const gap = Math.min(box.x, box.y, width - box.x - box.width, height - box.y - box.height);
  return Math.max(0, gap / box.width);
}
