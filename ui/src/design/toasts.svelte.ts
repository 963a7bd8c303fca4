/** Short words at the edge of the page, with what can be undone. Screen readers hear them. */
import { i18n } from '../i18n/index.svelte';

export interface Toast {
  id: number;
  text: string;
  undo: (() => void) | null;
  wrong: boolean;
}

const LASTS_MS = 7000;

/** The page's own errors and the server's are sentences; what a browser throws has a name of its own, and is English. */
export function wordsOf(error: unknown): string {
  if (error instanceof Error && error.name === 'Error') return error.message;
  console.warn(error);
  return i18n.t.broken;
}

class Toasts {
  all = $state<Toast[]>([]);
  private next = 1;

  say(text: string, undo: (() => void) | null = null, wrong = false): void {
    const id = this.next++;
    this.all = [...this.all.slice(-2), { id, text, undo, wrong }];
    setTimeout(() => this.drop(id), LASTS_MS);
  }

  /** What went wrong; an arrow, so that it can stand in a `catch` by itself. */
  readonly wrong = (error: unknown): void => {
    this.say(wordsOf(error), null, true);
  };

  drop(id: number): void {
    this.all = this.all.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
