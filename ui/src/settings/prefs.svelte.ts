/** What the listener chose for this page; kept here, and with the server so that other devices know it. */
import { get, type Policy, patch } from '../api';
import { on } from '../api/events';
import type { Mood } from '../design/moods';

export type CameraMode = 'glance' | 'continuous' | 'never';
export type WhenHidden = 'pause' | 'off';
export type Theme = 'system' | 'light' | 'dark';

const KEPT = 'mien.prefs';
const SAVE_AFTER_MS = 800;

interface Chosen {
  theme: Theme;
  camera: CameraMode;
  policy: Policy;
  to: Mood | null;
  consented: boolean;
  /** What the camera does when the page is hidden while it is on: off until the page is seen again, or for good. */
  whenHidden: WhenHidden;
}

const FIRST: Chosen = {
  theme: 'system',
  camera: 'glance',
  policy: 'match',
  to: null,
  consented: false,
  whenHidden: 'pause',
};

class Prefs {
  private chosen = $state<Chosen>(FIRST);
  private timer = 0;
  private unsaved = false;
  private readonly dark = matchMedia('(prefers-color-scheme: dark)');

  constructor() {
    this.recall();
    window.addEventListener('storage', ({ key }) => key === KEPT && this.recall()); // another tab has changed something
    this.dark.addEventListener('change', () => this.paint());
  }

  get all(): Readonly<Chosen> {
    return this.chosen;
  }

  set(change: Partial<Chosen>): void {
    this.chosen = { ...this.chosen, ...change };
    localStorage.setItem(KEPT, JSON.stringify(this.chosen));
    this.paint();
    clearTimeout(this.timer);
    this.unsaved = true;
    const { theme, camera, whenHidden } = this.chosen;
    // Consent to the camera, and that it is never used, are each device's own.
    const shared = {
      theme,
      camera_when_hidden: whenHidden,
      ...(camera === 'never' ? {} : { camera }),
    };
    this.timer = window.setTimeout(async () => {
      this.unsaved = false;
      await patch('/me/settings', shared).catch(() => undefined);
      await patch('/me/settings/steering', { policy: this.chosen.policy }).catch(() => undefined);
    }, SAVE_AFTER_MS);
  }

  /** Take what the server keeps, now, whenever it changes on another device, and what was missed of that. */
  async load(): Promise<void> {
    if (!this.hears) {
      this.hears = true;
      on('settings', () => void this.load());
      on('open', () => void this.load());
    }
    const [kept, steering] = await Promise.all([
      get<Partial<Chosen> & { camera_when_hidden: WhenHidden }>('/me/settings').catch(() => null),
      get<{ policy: Policy }>('/me/settings/steering').catch(() => null),
    ]);
    if (this.unsaved) return; // what was chosen meanwhile is newer
    if (steering) this.chosen = { ...this.chosen, policy: steering.policy };
    if (!kept) return;
    const { theme, camera } = { ...this.chosen, ...kept };
    const own = this.chosen.camera === 'never' ? 'never' : camera;
    this.chosen = { ...this.chosen, theme, camera: own, whenHidden: kept.camera_when_hidden };
    this.paint();
  }
  private hears = false;

  private recall(): void {
    try {
      this.chosen = { ...FIRST, ...JSON.parse(localStorage.getItem(KEPT) ?? '{}') };
    } catch {
      localStorage.removeItem(KEPT);
    }
    this.paint();
  }

  private paint(): void {
    const dark = this.chosen.theme === 'dark' || (this.chosen.theme === 'system' && this.dark.matches);
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  }
}

export const prefs = new Prefs();
