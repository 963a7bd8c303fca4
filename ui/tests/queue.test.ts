import { describe, expect, test } from 'vitest';
import type { Track } from '../src/api';
import { levelGain } from '../src/player/level';
import {
  chosen,
  current,
  following,
  moved,
  NO_QUEUE,
  playNext,
  preceding,
  type Queue,
  removed,
  renewed,
  replanned,
  returned,
  shuffled,
  unshuffled,
  upcoming,
  without,
} from '../src/player/queue';

const track = (id: number): Track => ({ id, title: `Song ${id}` }) as Track;
const queue = (ids: number[], index: number, rest: Partial<Queue> = {}): Queue => ({
  ...NO_QUEUE,
  items: ids.map((id) => chosen(track(id))),
  index,
  ...rest,
});
const ids = (of: Queue): number[] => of.items.map((item) => item.track.id);

describe('what follows', () => {
  test('the next song, and nothing after the last', () => {
    expect(following(queue([1, 2], 0), false)).toBe(1);
    expect(following(queue([1, 2], 1), false)).toBe(-1);
  });
  test('the first again when the list repeats', () => {
    expect(following(queue([1, 2], 1, { repeat: 'all' }), false)).toBe(0);
    expect(preceding(queue([1, 2], 0, { repeat: 'all' }))).toBe(1);
  });
  test('the same song when one repeats, unless the listener asks for the next', () => {
    expect(following(queue([1, 2], 0, { repeat: 'one' }), false)).toBe(0);
    expect(following(queue([1, 2], 0, { repeat: 'one' }), true)).toBe(1);
  });
  test('a new mood leaves what plays and what was heard, and replaces the rest', () => {
    const planned = replanned(queue([1, 2, 3, 4], 1), [chosen(track(9)), chosen(track(2)), chosen(track(8))]);
    expect(ids(planned)).toEqual([1, 2, 9, 8]);
    expect(current(planned)?.track.id).toBe(2);
    expect(planned.moment).toBe(true);
  });
  test('a banned song is gone from what follows, and stays in what was heard', () => {
    expect(ids(without(queue([5, 1, 5, 2], 1), 5))).toEqual([5, 1, 2]);
  });
  test('a song that was dropped comes back to where it stood, each time it stood there', () => {
    const before = queue([5, 1, 5, 2, 5], 1);
    expect(ids(returned(without(before, 5), before, 5))).toEqual([5, 1, 5, 2, 5]);
    const later = { ...without(before, 5), index: 2 };
    expect(ids(returned(later, before, 5))).toEqual([5, 1, 2, 5, 5]); // nothing comes among what was heard
    expect(current(returned(later, before, 5))?.track.id).toBe(2);
  });
  test('a song that was dropped does not come into a list that it was never in', () => {
    const before = queue([1, 5, 2], 0);
    expect(ids(returned(queue([7, 8], 0), before, 5))).toEqual([7, 8]);
    expect(ids(returned(before, before, 5))).toEqual([1, 5, 2]);
  });
  test('taking out a song that was heard does not change which one plays', () => {
    expect(current(removed(queue([1, 2, 3], 2), 0))?.track.id).toBe(3);
    expect(ids(removed(queue([1, 2, 3], 1), 1))).toEqual([1, 2, 3]);
  });
  test('a song put next stands right behind the one that plays', () => {
    expect(ids(playNext(queue([1, 2], 0), chosen(track(7))))).toEqual([1, 7, 2]);
  });
  test('shuffling keeps every song and what was heard', () => {
    const mixed = shuffled(queue([1, 2, 3, 4, 5], 1), () => 0);
    expect(ids(mixed).slice(0, 2)).toEqual([1, 2]);
    expect(
      upcoming(mixed)
        .map((item) => item.track.id)
        .sort(),
    ).toEqual([3, 4, 5]);
    expect(ids(mixed)).not.toEqual([1, 2, 3, 4, 5]);
  });
  test('unshuffling brings the order back, without what was taken out and with what was added', () => {
    const plain = queue([1, 2, 3, 4, 5], 1);
    const changed = playNext(
      removed(
        shuffled(plain, () => 0),
        4,
      ),
      chosen(track(9)),
    );
    const gone = [1, 2, 3, 4, 5].filter((id) => !ids(changed).includes(id));
    const back = unshuffled(changed);
    expect(ids(back)).toEqual([...[1, 2, 3, 4, 5].filter((id) => !gone.includes(id)), 9]);
    expect(current(back)?.track.id).toBe(2);
    expect(back.shuffle).toBe(false);
  });
  test('a track that changed is shown so wherever it stands, and can still be unshuffled', () => {
    const mixed = shuffled(queue([1, 2, 3, 4], 0), () => 0);
    const now = renewed(mixed, new Map([[3, { mood: 'calm' as const }]]));
    expect(now.items.filter((item) => item.track.mood === 'calm').map((item) => item.track.id)).toEqual([3]);
    expect(ids(unshuffled(now))).toEqual([1, 2, 3, 4]);
  });
  test('moving puts one item elsewhere and keeps the order of the others', () => {
    expect(moved(['a', 'b', 'c', 'd'], 3, 1)).toEqual(['a', 'd', 'b', 'c']);
    expect(moved(['a', 'b', 'c', 'd'], 0, 2)).toEqual(['b', 'c', 'a', 'd']);
  });
});

describe('loudness', () => {
  test('loud songs are turned down and soft ones up, within bounds', () => {
    expect(20 * Math.log10(levelGain(-10))).toBeCloseTo(-6);
    expect(20 * Math.log10(levelGain(-19))).toBeCloseTo(3);
    expect(20 * Math.log10(levelGain(-60))).toBeCloseTo(6);
    expect(levelGain(null)).toBe(1);
  });
  test('a soft song with a high peak is turned up only as far as its peak allows', () => {
    expect(20 * Math.log10(levelGain(-22, -4))).toBeCloseTo(3);
    expect(levelGain(-22, 0)).toBe(1);
    expect(20 * Math.log10(levelGain(-10, 0))).toBeCloseTo(-6);
  });
});
