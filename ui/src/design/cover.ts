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
