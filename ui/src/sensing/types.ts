/** The words of the glossary that sensing speaks in. */
import type { Box } from './pixels';

export const EMOTIONS = ['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral'] as const;
export type Emotion = (typeof EMOTIONS)[number];
export type Distribution = Record<Emotion, number>;

export type Reason =
  | 'undecided'
  | 'changing'
  | 'no_face'
  | 'several_faces'
  | 'too_dark'
  | 'too_bright'
  | 'blurred'
  | 'too_small'
  | 'turned_away'
  | 'covered'
  | 'at_edge';

/** How well a face can be seen; of each number more is better. See `mien.domain.Quality`. */
export interface Quality {
  light: number;
  headroom: number;
  sharpness: number;
  size_px: number;
  balance: number;
  features: number;
  edge: number | null;
}

export interface Face {
  box: Box;
  probabilities: Distribution;
  quality: Quality | null;
}

/** What several frames, smoothed over time, say of one listener. */
export interface Reading {
  probabilities: Distribution | null;
  certain: boolean;
  reason: Reason | null;
  frames: number;
  held: Emotion | null;
  clear: number;
  age_s: number | null;
}

/** What the model artifact says of how to read a face. */
export interface EmotionArtifact {
  version: string;
  labels: string[];
  model_url: string;
  cascade_url: string;
  second_cascade_url: string;
  preprocessing: { resolution: number; channels: number; margin: number };
  decision: Record<string, unknown> & { temperature: number; least_confidence: number; half_life_s: number };
}

/** Where the network's sums are done. */
export type Engine = 'processor' | 'graphics';
/** What the listener wants: the graphics card where it is quicker, or one of them. */
export type EngineChoice = 'quicker' | Engine;

export interface Seen {
  width: number;
  height: number;
  faces: Face[];
  reading: Reading;
  /** What it took, in milliseconds. */
  took_ms: number;
  engine: Engine;
}

export type ToWorker =
  | { kind: 'load'; artifact: string; engine: EngineChoice }
  | { kind: 'calibrate'; offsets: Distribution | null }
  | { kind: 'start' }
  | { kind: 'frame'; image: ImageBitmap; time_s: number }
  | { kind: 'picture'; image: ImageBitmap; box: Box | null }
  | { kind: 'choose'; box: Box };

export type FromWorker =
  { kind: 'ready'; version: string } | { kind: 'seen'; seen: Seen } | { kind: 'failed'; why: string };
