/** What plays, and what follows: the queue joined to the sound, kept over a reload. */
import { type QueueGiven, type Track, type TrackDetail, tracks as trackApi } from '../api';
import { toasts } from '../design/toasts.svelte';
import { i18n } from '../i18n/index.svelte';
import { Sound, type Source } from './audio';
import { type Choice, Heard, NO_CHOICE } from './heard';
import { How } from './how.svelte';
import * as kept from './kept';
import * as q from './queue';
import { obeySystem, tellSystem } from './system';
import { Tabs } from './tabs';

const KEEP_EVERY_MS = 5000;
/** So long before the end the next choice is prepared for. */
const NEAR_END_S = 14;
/** When the listener chooses other songs, the one that plays gives way in so many seconds. */
const SOFT_S = 0.6;
const SLEEP_FADE_S = 8;

/** How songs for the moment come in: at once; at once only where nothing plays; or behind what plays. */
export type Entrance = 'now' | 'idle' | 'behind';

/** Where the player stood, to go back to. */
export interface Spot {
  queue: q.Queue;
  position_s: number;
  playing: boolean;
}

class Player {
  queue = $state.raw<q.Queue>(q.NO_QUEUE);
  detail = $state.raw<TrackDetail | null>(null);
  position_s = $state(0);
  duration_s = $state(0);
  playing = $state(false);
  waiting = $state(false);
  /** Songs are being chosen, because nothing was queued when play was pressed. */
  choosing = $state(false);
  /** When sound stops by itself: a moment, or after this song. */
  sleepAt = $state<number | 'end' | null>(null);
  /** Whether another tab of this browser plays. */
  elsewhere = $state(false);

  readonly item = $derived(q.current(this.queue));
  readonly track = $derived(this.item?.track ?? null);
  readonly next = $derived(q.upcoming(this.queue));

  /** Asked for more songs when a list for the moment runs out; set by the moment. */
  more: (() => Promise<void>) | null = null;
  /** Told shortly before a song ends, in time for a glance. */
  nearEnd: (() => void) | null = null;
  choice: () => Choice = () => NO_CHOICE;

  readonly how: How;
  private readonly sound: Sound;
  private readonly tabs: Tabs;
  private readonly heard = new Heard();
  private warned = false;
  private failures = 0;

  constructor() {
    this.sound = new Sound({
      onTime: (position, duration) => this.onTime(position, duration),
      onState: (playing, waiting) => this.onState(playing, waiting),
      onEnd: () => void this.onEnd(),
      onTrouble: () => this.onTrouble(),
      onForbidden: () => toasts.say(i18n.t.player.pressPlay),
    });
    this.how = new How(this.sound, () => {
      this.tabs.share(this.how.all);
      this.show();
      this.keep();
    });
    this.tabs = new Tabs({
      onElsewhere: (plays) => this.onElsewhere(plays),
      onChoices: (choices) => this.how.take(choices),
    });
    this.restore();
    obeySystem({
      resume: () => void this.resume(),
      pause: () => this.pause(),
      next: () => void this.step(true),
      previous: () => void this.back(),
      nudge: (seconds) => this.nudge(seconds),
      seek: (position_s) => this.seek(position_s),
    });
    addEventListener('pagehide', () => this.keep());
    setInterval(() => this.playing && this.keep(), KEEP_EVERY_MS);
  }

  /** Play a list from `index` on. */
  async play(items: q.Item[], index: number, moment = false): Promise<void> {
    this.finish(false);
    this.queue = { ...this.queue, items, index, moment, shuffle: false, order: null };
    await this.start(0, SOFT_S);
  }

  /** Songs for the moment. */
  async plan(given: QueueGiven, entrance: Entrance): Promise<void> {
    const items = given.tracks.map(({ track, why, why_said, score, parts }) => ({
      track,
      why,
      why_said,
      score,
      parts,
    }));
    if (items.length === 0) return;
    const starts = entrance === 'now' || !this.track || (entrance === 'idle' && !this.playing);
    if (starts) {
      // Ahead of the covers, which the browser would fetch first, a few at a time, once the list is shown.
      this.sound.prepare(this.sourceOf(items[0].track));
      await new Promise((then) => setTimeout(then));
      await this.play(items, 0, true);
    } else {
      this.queue = q.replanned(this.queue, items);
      this.prepare();
    }
    this.keep();
  }

  spot(): Spot {
    return { queue: this.queue, position_s: this.position_s, playing: this.playing };
  }

  /** Go back to where the player stood; a song that plays on is not disturbed. */
  async goBack({ queue, position_s, playing }: Spot): Promise<void> {
    const before = q.current(queue)?.track.id;
    const same = before === this.track?.id;
    if (!same) this.finish(true);
    this.queue = queue;
    if (same) {
      this.prepare();
      if (playing && !this.playing) await this.resume(); // it was stepped over, and nothing came after it
    } else if (before === undefined) this.sound.stop();
    else if (playing) await this.start(position_s, SOFT_S);
    else this.cue(position_s);
    this.keep();
  }

  /** Sound is wanted soon: what takes long to begin is begun, while the press that leads to it still counts. */
  ready(): void {
    this.sound.wake();
  }

  async toggle(): Promise<void> {
    if (this.playing) this.pause();
    else await this.resume();
  }

  /** Go on; where nothing is queued, with songs for the moment: for what was said or read, else for the taste. */
  async resume(): Promise<void> {
    if (this.track) return this.sound.resume();
    if (!this.more || this.choosing) return;
    this.ready();
    this.choosing = true;
    await this.more().finally(() => (this.choosing = false));
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
    const index = q.preceding(this.queue);
    if (this.position_s > 4 || index === this.queue.index) return this.seek(0);
    await this.jump(index);
  }

  async jump(index: number): Promise<void> {
    this.finish(true);
    this.queue = { ...this.queue, index };
    await this.start();
  }

  seek(position_s: number): void {
    this.sound.seek(position_s);
    this.position_s = position_s;
    this.heard.at(position_s, true);
  }

  nudge(seconds: number): void {
    this.seek(Math.min(Math.max(0, this.position_s + seconds), this.duration_s));
  }

  cycleRepeat(): void {
    const after = { off: 'all', all: 'one', one: 'off' } as const;
    this.queue = { ...this.queue, repeat: after[this.queue.repeat] };
    this.prepare();
    this.keep();
  }

  toggleShuffle(): void {
    this.queue = this.queue.shuffle ? q.unshuffled(this.queue) : q.shuffled(this.queue, Math.random);
    this.prepare();
    this.keep();
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
    this.keep();
  }

  /** Put a song of what follows elsewhere in it. */
  move(from: number, to: number): void {
    this.queue = { ...this.queue, items: q.moved(this.queue.items, from, to) };
    this.prepare();
    this.keep();
  }

  /** A song that the listener wants no more: gone from what follows, and stepped over if it plays. */
  async drop(trackId: number): Promise<void> {
    this.queue = q.without(this.queue, trackId);
    if (this.track?.id === trackId) await this.step(true);
    else this.prepare();
  }

  /** A song that was dropped is wanted after all: it stands where it stood, and plays on if it was stepped over. */
  async bringBack(trackId: number, spot: Spot): Promise<void> {
    this.queue = q.returned(this.queue, spot.queue, trackId);
    const heard = this.queue.items.slice(0, this.queue.index + 1);
    const index = heard.findLastIndex((item) => item.track.id === trackId);
    if (q.current(spot.queue)?.track.id === trackId && index >= 0)
      await this.goBack({ ...spot, queue: { ...this.queue, index } });
    this.prepare();
    this.keep();
  }

  /** Tracks have changed (their mood, their rating): show them so wherever they stand. */
  changed(...tracks: (Partial<Track> & { id: number })[]): void {
    this.queue = q.renewed(this.queue, new Map(tracks.map((track) => [track.id, track])));
    const detail = tracks.find((track) => track.id === this.detail?.id);
    if (this.detail && detail) this.detail = { ...this.detail, ...detail };
  }

  /** Let a song be heard from its most intense place for a moment; null ends it. */
  preview(track: Track | null): void {
    const from_s = track ? (track.preview_s ?? track.duration_s * 0.35) : 0;
    this.sound.preview(track && this.sourceOf(track), from_s);
  }

  sleep(at: number | 'end' | null): void {
    this.sleepAt = at;
    this.prepare();
    this.keep();
  }

  /** Another listener uses this browser now: nothing of the one before is shown. */
  clear(): void {
    this.finish(false);
    this.sound.stop();
    this.queue = q.NO_QUEUE;
    this.detail = this.sleepAt = null;
    this.position_s = this.duration_s = 0;
    kept.forget();
  }

  private async start(from_s = 0, soft_s?: number): Promise<void> {
    const { track } = this;
    if (!track) return;
    this.begin(track, from_s);
    await this.sound.play(this.sourceOf(track), from_s, soft_s);
    this.prepare();
    this.keep();
  }

  private cue(position_s: number): void {
    if (!this.track) return;
    this.begin(this.track, position_s);
    this.sound.pause();
    this.sound.cue(this.sourceOf(this.track), position_s);
  }

  private begin(track: Track, from_s: number): void {
    this.heard.begin(track, from_s);
    this.position_s = from_s;
    this.warned = false;
    this.duration_s = track.duration_s;
    void this.describe(track);
  }

  private async describe(track: Track): Promise<void> {
    const detail = await trackApi.get(track.id).catch(() => null);
    if (this.track?.id === track.id) this.detail = detail;
    this.show();
  }

  private sourceOf(track: Track): Source {
    return {
      url: trackApi.audio(track.id),
      converted: (from_s) => trackApi.opus(track.id, from_s),
      duration_s: track.duration_s,
      loudness_lufs: track.loudness_lufs,
      true_peak_dbtp: track.true_peak_dbtp,
    };
  }

  private prepare(): void {
    const next = this.sleepAt === 'end' ? undefined : this.queue.items[q.following(this.queue, false)];
    this.sound.setLast(!next);
    this.sound.prepare(next ? this.sourceOf(next.track) : null);
  }

  private onState(playing: boolean, waiting: boolean): void {
    this.playing = playing;
    this.waiting = playing && waiting;
    if (playing) this.failures = 0;
    if (playing) this.elsewhere = false;
    this.tabs.tell(playing);
    this.show();
  }

  private onElsewhere(plays: boolean): void {
    this.elsewhere = plays;
    if (!plays || !this.playing) return;
    this.pause();
    toasts.say(i18n.t.player.elsewhere);
  }

  private onTime(position_s: number, duration_s: number): void {
    this.heard.at(position_s);
    this.position_s = position_s;
    if (duration_s > 0) this.duration_s = duration_s;
    if (typeof this.sleepAt === 'number' && this.playing && Date.now() >= this.sleepAt) {
      this.sleep('end');
      this.sound.fadeAway(SLEEP_FADE_S, () => this.sleep(null));
    }
    const left_s = (this.duration_s - position_s) / this.how.rate;
    if (!this.warned && this.playing && left_s < NEAR_END_S && this.duration_s > 2 * NEAR_END_S) {
      this.warned = true;
      this.nearEnd?.();
    }
  }

  private async onEnd(): Promise<void> {
    if (this.sleepAt === 'end') {
      this.finish(false);
      this.sound.pause();
      this.sleep(null);
    } else await this.step(false);
  }

  private onTrouble(): void {
    toasts.say(`${i18n.t.player.trouble} ${this.track?.title ?? ''}`, null, true);
    this.failures++;
    if (this.failures <= 3 && this.next.length > 0) void this.step(true);
  }

  private finish(skipped: boolean): void {
    this.heard.end(skipped, this.item?.why ? this.choice() : NO_CHOICE);
  }

  private keep(): void {
    if (this.elsewhere) return; // the tab that plays knows better where we are
    const { queue, position_s, sleepAt: sleep_at } = this;
    kept.keep({ queue, position_s, sleep_at, ...this.how.all });
  }

  private restore(): void {
    const was = kept.recall();
    if (!was) return;
    this.how.take({ ...this.how.all, ...was });
    this.queue = { ...q.NO_QUEUE, ...was.queue };
    const { sleep_at } = was;
    this.sleepAt = typeof sleep_at === 'number' && sleep_at <= Date.now() ? null : (sleep_at ?? null);
    this.cue(was.position_s);
  }

  private show(): void {
    const { track, playing, position_s, duration_s } = this;
    if (track) tellSystem({ track, playing, position_s, duration_s, rate: this.how.rate });
  }
}

export const player = new Player();
