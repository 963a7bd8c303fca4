/**
 * What the server says, in the page's language. It says it in English, and beside that by a code with what is filled
 * in; each other language has the sentences of all codes in a file `said.CODE.json`.
 */
import type { components } from '../api/schema';
import { i18n } from './index.svelte';
import german from './said.de.json';

export type Said = components['schemas']['Said'];
type Value = Said['values'][string];

export const SAID: Record<string, Record<string, string>> = { de: german };

/** Several things that the server says at once. */
const BETWEEN = '; ';
const SERVER_ERROR = 500;

/** Values that are written as they are at the beginning of a sentence too. */
const NAMES = ['file', 'name'];

/**
 * A sentence; in English where this language has none for it, as when the server is newer than the page, unless there
 * is something to say instead.
 */
export function say(
  english: string,
  said: Said | Said[] | null | undefined,
  instead: string = english,
): string {
  const all = said ? [said].flat() : [];
  const words = all.map(wordsOf);
  const known = words.length > 0 && words.every((one) => one !== null);
  const text = known ? words.join(BETWEEN) : i18n.language in SAID ? instead : english;
  return NAMES.some((name) => text.startsWith(String(all[0]?.values[name]))) ? text : capital(text);
}

/** What the server says went wrong; what it has no code for, only programs come upon: then that it did. */
export function sayProblem(status: number, english: string, said: Said | null | undefined): string {
  return say(english, said, status >= SERVER_ERROR ? i18n.t.failed : i18n.t.refused);
}

function wordsOf({ code, values }: Said): string | null {
  const template = SAID[i18n.language]?.[code];
  return template?.replace(/\{(\w+)\}/g, (_, name: string) => filled(name, values[name])) ?? null;
}

/** Values by their names: moods and emotions are words of the page, shares are percentages, moments are local. */
function filled(name: string, value: Value): string {
  const { t } = i18n;
  if (typeof value === 'object') return wordsOf(value) ?? '';
  if (typeof value === 'number') return name === 'share' ? i18n.percent(value) : i18n.number(value);
  if (name === 'mood' || name === 'to') return t.labels[value] ?? value;
  if (name === 'policy') return t.policies[value]?.[0] ?? value;
  if (name === 'until') return `${i18n.day(value)}, ${i18n.clock(value)}`;
  if (name === 'emotions') return each(value, t.labels);
  if (name === 'parts') return each(value, t.track.parts);
  return value;
}

const each = (names: string, words: Record<string, string>): string =>
  names
    .split(', ')
    .map((name) => words[name] ?? name)
    .join(', ');

const capital = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);
