/** This moment: what the listener feels, as their face shows it or as they say, and what shall play for it. */
import { untrack } from 'svelte';
import {
  type Calibration,
  calibration,
  type Feeling,
  type FeelingAsked,
  feelings,
  queue as queueApi,
  type QueueAsked,
  type QueueGiven,
  readings,
} from '../api';
import { on } from '../api/events';
import { type Mood, planeOf } from '../design/moods';
import { toasts } from '../design/toasts.svelte';
import { i18n } from '../i18n/index.svelte';
import { say } from '../i18n/said';
import { type Entrance, player, type Spot } from '../player/player.svelte';
import { upcoming } from '../player/queue';
import type { Box } from '../sensing/pixels';
import { Sensor } from '../sensing/sensor.svelte';
import type { Distribution, Emotion, Face, Reading } from '../sensing/types';
import { prefs } from '../settings/prefs.svelte';

export type Felt =
  | { kind: 'nothing' }
  | { kind: 'face'; reading: Reading; reading_id: number }
  | { kind: 'emotion'; emotion: Emotion }
  | { kind: 'mood'; mood: Mood }
  | { kind: 'plane'; valence: number; arousal: number };

/** What stood before the listener spoke, to go back to. */
interface Before {
  felt: Felt;
  given: QueueGiven | null;
  spot: Spot;
  watched: boolean;
}

const KEPT = 'mien.moment';
const SONGS = 20;
/** While watching, songs are planned anew when the emotion has changed, and this often at most. */
const REPLAN_MS = 15_000;
const NOTHING: Felt = { kind: 'nothing' };
/** What a face showed longer ago is not shown after a reload. */
const STALE_MS = 30 * 60_000;

interface Kept {
  felt: Felt;
  given: QueueGiven | null;
  at: number;
}

class Moment {
  readonly sensor = new Sensor('/api/v1/models/emotion', planeOf);
  felt = $state.raw<Felt>(NOTHING);
  given = $state.raw<QueueGiven | null>(null);
  /** What was learnt of the listener's face; null where nothing was. */
  calibration = $state.raw<Calibration | null>(null);
  busy = $state(false);
  /** What the hidden page kept from being read: watching, or a glance before a choice. */
  paused = $state<'watching' | 'glance' | null>(null);
  asksConsent = $state(false);
  /** Opens the seven moods and the pad. */
  saying = $state(false);
  /** A chosen picture that shows several people, while it is asked whom to read. */
  picture = $state.raw<File | null>(null);

  private after: (() => void) | null = null;
  /** The listener let Mien look, so that it may glance again before the next choice. */
  private armed = false;
  private watching = false;
  private planned: { emotion: Emotion | null; at: number } = { emotion: null, at: 0 };

  constructor() {
    this.recall();
    player.more = () => this.plan('behind', true);
    player.nearEnd = () => void this.beforeNext();
    player.choice = () => ({
      policy: this.given?.policy ?? null,
      reading_id: this.felt.kind === 'face' ? this.felt.reading_id : null,
    });
    document.addEventListener('visibilitychange', () => this.onVisibility());
    window.addEventListener('storage', ({ key }) => key === KEPT && this.recall());
    // Chosen here or on another device: a camera that is on for what was chosen before goes off.
    $effect.root(() => {
      const chosen = $derived(prefs.all.camera);
      $effect(() => {
        if (chosen === 'never' || (chosen === 'glance' && this.watching)) untrack(() => this.stop());
      });
    });
  }

  /** Somebody has signed in: what they said they feel holds here too, and their face is read as it was learnt. */
  async enter(): Promise<void> {
    if (!this.hears) {
      this.hears = true;
      on('feeling', (state) => this.hear((state as { feeling: Feeling | null }).feeling));
      on('open', () => void this.catchUp());
    }
    await Promise.all([this.catchUp(), this.learn()]);
  }
  private async catchUp(): Promise<void> {
    const state = await feelings.get().catch(() => null);
    if (state) this.hear(state.feeling);
  }
  private hears = false;

  /** Read faces with what was learnt of the listener's. */
  async learn(): Promise<void> {
    const known = await calibration.get().catch(() => null);
    if (!known) return;
    this.calibration = known.calibration;
    this.sensor.calibrate(known.calibration?.current ? (known.calibration.offsets as Distribution) : null);
  }

  /** What the listener said, here, on another page of theirs, or a while ago. */
  private hear(feeling: Feeling | null): void {
    if (feeling) this.feel(feltOf(feeling));
    else if (this.said) this.feel(NOTHING);
  }

  /** Somebody else uses this browser now. */
  clear(): void {
    this.stop();
    this.sensor.forget();
    this.given = this.picture = this.after = this.calibration = null;
    this.asksConsent = this.saying = false;
    this.feel(NOTHING);
  }

  /** The mood that colours the page: what is played for, most of all. */
  get hue(): string {
    if (this.felt.kind === 'mood') return this.felt.mood;
    if (this.felt.kind === 'emotion') return this.felt.emotion;
    if (this.felt.kind === 'face') return this.felt.reading.held ?? 'neutral';
    const moods = Object.entries(this.given?.moods ?? {}).sort(([, a], [, b]) => b - a);
    return this.felt.kind === 'plane' ? (moods[0]?.[0] ?? 'neutral') : (player.track?.mood ?? 'neutral');
  }

  /** Whether what the listener said stands above what the face shows. */
  get said(): boolean {
    return this.felt.kind !== 'nothing' && this.felt.kind !== 'face';
  }

  /** Several people are in view, or in a chosen picture, and it is not clear whom to read. */
  get asksWhom(): boolean {
    const several = this.sensor.reading?.reason === 'several_faces';
    return several && (this.sensor.on || this.picture !== null);
  }

  /** The faces to choose from, left to right as they are shown: the camera as in a mirror, a picture as it is. */
  get people(): Face[] {
    return this.picture ? [...this.sensor.people].reverse() : this.sensor.people;
  }

  /** One press: a glance, or watching where that was chosen. The first time, consent is asked. */
  look(): void {
    player.ready();
    this.consenting(() => void (prefs.all.camera === 'continuous' ? this.watch() : this.glance(true)));
  }

  watch(): void {
    this.consenting(() => {
      this.armed = this.watching = true;
      this.paused = null;
      void this.sensor.watch((reading) => this.onReading(reading));
    });
  }

  stop(): void {
    this.armed = this.watching = false;
    this.paused = null;
    this.sensor.stop();
  }

  agree(yes: boolean): void {
    this.asksConsent = false;
    if (yes) prefs.set({ consented: true });
    if (yes) this.after?.();
    this.after = null;
  }

  /**
   * The listener says what they feel: it overrides at once, lasts until changed, teaches how to read their face,
   * and can be undone.
   */
  async say(asked: FeelingAsked): Promise<void> {
    const before: Before = {
      felt: this.felt,
      given: this.given,
      spot: player.spot(),
      watched: this.watching,
    };
    try {
      const reading_id = await this.contradicted();
      this.stop(); // nobody needs to look while the listener's word holds
      const { feeling } = await feelings.say({ ...asked, reading_id });
      if (!feeling) return;
      this.hear(feeling);
      this.saying = false;
      document.getElementById('main')?.scrollTo({ top: 0 });
      await Promise.all([this.plan('now'), feeling.taught && this.learn()]);
      toasts.say(
        feeling.taught ? `${this.words} ${i18n.t.now.taught}` : this.words,
        () => void this.unsay(before),
      );
    } catch (error) {
      toasts.wrong(error);
    }
  }

  /** What the listener said, in a sentence. */
  get words(): string {
    const { t } = i18n;
    const { felt } = this;
    if (felt.kind === 'mood') return t.now.said(t.labels[felt.mood]);
    return felt.kind === 'emotion' ? t.now.said(t.labels[felt.emotion]) : t.now.saidPlane;
  }

  /** The reading that the listener's word contradicts: the one followed now, or what the camera just shows. */
  private async contradicted(): Promise<number | null> {
    if (this.felt.kind === 'face') return this.felt.reading_id;
    const { on, reading } = this.sensor;
    if (!on || this.said || !reading?.probabilities) return null;
    return (await readings.add(reading)).id;
  }

  private async unsay({ felt, given, spot, watched }: Before): Promise<void> {
    try {
      await feelings.undo();
      this.given = given;
      this.feel(felt);
      await Promise.all([player.goBack(spot), this.learn()]);
      if (watched) this.watch();
    } catch (error) {
      toasts.wrong(error);
    }
  }

  /** Let the face speak again. */
  follow(): void {
    this.feel(NOTHING);
    feelings.clear().catch(toasts.wrong);
    this.look();
  }

  /** Read a picture that the listener chose. `box`: whose face, where it shows several people. */
  async readPicture(file: File, box: Box | null = null): Promise<void> {
    this.busy = true;
    this.picture = null;
    try {
      const seen = await this.sensor.readPicture(file, box).catch(() => {
        const { trouble } = this.sensor;
        throw new Error(trouble ? i18n.t.trouble[trouble][0] : i18n.t.now.badPicture);
      });
      if (seen.faces.length === 0) toasts.say(i18n.t.now.noFaceInPicture);
      else if (seen.reading.reason === 'several_faces') this.picture = file;
      else await this.accept(seen.reading);
    } catch (error) {
      toasts.wrong(error);
    } finally {
      this.busy = false;
    }
  }

  /** Whose face to read, of several in view or in a picture. */
  choose(box: Box): void {
    if (this.picture) void this.readPicture(this.picture, box);
    else this.sensor.choose(box);
  }

  /** Plan songs for this moment. `further`: more of what is planned already. */
  async plan(entrance: Entrance, further = false): Promise<void> {
    const ahead = further ? player.queue.items.slice(-60) : [];
    const playing = player.track ? [player.track.id] : [];
    const exclude = [...new Set([...ahead.map((item) => item.track.id), ...playing])];
    const { policy, to } = prefs.all;
    const asked: QueueAsked = { ...this.asked(), policy, n: SONGS, exclude };
    if (policy === 'journey') asked.to = to ?? 'calm';
    try {
      const given = await queueApi.make(asked);
      this.given = given;
      this.keep();
      if (given.tracks.length === 0)
        toasts.say(given.note ? say(given.note, given.notes_said) : i18n.t.library.none);
      await player.plan(given, entrance);
    } catch (error) {
      toasts.wrong(error);
    }
  }

  private feel(felt: Felt): void {
    this.felt = felt;
    this.keep();
  }

  private asked(): QueueAsked {
    const { felt } = this;
    return felt.kind === 'face' ? { reading_id: felt.reading_id } : {}; // what was said the server knows
  }

  /** Do what turns the camera on; the first time, consent is asked. */
  consenting(then: () => void): void {
    if (prefs.all.consented || Sensor.missing()) then();
    else {
      this.after = then;
      this.asksConsent = true;
      this.sensor.warm().catch(() => undefined); // the networks load while the listener reads; the camera stays off
    }
  }

  /** `asked`: the listener pressed, rather than that a song is about to end. */
  private async glance(asked: boolean): Promise<void> {
    this.armed = true;
    this.watching = false;
    this.paused = null;
    const reading = await this.sensor.glance(asked);
    if (!reading?.probabilities) return;
    if (reading.certain) await this.accept(reading);
    else if (asked && reading.reason === 'several_faces') toasts.say(i18n.t.now.nobodyChosen);
    else if (asked) await this.accept(reading);
  }

  private async accept(reading: Reading): Promise<void> {
    if (!reading.probabilities) return;
    try {
      const { id } = await readings.add(reading);
      this.feel({ kind: 'face', reading, reading_id: id });
      this.planned = { emotion: reading.held, at: Date.now() };
      const goesOn = player.playing;
      await this.plan('idle');
      if (goesOn) toasts.say(i18n.t.now.replanned);
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
    if (!player.queue.moment) return;
    const may = this.armed && prefs.all.camera === 'glance' && !this.said;
    if (may && document.hidden) this.paused = 'glance';
    else if (may && this.sensor.status === 'off') await this.glance(false);
    if (upcoming(player.queue).length < 2) await this.plan('behind', true);
  }

  /** In a hidden page music goes on and reading pauses; it goes on by itself if the listener so chose. */
  private onVisibility(): void {
    if (document.hidden && this.sensor.status !== 'off') {
      this.paused = this.watching ? 'watching' : this.armed ? 'glance' : null;
      this.sensor.stop();
      if (prefs.all.whenHidden === 'off') this.armed = this.watching = false;
    } else if (!document.hidden && this.paused === 'watching' && this.watching) {
      this.watch();
      toasts.say(i18n.t.now.lookingAgain);
    }
  }

  private keep(): void {
    const { felt, given } = this;
    const songless = given && { ...given, tracks: [] };
    localStorage.setItem(KEPT, JSON.stringify({ felt, given: songless, at: Date.now() } satisfies Kept));
  }

  private recall(): void {
    try {
      const kept = JSON.parse(localStorage.getItem(KEPT) ?? 'null') as Kept | null;
      const stale = !kept || (kept.felt.kind === 'face' && Date.now() - kept.at > STALE_MS);
      this.felt = stale ? NOTHING : kept.felt;
      this.given = stale ? null : kept.given;
    } catch {
      localStorage.removeItem(KEPT); // what an older page kept and this one cannot read
    }
  }
}

function feltOf({ emotion, mood, plane }: Feeling): Felt {
  if (emotion) return { kind: 'emotion', emotion };
  if (mood) return { kind: 'mood', mood };
  return plane ? { kind: 'plane', ...plane } : NOTHING;
}

export const moment = new Moment();
