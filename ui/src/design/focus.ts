import { tick } from 'svelte';

/** Where what had the focus is gone from the page, it goes to the heading of what came in its place. */
export async function focusLost(heading: () => HTMLElement | null | undefined): Promise<void> {
  await tick();
  if (document.activeElement === document.body) heading()?.focus({ preventScroll: true });
}
