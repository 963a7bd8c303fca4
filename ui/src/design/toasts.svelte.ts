/** Short words at the edge of the page, with what can be undone. Screen readers hear them. */
export interface Toast {
  id: number;
  text: string;
  undo: (() => void) | null;
  wrong: boolean;
}

const LASTS_MS = 7000;

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
    this.say(error instanceof Error ? error.message : String(error), null, true);
  };

  drop(id: number): void {
    this.all = this.all.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
