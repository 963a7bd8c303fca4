/** What one listener's face looks like at rest: one number an emotion, added to the logarithm of its probability. */
import { type Distribution, type Emotion, EMOTIONS } from './types';

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
  rounds: number;
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
  frames: 2,
  step: 0.2,
  rounds: 5,
  bound: 1.5,
};

/** What an artifact's `decision.calibration` says; the defaults where it says nothing. */
export const calibrationRules = (decision: Record<string, unknown>): CalibrationRules => ({
  ...DEFAULTS,
  ...(decision.calibration as Partial<CalibrationRules> | undefined),
});

const each = (of: (emotion: Emotion) => number): Distribution =>
  Object.fromEntries(EMOTIONS.map((emotion) => [emotion, of(emotion)])) as Distribution;

const bounded = (value: number, bound: number): number => Math.min(bound, Math.max(-bound, value));

/**
 * Offsets from frames in which a listener shows what they were asked to: the resting face is moved towards what is
 * typical of neutral faces, and each other expression then corrects the result. `mien.vision.calibration.calibrate`.
 */
export function calibrate(
  shown: Partial<Record<Emotion, Distribution[]>>,
  rules: CalibrationRules,
): Distribution {
  let offsets = shown.neutral?.length ? rested(shown.neutral, rules) : NO_OFFSETS;
  const others = EMOTIONS.filter((e) => e !== 'neutral' && shown[e]?.length).map(
    (e) => [e, softmax(meanLog(shown[e]!, rules.floor))] as const,
  );
  for (let round = 0; round < rules.rounds; round++) {
    for (const [emotion, seen] of others) offsets = correct(offsets, seen, emotion, rules);
  }
  return offsets;
}

function rested(neutral: Distribution[], rules: CalibrationRules): Distribution {
  const seen = meanLog(neutral, rules.floor);
  const share = (rules.strength * neutral.length) / (neutral.length + rules.frames);
  const moves = each((e) => share * (rules.typical_neutral[e] - seen[e]));
  const middle = EMOTIONS.reduce((sum, e) => sum + moves[e], 0) / EMOTIONS.length;
  return each((e) => bounded(moves[e] - middle, rules.bound));
}

/**
 * One step from "not how I feel: I'm ...": `offset += step * (1 or 0 - p)`. `probabilities` are the network's, before
 * calibration; to undo it, keep the offsets from before.
 */
export function correct(
  offsets: Distribution,
  probabilities: Distribution,
  felt: Emotion,
  rules: CalibrationRules,
): Distribution {
  const now = calibrated(probabilities, offsets, rules.floor);
  return each((e) => bounded(offsets[e] + rules.step * ((e === felt ? 1 : 0) - now[e]), rules.bound));
}

function meanLog(frames: Distribution[], floor: number): Distribution {
  return each((e) => frames.reduce((sum, p) => sum + Math.log(Math.max(p[e], floor)), 0) / frames.length);
}

function softmax(logits: Distribution): Distribution {
  const highest = Math.max(...EMOTIONS.map((e) => logits[e]));
  const total = EMOTIONS.reduce((sum, e) => sum + Math.exp(logits[e] - highest), 0);
  return each((e) => Math.exp(logits[e] - highest) / total);
}
