import { expect, test } from 'vitest';
import type { Track } from '../src/api';
import { daysOf, type Heard, helped, type Read } from '../src/journal/days';

const track = (id: number): Track => ({ id, title: `Song ${id}`, duration_s: 200 }) as Track;
const at = (minute: number): string => new Date(2026, 10, 25, 12, minute).toISOString();
const read = (minute: number, valence: number, certain = true): Read => ({
  read_at: at(minute),
  emotion: valence > 0 ? 'happy' : 'sad',
  certain,
  valence,
});
const heard = (id: number, minute: number, played_s = 200): Heard => ({
  track: track(id),
  started_at: at(minute),
  played_s,
});

test('a song helped where the reading after it was more pleasant than the one before', () => {
  const readings = [read(0, -0.5), read(10, 0.3), read(20, 0.2)];
  const [best, ...others] = helped(readings, [heard(1, 2), heard(2, 12)]);
  expect(best.track.id).toBe(1);
  expect(best.lift).toBeCloseTo(0.8);
  expect(others).toEqual([]); // the second song was followed by a reading that is hardly another
});

test('what was hardly heard, and readings that were unsure or long ago, say nothing', () => {
  expect(helped([read(0, -0.5), read(10, 0.5)], [heard(1, 2, 30)])).toEqual([]);
  expect(helped([read(0, -0.5, false), read(10, 0.5)], [heard(1, 2)])).toEqual([]);
  expect(helped([read(0, -0.5), read(59, 0.5)], [heard(1, 5)])).toEqual([]);
});

test('a song that helped twice stands before one that helped once as much', () => {
  const readings = [
    read(0, -0.4),
    read(6, 0.2),
    read(12, -0.4),
    read(18, 0.2),
    read(24, -0.4),
    read(30, 0.2),
  ];
  const order = helped(readings, [heard(1, 1), heard(2, 13), heard(2, 25)]).map((one) => one.track.id);
  expect(order).toEqual([2, 1]);
});

test('days are the listener’s own, and begin at their midnight', () => {
  const late = { ...heard(1, 0), started_at: new Date(2026, 10, 25, 23, 59).toISOString() };
  const early = { ...heard(2, 0), started_at: new Date(2026, 10, 26, 0, 1).toISOString() };
  const days = daysOf([read(0, 0.5)], [late, early]);
  expect(days.map((day) => day.start.getDate())).toEqual([26, 25]);
  expect(days[1].dots).toHaveLength(1);
  expect(days[1].dots[0].at).toBeCloseTo(0.5);
});
