/** Every word is in every language, and is said somewhere. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { de } from '../src/i18n/de';
import { en } from '../src/i18n/en';

type Words = Record<string, unknown>;

/** Paths to every text, such as "player.play"; a list's members are one. */
function pathsOf(words: Words, before = ''): string[] {
  return Object.entries(words).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? pathsOf(value as Words, `${before}${name}.`)
      : [`${before}${name}`],
  );
}

const at = (words: Words, path: string): unknown =>
  path.split('.').reduce<unknown>((value, name) => (value as Words)[name], words);

const SOURCES = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(svelte|ts)$/.test(name) && !/^i18n\/(en|de|pages\.\w+)\.ts$/.test(name))
  .map((name) => readFileSync(join('src', name), 'utf8'));
const SAID = SOURCES.join('\n');

test('both languages have the same words, and each is of the same kind', () => {
  expect(pathsOf(de)).toEqual(pathsOf(en));
  for (const path of pathsOf(en)) {
    const [english, german] = [at(en, path), at(de, path)];
    expect(typeof german, path).toBe(typeof english);
    if (Array.isArray(english)) expect((german as unknown[]).length, path).toBe(english.length);
    if (typeof english === 'function') expect((german as () => string).length, path).toBe(english.length);
    if (typeof english === 'string') expect((german as string).trim(), path).not.toBe('');
  }
});

test('keys have their German names', () => {
  const names = ['C major', 'A minor', 'F# minor', 'B major', 'B minor', 'unheard of'];
  const german = ['C-Dur', 'a-Moll', 'fis-Moll', 'H-Dur', 'h-Moll', 'unheard of'];
  expect(names.map((name) => de.track.keyName(name))).toEqual(german);
  expect(names.map((name) => en.track.keyName(name))).toEqual(names);
});

/** Groups that are looked up by a name that the page learns: `t.labels[mood]`. */
const lookedUp = (path: string): boolean => {
  const parents = path.split('.').slice(0, -1);
  return parents.some((_, i) => {
    const group = parents.slice(0, i + 1).join('\\??\\.');
    return new RegExp(`\\bt\\.${group}((\\?\\.)?\\[| as Record)`).test(SAID);
  });
};

test('every word is used', () => {
  const unused = pathsOf(en).filter((path) => {
    const used = new RegExp(`\\bt\\.${path.replaceAll('.', '\\??\\.')}\\b`).test(SAID);
    return !used && !lookedUp(path) && !['code', 'name'].includes(path);
  });
  expect(unused).toEqual([]);
});
