/** Media keys and the lock screen: what the system shows of the song, and what it may ask of the player. */
import type { Track } from '../api';
import { coverAt } from '../design/cover';

export interface Playing {
  track: Track;
  playing: boolean;
  position_s: number;
  duration_s: number;
  rate: number;
}

export interface Controls {
  resume(): void;
  pause(): void;
  next(): void;
  previous(): void;
  nudge(seconds: number): void;
  seek(position_s: number): void;
}

const SKIP_S = 10;
/** What the lock screen shows of a song that has no cover. */
const ICON: MediaImage = { src: '/icon-512.png', sizes: '512x512', type: 'image/png' };

export function obeySystem(controls: Controls): void {
  const { mediaSession } = navigator;
  if (!mediaSession) return;
  mediaSession.setActionHandler('play', () => controls.resume());
  mediaSession.setActionHandler('pause', () => controls.pause());
  mediaSession.setActionHandler('stop', () => controls.pause());
  mediaSession.setActionHandler('nexttrack', () => controls.next());
  mediaSession.setActionHandler('previoustrack', () => controls.previous());
  mediaSession.setActionHandler('seekforward', ({ seekOffset }) => controls.nudge(seekOffset ?? SKIP_S));
  mediaSession.setActionHandler('seekbackward', ({ seekOffset }) => controls.nudge(-(seekOffset ?? SKIP_S)));
  mediaSession.setActionHandler('seekto', ({ seekTime }) => controls.seek(seekTime ?? 0));
}

export function tellSystem({ track, playing, position_s, duration_s, rate }: Playing): void {
  const { mediaSession } = navigator;
  if (!mediaSession) return;
  const { title, artist, album, id } = track;
  const { metadata } = mediaSession;
  if (metadata?.title !== title || metadata.artist !== artist || metadata.album !== album) {
    const shown = new MediaMetadata({ title, artist, album, artwork: [ICON] });
    mediaSession.metadata = shown;
    void coverAt(id).then((src) => {
      if (src) shown.artwork = [{ src, sizes: '256x256', type: 'image/webp' }];
    });
  }
  mediaSession.playbackState = playing ? 'playing' : 'paused';
  if (duration_s > 0) {
    const position = Math.min(position_s, duration_s);
    mediaSession.setPositionState({ duration: duration_s, position, playbackRate: rate });
  }
}
