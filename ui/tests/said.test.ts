/** What the server says is said in the page's language. */
import { readFileSync } from 'node:fs';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Said } from '../src/i18n/said';

vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
vi.stubGlobal('navigator', { language: 'en', languages: ['de'] });
const manifest = { href: '/manifest.webmanifest' };
vi.stubGlobal('document', { documentElement: { lang: 'en' }, querySelector: () => manifest });
const { i18n, LANGUAGES } = await import('../src/i18n/index.svelte');
const { SAID, say, sayProblem } = await import('../src/i18n/said');

beforeEach(() => i18n.choose('de'));

const HEARD: Said = { code: 'mood_heard', values: { mood: 'sad', share: 0.62 } };
const WHY: Said[] = [
  {
    code: 'mood_wanted',
    values: { heard: HEARD, because: { code: 'fits', values: { face: { code: 'face_sad', values: {} } } } },
  },
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

test('a problem that has no code, or none that this page knows, is said in general', () => {
  expect(sayProblem(422, 'body.mood: field required', null)).toBe('So nimmt der Server das nicht an.');
  expect(sayProblem(422, 'the moon is full', { code: 'moon', values: {} })).toMatch(/^So nimmt/);
  expect(sayProblem(500, 'Internal Server Error', null)).toMatch(/^Im Server ist etwas schiefgegangen/);
  const none: Said = { code: 'song_no_audio', values: { file: 'film.mp4' } };
  expect(sayProblem(422, 'film.mp4 holds no audio', none)).toBe('film.mp4 enthält keinen Ton');
  i18n.choose('en');
  expect(sayProblem(422, 'body.mood: field required', null)).toBe('Body.mood: field required');
});

test('the page is told its language, and what it is installed as', () => {
  expect([document.documentElement.lang, manifest.href]).toEqual(['de', '/manifest.de.webmanifest']);
  i18n.choose('en');
  expect([document.documentElement.lang, manifest.href]).toEqual(['en', '/manifest.webmanifest']);
});

test('every language but English has a manifest of its own, which says so', () => {
  for (const language of Object.keys(SAID)) {
    const text = readFileSync(new URL(`../public/manifest.${language}.webmanifest`, import.meta.url), 'utf8');
    expect(JSON.parse(text).lang).toBe(language);
  }
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

test('a file keeps its small letter at the beginning of a sentence', () => {
  const none: Said = { code: 'song_no_audio', values: { file: 'film.mp4' } };
  expect(say('', none)).toBe('film.mp4 enthält keinen Ton');
  i18n.choose('en');
  expect(say('film.mp4 holds no audio', none)).toBe('film.mp4 holds no audio');
});

test('every language but English has its sentences', () => {
  expect(Object.keys(SAID)).toEqual(Object.keys(LANGUAGES).filter((language) => language !== 'en'));
});
