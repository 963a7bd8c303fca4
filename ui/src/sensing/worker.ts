/**
 * Reads frames off the page's main thread. What comes in are pictures, what goes out are numbers: nothing here
 * sends anything anywhere; it only fetches the cascade and the network, from Mien's own server.
 */
import { NO_OFFSETS } from './calibration';
import { parseCascade } from './cascade';
import { FaceFinder } from './detect';
import { Haar } from './haar';
import { boxOf, type Place } from './look';
import { EmotionNetwork } from './network';
import { type Box, crop, type Grey, greyOf } from './pixels';
import { measureQuality } from './quality';
import { type ReadingRules, rulesOf, Smoother } from './reading';
import { onGraphics, type Runtime } from './runtime';
import { FaceTracker } from './tracking';
import type { EmotionArtifact, EngineChoice, Face, FromWorker, Seen, ToWorker } from './types';

let finder: FaceFinder;
let network: EmotionNetwork;
let margin = 0;
let rules: ReadingRules;
let offsets = NO_OFFSETS;
let smoother: Smoother;
let tracker: FaceTracker;
/** Prepares the graphics card; null once that was tried, or where it is not to be. */
let graphics: (() => Promise<Runtime | null>) | null = null;
let canvas: OffscreenCanvas | null = null;

const post = (message: FromWorker): void => self.postMessage(message);

async function fetched(url: string): Promise<Response> {
  const response = await fetch(url, { credentials: 'same-origin' });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response;
}

async function load(url: string, engine: EngineChoice): Promise<void> {
  const artifact = (await (await fetched(url)).json()) as EmotionArtifact;
  const cascade = async (url: string): Promise<Haar> =>
    new Haar(parseCascade(await (await fetched(url)).text()));
  const [first, second, model] = await Promise.all([
    cascade(artifact.cascade_url),
    cascade(artifact.second_cascade_url),
    fetched(artifact.model_url).then((response) => response.arrayBuffer()),
  ]);
  finder = new FaceFinder(first, second);
  network = await EmotionNetwork.load(artifact, model);
  await prepareGraphics(model, artifact.preprocessing.resolution, engine);
  rules = rulesOf(artifact.decision);
  margin = artifact.preprocessing.margin;
  start();
  post({ kind: 'ready', version: artifact.version });
}

/** What is wanted for certain is done at once; what may be quicker is tried when the first face was read. */
async function prepareGraphics(model: ArrayBuffer, side: number, engine: EngineChoice): Promise<void> {
  graphics = engine === 'quicker' ? () => onGraphics(model, side) : null;
  if (engine !== 'graphics') return;
  const card = await onGraphics(model, side, true).catch(() => null);
  if (card) network.useGraphics(card);
}

async function tryGraphics(face: Grey): Promise<void> {
  const prepare = graphics;
  graphics = null;
  const card = await prepare?.().catch(() => null);
  if (card) await network.tryGraphics(card, face);
}

function start(): void {
  smoother = new Smoother(rules, offsets);
  tracker = new FaceTracker(finder);
}

function pixels(image: ImageBitmap): Grey {
  const { width, height } = image;
  if (canvas?.width !== width || canvas.height !== height) canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true, alpha: false });
  if (!context) throw new Error('this browser gives no pixels to a worker');
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0);
  image.close();
  return greyOf(context.getImageData(0, 0, width, height).data, width, height);
}

async function look(grey: Grey, places: Place[]): Promise<Face[]> {
  const boxes = places.map((place) => boxOf(place, grey.width, grey.height));
  const crops = boxes.map((box, i) => crop(grey, box, margin, places[i].degrees));
  const estimates = await network.estimate(crops);
  if (crops.length > 0) void tryGraphics(crops[0]);
  return boxes.map((box, i) => ({
    box,
    probabilities: estimates[i],
    quality: measureQuality(crops[i], box, grey),
  }));
}

async function read(
  image: ImageBitmap,
  find: (grey: Grey) => Place[],
  to: Smoother,
  time_s: number,
): Promise<Seen> {
  const began = performance.now();
  const grey = pixels(image);
  const faces = await look(grey, find(grey));
  const { width, height } = grey;
  const reading = to.add({ faces, time_s, width, height });
  return { width, height, faces, reading, took_ms: performance.now() - began, engine: network.engine };
}

const frame = (image: ImageBitmap, time_s: number): Promise<Seen> =>
  read(image, (grey) => tracker.find(grey, time_s).map((face) => face.place), smoother, time_s);

function picture(image: ImageBitmap, box: Box | null): Promise<Seen> {
  const alone = new Smoother(rules, offsets);
  if (box) alone.follow(box);
  return read(image, (grey) => finder.find(grey), alone, 0);
}

async function answer(message: ToWorker): Promise<void> {
  if (message.kind === 'load') await load(message.artifact, message.engine);
  else if (message.kind === 'calibrate') offsets = message.offsets ?? NO_OFFSETS;
  else if (message.kind === 'start') start();
  else if (message.kind === 'choose') {
    smoother = new Smoother(rules, offsets);
    smoother.follow(message.box);
  } else if (message.kind === 'frame')
    post({ kind: 'seen', seen: await frame(message.image, message.time_s) });
  else post({ kind: 'seen', seen: await picture(message.image, message.box) });
}

self.onmessage = (event: MessageEvent<ToWorker>) => {
  answer(event.data).catch((error: unknown) => {
    post({ kind: 'failed', why: error instanceof Error ? error.message : String(error) });
  });
};
