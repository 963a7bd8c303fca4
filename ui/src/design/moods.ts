/** The seven moods and seven emotions: where they lie on the plane, and how they look. */
import { type Distribution, EMOTIONS, type Emotion } from '../sensing/types';

export const MOODS = ['happy', 'energetic', 'angry', 'tense', 'sad', 'tender', 'calm'] as const;
export type Mood = (typeof MOODS)[number];

/** Valence and arousal of each emotion: `mien.domain.EMOTION_PLANE` (Russell and Mehrabian 1977). */
export const EMOTION_PLANE: Record<Emotion, [number, number]> = {
  angry: [-0.5, 0.6],
  disgust: [-0.6, 0.35],
  fear: [-0.6, 0.6],
  happy: [0.8, 0.5],
  sad: [-0.6, -0.3],
  surprise: [0.4, 0.7],
  neutral: [0, 0],
};

/** Where each mood's button stands on the pad: for the eye; the server has its own measure. */
export const MOOD_PLANE: Record<Mood, [number, number]> = {
  happy: [0.72, 0.34],
  energetic: [0.58, 0.8],
  angry: [-0.62, 0.8],
  tense: [-0.74, 0.3],
  sad: [-0.66, -0.52],
  tender: [0.3, -0.3],
  calm: [0.62, -0.72],
};

export function planeOf(probabilities: Distribution): { valence: number; arousal: number } {
  const along = (axis: 0 | 1) =>
    EMOTIONS.reduce((sum, e) => sum + probabilities[e] * EMOTION_PLANE[e][axis], 0);
  return { valence: along(0), arousal: along(1) };
}
