/** Short words at the edge of the page, with what can be undone. Screen readers hear them. */
import { i18n } from '../i18n/index.svelte';

export interface Toast {
  id: number;
  text: string;
  undo: (() => void) | null;
  wrong: boolean;
}

const LASTS_MS = 7000;
/** What can be undone waits longer, for whoever has to find the way to it first. */
const UNDO_LASTS_MS = 15_000;
const MOST = 3;

/** The page's own errors and the server's are sentences; what a browser throws has a name of its own, and is English. */
export function wordsOf(error: unknown): string {
  if (error instanceof Error && error.name === 'Error') return error.message;
  console.warn(error);
  return i18n.t.broken;
}

class Toasts {
  all = $state.raw<Toast[]>([]);
  private next = 1;
  private readonly timers = new Map<number, ReturnType<typeof setTimeout>>();
  /** Those that the listener points at or has the focus in: while there is one, none goes by itself. */
  private readonly held = new Set<string>();

  say(text: string, undo: (() => void) | null = null, wrong = false): void {
    const toast = { id: this.next++, text, undo, wrong };
    for (const { id } of this.all.slice(0, Math.max(0, this.all.length - MOST + 1))) this.drop(id);
    this.all = [...this.all, toast];
    if (this.held.size === 0) this.time(toast);
  }

  /** What went wrong; an arrow, so that it can stand in a `catch` by itself. */
  readonly wrong = (error: unknown): void => {
    this.say(wordsOf(error), null, true);
  };

  /** Undo what a toast offers to, by default the newest that offers it; false where none does. */
  undo(toast = this.all.findLast((one) => one.undo)): boolean {
    if (!toast?.undo) return false;
    toast.undo();
    this.drop(toast.id);
    return true;
  }

  /** The listener is at a toast: time stands still for all, so that none moves away under the hand. */
  hold(id: number, by: 'pointer' | 'focus'): void {
    this.held.add(`${by} ${id}`);
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  release(id: number, by: 'pointer' | 'focus'): void {
    if (!this.held.delete(`${by} ${id}`) || this.held.size > 0) return;
    for (const toast of this.all) this.time(toast);
  }

  drop(id: number): void {
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
    this.all = this.all.filter((toast) => toast.id !== id);
    this.release(id, 'pointer'); // what is gone is left without a word
    this.release(id, 'focus');
  }

  private time({ id, undo }: Toast): void {
    this.timers.set(
      id,
      setTimeout(() => this.drop(id), undo ? UNDO_LASTS_MS : LASTS_MS),
    );
  }
}

export const toasts = new Toasts();
