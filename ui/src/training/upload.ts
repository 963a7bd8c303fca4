/** Trainings on the server, and how labelled files get there. */
import { BASE, del, get, post, Problem, upload } from '../api';
import type { components } from '../api/schema';
import { type Label, steps } from './examples';

type Schemas = components['schemas'];
export type Network = Schemas['Network'];
export type Run = Schemas['TrainingGiven'];
export type Runs = Schemas['TrainingsGiven'];

export const trainings = {
  all: () => get<Runs>('/trainings'),
  get: (id: string) => get<Run>(`/trainings/${id}`),
  begin: (network: Network) => post<Run>('/trainings', { network, consent: true }),
  run: (id: string) => post<Run>(`/trainings/${id}/run`),
  stop: (id: string) => post<Run>(`/trainings/${id}/stop`),
  remove: (id: string) => del(`/trainings/${id}`),
  report: (id: string) => `${BASE}/trainings/${id}/report`,
};

async function send(id: string, label: Label, files: readonly File[], signal: AbortSignal): Promise<Run> {
  const body = new FormData();
  for (const file of files) body.append('files', file, file.name);
  return upload<Run>(`/trainings/${id}/files`, { label }, body, signal);
}

/** More than so many bad files: it is the folder that is wrong. */
const MOST_REFUSED = 100;

export interface Refused {
  name: string;
  why: string;
}

/**
 * Send labelled files, step by step. A file that the server refuses is left out and named; everything else that
 * goes wrong ends it.
 */
export async function sendAll(
  id: string,
  labelled: ReadonlyMap<Label, readonly File[]>,
  signal: AbortSignal,
  onSent: (bytes: number) => void,
): Promise<Refused[]> {
  const refused: Refused[] = [];
  let sent = 0;
  for (const [label, files] of labelled) {
    let taken = 0;
    for (const step of steps(files)) {
      let rest = step;
      while (rest.length > 0) {
        try {
          taken = (await send(id, label, rest, signal)).files[label] ?? 0;
          rest = [];
        } catch (error) {
          if (!(error instanceof Problem) || ![413, 415, 422].includes(error.status)) throw error;
          // Those before the bad one were taken: go on behind it.
          const now = (await trainings.get(id)).files[label] ?? 0;
          const bad = rest.at(now - taken);
          if (!bad || refused.length >= MOST_REFUSED) throw error;
          refused.push({ name: bad.name, why: error.message });
          [taken, rest] = [now, rest.slice(rest.indexOf(bad) + 1)];
        }
      }
      sent += step.reduce((bytes, file) => bytes + file.size, 0);
      onSent(sent);
    }
  }
  return refused;
}
