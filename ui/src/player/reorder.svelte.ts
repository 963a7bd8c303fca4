/** A list whose members are carried to other places: taken, moved, and put down or put back; every step is said. */
import { i18n } from '../i18n/index.svelte';
import { moved } from './queue';

/** So near to its edge a list that is longer than the page scrolls, by so much a move. */
const NEAR_EDGE_PX = 60;
const SCROLL_PX = 16;

export class Reorder<T> {
  /** The order while something is on its way; null where nothing is. */
  underway = $state.raw<T[] | null>(null);
  /** Where it is on its way. */
  at = $state<number | null>(null);
  /** What screen readers are told. */
  said = $state('');
  private from = 0;

  constructor(
    private readonly nameOf: (item: T) => string,
    private readonly onput: (from: number, to: number) => void,
  ) {}

  take(items: T[], at: number): void {
    [this.from, this.at, this.underway] = [at, at, items];
    this.said = i18n.t.playlists.taken(this.nameOf(items[at]));
  }

  /** Take it with the pointer, until that is let go; `placeOf`: the place in the list that is at this height. */
  drag(event: PointerEvent, items: T[], at: number, placeOf: (clientY: number) => number): void {
    event.preventDefault();
    this.take(items, at);
    const scroller = (event.currentTarget as Element).closest('main')!;
    const over = ({ clientY }: PointerEvent) => {
      this.carry(placeOf(clientY));
      const { top, bottom } = scroller.getBoundingClientRect();
      if (clientY < top + NEAR_EDGE_PX) scroller.scrollBy(0, -SCROLL_PX);
      else if (clientY > bottom - NEAR_EDGE_PX) scroller.scrollBy(0, SCROLL_PX);
    };
    const up = () => {
      removeEventListener('pointermove', over);
      removeEventListener('pointerup', up);
      removeEventListener('pointercancel', up);
      this.put();
    };
    addEventListener('pointermove', over);
    addEventListener('pointerup', up);
    addEventListener('pointercancel', up);
  }

  carry(target: number): void {
    const { underway, at } = this;
    if (!underway || at === null || target === at || target < 0 || target >= underway.length) return;
    this.underway = moved(underway, at, target);
    this.at = target;
    this.said = i18n.t.playlists.movedTo(this.nameOf(underway[at]), target + 1);
  }

  put(): void {
    const { from, at, underway } = this;
    this.leave();
    if (!underway || at === null || from === at) return;
    this.said = i18n.t.playlists.putAt(this.nameOf(underway[at]), at + 1);
    this.onput(from, at);
  }

  /** Back to where it was taken, which is given. */
  back(): number {
    this.leave();
    this.said = i18n.t.playlists.putBack;
    return this.from;
  }

  /** The list has become another meanwhile: nothing is carried any more. */
  leave(): void {
    [this.underway, this.at] = [null, null];
  }
}
