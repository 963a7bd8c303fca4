/** The listener's playlists on the server. */
import { BASE, del, get, patch, post, Problem, type Track, upload } from '../api';
import type { components } from '../api/schema';
import type { Json } from './rules';

type Schemas = components['schemas'];
export type Line = Schemas['PlaylistLine'];
export type Playlist = Schemas['Playlist'];
export type FileKind = Schemas['FileKind'];
export type Imported = Schemas['Imported'];
export const KINDS: readonly FileKind[] = ['m3u8', 'xspf', 'jspf'];

export const playlists = {
  all: () => get<Line[]>('/playlists'),
  get: (id: number) => get<Playlist>(`/playlists/${id}`),
  make: (name: string, trackIds: number[] = []) =>
    post<Playlist>('/playlists', { name, track_ids: trackIds }),
  makeSmart: (name: string, rules: Json) => post<Playlist>('/playlists', { name, rules }),
  preview: (rules: Json) => post<Track[]>('/playlists/preview', rules),
  change: (id: number, change: { name?: string; track_ids?: number[]; rules?: Json; keep?: boolean }) =>
    patch<Playlist>(`/playlists/${id}`, change),
  copy: (id: number, name: string) => post<Playlist>(`/playlists/${id}/copies`, { name }),
  drop: (id: number) => del(`/playlists/${id}`),
  take: (id: number, at: number) => del<Playlist>(`/playlists/${id}/tracks/${at}`),
  move: (id: number, from: number, to: number) =>
    post<Playlist>(`/playlists/${id}/moves`, { position: from, to }),
  file: (id: number, kind: FileKind) => `${BASE}/playlists/${id}/file?kind=${kind}`,
};

/** A playlist of another player's file. */
export async function importFile(file: File): Promise<Imported> {
  const [, name, ending] = /^(.*)\.(\w+)$/.exec(file.name) ?? [];
  const kind = KINDS.find((one) => one === ending?.toLowerCase() || `${ending?.toLowerCase()}8` === one);
  if (!kind) throw new Problem(422, `${file.name}: ${KINDS.join(', ')}`);
  return upload<Imported>('/playlists/import', { name: name.slice(0, 200), kind }, file);
}
