import { describe, expect, test } from 'vitest';
import { daysOf } from '../src/journal/days';
import {
  aroundMiddle,
  drawSpots,
  Grid,
  held,
  inside,
  readSpots,
  type Spots,
  WHOLE,
  zoomed,
} from '../src/library/spots';
import { fromPad, stepped, toPad } from '../src/moods/pad';

describe('the pad', () => {
  test('up is lively, right is pleasant, and there and back is the same', () => {
    expect(toPad(1, 1)).toEqual([1, 0]);
    expect(fromPad(0, 1)).toEqual({ valence: -1, arousal: -1 });
    expect(fromPad(...toPad(0.3, -0.6))).toEqual({
      valence: expect.closeTo(0.3),
      arousal: expect.closeTo(-0.6),
    });
  });
  test('arrow keys move within the plane, other keys do not', () => {
    expect(stepped({ valence: 0, arousal: 0 }, 'ArrowUp', false)).toEqual({ valence: 0, arousal: 0.05 });
    expect(stepped({ valence: 0.9, arousal: 0 }, 'ArrowRight', true)).toEqual({ valence: 1, arousal: 0 });
    expect(stepped({ valence: 0, arousal: 0 }, 'x', false)).toBeNull();
  });
});

const spots: Spots = {
  count: 3,
  ids: Uint32Array.of(11, 12, 13),
  valence: Float32Array.of(-0.5, 0, 0.5),
  arousal: Float32Array.of(-0.5, 0, 0.5),
  moods: Uint8Array.of(4, 6, 0),
};

describe('the map', () => {
  test('reads the columns that the server sends', () => {
    const buffer = new ArrayBuffer(8 + 9 * 2);
    const view = new DataView(buffer);
    [0x314d4e4d, 2, 7, 8].forEach((value, i) => view.setUint32(4 * i, value, true));
    [32767, -32767, 0, 16384].forEach((value, i) => view.setInt16(16 + 2 * i, value, true));
    view.setUint8(24, 5);
    view.setUint8(25, 1);
    const read = readSpots(buffer);
    expect([...read.ids]).toEqual([7, 8]);
    expect([...read.valence]).toEqual([1, -1]);
    expect(read.arousal[1]).toBeCloseTo(0.5, 3);
    expect([...read.moods]).toEqual([5, 1]);
    expect(() => readSpots(new ArrayBuffer(8))).toThrow('no map');
  });
  test('finds the nearest song within reach', () => {
    const grid = new Grid(spots);
    expect(grid.nearest(0.45, 0.52, 0.2)).toBe(2);
    expect(grid.nearest(0.25, 0.25, 0.05)).toBe(-1);
  });
  test('a lasso holds what is inside it', () => {
    expect(
      inside(spots, [
        [-1, -1],
        [0.2, -1],
        [0.2, 0.2],
        [-1, 0.2],
      ]),
    ).toEqual([0, 1]);
  });
  test('of more songs than a playlist takes it takes those around their middle', () => {
    expect(aroundMiddle(spots, new Set([0, 1, 2]), 3)).toEqual([0, 1, 2]);
    expect(aroundMiddle(spots, new Set([0, 1, 2]), 1)).toEqual([1]);
  });
  test('zooming keeps the place under the pointer, and the view stays in the plane', () => {
    const near = zoomed(WHOLE, 4, 0.5, 0.5);
    expect(near.zoom).toBe(4);
    expect(near.valence).toBeCloseTo(0.375);
    expect(held({ valence: 9, arousal: 0, zoom: 2 }).valence).toBeLessThan(1);
    expect(zoomed(near, 0.01, 0, 0)).toEqual(WHOLE);
  });
  test('a dot is drawn where its song lies', () => {
    const data = new Uint8ClampedArray(40 * 40 * 4);
    const image = { width: 40, height: 40, data } as unknown as ImageData;
    drawSpots(
      spots,
      WHOLE,
      image,
      Array.from({ length: 7 }, () => [255, 0, 0]),
      [0, 0, 0],
      2,
      null,
    );
    const red = (x: number, y: number) => data[(y * 40 + x) * 4];
    expect(red(20, 20)).toBeGreaterThan(150);
    expect(red(30, 10)).toBeGreaterThan(150); // 0.5 to the right and up
    expect(red(30, 30)).toBe(0);
  });
});

test('a journal is told by the listener’s own days, the newest first', () => {
  const at = (day: number, hour: number) => new Date(2026, 10, day, hour).toISOString();
  const [second, first] = daysOf(
    [{ read_at: at(1, 12), emotion: 'happy', certain: true, valence: 1 }],
    [
      { track: {} as never, started_at: at(2, 9), played_s: 100 },
      { track: {} as never, started_at: at(2, 10), played_s: 50 },
    ],
  );
  expect([second.listens.length, second.played_s, first.moods]).toEqual([2, 150, [['happy', 1]]]);
  expect(first.dots[0].at).toBeCloseTo(0.5);
});
