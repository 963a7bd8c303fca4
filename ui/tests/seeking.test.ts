/** Winding a song by keyboard, and its place in words. */
import { expect, test } from 'vitest';
import { soughtBy, spoken } from '../src/player/seeking';

test('arrow keys wind by five seconds, page keys by thirty', () => {
  expect(soughtBy('ArrowRight', 10, 200)).toBe(15);
  expect(soughtBy('ArrowUp', 10, 200)).toBe(15);
  expect(soughtBy('ArrowLeft', 10, 200)).toBe(5);
  expect(soughtBy('ArrowDown', 10, 200)).toBe(5);
  expect(soughtBy('PageUp', 10, 200)).toBe(40);
  expect(soughtBy('PageDown', 100, 200)).toBe(70);
});

test('no key winds before the beginning, or into the next song', () => {
  expect(soughtBy('ArrowLeft', 2, 200)).toBe(0);
  expect(soughtBy('Home', 100, 200)).toBe(0);
  expect(soughtBy('End', 100, 200)).toBe(195);
  expect(soughtBy('PageUp', 190, 200)).toBe(195);
  expect(soughtBy('ArrowRight', 198, 200)).toBe(198); // in the last seconds it stays, and does not go back
  expect(soughtBy('End', 1, 3)).toBe(0);
});

test('other keys wind nothing', () => {
  for (const key of ['a', 'Enter', ' ', 'Tab', 'toString']) expect(soughtBy(key, 10, 200)).toBeNull();
});

test('a place in the song is said as people say it', () => {
  expect(spoken(65.9, 'en')).toBe('1 minute 5 seconds');
  expect(spoken(65.9, 'de')).toBe('1 Minute 5 Sekunden');
  expect(spoken(60, 'en')).toBe('1 minute');
  expect(spoken(3723, 'en')).toBe('1 hour 2 minutes 3 seconds');
  expect(spoken(0, 'en')).toBe('0 seconds');
});
