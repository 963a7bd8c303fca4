import { describe, expect, it } from 'vitest';
import { EmotionNetwork } from '../src/sensing/network';
import type { Grey } from '../src/sensing/pixels';
import type { Runtime } from '../src/sensing/runtime';
import { type Distribution, EMOTIONS, type EmotionArtifact } from '../src/sensing/types';

const HAPPY = EMOTIONS.map((emotion) => (emotion === 'happy' ? 0.7 : 0.05));
const SAD = EMOTIONS.map((emotion) => (emotion === 'sad' ? 0.7 : 0.05));
const artifact = {
  labels: [...EMOTIONS],
  preprocessing: { resolution: 4, channels: 1, margin: 0 },
  decision: { temperature: 1, least_confidence: 0.5, half_life_s: 1 },
} as unknown as EmotionArtifact;
const face: Grey = { data: Uint8Array.from({ length: 16 }, (_, i) => 16 * i), width: 4, height: 4 };

class Made implements Runtime {
  released = false;
  lost = false;
  constructor(
    private readonly answer: number[],
    private readonly takes_ms: number,
  ) {}
  async run(): Promise<Float32Array> {
    if (this.lost) throw new Error('device lost');
    await new Promise((done) => setTimeout(done, this.takes_ms));
    return Float32Array.from(this.answer);
  }
  async release(): Promise<void> {
    this.released = true;
  }
}

async function strongest(network: EmotionNetwork): Promise<string> {
  const [estimate] = await network.estimate([face]);
  return EMOTIONS.reduce((best, one) => (estimate[one] > estimate[best] ? one : best)) as keyof Distribution;
}

describe('the graphics card', () => {
  it('takes over where it answers the same and sooner', async () => {
    const network = new EmotionNetwork(new Made(HAPPY, 20), artifact);
    const card = new Made(HAPPY, 1);
    await network.tryGraphics(card, face);
    expect(network.engine).toBe('graphics');
    expect(card.released).toBe(false);
  });

  it.each([
    ['slower', new Made(HAPPY, 20)],
    ['of another answer', new Made(SAD, 0)],
    [
      'without a number',
      new Made(
        HAPPY.map(() => Number.NaN),
        0,
      ),
    ],
  ])('that is %s is let go', async (_, card) => {
    const network = new EmotionNetwork(new Made(HAPPY, 3), artifact);
    await network.tryGraphics(card, face);
    expect(network.engine).toBe('processor');
    expect(card.released).toBe(true);
  });

  it('that breaks down while it is tried is let go', async () => {
    const network = new EmotionNetwork(new Made(HAPPY, 3), artifact);
    const card = new Made(HAPPY, 0);
    card.lost = true;
    await network.tryGraphics(card, face);
    expect(network.engine).toBe('processor');
    expect(card.released).toBe(true);
  });

  it('that is taken away costs no reading: the processor answers', async () => {
    const network = new EmotionNetwork(new Made(HAPPY, 0), artifact);
    const card = new Made(SAD, 0);
    network.useGraphics(card);
    expect(await strongest(network)).toBe('sad');
    card.lost = true;
    expect(await strongest(network)).toBe('happy');
    expect(network.engine).toBe('processor');
  });
});
