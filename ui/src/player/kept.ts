/** What the player keeps over a reload, in this browser alone. */
import type { Queue } from './queue';

const KEPT = 'mien.player';
const MOST_SONGS = 300;

export interface SoundChoices {
  volume: number;
  muted: boolean;
  rate: number;
  fade_s: number;
  levelled: boolean;
}

export interface Kept extends SoundChoices {
  queue: Queue;
  position_s: number;
  /** When the sleep timer ends, in milliseconds; null where none is set. */
  sleep_at: number | null;
}

export function keep(kept: Kept): void {
  const { items, index } = kept.queue;
  const from = Math.max(0, Math.min(index - MOST_SONGS / 2, items.length - MOST_SONGS));
  const queue = {
    ...kept.queue,
    items: items.slice(from, from + MOST_SONGS),
    index: index - from,
    order: null,
  };
  localStorage.setItem(KEPT, JSON.stringify({ ...kept, queue }));
}

/** What was kept; null where nothing was, or where an older page wrote what this one cannot read. */
export function recall(): Kept | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? 'null') as Kept | null;
    return kept && Array.isArray(kept.queue.items) && Number.isFinite(kept.volume) ? kept : null;
  } catch {
    return null;
  }
}

export const forget = (): void => localStorage.removeItem(KEPT);
