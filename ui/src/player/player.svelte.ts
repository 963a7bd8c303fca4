/** What plays, and what follows: the queue joined to the sound, kept over a reload. */
import { post, type QueueGiven, type Track, type TrackDetail, tracks as trackApi } from '../api';
import { toasts } from '../design/toasts.svelte';
import { i18n } from '../i18n/index.svelte';
import { Sound, type Source } from './audio';
import * as q from './queue';

const KEPT = 'mien.player';
const SKIP_S = 10;

interface Kept {
  queue: q.Queue;
  position_s: number;
  volume: number;
  muted: boolean;
  rate: number;
  fade_s: number;
  levelled: boolean;
}

/** What the moment adds to a listen: what chose the song. */
export interface Choice {
  policy: string | null;
  reading_id: number | null;
}

class Player {
  queue = $state.raw<q.Queue>(q.NO_QUEUE);
  detail = $state.raw<TrackDetail | null>(null);
  position_s = $state(0);
  duration_s = $state(0);
  playing = $state(false);
  waiting = $state(false);
  volume = $state(0.9);
  muted = $state(false);
  rate = $state(1);
  fade_s = $state(0);
  levelled = $state(true);
  /** When sound stops by itself: a moment, or after this song. */
  sleepAt = $state<number | 'end' | null>(null);

  readonly item = $derived(q.current(this.queue));
  readonly track = $derived(this.item?.track ?? null);
  readonly next = $derived(q.upcoming(this.queue));

  /** Asked for more songs when a list for the moment runs out; set by the moment. */
  more: (() => Promise<void>) | null = null;
  /** Told shortly before a song ends, in time for a glance. */
  nearEnd: (() => void) | null = null;
  choice: () => Choice = () => ({ policy: null, reading_id: null });

  private sound: Sound;
  private startedAt = new Date();
  private heard_s = 0;
  private lastTime = 0;
  private warned = false;
  private failures = 0;

  constructor() {
    this.sound = new Sound({
      onTime: (position, duration) => this.onTime(position, duration),
      onState: (playing, waiting) => {
        this.playing = playing;
        this.waiting = playing && waiting;
        if (playing) this.failures = 0;
        this.tellSystem();
      },
      onEnd: () => void this.onEnd(),
      onTrouble: () => this.onTrouble(),
    });
    this.restore();
    this.media();
    addEventListener('pagehide', () => this.keep());
    setInterval(() => this.playing && this.keep(), 5000);
  }

  /** Play a list from `index` on. */
  async play(items: q.Item[], index: number, moment = false): Promise<void> {
    this.finish(false);
    this.queue = { ...this.queue, items, index, moment };
    await this.start();
  }

  /** Songs for the moment: what plays goes on, unless nothing does. */
  async plan(given: QueueGiven, interrupt = false): Promise<void> {
    const items = given.tracks.map(({ track, why, score, parts }) => ({ track, why, score, parts }));
    if (items.length === 0) return;
    if (this.track && (this.playing || !interrupt) && !interrupt) {
      this.queue = q.replanned(this.queue, items);
      this.prepare();
      if (!this.playing) await this.step(true);
    } else await this.play(items, 0, true);
    this.keep();
  }

  async toggle(): Promise<void> {
    if (this.playing) this.sound.pause();
    else if (this.track) await this.sound.resume();
  }

  pause(): void {
    this.sound.pause();
  }

  async step(pressed = true): Promise<void> {
    this.finish(pressed);
    let index = q.following(this.queue, pressed);
    if (index < 0 && this.queue.moment && this.more) {
      await this.more().catch((error: unknown) => toasts.wrong(error));
      index = q.following(this.queue, pressed);
    }
    if (index < 0) {
      this.sound.pause();
      return;
    }
    this.queue = { ...this.queue, index };
    await this.start();
  }

  async back(): Promise<void> {
    if (this.position_s > 4 || this.queue.index <= 0) return this.seek(0);
    this.finish(true);
    this.queue = { ...this.queue, index: q.preceding(this.queue) };
    await this.start();
  }

  async jump(index: number): Promise<void> {
    this.finish(true);
    this.queue = { ...this.queue, index };
    await this.start();
  }

  seek(position_s: number): void {
    this.sound.seek(position_s);
    this.position_s = position_s;
    this.lastTime = position_s;
  }

  nudge(seconds: number): void {
    this.seek(Math.max(0, this.position_s + seconds));
  }

  setVolume(volume: number, muted = false): void {
    this.volume = Math.min(1, Math.max(0, volume));
    this.muted = muted;
    this.sound.setVolume(this.volume, muted);
    this.keep();
  }

  setRate(rate: number): void {
    this.rate = Math.min(2, Math.max(0.5, Math.round(rate * 20) / 20));
    this.sound.setRate(this.rate);
    this.keep();
  }

  setFade(seconds: number): void {
    this.fade_s = seconds;
    this.sound.setFade(seconds);
    this.keep();
  }

  setLevelled(levelled: boolean): void {
    this.levelled = levelled;
    this.sound.setLevelled(levelled);
    this.keep();
  }

  cycleRepeat(): void {
    const after = { off: 'all', all: 'one', one: 'off' } as const;
    this.queue = { ...this.queue, repeat: after[this.queue.repeat] };
    this.keep();
  }

  toggleShuffle(): void {
    this.queue = this.queue.shuffle ? { ...this.queue, shuffle: false } : q.shuffled(this.queue, Math.random);
    this.prepare();
  }

  insertNext(track: Track): void {
    this.queue = q.playNext(this.queue, q.chosen(track));
    if (this.queue.index < 0) void this.jump(0);
    else this.prepare();
    toasts.say(i18n.t.track.nextUp(track.title));
  }

  remove(index: number): void {
    this.queue = q.removed(this.queue, index);
    this.prepare();
  }

  /** A song that the listener wants no more: gone from what follows, and stepped over if it plays. */
  async drop(trackId: number): Promise<void> {
    this.queue = q.without(this.queue, trackId);
    if (this.track?.id === trackId) await this.step(true);
  }

  /** A track has changed (its mood, its rating): show it so wherever it stands. */
  changed(track: Track): void {
    const items = this.queue.items.map((item) =>
      item.track.id === track.id ? { ...item, track: { ...item.track, ...track } } : item,
    );
    this.queue = { ...this.queue, items };
    if (this.detail?.id === track.id) this.detail = { ...this.detail, ...track };
  }

  /** Let a song be heard from its middle for a moment; null ends it. */
  preview(track: Track | null): void {
    this.sound.preview(track && this.sourceOf(track), (track?.duration_s ?? 0) * 0.35);
  }

  sleep(at: number | 'end' | null): void {
    this.sleepAt = at;
  }

  private async start(): Promise<void> {
    const { track } = this;
    if (!track) return;
    this.startedAt = new Date();
    this.heard_s = this.lastTime = 0;
    this.position_s = 0;
    this.warned = false;
    this.duration_s = track.duration_s;
    const playing = this.sound.play(this.sourceOf(track));
    void this.describe(track);
    await playing;
    this.prepare();
    this.keep();
  }

  private async describe(track: Track): Promise<void> {
    const detail = await trackApi.get(track.id).catch(() => null);
    if (this.track?.id === track.id) this.detail = detail;
    this.tellSystem();
  }

  private sourceOf(track: Track): Source {
    return { url: trackApi.audio(track.id, playable(track)), loudness_lufs: track.loudness_lufs ?? null };
  }

  private prepare(): void {
    const next = this.queue.items[q.following(this.queue, false)];
    this.sound.prepare(next && next !== this.item ? this.sourceOf(next.track) : null);
  }

  private onTime(position_s: number, duration_s: number): void {
    const passed = position_s - this.lastTime;
    if (passed > 0 && passed < 2) this.heard_s += passed;
    this.lastTime = position_s;
    this.position_s = position_s;
    if (duration_s > 0 && Number.isFinite(duration_s)) this.duration_s = duration_s;
    if (typeof this.sleepAt === 'number' && Date.now() >= this.sleepAt) {
      this.sleepAt = null;
      this.sound.pause();
    }
    const left_s = (this.duration_s - position_s) / this.rate;
    if (!this.warned && this.playing && left_s < 14 && this.duration_s > 30) {
      this.warned = true;
      this.nearEnd?.();
    }
  }

  private async onEnd(): Promise<void> {
    if (this.sleepAt === 'end') {
      this.sleepAt = null;
      this.finish(false);
      this.sound.pause();
      return;
    }
    await this.step(false);
  }

  private onTrouble(): void {
    toasts.say(`${i18n.t.player.trouble} ${this.track?.title ?? ''}`, null, true);
    this.failures++;
    if (this.failures <= 3 && this.next.length > 0) void this.step(true);
  }

  /** Tell the server what was heard of the song that ends now. */
  private finish(skipped: boolean): void {
    const { track } = this;
    if (!track || this.heard_s < 1) return;
    const played_s = Math.min(this.heard_s, track.duration_s);
    const { policy, reading_id } = this.item?.why ? this.choice() : { policy: null, reading_id: null };
    const heard = {
      track_id: track.id,
      started_at: this.startedAt.toISOString(),
      played_s,
      policy,
      reading_id,
      skipped,
    };
    this.heard_s = 0;
    post('/listens', heard).catch(() => undefined);
  }

  private keep(): void {
    const { queue, position_s, volume, muted, rate, fade_s, levelled } = this;
    const kept: Kept = {
      queue: { ...queue, items: queue.items.slice(0, 300) },
      position_s,
      volume,
      muted,
      rate,
      fade_s,
      levelled,
    };
    localStorage.setItem(KEPT, JSON.stringify(kept));
  }

  private restore(): void {
    try {
      const kept = JSON.parse(localStorage.getItem(KEPT) ?? 'null') as Kept | null;
      if (!kept) return;
      this.setRate(kept.rate);
      this.setFade(kept.fade_s);
      this.setLevelled(kept.levelled ?? true);
      this.setVolume(kept.volume, kept.muted);
      this.queue = { ...q.NO_QUEUE, ...kept.queue };
      if (!this.track) return;
      this.position_s = kept.position_s;
      this.duration_s = this.track.duration_s;
      this.sound.cue(this.sourceOf(this.track), kept.position_s);
      void this.describe(this.track);
    } catch {
      localStorage.removeItem(KEPT); // what an older page kept and this one cannot read
    }
  }

  private media(): void {
    const { mediaSession } = navigator;
    if (!mediaSession) return;
    mediaSession.setActionHandler('play', () => void this.toggle());
    mediaSession.setActionHandler('pause', () => this.pause());
    mediaSession.setActionHandler('nexttrack', () => void this.step(true));
    mediaSession.setActionHandler('previoustrack', () => void this.back());
    mediaSession.setActionHandler('seekforward', () => this.nudge(SKIP_S));
    mediaSession.setActionHandler('seekbackward', () => this.nudge(-SKIP_S));
    mediaSession.setActionHandler('seekto', ({ seekTime }) => this.seek(seekTime ?? 0));
  }

  private tellSystem(): void {
    const { mediaSession } = navigator;
    if (!mediaSession || !this.track) return;
    const { title, artist, album, id } = this.track;
    if (mediaSession.metadata?.title !== title || mediaSession.metadata.artist !== artist) {
      mediaSession.metadata = new MediaMetadata({
        title,
        artist,
        album,
        artwork: [{ src: trackApi.cover(id) }],
      });
    }
    mediaSession.playbackState = this.playing ? 'playing' : 'paused';
    if (this.duration_s > 0 && this.position_s <= this.duration_s) {
      const { duration_s: duration, position_s: position, rate: playbackRate } = this;
      mediaSession.setPositionState({ duration, position, playbackRate });
    }
  }
}

const probe = document.createElement('audio');

/** Whether this browser plays the original; else the server sends it as Opus. */
function playable(track: Track): boolean {
  return !track.media_type || probe.canPlayType(track.media_type) !== '';
}

export const player = new Player();
