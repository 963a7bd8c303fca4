/** What the player keeps over a reload comes back as it was. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { Track } from '../src/api';
import { type Kept, keep, recall } from '../src/player/kept';
import { chosen, NO_QUEUE, playNext, type Queue, shuffled, unshuffled } from '../src/player/queue';

const store = new Map<string, string>();
vi.stubGlobal('localStorage', {
  getItem: (key: string) => store.get(key) ?? null,
  setItem: (key: string, value: string) => store.set(key, value),
});
beforeEach(() => store.clear());

const list = (n: number, index = 0): Queue => ({
  ...NO_QUEUE,
  items: Array.from({ length: n }, (_, id) => chosen({ id } as Track)),
  index,
});
const ids = (queue: Queue): number[] => queue.items.map((item) => item.track.id);
const kept = (queue: Queue, rest: Partial<Kept> = {}): Kept => ({
  queue,
  position_s: 3,
  sleep_at: null,
  volume: 1,
  muted: false,
  rate: 1,
  fade_s: 0,
  levelled: true,
  ...rest,
});
const reloaded = (queue: Queue): Queue => {
  keep(kept(queue));
  return recall()!.queue;
};

test('a shuffled list can be put in order after a reload, with what was added since', () => {
  const mixed = playNext(
    shuffled(list(8, 1), () => 0),
    chosen({ id: 99 } as Track),
  );
  expect(ids(mixed)).not.toEqual(ids(unshuffled(mixed)));
  expect(ids(unshuffled(reloaded(mixed)))).toEqual(ids(unshuffled(mixed)));
  expect(ids(reloaded(mixed))).toEqual(ids(mixed));
});

test('of a very long list the songs around the one that plays are kept, in order too', () => {
  const back = reloaded(shuffled(list(1000, 700), () => 0.5));
  expect(back.items[back.index].track.id).toBe(700);
  expect(back.items).toHaveLength(300);
  const plain = ids(unshuffled(back));
  expect(plain).toEqual([...plain].sort((a, b) => a - b));
});

test('a list that was not shuffled stays so', () => {
  expect(reloaded(list(3)).order).toBeNull();
});

test('a timer that ends with the song is kept as one that ends at a time', () => {
  for (const sleep_at of ['end', 1_900_000_000_000, null] as const) {
    keep(kept(list(2), { sleep_at }));
    expect(recall()?.sleep_at).toBe(sleep_at);
  }
});

test('what another page wrote, and this one cannot read, is as good as nothing', () => {
  for (const written of ['', 'no JSON', '{}', '{"queue":{},"volume":1}']) {
    store.set('mien.player', written);
    expect(recall()).toBeNull();
  }
});
