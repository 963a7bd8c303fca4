import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { calibrate, calibrationRules, correct, NO_OFFSETS } from '../src/sensing/calibration';
import { measureQuality } from '../src/sensing/quality';
import { rulesOf, Smoother, topOf } from '../src/sensing/reading';
import { type Distribution, type Emotion, EMOTIONS, type Quality } from '../src/sensing/types';

const golden = (name: string) => JSON.parse(readFileSync(`../tests/golden/${name}.json`, 'utf8'));

interface Case {
  name: string;
  offsets: Distribution | null;
  frames: {
    time_s: number | null;
    width: number;
    height: number;
    faces: { box: number[]; probabilities: Distribution; quality: Quality | null }[];
  }[];
  readings: {
    top: string | null;
    held: string | null;
    certain: boolean;
    reason_code: string | null;
    probabilities: Distribution | null;
    clear: number;
    age_s: number | null;
    frames: number;
  }[];
}

describe('the page reads as the server does', () => {
  const { decision, cases } = golden('reading') as { decision: Record<string, unknown>; cases: Case[] };
  test.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const smoother = new Smoother(rulesOf(decision), one.offsets ?? NO_OFFSETS);
    one.frames.forEach((frame, i) => {
      const faces = frame.faces.map(({ box: [x, y, width, height], ...face }) => ({
        ...face,
        box: { x, y, width, height },
      }));
      const got = smoother.add({ ...frame, faces, time_s: frame.time_s ?? 0 });
      const want = one.readings[i];
      expect([got.held, got.certain, got.reason, got.frames], `frame ${i}`).toEqual([
        want.held,
        want.certain,
        want.reason_code,
        want.frames,
      ]);
      expect(got.probabilities && topOf(got.probabilities)).toBe(want.top);
      expect(got.clear).toBeCloseTo(want.clear, 4);
      if (want.age_s === null) expect(got.age_s).toBeNull();
      else expect(got.age_s).toBeCloseTo(want.age_s, 4);
      for (const emotion of want.probabilities ? EMOTIONS : []) {
        expect(got.probabilities![emotion]).toBeCloseTo(want.probabilities![emotion], 4);
      }
    });
  });
});

describe('the page measures a face as the server does', () => {
  interface Picture {
    name: string;
    pixels: number[][];
    box: number[];
    picture: [number, number] | null;
    quality: Quality;
  }
  const { pictures } = golden('quality') as { pictures: Picture[] };
  test.each(pictures.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const data = Uint8Array.from(one.pixels.flat());
    const [x, y, width, height] = one.box;
    const picture = one.picture && { width: one.picture[0], height: one.picture[1] };
    const got = measureQuality({ width: 64, height: 64, data }, { x, y, width, height }, picture);
    for (const [name, value] of Object.entries(one.quality)) {
      if (value === null) expect(got[name as keyof Quality]).toBeNull();
      else expect(got[name as keyof Quality], name).toBeCloseTo(value, 4);
    }
  });
});

describe('the page learns a face as the server does', () => {
  interface Golden {
    decision: Record<string, unknown>;
    calibrations: { name: string; shown: Partial<Record<Emotion, Distribution[]>>; offsets: Distribution }[];
    corrections: {
      name: string;
      before: Distribution;
      probabilities: Distribution;
      felt: Emotion;
      after: Distribution;
    }[];
  }
  const { decision, calibrations, corrections } = golden('reading') as Golden;
  const rules = calibrationRules(decision);
  const same = (got: Distribution, want: Distribution): void => {
    for (const emotion of EMOTIONS) expect(got[emotion], emotion).toBeCloseTo(want[emotion], 4);
  };
  test.each(calibrations.map((one) => [one.name, one] as const))('calibrated: %s', (_, one) => {
    same(calibrate(one.shown, rules), one.offsets);
  });
  test.each(corrections.map((one) => [one.name, one] as const))('corrected: %s', (_, one) => {
    same(correct(one.before, one.probabilities, one.felt, rules), one.after);
  });
  test('where an artifact says nothing, both take the same numbers', () => {
    expect(calibrationRules({})).toEqual(decision.calibration);
  });
});

describe('of several people', () => {
  const shares = (top: Emotion): Distribution =>
    Object.fromEntries(EMOTIONS.map((e) => [e, e === top ? 0.94 : 0.01])) as Distribution;
  const face = (x: number, width: number, top: Emotion) => ({
    box: { x, y: 100, width, height: width },
    probabilities: shares(top),
    quality: null,
  });
  const near = face(60, 200, 'sad');
  const far = face(420, 90, 'happy');
  const frame = (time_s: number, ...faces: (typeof near)[]) => ({ width: 640, height: 480, faces, time_s });
  const rules = rulesOf({ least_confidence: 0.5, half_life_s: 1 });

  test('the one whom the listener chose is read, though another is much nearer', () => {
    const smoother = new Smoother(rules);
    smoother.follow(far.box);
    for (let i = 0; i < 10; i++) smoother.add(frame(i / 10, near, far));
    expect(smoother.reading().held).toBe('happy');
    expect(smoother.reading().certain).toBe(true);
  });
  test('while the chosen one is out of view for a moment, nobody else is read in their place', () => {
    const smoother = new Smoother(rules);
    smoother.follow(far.box);
    for (let i = 0; i < 10; i++) smoother.add(frame(i / 10, near, far));
    expect(smoother.add(frame(1.2, near)).held).toBe('happy');
    expect(smoother.add(frame(1.6, near)).frames).toBe(10);
  });
  test('on a device that reads a frame in two seconds, the choice still holds', () => {
    const smoother = new Smoother(rules);
    smoother.follow(far.box);
    for (let i = 0; i < 4; i++) expect(smoother.add(frame(2 * i, near, far)).held).toBe('happy');
    expect(smoother.reading().certain).toBe(true);
  });
  test('when the chosen one has gone, whoever is there is read', () => {
    const smoother = new Smoother(rules);
    smoother.follow(far.box);
    smoother.add(frame(0, near, far));
    for (let i = 0; i < 20; i++) smoother.add(frame(2 + i / 10, near));
    expect(smoother.reading().held).toBe('sad');
  });
});
