import { expect, test } from 'vitest';
import { labelOf, progressOf, sorted, steps } from '../src/training/examples';

const EMOTIONS = ['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral'] as const;
const file = (path: string, size = 1000) => ({
  name: path.split('/').at(-1)!,
  size,
  webkitRelativePath: path.includes('/') ? path : '',
});

test('a folder names the label, in any case, by noun too, and the nearest one counts', () => {
  const { labelled, unknown, others } = sorted(
    [
      file('faces/Happy/a.jpg'),
      file('faces/happiness/b.PNG'),
      file('faces/train/sad/c.webp'),
      file('faces/happy/neutral/d.jpg'),
      file('faces/bored/e.jpg'),
      file('faces/sad/notes.txt'),
      file('loose.jpg'),
    ],
    'emotion',
    EMOTIONS,
  );
  expect([...labelled].map(([label, files]) => [label, files.map((one) => one.name)])).toEqual([
    ['happy', ['a.jpg', 'b.PNG']],
    ['sad', ['c.webp']],
    ['neutral', ['d.jpg']],
  ]);
  expect([...unknown]).toEqual([
    ['bored', 1],
    ['', 1],
  ]);
  expect(others).toBe(1);
});

test('a mood is no label of the network for faces', () => {
  expect(labelOf('tender', EMOTIONS)).toBeNull();
  expect(labelOf(' Afraid ', EMOTIONS)).toBe('fear');
});

test('songs are told by their ending', () => {
  const { labelled, others } = sorted([file('m/calm/a.flac'), file('m/calm/b.jpg')], 'mood', ['calm', 'sad']);
  expect(labelled.get('calm')).toHaveLength(1);
  expect(others).toBe(1);
});

test('files travel in steps that the server takes, none lost, none twice', () => {
  const many = Array.from({ length: 350 }, (_, i) => file(`f/happy/${i}.jpg`, 100_000));
  const large = [file('f/happy/x.jpg', 50_000_000), file('f/happy/y.jpg', 50_000_000)];
  const all = steps([...many, ...large]);
  expect(all.flat()).toEqual([...many, ...large]);
  for (const step of all) {
    expect(step.length).toBeLessThanOrEqual(500);
    if (step.length > 1) expect(step.reduce((sum, one) => sum + one.size, 0)).toBeLessThan(64 * 1024 * 1024);
  }
  expect(all.at(-1)).toEqual([large[1]]);
});

test('the last line that tells says how far a training is', () => {
  expect(progressOf(['Reading', 'epoch 2/30  loss 1.5'])).toEqual({ what: 'epoch', done: 2, total: 30 });
  expect(progressOf(['epoch 2/30  loss 1.5', 'epoch 3/30  step 50/100  loss 1.2'])).toEqual({
    what: 'epoch',
    done: 2.5,
    total: 30,
  });
  expect(progressOf(['fold 1/5  f1 0.4', 'done'])).toEqual({ what: 'fold', done: 1, total: 5 });
  expect(progressOf(['nothing yet'])).toBeNull();
});
