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
