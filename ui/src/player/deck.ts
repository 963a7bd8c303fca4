/**
 * One of the two players that take turns: a song on its way to the ear. Where the browser cannot play the original
 * it asks for the song as Opus, which comes as a stream that begins anywhere but cannot be wound.
 */
import { levelGain } from './level';

export interface Source {
  url: string;
  /** Where the song is as Opus, from a moment on. */
  converted(from_s: number): string;
  duration_s: number;
  loudness_lufs: number | null;
  true_peak_dbtp: number | null;
}

/** While a slider is drawn along, a stream is asked for only where it comes to rest. */
const SETTLE_MS = 250;
const CURVE_POINTS = 33;

/** Originals that this browser was seen not to play. */
const unplayable = new Set<string>();

export class Deck {
  readonly element = new Audio();
  source: Source | null = null;
  private gain: GainNode | null = null;
  /** Where the stream begins; null while the original plays. */
  private from_s: number | null = null;
  private wanted_s: number | null = null;
  private settling = 0;

  constructor(private readonly onTrouble: (deck: Deck, why: string) => void) {
    this.element.preload = 'auto';
    this.element.addEventListener('error', () => this.failed());
  }

  get paused(): boolean {
    return this.element.paused;
  }

  get position_s(): number {
    return this.wanted_s ?? (this.from_s ?? 0) + this.element.currentTime;
  }

  get duration_s(): number {
    const { duration } = this.element;
    const known = this.from_s === null && Number.isFinite(duration) && duration > 0;
    return known ? duration : (this.source?.duration_s ?? 0);
  }

  /** Route the sound through a graph, so that its level can be changed smoothly. */
  connect(context: AudioContext, to: AudioNode): void {
    this.gain = context.createGain();
    context.createMediaElementSource(this.element).connect(this.gain).connect(to);
  }

  load(source: Source, at_s = 0): void {
    const same = this.source?.url === source.url && this.element.error === null;
    this.source = source;
    if (same) {
      if (Math.abs(this.position_s - at_s) > 0.2) this.seek(at_s);
    } else if (unplayable.has(source.url)) this.stream(at_s);
    else {
      this.from_s = null;
      this.element.src = source.url;
      this.wanted_s = null;
      if (at_s > 0) this.whenKnown(at_s);
    }
  }

  unload(): void {
    this.element.pause();
    this.source = this.wanted_s = this.from_s = null;
    this.element.removeAttribute('src');
  }

  /** Start, or resolve where a second press has stopped it again. */
  async play(): Promise<void> {
    try {
      await this.element.play();
    } catch (error) {
      const name = error instanceof DOMException ? error.name : '';
      // An interrupted start is no trouble; of what cannot be played the element's own event tells.
      if (name === 'NotAllowedError') throw error;
      if (name !== 'AbortError' && name !== 'NotSupportedError') this.onTrouble(this, String(error));
    }
  }

  seek(position_s: number): void {
    const at_s = Math.min(Math.max(0, position_s), Math.max(0, this.duration_s - 0.1));
    const inside_s = at_s - (this.from_s ?? 0);
    if (this.from_s === null || this.holds(inside_s)) {
      clearTimeout(this.settling);
      this.wanted_s = null;
      if (this.element.readyState === 0) this.whenKnown(at_s);
      else this.element.currentTime = inside_s;
      return;
    }
    this.wanted_s = at_s;
    clearTimeout(this.settling);
    this.settling = window.setTimeout(() => this.stream(at_s), SETTLE_MS);
  }

  setRate(rate: number): void {
    this.element.preservesPitch = true;
    this.element.defaultPlaybackRate = rate;
    this.element.playbackRate = rate;
  }

  /** How loud this song is to be, so that all are about as loud. */
  level(levelled: boolean): number {
    return levelled ? levelGain(this.source?.loudness_lufs, this.source?.true_peak_dbtp) : 1;
  }

  /** Bring the sound to a level; on curves whose powers add up to one, so that a fade has no hole in its middle. */
  ramp(to: number, seconds: number, from = this.gain?.gain.value ?? to): void {
    if (!this.gain) return;
    const { gain, context } = this.gain;
    const curve = Float32Array.from({ length: CURVE_POINTS }, (_, i) => {
      const share = i / (CURVE_POINTS - 1);
      const bent = to > from ? Math.sin((share * Math.PI) / 2) : 1 - Math.cos((share * Math.PI) / 2);
      return from + (to - from) * bent;
    });
    gain.cancelScheduledValues(0);
    gain.setValueCurveAtTime(curve, context.currentTime, Math.max(0.005, seconds));
  }

  private holds(inside_s: number): boolean {
    const { buffered } = this.element;
    return Array.from({ length: buffered.length }, (_, i) => i).some(
      (i) => buffered.start(i) <= inside_s && inside_s < buffered.end(i),
    );
  }

  private whenKnown(at_s: number): void {
    this.wanted_s = at_s;
    const go = (): void => {
      if (this.wanted_s === at_s) {
        this.element.currentTime = at_s;
        this.wanted_s = null;
      }
    };
    this.element.addEventListener('loadedmetadata', go, { once: true });
  }

  private stream(at_s: number): void {
    if (!this.source) return;
    const plays = !this.element.paused;
    this.from_s = at_s;
    this.wanted_s = null;
    this.element.src = this.source.converted(at_s);
    if (plays) void this.play().catch(() => undefined);
  }

  private failed(): void {
    const { error } = this.element;
    if (!error || !this.source || !this.element.getAttribute('src')) return;
    const { MEDIA_ERR_DECODE, MEDIA_ERR_SRC_NOT_SUPPORTED } = MediaError;
    const unknown = error.code === MEDIA_ERR_DECODE || error.code === MEDIA_ERR_SRC_NOT_SUPPORTED;
    if (this.from_s === null && unknown) {
      unplayable.add(this.source.url);
      this.stream(this.position_s);
    } else this.onTrouble(this, error.message);
  }
}
