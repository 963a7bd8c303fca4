/**
 * The camera and the reading, as the page sees them. Off at first; on only between `glance` or `watch` and `stop`.
 * Pictures go to the worker and nowhere else.
 */
import type { Box } from './pixels';
import type { Distribution, EngineChoice, Face, FromWorker, Reading, Seen, ToWorker } from './types';

export type Trouble =
  'insecure' | 'no_camera' | 'refused' | 'busy' | 'unplugged' | 'still' | 'no_model' | 'failed';
export type Status = 'off' | 'starting' | 'looking' | 'watching';

/** A glance ends when the reading is certain and made of so much, or for good after the longest time. */
const GLANCE_LEAST_S = 0.8;
const GLANCE_LEAST_FRAMES = 5;
/** On a slow device a certain reading need not wait for so many frames. */
const GLANCE_LONG_S = 2;
const GLANCE_MOST_S = 6;
/** For so long a glance waits to be told whose face to read. */
const CHOICE_MOST_S = 120;
/** A camera that shows nothing new so many times in a row is held back by its switch or another program. */
const FRAME_MOST_MS = 100;
const STILL_FRAMES = 30;
const PATH_S = 600;
/** A chosen picture of more is not unpacked; `mien.vision.pictures` takes no larger one either. */
const LARGEST_PIXELS = 128_000_000;
const ENGINE = 'mien.engine';

export interface PathPoint {
  at: number;
  valence: number;
  arousal: number;
  certain: boolean;
}

export class Sensor {
  status = $state<Status>('off');
  trouble = $state<Trouble | null>(null);
  seen = $state.raw<Seen | null>(null);
  stream = $state.raw<MediaStream | null>(null);
  /** The reading's way through the valence-arousal plane in the last minutes. */
  path = $state.raw<PathPoint[]>([]);
  ratePerS = $state(0);
  /** Where the listener wants this device to do the network's sums; kept in this browser. */
  engine = $state<EngineChoice>(engineOf(localStorage.getItem(ENGINE)));

  private worker: Worker | null = null;
  private ready: Promise<void> | null = null;
  private settled: ((message: FromWorker) => void) | null = null;
  private video: HTMLVideoElement | null = null;
  private run = 0;

  constructor(
    private readonly artifact: string,
    private readonly plane: (p: Distribution) => { valence: number; arousal: number },
  ) {}

  get reading(): Reading | null {
    return this.seen?.reading ?? null;
  }

  /** The faces in view, from left to right as in a mirror. */
  get people(): Face[] {
    const middle = ({ box }: Face): number => box.x + box.width / 2;
    return [...(this.seen?.faces ?? [])].sort((a, b) => middle(b) - middle(a));
  }

  get on(): boolean {
    return this.status === 'looking' || this.status === 'watching';
  }

  /** Whether a camera can be asked for here; browsers give it to HTTPS pages and this machine only. */
  static missing(): Trouble | null {
    if (!window.isSecureContext) return 'insecure';
    return navigator.mediaDevices ? null : 'no_camera';
  }

  /** Fetch the networks ahead of the first reading. */
  warm(): Promise<void> {
    this.ready ??= this.load().catch((error: unknown) => {
      this.ready = null;
      this.fail('no_model', error);
      throw error;
    });
    return this.ready;
  }

  /** From the next look on. */
  useEngine(engine: EngineChoice): void {
    this.engine = engine;
    localStorage.setItem(ENGINE, engine);
    this.stop();
    this.dismiss();
  }

  calibrate(offsets: Distribution | null): void {
    this.offsets = offsets;
    this.worker?.postMessage({ kind: 'calibrate', offsets } satisfies ToWorker);
  }
  private offsets: Distribution | null = null;

  /**
   * Look for a few seconds, then turn the camera off; null when it could not be done, or was stopped.
   * With `asks` it waits to be told whose face to read where several people are in view.
   */
  async glance(asks: boolean): Promise<Reading | null> {
    let reading: Reading | null = null;
    let asked_s = 0;
    const whole = await this.each('looking', (time_s) => {
      reading = this.reading;
      if (asks && reading?.reason === 'several_faces') {
        asked_s = time_s;
        return time_s < CHOICE_MOST_S;
      }
      const looked_s = time_s - asked_s;
      const frames = reading?.frames ?? 0;
      const enough =
        looked_s >= GLANCE_LONG_S || (looked_s >= GLANCE_LEAST_S && frames >= GLANCE_LEAST_FRAMES);
      return !(enough && reading?.certain) && looked_s < GLANCE_MOST_S;
    });
    return whole ? reading : null;
  }

  /** Look until `stop`; `each` is told every reading. */
  async watch(each: (reading: Reading) => void): Promise<void> {
    await this.each('watching', () => {
      if (this.reading) each(this.reading);
      return true;
    });
  }

  /** Read frames for as long as `goesOn`, then turn the camera off; false where something else ended it. */
  private async each(status: 'looking' | 'watching', goesOn: (time_s: number) => boolean): Promise<boolean> {
    const run = await this.open(status);
    if (run === null) return false;
    try {
      for await (const time_s of this.frames(run)) if (!goesOn(time_s)) break;
    } catch (error) {
      if (run === this.run) {
        this.dismiss(); // it broke down: the next press starts another
        this.fail('failed', error);
      }
    }
    const whole = run === this.run;
    if (whole) this.stop();
    return whole;
  }

  stop(): void {
    this.run++;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.status = 'off';
    this.ratePerS = this.last = 0;
    if (this.video) this.video.srcObject = null;
  }

  /** Nothing of who was seen before is shown any more. */
  forget(): void {
    this.stop();
    this.seen = null;
    this.path = [];
    this.calibrate(null);
  }

  /** Whose face to read, where several people are in view. */
  choose(box: Box): void {
    this.worker?.postMessage({ kind: 'choose', box } satisfies ToWorker);
  }

  /** Read a picture that the listener chose; it is read in the page. `box`: whose face, of several. */
  async readPicture(file: Blob, box: Box | null = null): Promise<Seen> {
    await this.warm();
    const image = await unpack(file);
    const seen = await this.ask({ kind: 'picture', image, box }, [image]);
    this.take(seen, false);
    return seen;
  }

  private async open(status: 'looking' | 'watching'): Promise<number | null> {
    this.stop();
    this.trouble = Sensor.missing();
    if (this.trouble) return null;
    const run = this.run;
    this.status = 'starting';
    try {
      const warm = this.warm();
      warm.catch(() => undefined); // awaited below; until then it must not count as unheard
      const stream = await navigator.mediaDevices.getUserMedia({
        video: { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: 'user' },
        audio: false,
      });
      if (run !== this.run) {
        for (const track of stream.getTracks()) track.stop();
        return null;
      }
      stream.getVideoTracks()[0].addEventListener('ended', () => {
        if (this.stream === stream) this.fail('unplugged');
      });
      this.stream = stream;
      await warm;
      if (run !== this.run) return null;
      this.status = status;
      this.worker?.postMessage({ kind: 'start' } satisfies ToWorker);
      await this.play(stream);
      return run;
    } catch (error) {
      if (run === this.run && !this.trouble) this.fail(troubleOf(error), error);
      if (run === this.run) this.status = 'off';
      return null;
    }
  }

  private async play(stream: MediaStream): Promise<void> {
    this.video ??= Object.assign(document.createElement('video'), { muted: true, playsInline: true });
    this.video.srcObject = stream;
    await this.video.play();
  }

  /** One reading after the other, as fast as the worker answers; ends when the camera does. */
  private async *frames(run: number): AsyncGenerator<number> {
    const began = performance.now();
    let missed = 0;
    while (run === this.run && this.video) {
      const fresh = await nextFrame(this.video);
      if (run !== this.run) return;
      missed = fresh ? 0 : missed + 1;
      if (missed >= STILL_FRAMES) return this.fail('still');
      if (!fresh) continue;
      const image = await createImageBitmap(this.video).catch(() => null);
      if (!image) continue;
      const time_s = (performance.now() - began) / 1000;
      const seen = await this.ask({ kind: 'frame', image, time_s }, [image]);
      if (run !== this.run) return;
      this.take(seen, true);
      yield time_s;
    }
  }

  private last = 0;
  private take(seen: Seen, live: boolean): void {
    const now = performance.now();
    if (live && this.last) this.ratePerS = 0.8 * this.ratePerS + (0.2 * 1000) / Math.max(1, now - this.last);
    this.last = now;
    this.seen = seen;
    const { probabilities, certain } = seen.reading;
    if (!probabilities) return;
    const at = Date.now();
    const previous = this.path.at(-1);
    if (previous && at - previous.at < 500) return;
    const kept = this.path.filter((point) => at - point.at < PATH_S * 1000);
    this.path = [...kept, { at, certain, ...this.plane(probabilities) }];
  }

  private async load(): Promise<void> {
    this.worker ??= new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'sensing' });
    this.worker.onmessage = (event: MessageEvent<FromWorker>) => this.settled?.(event.data);
    this.worker.onerror = (event) => this.settled?.({ kind: 'failed', why: event.message });
    await this.answer({ kind: 'load', artifact: this.artifact, engine: this.engine });
    this.calibrate(this.offsets);
  }

  private async ask(message: ToWorker, transfer: Transferable[]): Promise<Seen> {
    const answer = await this.answer(message, transfer);
    if (answer.kind !== 'seen') throw new Error('the worker answered something else');
    return answer.seen;
  }

  private queue: Promise<unknown> = Promise.resolve();
  private answer(message: ToWorker, transfer: Transferable[] = []): Promise<FromWorker> {
    const next = this.queue.then(
      () =>
        new Promise<FromWorker>((resolve, reject) => {
          this.settled = (answer) => {
            if (answer.kind === 'failed') reject(new Error(answer.why));
            else resolve(answer);
          };
          this.worker!.postMessage(message, transfer);
        }),
    );
    this.queue = next.catch(() => undefined);
    return next;
  }

  /** Let the worker go. */
  private dismiss(): void {
    this.worker?.terminate();
    this.worker = this.ready = this.settled = null;
    this.queue = Promise.resolve();
  }

  private fail(trouble: Trouble, error?: unknown): void {
    if (error) console.warn(error);
    this.trouble = trouble;
    this.stop();
  }
}

const engineOf = (kept: string | null): EngineChoice =>
  kept === 'processor' || kept === 'graphics' ? kept : 'quicker';

/** A picture's pixels, turned upright; its size is known before it is unpacked. */
async function unpack(file: Blob): Promise<ImageBitmap> {
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    await new Promise((resolve, reject) => {
      image.onload = resolve;
      image.onerror = () => reject(new Error('not a picture'));
      image.src = url;
    });
    if (image.naturalWidth * image.naturalHeight > LARGEST_PIXELS) throw new Error('too large a picture');
  } finally {
    URL.revokeObjectURL(url);
  }
  return createImageBitmap(file, { imageOrientation: 'from-image' });
}

function troubleOf(error: unknown): Trouble {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused';
  if (name === 'NotReadableError' || name === 'AbortError') return 'busy';
  return 'no_camera';
}

/** Waits for the next frame that the camera shows, a tenth of a second at most; whether there was one. */
function nextFrame(video: HTMLVideoElement): Promise<boolean> {
  const told = 'requestVideoFrameCallback' in video; // else any moment may hold a new one
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      if (told) video.cancelVideoFrameCallback(asked);
      resolve(!told);
    }, FRAME_MOST_MS);
    const asked = video.requestVideoFrameCallback?.(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
