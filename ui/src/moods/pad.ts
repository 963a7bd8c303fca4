/** The mood pad's geometry: the valence-arousal plane, -1 to 1, on a rectangle from 0 to 1, upside down. */
export interface Spot {
  valence: number;
  arousal: number;
}

const within = (value: number): number => Math.min(1, Math.max(-1, value));

export const toPad = (valence: number, arousal: number): [number, number] => [
  (valence + 1) / 2,
  (1 - arousal) / 2,
];

export const fromPad = (x: number, y: number): Spot => ({
  valence: within(2 * x - 1),
  arousal: within(1 - 2 * y),
});

/** Where an arrow key leads; null for other keys. With Shift the steps are larger. */
export function stepped(spot: Spot, key: string, large: boolean): Spot | null {
  const step = large ? 0.25 : 0.05;
  const moves: Record<string, [number, number]> = {
    ArrowLeft: [-step, 0],
    ArrowRight: [step, 0],
    ArrowUp: [0, step],
    ArrowDown: [0, -step],
  };
  const move = moves[key];
  if (!move) return null;
  const rounded = (value: number): number => Math.round(within(value) * 100) / 100;
  return { valence: rounded(spot.valence + move[0]), arousal: rounded(spot.arousal + move[1]) };
}
