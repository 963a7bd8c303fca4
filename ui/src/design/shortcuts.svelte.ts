/** Whether single letters and signs do something wherever the focus is; kept in this browser. */
const KEPT = 'mien.keys';

class Shortcuts {
  on = $state(localStorage.getItem(KEPT) !== 'off');

  choose(on: boolean): void {
    this.on = on;
    localStorage.setItem(KEPT, on ? 'on' : 'off');
  }
}

export const shortcuts = new Shortcuts();
