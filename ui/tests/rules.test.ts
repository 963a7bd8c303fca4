import { expect, test } from 'vitest';
import { type Edited, fromJson, NEW, ofField, ofTest, toJson, unitOf } from '../src/playlists/rules';

const QUIET: Edited = {
  combine: 'all',
  tests: [
    { field: 'mood', test: 'in', value: ['calm', 'tender'] },
    { field: 'days_since_played', test: 'above', value: 30 },
    { field: 'labelled', test: 'is', value: true },
  ],
  order: 'calm',
  descending: true,
  limit: 50,
};

test('what is edited is what is saved, and comes back the same', () => {
  expect(toJson(QUIET)).toEqual({
    all: [
      { field: 'mood', in: ['calm', 'tender'] },
      { field: 'days_since_played', above: 30 },
      { field: 'labelled', is: true },
    ],
    order: '-calm',
    limit: 50,
  });
  expect(fromJson(toJson(QUIET))).toEqual(QUIET);
  expect(fromJson(toJson(NEW))).toEqual(NEW);
});

test('one rule alone, and none, can be edited too', () => {
  expect(fromJson({ field: 'artist', is: 'Ada' })?.tests).toEqual([
    { field: 'artist', test: 'is', value: 'Ada' },
  ]);
  expect(fromJson({ limit: 5 })).toEqual({
    combine: 'all',
    tests: [],
    order: null,
    descending: false,
    limit: 5,
  });
});

test('rules that rows cannot show are left to the text', () => {
  expect(fromJson({ all: [{ any: [{ field: 'mood', is: 'sad' }] }] })).toBeNull();
  expect(fromJson({ all: [{ field: 'shoe_size', is: 44 }] })).toBeNull();
  expect(fromJson({ all: [], any: [] })).toBeNull();
});

test('another field keeps the test where it makes sense, and begins anew where not', () => {
  const artist = { field: 'artist', test: 'contains', value: 'Ada' };
  expect(ofField('album', artist)).toEqual({ ...artist, field: 'album' });
  expect(ofField('year', artist)).toEqual({ field: 'year', test: 'at_least', value: 0 });
  expect(ofField('mood', artist)).toEqual({ field: 'mood', test: 'in', value: ['happy'] });
  expect(ofField('rating', ofField('mood'))).toEqual({ field: 'rating', test: 'in', value: ['like'] });
});

test('"one of" holds several, the others one', () => {
  const several = { field: 'mood', test: 'in', value: ['sad', 'calm'] };
  expect(ofTest(several, 'is_not')).toEqual({ field: 'mood', test: 'is_not', value: 'sad' });
  expect(ofTest(ofTest(several, 'is'), 'in').value).toEqual(['sad']);
});

test('numbers are shown in the units of people', () => {
  expect(unitOf('happy')).toMatchObject({ factor: 100, unit: 'percent' });
  expect(unitOf('duration_s').factor * 90).toBe(1.5);
});
