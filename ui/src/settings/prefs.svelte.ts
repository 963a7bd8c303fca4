/** What the listener chose for this page; kept here, and with the server so that other devices know it. */
import { get, type Policy, patch } from '../api';
import { on } from '../api/events';
import type { Mood } from '../design/moods';

export type CameraMode = 'glance' | 'continuous' | 'never';
export type WhenHidden = 'pause' | 'off';
export type Theme = 'system' | 'light' | 'dark';

/** One listener's; another who signs in in this browser finds nothing of it, least of all consent to the camera. */
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
  private listener: string | null = null;
  private timer = 0;
  private unsaved: Partial<Chosen> = {};
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
    this.unsaved = { ...this.unsaved, ...change };
    this.keep();
    this.paint();
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), SAVE_AFTER_MS);
  }

  /** Only what was changed here: another device may have changed the rest meanwhile. */
  private async save(): Promise<void> {
    const { theme, camera, whenHidden, policy } = this.unsaved;
    this.unsaved = {};
    // Consent to the camera, and that it is never used, are each device's own.
    const shared = {
      ...(theme && { theme }),
      ...(whenHidden && { camera_when_hidden: whenHidden }),
      ...(camera && camera !== 'never' && { camera }),
    };
    if (Object.keys(shared).length > 0) await patch('/me/settings', shared).catch(() => undefined);
    if (policy) await patch('/me/settings/steering', { policy }).catch(() => undefined);
  }

  /** Somebody has signed in: take what the server keeps, now, whenever it changes, and what was missed of that. */
  async enter(listener: string): Promise<void> {
    if (this.listener !== listener) this.chosen = FIRST;
    this.listener = listener;
    this.keep();
    if (!this.hears) {
      this.hears = true;
      on('settings', () => void this.load());
      on('open', () => void this.load());
    }
    await this.load();
  }
  private hears = false;

  private async load(): Promise<void> {
    const [kept, steering] = await Promise.all([
      get<Pick<Chosen, 'theme' | 'camera'> & { camera_when_hidden: WhenHidden }>('/me/settings').catch(
        () => null,
      ),
      get<{ policy: Policy }>('/me/settings/steering').catch(() => null),
    ]);
    if (steering) this.chosen = { ...this.chosen, policy: steering.policy };
    if (kept) {
      const { theme, camera, camera_when_hidden: whenHidden } = kept;
      const own = this.chosen.camera === 'never' ? 'never' : camera;
      this.chosen = { ...this.chosen, theme, camera: own, whenHidden };
    }
    this.chosen = { ...this.chosen, ...this.unsaved }; // what was chosen here meanwhile is newer
    this.paint();
  }

  private keep(): void {
    localStorage.setItem(KEPT, JSON.stringify({ ...this.chosen, listener: this.listener }));
  }

  private recall(): void {
    try {
      const { listener = null, ...chosen } = JSON.parse(localStorage.getItem(KEPT) ?? '{}');
      this.listener = listener;
      this.chosen = { ...FIRST, ...chosen };
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
