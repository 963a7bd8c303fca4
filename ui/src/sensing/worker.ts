/**
 * Reads frames off the page's main thread. What comes in are pictures, what goes out are numbers: nothing here
 * sends anything anywhere; it only fetches the cascade and the network, from Mien's own server.
 */
import { NO_OFFSETS } from './calibration';
import { parseCascade } from './cascade';
import { FaceFinder, overlap } from './detect';
import { EmotionNetwork } from './network';
import { type Box, crop, type Grey, greyOf } from './pixels';
import { measureQuality } from './quality';
import { type ReadingRules, rulesOf, Smoother } from './reading';
import type { EmotionArtifact, Face, FromWorker, Seen, ToWorker } from './types';

/** How often the whole picture is searched while a face is followed. */
const SEARCH_EVERY_S = 2.5;
/** Of empty frames in a row, every so many is searched for a leaning head too, which takes three times as long. */
const TILT_EVERY = 4;

let finder: FaceFinder;
let network: EmotionNetwork;
let margin = 0;
let rules: ReadingRules;
let offsets = NO_OFFSETS;
let smoother: Smoother;
let followed: Box | null = null;
let people = 0;
let searchedAt_s = Number.NEGATIVE_INFINITY;
let empty = 0;
let canvas: OffscreenCanvas | null = null;

const post = (message: FromWorker): void => self.postMessage(message);

async function fetched(url: string): Promise<Response> {
  const response = await fetch(url, { credentials: 'same-origin' });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response;
}

async function load(url: string): Promise<void> {
  const artifact = (await (await fetched(url)).json()) as EmotionArtifact;
  const [xml, model] = await Promise.all([
    fetched(artifact.cascade_url).then((response) => response.text()),
    fetched(artifact.model_url).then((response) => response.arrayBuffer()),
  ]);
  finder = new FaceFinder(parseCascade(xml));
  network = await EmotionNetwork.load(artifact, model);
  rules = rulesOf(artifact.decision);
  margin = artifact.preprocessing.margin;
  start();
  post({ kind: 'ready', version: artifact.version });
}

function start(): void {
  smoother = new Smoother(rules, offsets);
  followed = null;
  people = 0;
  searchedAt_s = Number.NEGATIVE_INFINITY;
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

/** The face is followed from frame to frame; now and then, and when it is lost, the whole picture is searched. */
function facesIn(grey: Grey, time_s: number): Box[] {
  if (followed && people === 1 && time_s - searchedAt_s < SEARCH_EVERY_S) {
    const box = finder.follow(grey, followed);
    if (box) return [box];
  }
  const boxes = finder.find(grey, !followed && empty % TILT_EVERY === TILT_EVERY - 1);
  searchedAt_s = time_s;
  empty = boxes.length === 0 ? empty + 1 : 0;
  people = boxes.length;
  return boxes;
}

async function look(grey: Grey, boxes: Box[]): Promise<Face[]> {
  const crops = boxes.map((box) => crop(grey, box, margin));
  const estimates = await network.estimate(crops);
  return boxes.map((box, i) => ({
    box,
    probabilities: estimates[i],
    quality: measureQuality(crops[i], box, grey),
  }));
}

async function read(grey: Grey, boxes: Box[], to: Smoother, time_s: number): Promise<Omit<Seen, 'took_ms'>> {
  const faces = await look(grey, boxes);
  const { width, height } = grey;
  return { width, height, faces, people: boxes.length, reading: to.add({ faces, time_s, width, height }) };
}

async function frame(image: ImageBitmap, time_s: number): Promise<Seen> {
  const began = performance.now();
  const grey = pixels(image);
  const boxes = facesIn(grey, time_s);
  const last = followed;
  followed = (last && boxes.find((box) => overlap(box, last) > 0.3)) ?? boxes[0] ?? null;
  const seen = await read(grey, boxes, smoother, time_s);
  return { ...seen, people, took_ms: performance.now() - began };
}

async function picture(image: ImageBitmap): Promise<Seen> {
  const began = performance.now();
  const grey = pixels(image);
  const seen = await read(grey, finder.find(grey), new Smoother(rules, offsets), 0);
  return { ...seen, took_ms: performance.now() - began };
}

async function answer(message: ToWorker): Promise<void> {
  if (message.kind === 'load') await load(message.artifact);
  else if (message.kind === 'calibrate') offsets = message.offsets ?? NO_OFFSETS;
  else if (message.kind === 'start') start();
  else if (message.kind === 'choose') {
    followed = message.box;
    smoother = new Smoother(rules, offsets);
    smoother.follow(message.box);
  } else if (message.kind === 'frame') post({ kind: 'seen', seen: await frame(message.image, message.time_s) });
  else post({ kind: 'seen', seen: await picture(message.image) });
}

self.onmessage = (event: MessageEvent<ToWorker>) => {
  answer(event.data).catch((error: unknown) => {
    post({ kind: 'failed', why: error instanceof Error ? error.message : String(error) });
  });
};
