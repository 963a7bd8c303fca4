/** How music sounds, as the listener chose it: the same in every tab. */
import type { Sound } from './audio';
import type { SoundChoices } from './kept';

const SLOWEST = 0.5;
const FASTEST = 2;

export class How {
  volume = $state(0.9);
  muted = $state(false);
  rate = $state(1);
  fade_s = $state(0);
  levelled = $state(true);

  constructor(
    private readonly sound: Sound,
    private readonly onChosen: () => void,
  ) {}

  get all(): SoundChoices {
    const { volume, muted, rate, fade_s, levelled } = this;
    return { volume, muted, rate, fade_s, levelled };
  }

  /** The listener changes something. */
  choose(change: Partial<SoundChoices>): void {
    this.take({ ...this.all, ...change });
    this.onChosen();
  }

  setVolume(volume: number, muted = false): void {
    this.choose({ volume: Math.min(1, Math.max(0, volume)), muted });
  }

  toggleMute(): void {
    this.setVolume(this.volume, !this.muted);
  }

  setRate(rate: number): void {
    this.choose({ rate: Math.min(FASTEST, Math.max(SLOWEST, Math.round(rate * 20) / 20)) });
  }

  /** Sound like this: what another tab chose, or what was kept. */
  take({ volume, muted, rate, fade_s, levelled }: SoundChoices): void {
    Object.assign(this, { volume, muted, rate, fade_s, levelled });
    this.sound.setVolume(volume, muted);
    this.sound.setRate(rate);
    this.sound.setFade(fade_s);
    this.sound.setLevelled(levelled);
  }
}
