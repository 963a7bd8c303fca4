/** What went wrong is a sentence in the page's language, and what can be undone waits for whoever wants it. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

vi.stubGlobal('localStorage', { getItem: () => 'de', setItem: () => undefined });
vi.stubGlobal('document', { documentElement: { lang: 'en' }, querySelector: () => null });
const { toasts, wordsOf } = await import('../src/design/toasts.svelte');
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

describe('what can be undone', () => {
  const said = (): string[] => toasts.all.map(({ text }) => text);
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.runAllTimers();
    vi.useRealTimers();
  });

  test('waits longer than what is only said', () => {
    toasts.say('only said');
    toasts.say('can be undone', () => undefined);
    vi.advanceTimersByTime(8_000);
    expect(said()).toEqual(['can be undone']);
    vi.advanceTimersByTime(8_000);
    expect(said()).toEqual([]);
  });

  test('stays while the listener points at it or has the focus in it, and its whole time beyond', () => {
    toasts.say('one', () => undefined);
    const [{ id }] = toasts.all;
    toasts.hold(id, 'pointer');
    toasts.hold(id, 'focus');
    toasts.say('another');
    vi.advanceTimersByTime(60_000);
    toasts.release(id, 'pointer');
    vi.advanceTimersByTime(60_000);
    expect(said()).toEqual(['one', 'another']);
    toasts.release(id, 'focus');
    vi.advanceTimersByTime(14_000);
    expect(said()).toEqual(['one']);
    vi.advanceTimersByTime(2_000);
    expect(said()).toEqual([]);
  });

  test('one that goes while it is held lets the others go', () => {
    toasts.say('held', () => undefined);
    toasts.say('other');
    toasts.hold(toasts.all[0].id, 'pointer');
    toasts.undo(toasts.all[0]);
    vi.advanceTimersByTime(8_000);
    expect(said()).toEqual([]);
  });

  test('the newest is undone first, once each, and what cannot be undone is passed over', () => {
    const undone: string[] = [];
    toasts.say('first', () => undone.push('first'));
    toasts.say('second', () => undone.push('second'));
    toasts.say('no way back');
    expect([toasts.undo(), toasts.undo(), toasts.undo()]).toEqual([true, true, false]);
    expect(undone).toEqual(['second', 'first']);
    expect(said()).toEqual(['no way back']);
  });

  test('three are shown at most', () => {
    for (const text of ['1', '2', '3', '4']) toasts.say(text);
    expect(said()).toEqual(['2', '3', '4']);
  });
});
