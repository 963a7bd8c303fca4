/** Learning a listener's resting face: a minute before the camera, on whichever page, and seven numbers of it kept. */
import { calibration, get } from '../api';
import { toasts } from '../design/toasts.svelte';
import { i18n } from '../i18n/index.svelte';
import { moment } from '../moods/moment.svelte';
import { calibrate, calibrationRules } from '../sensing/calibration';
import type { Distribution, EmotionArtifact, Reason } from '../sensing/types';

export const LASTS_S = 60;
/** Fewer frames than this are too few to learn from. */
const LEAST_FRAMES = 40;
/** A face at rest may well be hard to tell; for any other reason it is not seen well enough. */
const GOOD_ENOUGH: (Reason | null)[] = [null, 'undecided', 'changing'];

class RestingFace {
  /** Seconds that are left; null while nothing is learnt. */
  left_s = $state<number | null>(null);
  /** Why the face cannot be seen well enough just now. */
  unseen = $state<Reason | null>(null);
  /** The last try ended with what the sensor is in trouble with. */
  troubled = $state(false);

  /** Asks for consent first where it was not given. */
  begin(): void {
    moment.consenting(() => void this.learn());
  }

  async forget(): Promise<void> {
    try {
      await calibration.forget();
      await moment.learn();
      toasts.say(i18n.t.settings.forgotten);
    } catch (error) {
      toasts.wrong(error);
    }
  }

  private async learn(): Promise<void> {
    moment.stop();
    const { sensor } = moment;
    const frames: Distribution[] = [];
    let began: number | null = null;
    this.left_s = LASTS_S;
    this.troubled = false;
    await sensor.watch(({ reason }) => {
      began ??= performance.now();
      this.left_s = Math.max(0, Math.round(LASTS_S - (performance.now() - began) / 1000));
      this.unseen = GOOD_ENOUGH.includes(reason) ? null : reason;
      const [face] = sensor.seen?.faces ?? [];
      if (face && !this.unseen) frames.push(face.probabilities);
      if (this.left_s === 0) sensor.stop();
    });
    const whole = this.left_s === 0;
    this.left_s = this.unseen = null;
    this.troubled = sensor.trouble !== null;
    if (whole) await this.keep(frames);
    else if (!this.troubled) toasts.say(i18n.t.settings.calibrationStopped);
  }

  private async keep(frames: Distribution[]): Promise<void> {
    if (frames.length < LEAST_FRAMES) {
      toasts.say(i18n.t.settings.calibrationFailed, null, true);
      return;
    }
    try {
      const { decision } = await get<EmotionArtifact>('/models/emotion');
      const offsets = calibrate({ neutral: frames }, calibrationRules(decision));
      await calibration.set(offsets, frames.length);
      await moment.learn();
      toasts.say(i18n.t.settings.calibrated);
    } catch (error) {
      toasts.wrong(error);
    }
  }
}

export const resting = new RestingFace();
