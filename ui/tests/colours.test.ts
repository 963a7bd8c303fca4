import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ICONS } from '../src/design/icons';
import { MOODS } from '../src/design/moods';
import { de } from '../src/i18n/de';
import { en } from '../src/i18n/en';

const css = readFileSync('src/design/tokens.css', 'utf8');
const [light, dark] = css.split("[data-theme='dark']");
const colour = (theme: string, name: string): number[] => {
  const hex = new RegExp(`--${name}: #([0-9a-f]{6})`).exec(theme)![1];
  return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
};
const linear = (c: number): number => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);

/** What a colour-blind eye sees: Machado, Oliveira and Fernandes (2009), severity 1. */
const EYES: Record<string, number[][]> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function lab(rgb: number[]): number[] {
  const [r, g, b] = rgb;
  const xyz = [
    (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
    0.2126 * r + 0.7152 * g + 0.0722 * b,
    (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
  ].map((v) => (v > 0.008856 ? Math.cbrt(v) : 7.787 * v + 16 / 116));
  return [116 * xyz[1] - 16, 500 * (xyz[0] - xyz[1]), 200 * (xyz[1] - xyz[2])];
}

describe.each([
  ['light', light],
  ['dark', dark],
])('in the %s theme', (_, theme) => {
  test.each(Object.entries(EYES))('eyes with %s tell the seven moods apart', (__, matrix) => {
    const seen = MOODS.map((mood) => {
      const rgb = colour(theme, mood).map(linear);
      return lab(
        matrix.map((row) =>
          Math.min(
            1,
            Math.max(
              0,
              row.reduce((sum, v, i) => sum + v * rgb[i], 0),
            ),
          ),
        ),
      );
    });
    for (let a = 0; a < MOODS.length; a++) {
      for (let b = 0; b < a; b++) {
        const away = Math.hypot(...seen[a].map((v, i) => v - seen[b][i]));
        expect(away, `${MOODS[a]} and ${MOODS[b]}`).toBeGreaterThan(10);
      }
    }
  });
  test('words stand out from what is behind them', () => {
    const light_of = (name: string): number => {
      const [r, g, b] = colour(theme, name).map(linear);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    };
    for (const ground of ['ground', 'surface', 'raised']) {
      for (const words of ['ink', 'muted', 'danger']) {
        const [a, b] = [light_of(ground), light_of(words)];
        expect(Math.max(a, b) / Math.min(a, b), `${words} on ${ground}`).toBeGreaterThan(4.5);
      }
    }
  });
});

test('each mood has a shape of its own', () => {
  expect(new Set(MOODS.map((mood) => ICONS[mood])).size).toBe(7);
});

test('German says everything that English says', () => {
  const keys = (text: object, at = ''): string[] =>
    Object.entries(text).flatMap(([key, value]) =>
      typeof value === 'object' && value !== null ? keys(value, `${at}${key}.`) : [`${at}${key}`],
    );
  expect(keys(de).sort()).toEqual(keys(en).sort());
});
