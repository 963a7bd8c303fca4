/** What went wrong is a sentence in the page's language. */
import { expect, test, vi } from 'vitest';

vi.stubGlobal('localStorage', { getItem: () => 'de', setItem: () => undefined });
vi.stubGlobal('document', { documentElement: { lang: 'en' }, querySelector: () => null });
const { wordsOf } = await import('../src/design/toasts.svelte');
const { Problem } = await import('../src/api/client');

test('what the page and the server say of an error is shown', () => {
  expect(wordsOf(new Problem(404, 'Dieses Lied gibt es nicht (mehr)'))).toBe(
    'Dieses Lied gibt es nicht (mehr)',
  );
  expect(wordsOf(new Error('Das Bild lässt sich nicht lesen.'))).toBe('Das Bild lässt sich nicht lesen.');
});

test('what a browser throws is not shown: it is English, whatever the page speaks', () => {
  const warned = vi.spyOn(console, 'warn').mockReturnValue();
  for (const thrown of [
    new TypeError('Failed to fetch'),
    new RangeError('this is no map'),
    'oops',
    undefined,
  ])
    expect(wordsOf(thrown)).toBe('In der Seite ist etwas schiefgegangen: Lade sie neu.');
  expect(warned).toHaveBeenCalledTimes(4);
});
