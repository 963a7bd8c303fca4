/** The emotion network: from cropped faces to probabilities, on the processor or the graphics card. */
import { type Grey, networkInput } from './pixels';
import { matches, onProcessor, type Runtime } from './runtime';
import { type Distribution, EMOTIONS, type EmotionArtifact, type Engine } from './types';

export class EmotionNetwork {
  private graphics: Runtime | null = null;

  constructor(
    private readonly processor: Runtime,
    private readonly artifact: EmotionArtifact,
  ) {}

  static async load(artifact: EmotionArtifact, model: ArrayBuffer): Promise<EmotionNetwork> {
    if (!EMOTIONS.every((emotion) => artifact.labels.includes(emotion))) {
      throw new Error('this network does not estimate the seven emotions');
    }
    if (artifact.preprocessing.channels !== 1)
      throw new Error('this network wants colour; the page reads grey');
    return new EmotionNetwork(await onProcessor(model, artifact.preprocessing.resolution), artifact);
  }

  /** Where the sums are done now. */
  get engine(): Engine {
    return this.graphics ? 'graphics' : 'processor';
  }

  /** Go to the graphics card, if it answers this face as the processor does, and sooner; else let it go. */
  async tryGraphics(graphics: Runtime, face: Grey): Promise<void> {
    const input = networkInput(face, this.artifact.preprocessing.resolution);
    if (await matches(graphics, this.processor, input).catch(() => false)) this.useGraphics(graphics);
    else await graphics.release().catch(() => undefined);
  }

  useGraphics(graphics: Runtime): void {
    this.graphics = graphics;
  }

  /** Estimates of cropped faces, calibrated by the artifact's temperature. */
  async estimate(faces: Grey[]): Promise<Distribution[]> {
    const { labels, preprocessing, decision } = this.artifact;
    const estimates: Distribution[] = [];
    for (const face of faces) {
      const raw = await this.run(networkInput(face, preprocessing.resolution));
      estimates.push(decide(raw, labels, decision));
    }
    return estimates;
  }

  private async run(face: Float32Array): Promise<Float32Array> {
    try {
      if (this.graphics) return await this.graphics.run(face);
    } catch {
      this.graphics = null; // the card was taken away, as from a machine that slept
    }
    return this.processor.run(face);
  }
}

/** Temperature and offsets, then the seven emotions alone: `mien.vision.emotion.EmotionNetwork`. */
export function decide(
  raw: ArrayLike<number>,
  labels: string[],
  decision: { temperature: number; offsets?: Record<string, number> },
): Distribution {
  const offset = (i: number): number => decision.offsets?.[labels[i]] ?? 0;
  const logits = Array.from(raw, (p, i) => Math.log(Math.max(p, 1e-12)) / decision.temperature + offset(i));
  const top = Math.max(...logits);
  const of = (emotion: string): number => Math.exp(logits[labels.indexOf(emotion)] - top);
  const total = EMOTIONS.reduce((sum, emotion) => sum + of(emotion), 0);
  return Object.fromEntries(EMOTIONS.map((emotion) => [emotion, of(emotion) / total])) as Distribution;
}
