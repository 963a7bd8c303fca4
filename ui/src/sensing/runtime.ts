/**
 * Where the emotion network's sums are done: ONNX Runtime's WebAssembly build on the processor, which every browser has,
 * or its WebGPU build on the graphics card. All files come from Mien's own server; the second build is fetched only
 * where there is a card for it.
 */
import * as ort from 'onnxruntime-web/wasm';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import webgpu from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url';

/** A network that is ready to answer. */
export interface Runtime {
  /** Its raw answer by label for one face, `side` x `side` numbers as `networkInput` gives them. */
  run(face: Float32Array): Promise<Float32Array>;
  release(): Promise<void>;
}

export async function onProcessor(model: ArrayBuffer, side: number): Promise<Runtime> {
  return begin(ort, wasm, 'wasm', model, side);
}

interface Adapter {
  readonly info: { readonly isFallbackAdapter: boolean };
}
interface Graphics {
  requestAdapter(options: { powerPreference: 'low-power' }): Promise<Adapter | null>;
}

/**
 * Null where the browser has no WebGPU, cannot suspend WebAssembly while the card works, or has no card;
 * `emulated`: a card that the browser plays on the processor will do.
 */
export async function onGraphics(
  model: ArrayBuffer,
  side: number,
  emulated = false,
): Promise<Runtime | null> {
  const { gpu } = navigator as { gpu?: Graphics };
  if (!gpu || !('Suspending' in WebAssembly)) return null;
  const adapter = await gpu.requestAdapter({ powerPreference: 'low-power' });
  if (!adapter || (adapter.info.isFallbackAdapter && !emulated)) return null;
  const build = await import('onnxruntime-web/jspi');
  build.env.webgpu.adapter = adapter;
  return begin(build, webgpu, 'webgpu', model, side);
}

async function begin(
  { env, InferenceSession, Tensor }: typeof ort,
  wasm: string,
  provider: 'wasm' | 'webgpu',
  model: ArrayBuffer,
  side: number,
): Promise<Runtime> {
  env.wasm.wasmPaths = { wasm };
  env.wasm.numThreads = 1;
  env.logLevel = 'error';
  const session = await InferenceSession.create(new Uint8Array(model), {
    executionProviders: [provider],
    logSeverityLevel: 3,
  });
  const [input] = session.inputNames;
  const output = session.outputNames.find((name) => name === 'emotions') ?? session.outputNames[0];
  return {
    async run(face) {
      const answer = await session.run({ [input]: new Tensor('float32', face, [1, side, side, 1]) }, [
        output,
      ]);
      return answer[output].data as Float32Array;
    },
    release: () => session.release(),
  };
}

/** Two answers that differ by so much are still the same: half of what page and server may differ. */
const AGREE_WITHIN = 0.01;
const TRIALS = 5;

/** Whether `other` answers as `one` does, and no later: the least of some runs, after one that makes ready. */
export async function matches(other: Runtime, one: Runtime, face: Float32Array): Promise<boolean> {
  const [given, expected] = [await other.run(face), await one.run(face)];
  const agree = expected.every((p, i) => Math.abs(p - given[i]) <= AGREE_WITHIN);
  return agree && (await least_ms(other, face)) <= (await least_ms(one, face));
}

async function least_ms(runtime: Runtime, face: Float32Array): Promise<number> {
  let least = Infinity;
  for (let trial = 0; trial < TRIALS; trial++) {
    const began = performance.now();
    await runtime.run(face);
    least = Math.min(least, performance.now() - began);
  }
  return least;
}
