/** The emotion network, run by ONNX Runtime's WebAssembly build; all its files come from Mien's own server. */
import * as ort from 'onnxruntime-web/wasm';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { type Grey, networkInput } from './pixels';
import { type Distribution, EMOTIONS, type EmotionArtifact } from './types';

export class EmotionNetwork {
  private constructor(
    private readonly session: ort.InferenceSession,
    private readonly artifact: EmotionArtifact,
  ) {}

  static async load(artifact: EmotionArtifact, model: ArrayBuffer): Promise<EmotionNetwork> {
    if (!EMOTIONS.every((emotion) => artifact.labels.includes(emotion))) {
      throw new Error('this network does not estimate the seven emotions');
    }
    if (artifact.preprocessing.channels !== 1)
      throw new Error('this network wants colour; the page reads grey');
    ort.env.wasm.wasmPaths = { wasm };
    ort.env.wasm.numThreads = 1;
    ort.env.logLevel = 'error';
    const session = await ort.InferenceSession.create(new Uint8Array(model), {
      executionProviders: ['wasm'],
    });
    return new EmotionNetwork(session, artifact);
  }

  /** Estimates of cropped faces, calibrated by the artifact's temperature. */
  async estimate(faces: Grey[]): Promise<Distribution[]> {
    if (faces.length === 0) return [];
    const side = this.artifact.preprocessing.resolution;
    const input = new Float32Array(faces.length * side * side);
    faces.forEach((face, i) => {
      input.set(networkInput(face, side), i * side * side);
    });
    const tensor = new ort.Tensor('float32', input, [faces.length, side, side, 1]);
    const outputs = await this.session.run({ [this.session.inputNames[0]]: tensor });
    const output = outputs.emotions ?? outputs[this.session.outputNames[0]];
    const raw = output.data as Float32Array;
    const labels = this.artifact.labels;
    return faces.map((_, i) =>
      decide(raw.subarray(i * labels.length, (i + 1) * labels.length), labels, this.artifact.decision),
    );
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
