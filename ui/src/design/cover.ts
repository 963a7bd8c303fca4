/** Pictures of songs: their covers, and what stands in where they have none. */
import { tracks } from '../api';

/** Tracks that are known to have no cover, so that each is asked for once. */
export const coverless = new Set<number>();

/** The address of a track's cover, once it is known that there is one; else null. */
export function coverAt(id: number): Promise<string | null> {
  if (coverless.has(id)) return Promise.resolve(null);
  const picture = new Image();
  return new Promise((found) => {
    picture.onload = () => found(picture.src);
    picture.onerror = () => {
      coverless.add(id);
      found(null);
    };
    picture.src = tracks.cover(id);
  });
}

/** A picture for a song that has none: three hills, the same for the same song. */
export function coverOf(id: number): string[] {
  let state = (id * 2654435761) >>> 0;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  random();
  return [0, 1, 2].map((layer) => {
    const base = 38 + layer * 20;
    const y = Array.from({ length: 4 }, () => base + (random() - 0.5) * 30);
    return `M0 ${y[0].toFixed(0)}C30 ${y[1].toFixed(0)} 60 ${y[2].toFixed(0)} 100 ${y[3].toFixed(0)}V100H0Z`;
  });
}
