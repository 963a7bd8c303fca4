/** What the listener chose for this page; kept here, and with the server so that other devices know it. */
import { get, type Policy, patch } from '../api';
import type { Mood } from '../design/moods';

export type CameraMode = 'glance' | 'continuous' | 'never';
export type Theme = 'system' | 'light' | 'dark';

const KEPT = 'mien.prefs';
const SAVE_AFTER_MS = 800;

interface Chosen {
  theme: Theme;
  camera: CameraMode;
  policy: Policy;
  to: Mood | null;
  consented: boolean;
}

const FIRST: Chosen = { theme: 'system', camera: 'glance', policy: 'match', to: null, consented: false };

class Prefs {
  private chosen = $state<Chosen>(FIRST);
  private timer = 0;
  private readonly dark = matchMedia('(prefers-color-scheme: dark)');

  constructor() {
    try {
      this.chosen = { ...FIRST, ...JSON.parse(localStorage.getItem(KEPT) ?? '{}') };
    } catch {
      localStorage.removeItem(KEPT);
    }
    this.paint();
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
    const { theme, camera } = this.chosen;
    // Consent to the camera, and that it is never used, are each device's own.
    const shared = { theme, ...(camera === 'never' ? {} : { camera }) };
    this.timer = window.setTimeout(() => {
      patch('/me/settings', shared).catch(() => undefined);
      patch('/me/settings/steering', { policy: this.chosen.policy }).catch(() => undefined);
    }, SAVE_AFTER_MS);
  }

  async load(): Promise<void> {
    const [kept, steering] = await Promise.all([
      get<Partial<Chosen>>('/me/settings').catch(() => null),
      get<{ policy: Policy }>('/me/settings/steering').catch(() => null),
    ]);
    if (steering) this.chosen = { ...this.chosen, policy: steering.policy };
    if (!kept) return;
    const { theme, camera } = { ...this.chosen, ...kept };
    this.chosen = { ...this.chosen, theme, camera: this.chosen.camera === 'never' ? 'never' : camera };
    this.paint();
  }

  private paint(): void {
    const dark = this.chosen.theme === 'dark' || (this.chosen.theme === 'system' && this.dark.matches);
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  }
}

export const prefs = new Prefs();
