/** What the page asks of the server, one function a question. */
import type { Mood } from '../design/moods';
import type { Distribution, Reading } from '../sensing/types';
import type { components } from './schema';
import { BASE, bytes, del, get, patch, post, put, upload } from './client';

export { BASE, onSignedOut, Problem } from './client';

type Schemas = components['schemas'];
export type Session = Schemas['SessionState'];
export type Rating = Schemas['Rating'];
export type Wish = Schemas['Wish'];
export type Feeling = Schemas['FeelingGiven'];
export type FeelingState = Schemas['FeelingState'];
export type FeelingAsked = Partial<Schemas['NewFeeling']>;
export type Calibration = Schemas['Calibration'];
export type Policy = Schemas['PolicyName'];
export type Track = Schemas['Track'];
export type Segment = Schemas['Segment'];
export type TrackDetail = Schemas['TrackDetail'];
export type Labelled = Schemas['Labelled'];
export type TrackPage = Schemas['TrackPage'];
export type QueueAsked = Partial<Schemas['QueueAsked']>;
export type QueueGiven = Schemas['QueueGiven'];
export type SongQuestion = Schemas['SongQuestion'];

export const session = {
  get: () => get<Session>('/session'),
  signIn: (name: string, password: string) => post<Session>('/session', { name, password }),
  signOut: () => del('/session'),
  devices: () => get<{ id: number; device: string; seen_at: string; this: boolean }[]>('/me/sessions'),
  end: (id: number) => del(`/me/sessions/${id}`),
};

export const tracks = {
  list: (query: Record<string, string | number | boolean | null | undefined>) =>
    get<TrackPage>('/tracks', query),
  get: (id: number) => get<TrackDetail>(`/tracks/${id}`),
  label: (id: number, mood: Mood) => put<Labelled>(`/tracks/${id}/label`, { mood }),
  unlabel: (id: number) => del<Labelled>(`/tracks/${id}/label`),
  rate: (id: number, rating: Rating | null) =>
    rating ? put(`/tracks/${id}/rating`, { rating }) : del(`/tracks/${id}/rating`),
  wish: (id: number, wish: Wish | null) =>
    wish ? put<Track>(`/tracks/${id}/wish`, { wish }) : del<Track>(`/tracks/${id}/wish`),
  notNow: (id: number) => put<Track>(`/tracks/${id}/not-now`, {}),
  wake: (id: number) => del<Track>(`/tracks/${id}/not-now`),
  audio: (id: number) => `${BASE}/tracks/${id}/audio`,
  opus: (id: number, from_s: number) => `${BASE}/tracks/${id}/audio?as=opus&start_s=${from_s.toFixed(2)}`,
  /** Of a track that has none nothing comes, and the browser reports no error. */
  cover: (id: number) => `${BASE}/tracks/${id}/cover?quiet=true`,
};

/** Now and then a song whose mood the listener could tell; mostly none. */
export const questions = {
  next: () => get<SongQuestion>('/me/question'),
  skip: (id: number) => del(`/me/question/${id}`),
};

export const readings = {
  add: (reading: Reading) =>
    post<{ id: number }>('/readings', {
      probabilities: reading.probabilities,
      certain: reading.certain,
      reason_code: reading.reason,
      held: reading.held,
      frames: reading.frames,
    }),
};

/** What the listener said they feel: it stands above what the face shows until they say something else. */
export const feelings = {
  get: () => get<FeelingState>('/me/feeling'),
  say: (asked: FeelingAsked) => put<FeelingState>('/me/feeling', asked),
  clear: () => del('/me/feeling'),
  undo: () => post<FeelingState>('/me/feeling/undo'),
};

/** What was learnt of the listener's face. */
export const calibration = {
  get: () => get<Schemas['CalibrationState']>('/me/calibration'),
  set: (offsets: Distribution, frames: number) => put('/me/calibration', { offsets, frames }),
  forget: () => del('/me/calibration'),
};

export const queue = { make: (asked: QueueAsked) => post<QueueGiven>('/queue', asked) };

export { bytes, del, get, patch, post, put, upload };
export type { Distribution };
