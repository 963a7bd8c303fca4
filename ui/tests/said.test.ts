/** What the server says is said in the page's language. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { Said } from '../src/i18n/said';

vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
vi.stubGlobal('navigator', { language: 'en', languages: ['de'] });
vi.stubGlobal('document', { documentElement: { lang: 'en' } });
const { i18n, LANGUAGES } = await import('../src/i18n/index.svelte');
const { SAID, say } = await import('../src/i18n/said');

beforeEach(() => i18n.choose('de'));

const HEARD: Said = { code: 'mood_heard', values: { mood: 'sad', share: 0.62 } };
const WHY: Said[] = [
  { code: 'mood_wanted', values: { heard: HEARD, because: { code: 'fits_sad', values: {} } } },
  { code: 'liked', values: {} },
];

test('a reason is said in German, with its parts and the words of the page', () => {
  expect(say('sad with 62%, which fits a sad face; you like it', WHY).replaceAll('\u00a0', ' ')).toBe(
    'Traurig zu 62 %, passend zu einem traurigen Gesicht; du magst es',
  );
});

test('English is what the server wrote', () => {
  i18n.choose('en');
  expect(say('sad with 62%', [HEARD])).toBe('Sad with 62%');
});

test('what this page does not know yet is said in English', () => {
  expect(say('the moon is full', { code: 'moon', values: {} })).toBe('The moon is full');
  expect(say('sad; the moon is full', [HEARD, { code: 'moon', values: {} }])).toBe('Sad; the moon is full');
  expect(say('something else', null)).toBe('Something else');
});

test('names are left as they are, whatever words of the page they look like', () => {
  const song: Said = { code: 'song_by', values: { title: 'happy', artist: 'calm' } };
  expect(say('', { code: 'you_like', values: { song } })).toBe('Du magst happy von calm');
});

test('lists of emotions and of weights, policies and moments are in the words of the page', () => {
  expect(say('', { code: 'you_made_table', values: { emotions: 'fear, sad' } })).toContain('Angst, traurig');
  expect(say('', { code: 'you_set_weights', values: { parts: 'variety' } })).toContain('Zufall');
  expect(say('', { code: 'you_chose_policy', values: { policy: 'lift' } })).toContain('Aufhellend');
  const until = { song: 'Regen', until: '2026-12-24T20:15:00Z' };
  expect(say('', { code: 'not_now_until', values: until })).toMatch(/Donnerstag, 24. Dezember, \d\d:15/);
});

test('every language but English has its sentences', () => {
  expect(Object.keys(SAID)).toEqual(Object.keys(LANGUAGES).filter((language) => language !== 'en'));
});
