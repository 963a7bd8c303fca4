/** A journal by the listener's own days. */
import type { Track } from '../api';
import type { Emotion } from '../sensing/types';

export interface Read {
  read_at: string;
  emotion: Emotion | null;
  certain: boolean;
  valence: number | null;
}

export interface Heard {
  track: Track;
  started_at: string;
  played_s: number;
}

export interface Day {
  start: Date;
  end: Date;
  /** Each reading: when in the day (0 to 1), and how pleasant (0 to 1). */
  dots: { at: number; height: number; emotion: Emotion; certain: boolean }[];
  moods: [Emotion, number][];
  listens: Heard[];
  played_s: number;
}

function dayOf(moment: string): Date {
  const day = new Date(moment);
  day.setHours(0, 0, 0, 0);
  return day;
}

export function daysOf(readings: Read[], listens: Heard[]): Day[] {
  const days = new Map<number, Day>();
  const on = (moment: string): Day => {
    const start = dayOf(moment);
    const known = days.get(start.getTime());
    if (known) return known;
    const end = new Date(start);
    end.setDate(end.getDate() + 1); // not 24 hours: clocks change
    const day: Day = { start, end, dots: [], moods: [], listens: [], played_s: 0 };
    days.set(start.getTime(), day);
    return day;
  };
  for (const { read_at, emotion, certain, valence } of readings) {
    const day = on(read_at);
    if (!emotion) continue;
    const at = (Date.parse(read_at) - day.start.getTime()) / (day.end.getTime() - day.start.getTime());
    day.dots.push({ at, height: 0.18 + 0.64 * (((valence ?? 0) + 1) / 2), emotion, certain });
    const count = day.moods.find(([name]) => name === emotion);
    if (count) count[1]++;
    else day.moods.push([emotion, 1]);
  }
  for (const heard of listens) {
    const day = on(heard.started_at);
    day.listens.push(heard);
    day.played_s += heard.played_s;
  }
  return [...days.values()].sort((a, b) => b.start.getTime() - a.start.getTime());
}

export interface Helped {
  track: Track;
  times: number;
  /** How much more pleasant the reading after was than the one before, on average (the plane is 2 wide). */
  lift: number;
}

/** Readings further than this from a song say nothing of it. */
const NEAR_MS = 45 * 60 * 1000;
/** A smaller change is the readings' own noise. */
const LEAST_LIFT = 0.1;

/**
 * Songs after which the readings were more pleasant than before them. It is what happened, and no proof of why:
 * other things happen while music plays.
 */
export function helped(readings: Read[], listens: Heard[]): Helped[] {
  const sure = readings
    .filter((one) => one.certain && one.valence !== null)
    .map((one) => ({ at: Date.parse(one.read_at), valence: one.valence! }))
    .sort((a, b) => a.at - b.at);
  const lifts = new Map<number, { track: Track; all: number[] }>();
  for (const { track, started_at, played_s } of listens) {
    if (played_s < track.duration_s / 2) continue;
    const begin = Date.parse(started_at);
    const end = begin + played_s * 1000;
    const before = sure.findLast(({ at }) => at <= begin && at > begin - NEAR_MS);
    const after = sure.find(({ at }) => at >= end && at < end + NEAR_MS);
    if (!before || !after) continue;
    const known = lifts.get(track.id) ?? { track, all: [] };
    known.all.push(after.valence - before.valence);
    lifts.set(track.id, known);
  }
  return [...lifts.values()]
    .map(({ track, all }) => ({
      track,
      times: all.length,
      lift: all.reduce((a, b) => a + b, 0) / all.length,
    }))
    .filter(({ lift }) => lift >= LEAST_LIFT)
    .sort((a, b) => b.lift * Math.sqrt(b.times) - a.lift * Math.sqrt(a.times));
}
