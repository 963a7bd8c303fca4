/** Rules of smart playlists: as the editor holds them, and as the server knows them (docs/playlists.md). Pure. */
import { MOODS } from '../design/moods';

export const TEXTS = ['title', 'artist', 'album', 'genre', 'key', 'path'] as const;
export const NUMBERS = [
  ...['year', 'duration_s', 'tempo_bpm', 'valence', 'arousal', 'plays', 'days_since_played', 'track_number'],
  ...MOODS,
] as const;
export const CHOICES: Record<string, readonly string[]> = {
  mood: MOODS,
  rating: ['like', 'dislike', 'ban', 'none'],
};
export const SWITCHES = ['labelled', 'certain'] as const;
/** In the order in which people reach for them. */
export const FIELDS: readonly string[] = [
  ...['mood', 'rating', 'artist', 'genre', 'album', 'title', 'year', 'plays', 'days_since_played'],
  ...['tempo_bpm', 'duration_s', 'valence', 'arousal', 'key', 'labelled', 'certain', 'path', 'track_number'],
  ...MOODS,
];
export const COMBINES = ['all', 'any', 'none'] as const;

export type Kind = 'text' | 'number' | 'choice' | 'switch';
export type Value = string | number | boolean | string[];
export interface Test {
  field: string;
  test: string;
  value: Value;
}
export interface Edited {
  combine: (typeof COMBINES)[number];
  tests: Test[];
  order: string | null;
  descending: boolean;
  limit: number | null;
}
export type Json = Record<string, unknown>;

export function kindOf(field: string): Kind {
  if (field in CHOICES) return 'choice';
  if ((SWITCHES as readonly string[]).includes(field)) return 'switch';
  return (TEXTS as readonly string[]).includes(field) ? 'text' : 'number';
}

export const TESTS: Record<Kind, readonly string[]> = {
  text: ['is', 'is_not', 'contains', 'lacks', 'starts_with'],
  number: ['at_least', 'at_most', 'is', 'is_not', 'above', 'below'],
  choice: ['in', 'is', 'is_not'],
  switch: ['is'],
};

/** How the page shows a number: a share of a mood in percent, a length in minutes. */
export function unitOf(field: string): { factor: number; unit: 'percent' | 'minutes' | null; step: number } {
  if ((MOODS as readonly string[]).includes(field)) return { factor: 100, unit: 'percent', step: 1 };
  if (field === 'duration_s') return { factor: 1 / 60, unit: 'minutes', step: 0.5 };
  return { factor: 1, unit: null, step: field === 'valence' || field === 'arousal' ? 0.1 : 1 };
}

const FIRST: Record<Kind, Value> = { text: '', number: 0, choice: [], switch: true };

/** A test of another field: it keeps what still makes sense. */
export function ofField(field: string, before: Test | null = null): Test {
  const kind = kindOf(field);
  if (before && kind === kindOf(before.field) && kind !== 'choice') return { ...before, field };
  const [test] = TESTS[kind];
  return { field, test, value: kind === 'choice' ? [CHOICES[field][0]] : FIRST[kind] };
}

/** The same with another test: "one of" holds several, the others hold one. */
export function ofTest(before: Test, test: string): Test {
  const { value } = before;
  if (kindOf(before.field) !== 'choice') return { ...before, test };
  const several = Array.isArray(value) ? value : [String(value)];
  return { ...before, test, value: test === 'in' ? several : (several[0] ?? CHOICES[before.field][0]) };
}

export const NEW: Edited = {
  combine: 'all',
  tests: [{ field: 'mood', test: 'in', value: ['calm'] }],
  order: null,
  descending: false,
  limit: null,
};

export function toJson({ combine, tests, order, descending, limit }: Edited): Json {
  return {
    ...(tests.length > 0
      ? { [combine]: tests.map(({ field, test, value }) => ({ field, [test]: value })) }
      : {}),
    ...(order ? { order: descending ? `-${order}` : order } : {}),
    ...(limit ? { limit } : {}),
  };
}

/** The rules as the editor can hold them; null where they are nested deeper, which only text can say. */
export function fromJson(json: Json): Edited | null {
  const { order, limit, ...rest } = json;
  const text = typeof order === 'string' ? order : null;
  const head = {
    order: text?.replace(/^-/, '') ?? null,
    descending: text?.startsWith('-') ?? false,
    limit: typeof limit === 'number' ? limit : null,
  };
  const names = Object.keys(rest);
  if (names.length === 0) return { combine: 'all', tests: [], ...head };
  const combine = COMBINES.find((name) => names.length === 1 && names[0] === name);
  const members = combine ? rest[combine] : [rest];
  if (!Array.isArray(members)) return null;
  const tests = members.map(testOf);
  return tests.every((test) => test !== null) ? { combine: combine ?? 'all', tests, ...head } : null;
}

function testOf(json: unknown): Test | null {
  if (typeof json !== 'object' || json === null || !('field' in json)) return null;
  const { field, ...rest } = json as Json;
  const [entry, ...more] = Object.entries(rest);
  if (typeof field !== 'string' || !FIELDS.includes(field) || !entry || more.length > 0) return null;
  const [test, value] = entry;
  return TESTS[kindOf(field)].includes(test) ? { field, test, value: value as Value } : null;
}
