import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { NO_OFFSETS } from '../src/sensing/calibration';
import { measureQuality } from '../src/sensing/quality';
import { rulesOf, Smoother, topOf } from '../src/sensing/reading';
import { type Distribution, EMOTIONS, type Quality } from '../src/sensing/types';

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
