/** What plays next: pure, so that it can be tested. */
import type { Track } from '../api';
import type { Said } from '../i18n/said';

export type Repeat = 'off' | 'all' | 'one';

export interface Item {
  track: Track;
  /** Why it was chosen, in a sentence; null where the listener chose it. */
  why: string | null;
  why_said?: Said[];
  score: number | null;
  parts: Record<string, number> | null;
}

/** A list of songs and where we are in it; `moment` lists go on with songs for the listener's mood. */
export interface Queue {
  items: Item[];
  index: number;
  repeat: Repeat;
  shuffle: boolean;
  moment: boolean;
  /** The order before shuffling; null where it was not shuffled. */
  order: Item[] | null;
}

export const NO_QUEUE: Queue = {
  items: [],
  index: -1,
  repeat: 'off',
  shuffle: false,
  moment: false,
  order: null,
};

export const chosen = (track: Track): Item => ({ track, why: null, score: null, parts: null });

export const current = (queue: Queue): Item | null => queue.items[queue.index] ?? null;

export const upcoming = (queue: Queue): Item[] => queue.items.slice(queue.index + 1);

/** The index that follows; -1 at the end. `pressed`: the listener asked, so that one song does not repeat. */
export function following(queue: Queue, pressed: boolean): number {
  if (queue.items.length === 0) return -1;
  if (queue.repeat === 'one' && !pressed) return queue.index;
  const next = queue.index + 1;
  if (next < queue.items.length) return next;
  return queue.repeat === 'off' ? -1 : 0;
}

export function preceding(queue: Queue): number {
  if (queue.index > 0) return queue.index - 1;
  return queue.repeat === 'all' ? queue.items.length - 1 : queue.index;
}

/** New songs for a new mood: what plays goes on, what would have followed is replaced. */
export function replanned(queue: Queue, items: Item[]): Queue {
  const heard = queue.items.slice(0, queue.index + 1);
  const playing = current(queue)?.track.id;
  const ahead = items.filter((item) => item.track.id !== playing);
  return { ...queue, moment: true, shuffle: false, order: null, items: [...heard, ...ahead] };
}

/** Put a song right behind the one that plays. */
export function playNext(queue: Queue, item: Item): Queue {
  const items = [...queue.items];
  items.splice(queue.index + 1, 0, item);
  return { ...queue, items };
}

export function removed(queue: Queue, at: number): Queue {
  if (at === queue.index) return queue;
  const items = queue.items.filter((_, i) => i !== at);
  return { ...queue, items, index: at < queue.index ? queue.index - 1 : queue.index };
}

/** Drop a track everywhere but where it plays right now. */
export function without(queue: Queue, trackId: number): Queue {
  const keep = (item: Item, i: number) => i <= queue.index || item.track.id !== trackId;
  return { ...queue, items: queue.items.filter(keep) };
}

/**
 * A track that was dropped is wanted after all: it stands again where it stood in `before`, behind the song that was
 * before it there. Another list, where nothing of that is left, stays as it is.
 */
export function returned(queue: Queue, before: Queue, trackId: number): Queue {
  const items = [...queue.items];
  const gone = before.items.flatMap((item, at) =>
    at > before.index && item.track.id === trackId ? [at] : [],
  );
  const had = items.slice(queue.index + 1).filter((item) => item.track.id === trackId).length;
  for (const at of gone.slice(had)) {
    const ahead = before.items.slice(0, at).reverse();
    const behind = ahead.map((one) => items.findLastIndex(({ track }) => track.id === one.track.id));
    const place = behind.find((index) => index >= 0);
    if (place !== undefined) items.splice(Math.max(place, queue.index) + 1, 0, before.items[at]);
  }
  return { ...queue, items };
}

export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const next = [...items];
  const [item] = next.splice(from, 1);
  next.splice(to, 0, item);
  return next;
}

/** A track has changed (its mood, its rating): show it so wherever it stands. */
export function renewed(queue: Queue, changes: Map<number, Partial<Track>>): Queue {
  const made = new Map<Item, Item>();
  const renew = (item: Item): Item => {
    const change = changes.get(item.track.id);
    if (!change) return item;
    if (!made.has(item)) made.set(item, { ...item, track: { ...item.track, ...change } });
    return made.get(item)!;
  };
  return { ...queue, items: queue.items.map(renew), order: queue.order?.map(renew) ?? null };
}

/** Shuffle what follows; what was heard stays as it was. */
export function shuffled(queue: Queue, random: () => number): Queue {
  const rest = upcoming(queue);
  for (let i = rest.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [rest[i], rest[j]] = [rest[j], rest[i]];
  }
  const items = [...queue.items.slice(0, queue.index + 1), ...rest];
  return { ...queue, shuffle: true, items, order: queue.items };
}

/** The order before shuffling again, from the song that plays on; without what was taken out since. */
export function unshuffled(queue: Queue): Queue {
  const playing = current(queue);
  const kept = new Set(queue.items);
  const order = (queue.order ?? queue.items).filter((item) => kept.has(item));
  const added = queue.items.filter((item) => !order.includes(item));
  const items = [...order, ...added];
  return {
    ...queue,
    shuffle: false,
    order: null,
    items,
    index: playing ? items.indexOf(playing) : queue.index,
  };
}
