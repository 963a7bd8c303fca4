/** One of a thing is said of one. */
import { expect, test } from 'vitest';
import { pages as de } from '../src/i18n/pages.de';
import { pages as en } from '../src/i18n/pages.en';

type Counts = (...numbers: number[]) => string;

test.each<[string, Counts, string]>([
  ['listens', en.histories.listens, '1 listen'],
  ['listens taken back', en.histories.undone, '1 listen is taken back.'],
  ['plays that are new', en.histories.added, '1 is new.'],
  ['entries left out', en.histories.leftOut, '1 entry names no song or no time.'],
  ['what is new here', en.histories.restored, 'New here: 1 rating, 1 corrected mood, 1 wish.'],
  ['songs of a file', en.playlists.leftOut, '1 song of the file is not in the library'],
  ['examples', en.training.examples, '1 example'],
  ['other files', en.training.others, '1 other file is left out.'],
  ['seconds', en.login.wait, 'Too many tries. Wait 1 second.'],
  ['songs in a circle', en.map.taken, '1 song in your circle'],
  ['entries left out, in German', de.histories.leftOut, '1 Eintrag nennt kein Lied oder keine Zeit.'],
  ['plays that are new, in German', de.histories.added, '1 ist neu.'],
  [
    'what is new here, in German',
    de.histories.restored,
    'Neu hier: 1 Bewertung, 1 berichtigte Stimmung, 1 Wunsch.',
  ],
  ['examples, in German', de.training.examples, '1 Beispiel'],
  ['seconds, in German', de.login.wait, 'Zu viele Versuche. Warte 1 Sekunde.'],
])('%s', (_, said, one) => {
  expect(said(1, 1, 1)).toBe(one);
  expect(said(1200, 1200, 1200)).toMatch(/1[.,]200/);
});
