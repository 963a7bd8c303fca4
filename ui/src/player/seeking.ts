/** The slider that winds a song, by keyboard and in words: pure, so that it can be tested. */
const STEP_S = 5;
const LEAP_S = 30;

/** Where a key winds a song to; null where it winds nothing. */
export function soughtBy(key: string, position_s: number, duration_s: number): number | null {
  const by: Record<string, number> = {
    ArrowLeft: -STEP_S,
    ArrowDown: -STEP_S,
    ArrowRight: STEP_S,
    ArrowUp: STEP_S,
    PageDown: -LEAP_S,
    PageUp: LEAP_S,
  };
  // Its last seconds: at its very end another song would begin.
  const last_s = Math.max(0, duration_s - STEP_S);
  if (key === 'Home') return 0;
  if (key === 'End') return last_s;
  if (!Object.hasOwn(by, key)) return null;
  return Math.min(Math.max(0, position_s + by[key]), Math.max(last_s, position_s));
}

/** Seconds as a person says them: 1 minute 5 seconds. */
export function spoken(seconds: number, language: string): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [
    [Math.floor(whole / 3600), 'hour'],
    [Math.floor(whole / 60) % 60, 'minute'],
    [whole % 60, 'second'],
  ] as const;
  const said = parts
    .filter(([n, unit]) => n > 0 || (unit === 'second' && whole === 0))
    .map(([n, unit]) => n.toLocaleString(language, { style: 'unit', unit, unitDisplay: 'long' }));
  return said.join(' ');
}
