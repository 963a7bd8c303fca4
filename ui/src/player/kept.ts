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
  /** When the sleep timer ends, in milliseconds, or with the song; null where none is set. */
  sleep_at: number | 'end' | null;
}

/** As it is written: the order before shuffling by places in `items`, so that no song is written twice. */
type Written = Omit<Kept, 'queue'> & { queue: Omit<Queue, 'order'> & { order: number[] | null } };

export function keep({ queue, ...rest }: Kept): void {
  const { index } = queue;
  const from = Math.max(0, Math.min(index - MOST_SONGS / 2, queue.items.length - MOST_SONGS));
  const items = queue.items.slice(from, from + MOST_SONGS);
  const places = new Map(items.map((item, place) => [item, place]));
  const order = queue.order?.flatMap((item) => places.get(item) ?? []) ?? null;
  const written: Written = { ...rest, queue: { ...queue, items, index: index - from, order } };
  localStorage.setItem(KEPT, JSON.stringify(written));
}

/** What was kept; null where nothing was, or where an older page wrote what this one cannot read. */
export function recall(): Kept | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? 'null') as Written | null;
    if (!kept || !Array.isArray(kept.queue.items) || !Number.isFinite(kept.volume)) return null;
    const { items, order } = kept.queue;
    return {
      ...kept,
      queue: { ...kept.queue, order: order?.flatMap((place) => items[place] ?? []) ?? null },
    };
  } catch {
    return null;
  }
}

export const forget = (): void => localStorage.removeItem(KEPT);
