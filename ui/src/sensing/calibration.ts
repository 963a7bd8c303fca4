/** What one listener's face looks like at rest: one number an emotion, added to the logarithm of its probability. */
import { type Distribution, EMOTIONS } from './types';

export const NO_OFFSETS = Object.fromEntries(EMOTIONS.map((emotion) => [emotion, 0])) as Distribution;

/** `softmax(log p + offset)`; unchanged where every offset is 0. See `mien.vision.calibration.calibrated`. */
export function calibrated(probabilities: Distribution, offsets: Distribution, floor: number): Distribution {
  if (EMOTIONS.every((emotion) => offsets[emotion] === 0)) return probabilities;
  const powers = EMOTIONS.map((e) => Math.max(probabilities[e], floor) * Math.exp(offsets[e]));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return Object.fromEntries(EMOTIONS.map((emotion, i) => [emotion, powers[i] / total])) as Distribution;
}

export interface CalibrationRules {
  typical_neutral: Distribution;
  floor: number;
  strength: number;
  frames: number;
  step: number;
  bound: number;
}

const DEFAULTS: CalibrationRules = {
  typical_neutral: {
    angry: -5.6,
    disgust: -7.7,
    fear: -8.1,
    happy: -6.5,
    sad: -3.3,
    surprise: -6.9,
    neutral: -0.3,
  },
  floor: 1e-4,
  strength: 0.7,
  frames: 30,
  step: 0.2,
  bound: 1.5,
};

/** What an artifact's `decision.calibration` says; the defaults where it says nothing. */
export const calibrationRules = (decision: Record<string, unknown>): CalibrationRules => ({
  ...DEFAULTS,
  ...(decision.calibration as Partial<CalibrationRules> | undefined),
});

const each = (of: (emotion: (typeof EMOTIONS)[number]) => number): Distribution =>
  Object.fromEntries(EMOTIONS.map((emotion) => [emotion, of(emotion)])) as Distribution;

const bounded = (value: number, bound: number): number => Math.min(bound, Math.max(-bound, value));

/** Offsets from frames of a resting face: it is moved towards what is typical of neutral faces. */
export function calibrate(neutral: Distribution[], rules: CalibrationRules): Distribution {
  if (neutral.length === 0) return NO_OFFSETS;
  const seen = each(
    (e) => neutral.reduce((sum, p) => sum + Math.log(Math.max(p[e], rules.floor)), 0) / neutral.length,
  );
  const share = (rules.strength * neutral.length) / (neutral.length + rules.frames);
  const moves = each((e) => share * (rules.typical_neutral[e] - seen[e]));
  const middle = EMOTIONS.reduce((sum, e) => sum + moves[e], 0) / EMOTIONS.length;
  return each((e) => bounded(moves[e] - middle, rules.bound));
}

/** One step from "not how I feel: I'm ...": `offset += step * (1 or 0 - p)`. */
export function correct(
  offsets: Distribution,
  probabilities: Distribution,
  felt: (typeof EMOTIONS)[number],
  rules: CalibrationRules,
): Distribution {
  const now = calibrated(probabilities, offsets, rules.floor);
  return each((e) => bounded(offsets[e] + rules.step * ((e === felt ? 1 : 0) - now[e]), rules.bound));
}
