/**
 * From frames to a reading: `mien.vision.reading`, step for step. Both run the cases in `tests/golden`, and both take
 * every number from the artifact.
 */
import { calibrated, NO_OFFSETS } from './calibration';
import type { Box } from './pixels';
import { LEAST_QUALITY, obstacle, weight } from './quality';
import {
  type Distribution,
  EMOTIONS,
  type Emotion,
  type Face,
  type Quality,
  type Reading,
  type Reason,
} from './types';

export interface ReadingRules {
  least_confidence: number;
  half_life_s: number;
  switch_margin: number;
  switch_s: number;
  least_weight: number;
  least_clear: number;
  alike: number;
  follow_share: number;
  follow_reach: number;
  quality: Quality;
  floor: number;
}

const DEFAULTS = {
  switch_margin: 0.1,
  switch_s: 0.4,
  least_weight: 0.05,
  least_clear: 0.5,
  alike: 0.8,
  follow_share: 0.5,
  follow_reach: 0.75,
};

/** What an artifact's `decision` says; the defaults where it says nothing. */
export function rulesOf(decision: Record<string, unknown>): ReadingRules {
  const calibration = (decision.calibration ?? {}) as { floor?: number };
  const rules = { ...DEFAULTS, ...decision, floor: calibration.floor ?? 1e-4 } as ReadingRules;
  if (!(rules.half_life_s > 0) || !Number.isFinite(rules.least_confidence)) {
    throw new Error('the emotion artifact does not say how to read frames');
  }
  return { ...rules, quality: { ...LEAST_QUALITY, ...(decision.quality as Partial<Quality> | undefined) } };
}

export interface Frame {
  width: number;
  height: number;
  faces: Face[];
  time_s: number;
}

const middle = (box: Box): [number, number] => [box.x + box.width / 2, box.y + box.height / 2];

function distance(box: Box, other: Box): number {
  const [[x, y], [otherX, otherY]] = [middle(box), middle(other)];
  return Math.hypot(x - otherX, y - otherY);
}

/** The width of a face's box, down to half of it in the picture's corners; in pixels. */
export function prominence(face: Face, frame: Frame): number {
  const [x, y] = middle(face.box);
  const away = Math.hypot(x - frame.width / 2, y - frame.height / 2);
  return face.box.width * (1 - (0.5 * away) / (Math.hypot(frame.width, frame.height) / 2));
}

/** Whose face of several is the listener's, and whether that is clear. */
export function listenerOf(frame: Frame, followed: Box | null, rules: ReadingRules): [Face, boolean] {
  const ranked = [...frame.faces].sort((a, b) => prominence(b, frame) - prominence(a, frame));
  const most = prominence(ranked[0], frame);
  if (followed) {
    const nearest = ranked.reduce((a, b) => (distance(b.box, followed) < distance(a.box, followed) ? b : a));
    const near = distance(nearest.box, followed) <= rules.follow_reach * followed.width;
    if (near && prominence(nearest, frame) >= rules.follow_share * most) return [nearest, true];
  }
  return [ranked[0], ranked.length === 1 || prominence(ranked[1], frame) < rules.alike * most];
}

export const topOf = (probabilities: Distribution): Emotion =>
  EMOTIONS.reduce((best, emotion) => (probabilities[emotion] > probabilities[best] ? emotion : best));

/** Adds frames up to a reading; its answer does not depend on how many frames a second there are. */
export class Smoother {
  private sums = Object.fromEntries(EMOTIONS.map((emotion) => [emotion, 0])) as Distribution;
  private clear_s = 0;
  private whole_s = 0;
  private obstacle: Reason | null = null;
  private followed: Box | null = null;
  private chosen = false;
  private seen_s: number | null = null;
  private now_s = 0;
  private frames = 0;
  private held: Emotion | null = null;
  private rival: { emotion: Emotion; since_s: number } | null = null;

  constructor(
    private readonly rules: ReadingRules,
    private readonly offsets: Distribution = NO_OFFSETS,
  ) {}

  /** Take one more frame, later than all before it, and say what they show together. */
  add(frame: Frame): Reading {
    this.now_s = Math.max(this.now_s, frame.time_s);
    const theirs = this.chosen ? frame.faces.filter((face) => this.near(face)) : [];
    if (this.gone()) {
      this.held = this.rival = null;
      this.chosen = theirs.length > 0; // on a slow device frames are far apart, and the chosen one still there
      if (!this.chosen) this.followed = null;
    }
    const faces = this.chosen ? theirs : frame.faces;
    if (faces.length > 0) this.addFace(...listenerOf({ ...frame, faces }, this.followed, this.rules));
    return this.reading();
  }

  /** The listener said which face is theirs: no other is read until that one has gone. */
  follow(box: Box): void {
    this.followed = box;
    this.chosen = true;
  }

  private near({ box }: Face): boolean {
    return !this.followed || distance(box, this.followed) <= this.rules.follow_reach * this.followed.width;
  }

  private addFace(face: Face, isListener: boolean): void {
    const { rules } = this;
    const passed_s = this.seen_s === null ? rules.half_life_s : this.unseen_s();
    const decay = 0.5 ** (passed_s / rules.half_life_s);
    const now = isListener ? obstacle(face.quality, rules.quality) : 'several_faces';
    const share = (1 - decay) * Math.max(rules.least_weight, weight(face.quality, rules.quality));
    const shown = calibrated(face.probabilities, this.offsets, rules.floor);
    for (const emotion of EMOTIONS) this.sums[emotion] = this.sums[emotion] * decay + shown[emotion] * share;
    this.whole_s = this.whole_s * decay + (1 - decay);
    this.clear_s = this.clear_s * decay + (now === null ? 1 - decay : 0);
    this.obstacle = now ?? this.obstacle;
    this.followed = isListener ? face.box : null;
    this.seen_s = this.now_s;
    this.frames++;
    this.hold(this.probabilities());
  }

  /** Let another emotion take over once it has led clearly for long enough. */
  private hold(probabilities: Distribution): void {
    const top = topOf(probabilities);
    this.held ??= top;
    const lead = probabilities[top] - probabilities[this.held];
    if (top === this.held || lead < this.rules.switch_margin) this.rival = null;
    else if (this.rival?.emotion !== top) this.rival = { emotion: top, since_s: this.now_s };
    if (this.rival && this.now_s - this.rival.since_s >= this.rules.switch_s) {
      this.held = this.rival.emotion;
      this.rival = null;
    }
  }

  reading(): Reading {
    if (this.seen_s === null) {
      return {
        probabilities: null,
        certain: false,
        reason: 'no_face',
        frames: 0,
        held: null,
        clear: 0,
        age_s: null,
      };
    }
    const probabilities = this.probabilities();
    const clear = this.clear_s / this.whole_s;
    const reason = this.doubt(probabilities, clear);
    const { frames, held } = this;
    return { probabilities, certain: reason === null, reason, frames, held, clear, age_s: this.unseen_s() };
  }

  /** Why not to act on it; what a listener can mend comes first. */
  private doubt(probabilities: Distribution, clear: number): Reason | null {
    if (this.gone()) return 'no_face';
    if (clear < this.rules.least_clear && this.obstacle) return this.obstacle;
    const top = topOf(probabilities);
    if (probabilities[top] < this.rules.least_confidence) return 'undecided';
    return top === this.held ? null : 'changing';
  }

  private probabilities(): Distribution {
    const total = EMOTIONS.reduce((sum, emotion) => sum + this.sums[emotion], 0);
    return Object.fromEntries(EMOTIONS.map((e) => [e, this.sums[e] / total])) as Distribution;
  }

  private gone(): boolean {
    return this.seen_s !== null && this.unseen_s() > this.rules.half_life_s;
  }

  private unseen_s(): number {
    return Math.max(0, this.now_s - (this.seen_s ?? 0));
  }
}
