/** Labelled files as they lie in a chosen folder: which label each stands for, and how they travel. Pure. */
import type { Emotion } from '../sensing/types';
import type { Mood } from '../design/moods';

export type Label = Emotion | Mood;

/** Data sets name the same classes by their nouns; `mien train` reads these names too. */
const SYNONYMS: Record<string, Label> = {
  anger: 'angry',
  afraid: 'fear',
  fearful: 'fear',
  disgusted: 'disgust',
  happiness: 'happy',
  joy: 'happy',
  sadness: 'sad',
  surprised: 'surprise',
};
const ENDINGS = {
  emotion: /\.(jpe?g|png|webp|bmp)$/i,
  mood: /\.(aac|aif[cf]?|ape|flac|m4[ab]|mka|mp[23c]|og[ag]|opus|tta|wave?|weba|wma|wv)$/i,
};
/** The server takes 64 MiB and 500 files at a time; smaller steps show how far it is. */
const STEP_BYTES = 12 * 1024 * 1024;
const STEP_FILES = 100;

export interface Given {
  name: string;
  size: number;
  /** As the browser gives it: from the chosen folder on, with forward slashes; "" for a file by itself. */
  webkitRelativePath: string;
}

export interface Sorted<F> {
  labelled: Map<Label, F[]>;
  /** Folders whose name is no label, and how many files each held. */
  unknown: Map<string, number>;
  /** Files that are no pictures, or no songs. */
  others: number;
}

/** The label that a folder's name stands for, or null. */
export function labelOf(folder: string, labels: readonly Label[]): Label | null {
  const name = folder.trim().toLowerCase();
  const label = SYNONYMS[name] ?? name;
  return (labels as readonly string[]).includes(label) ? (label as Label) : null;
}

/** Sort files by the nearest folder that is named as a label. */
export function sorted<F extends Given>(
  files: Iterable<F>,
  network: keyof typeof ENDINGS,
  labels: readonly Label[],
): Sorted<F> {
  const found: Sorted<F> = { labelled: new Map(), unknown: new Map(), others: 0 };
  for (const file of files) {
    if (!ENDINGS[network].test(file.name)) {
      found.others++;
      continue;
    }
    const folders = file.webkitRelativePath.split('/').slice(0, -1).reverse();
    const label = folders.map((folder) => labelOf(folder, labels)).find((one) => one !== null);
    const folder = folders[0] ?? '';
    if (!label) found.unknown.set(folder, (found.unknown.get(folder) ?? 0) + 1);
    else if (found.labelled.has(label)) found.labelled.get(label)!.push(file);
    else found.labelled.set(label, [file]);
  }
  return found;
}

/** The same files in steps that the server takes. */
export function steps<F extends Given>(files: readonly F[]): F[][] {
  const all: F[][] = [];
  let bytes = 0;
  for (const file of files) {
    const last = all.at(-1);
    if (!last || last.length >= STEP_FILES || bytes + file.size > STEP_BYTES) {
      all.push([file]);
      bytes = file.size;
    } else {
      last.push(file);
      bytes += file.size;
    }
  }
  return all;
}

export interface Progress {
  what: 'epoch' | 'fold';
  /** From 0 to `total`; a part of one where the log says so. */
  done: number;
  total: number;
}

/** How far a training is, by the last line of its log that tells. */
export function progressOf(log: readonly string[]): Progress | null {
  for (const line of [...log].reverse()) {
    const told = /^(epoch|fold) (\d+)\/(\d+)(?:\s+step (\d+)\/(\d+))?/.exec(line);
    if (!told) continue;
    const [number, total, step, stepsOfIt] = told.slice(2).map(Number);
    const done = told[4] === undefined ? number : number - 1 + step / stepsOfIt;
    return { what: told[1] as Progress['what'], done, total };
  }
  return null;
}
