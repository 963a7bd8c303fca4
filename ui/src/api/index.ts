/** What the page asks of the server, one function a question. */
import type { Mood } from '../design/moods';
import type { Distribution, Emotion, Reading } from '../sensing/types';
import { BASE, del, get, patch, post, put } from './client';

export { BASE, onSignedOut, Problem } from './client';

export interface Session {
  listener: { id: number; name: string; role: 'admin' | 'listener'; has_password: boolean } | null;
  accounts_required: boolean;
  first_run: boolean;
  version: string;
  secure: boolean;
}

export type Rating = 'like' | 'dislike' | 'ban';

export interface Track {
  id: number;
  title: string;
  artist: string;
  album: string;
  genre: string;
  year: number | null;
  duration_s: number;
  mood: Mood;
  confidence: number;
  certain: boolean;
  valence: number;
  arousal: number;
  tempo_bpm: number | null;
  key: string | null;
  labelled: boolean;
  rating: Rating | null;
  not_now_until: string | null;
  loudness_lufs?: number | null;
  media_type?: string;
}

export interface Segment {
  start_s: number;
  end_s: number;
  mood: Mood;
  valence: number;
  arousal: number;
}

export interface TrackDetail extends Track {
  moods: Record<Mood, number>;
  network_mood: Mood;
  curve: Segment[];
  audio: { media_type: string; browsers_play_it: boolean };
  measures: Record<string, unknown>;
}

export interface TrackPage {
  total: number;
  offset: number;
  tracks: Track[];
}

export interface QueueAsked {
  reading_id?: number;
  emotion?: Emotion;
  mood?: Mood;
  plane?: { valence: number; arousal: number };
  policy?: string;
  to?: Mood | null;
  n?: number;
  exclude?: number[];
  seed?: number;
}

export interface QueuedTrack {
  track: Track;
  score: number;
  why: string;
  parts: Record<string, number>;
}

export interface QueueGiven {
  policy: string;
  moods: Record<Mood, number>;
  note: string | null;
  offer: string | null;
  tracks: QueuedTrack[];
}

export const session = {
  get: () => get<Session>('/session'),
  signIn: (name: string, password: string) => post<Session>('/session', { name, password }),
  signOut: () => del('/session'),
  devices: () => get<{ id: number; device: string; seen_at: string; this: boolean }[]>('/me/sessions'),
  end: (id: number) => del(`/me/sessions/${id}`),
};

export const tracks = {
  list: (query: Record<string, string | number | boolean | null | undefined>) => get<TrackPage>('/tracks', query),
  get: (id: number) => get<TrackDetail>(`/tracks/${id}`),
  label: (id: number, mood: Mood) =>
    put<{ track: Track; mood_before: Mood; label_before: Mood | null }>(`/tracks/${id}/label`, { mood }),
  unlabel: (id: number) => del<{ track: Track }>(`/tracks/${id}/label`),
  rate: (id: number, rating: Rating | null) =>
    rating ? put(`/tracks/${id}/rating`, { rating }) : del(`/tracks/${id}/rating`),
  notNow: (id: number) => put<Track>(`/tracks/${id}/not-now`, {}),
  wake: (id: number) => del<Track>(`/tracks/${id}/not-now`),
  audio: (id: number, original = true) => `${BASE}/tracks/${id}/audio${original ? '' : '?as=opus'}`,
  cover: (id: number) => `${BASE}/tracks/${id}/cover`,
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

export const queue = { make: (asked: QueueAsked) => post<QueueGiven>('/queue', asked) };

export { del, get, patch, post, put };
export type { Distribution };
