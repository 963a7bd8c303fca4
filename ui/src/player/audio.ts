/**
 * The one owner of sound in the page. Two decks take turns: while one plays, the other has the next song loaded,
 * so that songs follow without a gap or fade into each other.
 */
import { Deck, type Source } from './deck';
import { levelGain, volumeGain } from './level';

export type { Source } from './deck';

export interface Listener {
  onTime(position_s: number, duration_s: number): void;
  onState(playing: boolean, waiting: boolean): void;
  /** The song comes to its end, or its fade into the next begins. */
  onEnd(): void;
  onTrouble(why: string): void;
  /** The browser plays only after the listener has pressed something in the page. */
  onForbidden(): void;
}

/** A fade too short to hear, which hides the click of a cut. */
const CUT_S = 0.03;
const TICK_MS = 50;
/** The next song is started so long before the end: what a loaded element takes to be heard. */
const LEAD_S = 0.06;
const DUCKED = 0.15;

export class Sound {
  private readonly decks: [Deck, Deck];
  private readonly sampler: Deck;
  private active = 0;
  private context: AudioContext | null = null;
  private master: GainNode | null = null;
  private volume = 1;
  private muted = false;
  private rate = 1;
  private fade_s = 0;
  private levelled = true;
  private duck = 1;
  private ending = false;
  private scheduled = 0;
  private last = false;

  constructor(private readonly listener: Listener) {
    this.decks = [this.deck(), this.deck()];
    this.sampler = new Deck(() => this.preview(null));
    setInterval(() => this.tick(), TICK_MS);
  }

  get paused(): boolean {
    return this.playing.paused;
  }

  /** Play a song from `from_s` on; one that plays fades out, in `soft_s` where the listener chose another. */
  async play(source: Source, from_s = 0, soft_s = CUT_S): Promise<void> {
    this.wake();
    const before = this.playing;
    const waiting = this.other;
    const target = waiting.source?.url === source.url || !before.paused ? waiting : before;
    const faded = this.ending && this.fade_s > 0;
    if (target !== before) {
      if (faded) this.fadeOut(before, this.fade_s);
      else if (!this.ending) this.fadeOut(before, soft_s); // at its end it runs out by itself
      this.active = 1 - this.active;
    }
    const fade_s = faded ? this.fade_s : soft_s;
    const gapless = this.ending && !faded;
    this.begin();
    target.load(source, from_s);
    const from = gapless ? target.level(this.levelled) : 0; // what follows without a gap starts whole
    await this.start(target, fade_s, from);
  }

  /** Put a song in place without playing it, as after a reload. */
  cue(source: Source, at_s: number): void {
    this.begin();
    this.playing.load(source, at_s);
  }

  /** Load the song that follows, so that it starts at once. */
  prepare(source: Source | null): void {
    const { other } = this;
    if (!source || !other.paused) return;
    other.load(source);
    other.setRate(this.rate);
  }

  async resume(): Promise<void> {
    this.wake();
    await this.start(this.playing, CUT_S);
  }

  pause(): void {
    this.begin();
    for (const deck of this.decks) deck.element.pause();
  }

  stop(): void {
    this.begin();
    for (const deck of this.decks) deck.unload();
  }

  seek(position_s: number): void {
    this.begin();
    this.playing.seek(position_s);
    this.report();
  }

  setVolume(volume: number, muted: boolean): void {
    this.volume = volume;
    this.muted = muted;
    this.applyVolume();
  }

  setRate(rate: number): void {
    this.rate = rate;
    for (const deck of this.decks) deck.setRate(rate);
  }

  setLevelled(levelled: boolean): void {
    this.levelled = levelled;
    if (!this.playing.paused) this.playing.ramp(this.playing.level(levelled), 0.3);
  }

  setFade(seconds: number): void {
    this.fade_s = seconds;
  }

  /** Nothing shall follow the song that plays: it is heard to its very end. */
  setLast(last: boolean): void {
    this.last = last;
  }

  /** Grow silent, then pause, unless the listener has gone on to another song. */
  fadeAway(seconds: number, then: () => void): void {
    const fading = this.playing;
    fading.ramp(0, seconds);
    setTimeout(() => {
      if (fading === this.playing) this.pause();
      then();
    }, seconds * 1000);
  }

  /** Let a song be heard for a moment, above what plays; null ends it. */
  preview(source: Source | null, from_s = 0): void {
    this.sampler.element.pause();
    this.duck = source ? DUCKED : 1;
    this.applyVolume();
    if (!source) return;
    const loud = volumeGain(this.volume) * levelGain(source.loudness_lufs, source.true_peak_dbtp);
    this.sampler.load(source, from_s);
    this.sampler.element.volume = this.muted ? 0 : Math.min(1, loud);
    this.sampler.play().catch(() => this.preview(null)); // the browser wants a press first: then nothing is heard
  }

  private get playing(): Deck {
    return this.decks[this.active];
  }

  private get other(): Deck {
    return this.decks[1 - this.active];
  }

  private deck(): Deck {
    const deck: Deck = new Deck((failed, why) => failed === this.playing && this.listener.onTrouble(why));
    const mine = (): boolean => deck === this.playing;
    for (const name of ['play', 'playing', 'pause', 'waiting', 'seeked'] as const) {
      deck.element.addEventListener(name, () => mine() && this.report());
    }
    deck.element.addEventListener('ended', () => mine() && this.end());
    return deck;
  }

  /** Browsers allow sound only once the listener pressed something; until then the graph is not built. */
  wake(): void {
    if (!this.context) {
      this.context = new AudioContext({ latencyHint: 'playback' });
      this.master = this.context.createGain();
      this.master.connect(this.context.destination);
      for (const deck of this.decks) deck.connect(this.context, this.master);
      this.applyVolume();
    }
    if (this.context.state === 'suspended') void this.context.resume();
  }

  private async start(deck: Deck, fade_s: number, from?: number): Promise<void> {
    deck.setRate(this.rate);
    deck.ramp(deck.level(this.levelled), fade_s, from);
    await deck.play().catch(() => this.listener.onForbidden());
  }

  private fadeOut(deck: Deck, seconds: number): void {
    deck.ramp(0, seconds);
    const url = deck.source?.url;
    setTimeout(() => {
      if (deck !== this.playing && deck.source?.url === url) deck.element.pause();
    }, seconds * 1000);
  }

  private applyVolume(): void {
    const gain = this.muted ? 0 : volumeGain(this.volume) * this.duck;
    this.master?.gain.setTargetAtTime(gain, this.context?.currentTime ?? 0, 0.02);
  }

  /** What was planned for the end of a song no longer holds. */
  private begin(): void {
    this.ending = false;
    clearTimeout(this.scheduled);
    this.scheduled = 0;
  }

  private tick(): void {
    const deck = this.playing;
    if (deck.paused) return;
    this.listener.onTime(deck.position_s, deck.duration_s);
    if (this.last || this.ending || this.scheduled) return;
    const left_s = (deck.duration_s - deck.position_s) / this.rate;
    const lead_s = deck.duration_s > 3 * this.fade_s ? Math.max(LEAD_S, this.fade_s) : LEAD_S;
    if (left_s > lead_s + (2 * TICK_MS) / 1000) return;
    this.scheduled = window.setTimeout(() => this.end(), Math.max(0, left_s - lead_s) * 1000);
  }

  private end(): void {
    if (this.ending) return;
    this.ending = true;
    this.listener.onEnd();
  }

  private report(): void {
    const { playing } = this;
    this.listener.onTime(playing.position_s, playing.duration_s);
    const { paused, readyState } = playing.element;
    this.listener.onState(!paused, readyState < HTMLMediaElement.HAVE_FUTURE_DATA);
  }
}
