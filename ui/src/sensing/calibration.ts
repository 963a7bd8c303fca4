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
