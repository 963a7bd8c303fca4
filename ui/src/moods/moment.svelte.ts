/** This moment: what the listener feels, as their face shows it or as they say, and what shall play for it. */
import { queue as queueApi, type QueueAsked, type QueueGiven, readings } from '../api';
import { type Mood, planeOf } from '../design/moods';
import { toasts } from '../design/toasts.svelte';
import { i18n } from '../i18n/index.svelte';
import { player } from '../player/player.svelte';
import { upcoming } from '../player/queue';
import { Sensor } from '../sensing/sensor.svelte';
import type { Emotion, Reading } from '../sensing/types';
import { prefs } from '../settings/prefs.svelte';

export type Felt =
  | { kind: 'nothing' }
  | { kind: 'face'; reading: Reading; reading_id: number }
  | { kind: 'mood'; mood: Mood }
  | { kind: 'plane'; valence: number; arousal: number };

const SONGS = 20;
/** While watching, songs are planned anew when the emotion has changed, and this often at most. */
const REPLAN_MS = 15_000;

class Moment {
  readonly sensor = new Sensor('/api/v1/models/emotion', planeOf);
  felt = $state.raw<Felt>({ kind: 'nothing' });
  given = $state.raw<QueueGiven | null>(null);
  busy = $state(false);
  pausedByTab = $state(false);
  asksConsent = $state(false);
  /** Opens the seven moods and the pad. */
  saying = $state(false);

  private after: (() => void) | null = null;
  private armed = false;
  private planned: { emotion: Emotion | null; at: number } = { emotion: null, at: 0 };

  constructor() {
    player.more = () => this.plan(false, true);
    player.nearEnd = () => void this.beforeNext();
    player.choice = () => ({
      policy: this.given?.policy ?? null,
      reading_id: this.felt.kind === 'face' ? this.felt.reading_id : null,
    });
    document.addEventListener('visibilitychange', () => this.onVisibility());
  }

  /** The mood that colours the page: what is played for, most of all. */
  get hue(): string {
    if (this.felt.kind === 'mood') return this.felt.mood;
    if (this.felt.kind === 'face') return this.felt.reading.held ?? 'neutral';
    const moods = Object.entries(this.given?.moods ?? {}).sort(([, a], [, b]) => b - a);
    return this.felt.kind === 'plane' ? (moods[0]?.[0] ?? 'neutral') : (player.track?.mood ?? 'neutral');
  }

  /** Whether what the listener said stands above what the face shows. */
  get said(): boolean {
    return this.felt.kind === 'mood' || this.felt.kind === 'plane';
  }

  /** One press: a glance, or watching where that was chosen. The first time, consent is asked. */
  look(): void {
    this.consenting(() => void (prefs.all.camera === 'continuous' ? this.watch() : this.glance(true)));
  }

  watch(): void {
    this.consenting(() => {
      this.armed = true;
      this.pausedByTab = false;
      void this.sensor.watch((reading) => this.onReading(reading));
    });
  }

  stop(): void {
    this.armed = false;
    this.sensor.stop();
  }

  agree(yes: boolean): void {
    this.asksConsent = false;
    if (yes) prefs.set({ consented: true });
    if (yes) this.after?.();
    this.after = null;
  }

  /** The listener says what they feel: it overrides at once and lasts until changed. */
  async say(felt: Felt): Promise<void> {
    const before = { felt: this.felt, given: this.given, queue: player.queue };
    this.felt = felt;
    this.saying = false;
    await this.plan(true);
    const { t } = i18n;
    const text = felt.kind === 'mood' ? t.now.said(t.labels[felt.mood]) : t.now.saidPlane;
    toasts.say(text, () => {
      this.felt = before.felt;
      this.given = before.given;
      if (player.track?.id === before.queue.items[before.queue.index]?.track.id) player.queue = before.queue;
      else if (before.felt.kind !== 'nothing') void this.plan(false);
    });
  }

  /** Let the face speak again. */
  follow(): void {
    this.felt = { kind: 'nothing' };
    this.look();
  }

  async readPicture(file: File): Promise<void> {
    this.busy = true;
    try {
      const seen = await this.sensor.readPicture(file).catch((error: unknown) => {
        throw this.sensor.trouble ? error : new Error(i18n.t.now.badPicture);
      });
      if (seen.faces.length === 0) toasts.say(i18n.t.now.noFaceInPicture);
      else await this.accept(seen.reading);
    } catch (error) {
      toasts.wrong(error);
    } finally {
      this.busy = false;
    }
  }

  /** Plan songs for this moment. `interrupt`: nothing else plays, or the listener just spoke. */
  async plan(interrupt: boolean, further = false): Promise<void> {
    const ahead = further ? player.queue.items.slice(-60) : [];
    const exclude = [
      ...new Set([...ahead.map((item) => item.track.id), ...(player.track ? [player.track.id] : [])]),
    ];
    const { policy, to } = prefs.all;
    const asked: QueueAsked = { ...this.asked(), policy, n: SONGS, exclude };
    if (policy === 'journey') asked.to = to ?? 'calm';
    try {
      this.given = await queueApi.make(asked);
      if (this.given.tracks.length === 0) toasts.say(this.given.note ?? i18n.t.library.none);
      await player.plan(this.given, interrupt && !player.playing);
    } catch (error) {
      toasts.wrong(error);
    }
  }

  private asked(): QueueAsked {
    const { felt } = this;
    if (felt.kind === 'face') return { reading_id: felt.reading_id };
    if (felt.kind === 'mood') return { mood: felt.mood };
    if (felt.kind === 'plane') return { plane: { valence: felt.valence, arousal: felt.arousal } };
    return {};
  }

  private consenting(then: () => void): void {
    if (prefs.all.consented || Sensor.missing()) then();
    else {
      this.after = then;
      this.asksConsent = true;
      this.sensor.warm().catch(() => undefined); // the networks load while the listener reads; the camera stays off
    }
  }

  private async glance(asked: boolean): Promise<void> {
    this.armed = true;
    this.pausedByTab = false;
    const reading = await this.sensor.glance();
    if (reading && (reading.certain || asked) && reading.probabilities) await this.accept(reading);
  }

  private async accept(reading: Reading): Promise<void> {
    if (!reading.probabilities) return;
    try {
      const { id } = await readings.add(reading);
      this.felt = { kind: 'face', reading, reading_id: id };
      this.planned = { emotion: reading.held, at: Date.now() };
      const changes = player.playing;
      await this.plan(true);
      if (changes) toasts.say(i18n.t.now.replanned);
    } catch (error) {
      toasts.wrong(error);
    }
  }

  private onReading(reading: Reading): void {
    if (!reading.certain || this.said || this.busy) return;
    const { emotion, at } = this.planned;
    if (reading.held === emotion || Date.now() - at < (emotion ? REPLAN_MS : 0)) return;
    this.busy = true;
    void this.accept(reading).finally(() => (this.busy = false));
  }

  /** Shortly before a song ends the listener is glanced at again, if they let Mien look before. */
  private async beforeNext(): Promise<void> {
    const may = this.armed && prefs.all.camera === 'glance' && !this.said && !document.hidden;
    if (may && player.queue.moment && this.sensor.status === 'off') await this.glance(false);
    else if (player.queue.moment && upcoming(player.queue).length < 2) await this.plan(false, true);
  }

  private onVisibility(): void {
    if (document.hidden && this.sensor.status !== 'off') {
      const watching = this.sensor.status === 'watching';
      this.sensor.stop();
      this.pausedByTab = watching;
    } else if (!document.hidden && this.pausedByTab) this.watch();
  }
}

export const moment = new Moment();
