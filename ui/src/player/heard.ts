/** How far a song was heard, and telling the server when it ends. */
import { post, type Track } from '../api';

/** What the moment adds to a listen: what chose the song. */
export interface Choice {
  policy: string | null;
  reading_id: number | null;
}

export const NO_CHOICE: Choice = { policy: null, reading_id: null };

/** A jump further than this is a seek, and was not heard. */
const MOST_STEP_S = 2;
const LEAST_HEARD_S = 1;

export class Heard {
  private track: Track | null = null;
  private startedAt = new Date();
  private heard_s = 0;
  private last_s = 0;

  begin(track: Track, from_s: number): void {
    this.track = track;
    this.startedAt = new Date();
    this.heard_s = 0;
    this.last_s = from_s;
  }

  /** The song is at this position now. `sought`: it was put there, not played to there. */
  at(position_s: number, sought = false): void {
    const passed_s = position_s - this.last_s;
    if (!sought && passed_s > 0 && passed_s < MOST_STEP_S) this.heard_s += passed_s;
    this.last_s = position_s;
  }

  /** The song has ended, or was left. */
  end(skipped: boolean, choice: Choice): void {
    const { track, startedAt, heard_s } = this;
    this.track = null;
    if (!track || heard_s < LEAST_HEARD_S) return;
    const played_s = Math.min(heard_s, track.duration_s);
    const listen = { track_id: track.id, started_at: startedAt.toISOString(), played_s, skipped, ...choice };
    post('/listens', listen).catch(() => undefined); // a listen that is lost does not disturb the music
  }
}
