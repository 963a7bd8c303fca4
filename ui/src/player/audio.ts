/**
 * The one owner of sound in the page. Two players take turns: while one plays, the other has the next song loaded,
 * so that songs follow without a gap or fade into each other.
 */
import { levelGain, volumeGain } from './level';

export interface Source {
  url: string;
  loudness_lufs: number | null;
}

export interface Listener {
  onTime(position_s: number, duration_s: number): void;
  onState(playing: boolean, waiting: boolean): void;
  /** The song came to its end, or its fade into the next began. */
  onEnd(): void;
  onTrouble(why: string): void;
}

interface Deck {
  element: HTMLAudioElement;
  gain: GainNode | null;
  source: Source | null;
}

/** A fade too short to hear, which hides the click of a cut. */
const CUT_S = 0.03;

export class Sound {
  private decks: [Deck, Deck];
  private active = 0;
  private context: AudioContext | null = null;
  private master: GainNode | null = null;
  private volume = 1;
  private muted = false;
  private rate = 1;
  private fade_s = 0;
  private ending = false;
  private readonly sampler = new Audio();
  private duck = 1;
  private levelled = true;

  constructor(private readonly listener: Listener) {
    this.decks = [this.deck(), this.deck()];
    setInterval(() => this.tick(), 50);
  }

  get position_s(): number {
    return this.playing.element.currentTime;
  }

  get paused(): boolean {
    return this.playing.element.paused;
  }

  /** Play a song from `from_s` on; a song that is playing fades out. */
  async play(source: Source, from_s = 0): Promise<void> {
    this.wake();
    const before = this.playing;
    const waiting = this.other;
    const target = waiting.source?.url === source.url || !before.element.paused ? waiting : before;
    if (target !== before) {
      this.fadeOut(before, this.ending ? this.fade_s : CUT_S);
      this.active = 1 - this.active;
    }
    const fade_s = this.ending ? Math.max(CUT_S, this.fade_s) : CUT_S;
    this.ending = false;
    this.load(target, source);
    if (from_s > 0 || target.element.currentTime > 0.2) target.element.currentTime = from_s;
    await this.start(target, fade_s);
  }

  /** Put a song in place without playing it, as after a reload. */
  cue(source: Source, at_s: number): void {
    this.load(this.playing, source);
    const { element } = this.playing;
    element.addEventListener('loadedmetadata', () => (element.currentTime = at_s), { once: true });
  }

  /** Load the song that follows, so that it starts at once. */
  prepare(source: Source | null): void {
    if (source && source.url !== this.other.source?.url && this.other.element.paused)
      this.load(this.other, source);
  }

  async resume(): Promise<void> {
    this.wake();
    await this.start(this.playing, CUT_S);
  }

  pause(): void {
    for (const deck of this.decks) deck.element.pause();
  }

  stop(): void {
    this.pause();
    for (const deck of this.decks) {
      deck.source = null;
      deck.element.removeAttribute('src');
    }
  }

  seek(position_s: number): void {
    const { element } = this.playing;
    const end = Number.isFinite(element.duration) ? element.duration : position_s;
    element.currentTime = Math.min(Math.max(0, position_s), Math.max(0, end - 0.1));
    this.ending = false;
    this.report();
  }

  setVolume(volume: number, muted: boolean): void {
    this.volume = volume;
    this.muted = muted;
    this.applyVolume();
  }

  setRate(rate: number): void {
    this.rate = rate;
    for (const { element } of this.decks) this.applyRate(element);
  }

  setLevelled(levelled: boolean): void {
    this.levelled = levelled;
    const { playing } = this;
    if (!playing.element.paused)
      this.ramp(playing, levelled ? levelGain(playing.source?.loudness_lufs) : 1, 0.3);
  }

  setFade(seconds: number): void {
    this.fade_s = seconds;
  }

  /** Let a song be heard for a moment, above what plays; null ends it. */
  preview(source: Source | null, from_s = 0): void {
    this.sampler.pause();
    const level = source ? 0.15 : 1;
    this.duck = level;
    this.applyVolume();
    if (!source) return;
    this.sampler.src = source.url;
    this.sampler.currentTime = from_s;
    this.sampler.volume = this.muted
      ? 0
      : Math.min(1, volumeGain(this.volume) * levelGain(source.loudness_lufs));
    this.sampler.play().catch(() => this.preview(null)); // the browser wants a press first: then nothing is heard
  }

  private get playing(): Deck {
    return this.decks[this.active];
  }

  private get other(): Deck {
    return this.decks[1 - this.active];
  }

  private deck(): Deck {
    const element = new Audio();
    element.preload = 'auto';
    const deck: Deck = { element, gain: null, source: null };
    const mine = (): boolean => deck === this.playing;
    for (const name of ['play', 'playing', 'pause', 'waiting', 'seeked'] as const) {
      element.addEventListener(name, () => mine() && this.report());
    }
    element.addEventListener('ended', () => mine() && this.end());
    element.addEventListener('error', () => {
      if (mine() && element.getAttribute('src')) this.listener.onTrouble(element.error?.message ?? '');
    });
    return deck;
  }

  /** Browsers allow sound only once the listener pressed something; until then the graph is not built. */
  private wake(): void {
    if (!this.context) {
      this.context = new AudioContext({ latencyHint: 'playback' });
      this.master = this.context.createGain();
      this.master.connect(this.context.destination);
      for (const deck of this.decks) {
        deck.gain = this.context.createGain();
        this.context.createMediaElementSource(deck.element).connect(deck.gain).connect(this.master);
      }
      this.applyVolume();
    }
    if (this.context.state === 'suspended') void this.context.resume();
  }

  private load(deck: Deck, source: Source): void {
    if (deck.source?.url !== source.url) {
      deck.element.src = source.url;
      this.applyRate(deck.element);
    }
    deck.source = source;
  }

  private async start(deck: Deck, fade_s: number): Promise<void> {
    this.ramp(deck, this.levelled ? levelGain(deck.source?.loudness_lufs) : 1, fade_s);
    try {
      await deck.element.play();
    } catch (error) {
      // Pressing "next" twice interrupts the first song's start; that is no trouble.
      if (!(error instanceof DOMException && error.name === 'AbortError')) {
        this.listener.onTrouble(error instanceof Error ? error.message : '');
      }
    }
  }

  private fadeOut(deck: Deck, seconds: number): void {
    this.ramp(deck, 0, seconds);
    const { url } = deck.source ?? { url: '' };
    setTimeout(() => {
      if (deck !== this.playing && deck.source?.url === url) deck.element.pause();
    }, seconds * 1000);
  }

  private ramp(deck: Deck, to: number, seconds: number): void {
    if (!deck.gain || !this.context) return;
    const now = this.context.currentTime;
    deck.gain.gain.cancelScheduledValues(now);
    deck.gain.gain.setValueAtTime(deck.gain.gain.value, now);
    deck.gain.gain.linearRampToValueAtTime(to, now + seconds);
  }

  private applyVolume(): void {
    const gain = this.muted ? 0 : volumeGain(this.volume) * this.duck;
    this.master?.gain.setTargetAtTime(gain, this.context?.currentTime ?? 0, 0.02);
  }

  private applyRate(element: HTMLAudioElement): void {
    element.preservesPitch = true;
    element.defaultPlaybackRate = this.rate;
    element.playbackRate = this.rate;
  }

  private tick(): void {
    const { element } = this.playing;
    if (element.paused) return;
    this.listener.onTime(element.currentTime, element.duration || 0);
    const left_s = (element.duration - element.currentTime) / this.rate;
    if (this.fade_s > 0 && left_s < this.fade_s && element.duration > 3 * this.fade_s) this.end();
  }

  private end(): void {
    if (this.ending) return;
    this.ending = true;
    this.listener.onEnd();
  }

  private report(): void {
    const { element } = this.playing;
    this.listener.onTime(element.currentTime, element.duration || 0);
    this.listener.onState(!element.paused, element.readyState < HTMLMediaElement.HAVE_FUTURE_DATA);
  }
}
