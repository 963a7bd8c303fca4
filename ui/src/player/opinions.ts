/** What a listener can say of a song, each with what changed and how to undo it. */
import { type Labelled, type Rating, type Track, tracks, type Wish } from '../api';
import type { Mood } from '../design/moods';
import { toasts } from '../design/toasts.svelte';
import { i18n } from '../i18n/index.svelte';
import { moment } from '../moods/moment.svelte';
import { player } from './player.svelte';

type Then = (track: Track) => void;

async function attempt(what: () => Promise<void>): Promise<void> {
  try {
    await what();
  } catch (error) {
    toasts.wrong(error);
  }
}

const MOST_NAMED = 3;

/** The songs whose mood moved with it, in a sentence; none where none did. */
function moved({ moved, moved_count }: Labelled): string {
  if (moved_count === 0) return '';
  const { t } = i18n;
  const named = moved
    .slice(0, MOST_NAMED)
    .map(({ title, now }) => t.track.movedTo(title, t.labels[now]))
    .join(', ');
  return t.track.moved(moved_count, moved_count > MOST_NAMED ? `${named} …` : named);
}

export function relabel(track: Track, mood: Mood, then: Then = () => undefined): Promise<void> {
  return attempt(async () => {
    const given = await tracks.label(track.id, mood);
    const show = (now: Track): void => {
      player.changed(now);
      then(now);
    };
    show(given.track);
    player.changed(...given.moved.map(({ track_id: id, now }) => ({ id, mood: now })));
    toasts.say(`${i18n.t.track.nowLabel(track.title, i18n.t.labels[mood])} ${moved(given)}`, () => {
      void attempt(async () => {
        const { label_before: before } = given;
        const back = await (before ? tracks.label(track.id, before) : tracks.unlabel(track.id));
        show(back.track);
        player.changed(...back.moved.map(({ track_id: id, now }) => ({ id, mood: now })));
      });
    });
  });
}

export function rate(track: Track, rating: Rating | null, then: Then = () => undefined): Promise<void> {
  return attempt(async () => {
    const before = track.rating;
    const show = (now: Rating | null): void => {
      const changed = { ...track, rating: now };
      player.changed(changed);
      then(changed);
    };
    await tracks.rate(track.id, rating);
    show(rating);
    const spot = player.spot();
    const undo = (): void =>
      void attempt(async () => {
        await tracks.rate(track.id, before);
        if (rating === 'ban') await player.bringBack(track.id, spot);
        show(before);
      });
    const { t } = i18n;
    if (rating === 'ban') toasts.say(t.track.banned(track.title), undo);
    else if (rating === 'like') toasts.say(t.track.liked(track.title), undo);
    if (rating === 'ban') await player.drop(track.id);
  });
}

export const WISHES = [
  ['more', 'moreLike', 'moreLike'],
  ['less', 'lessLike', 'lessLike'],
] as const;

/** More that sounds like this, or less: at once in what follows, and a little for good. */
export function wish(track: Track, wished: Wish | null, then: Then = () => undefined): Promise<void> {
  const before = track.wish;
  const set = async (now: Wish | null): Promise<void> => {
    const changed = await tracks.wish(track.id, now);
    player.changed(changed);
    then(changed);
    if (player.queue.moment) await moment.plan('behind');
  };
  return attempt(async () => {
    await set(wished);
    const { t } = i18n;
    if (!wished) return;
    const text = wished === 'more' ? t.track.wishedMore(track.title) : t.track.wishedLess(track.title);
    toasts.say(text, () => void attempt(() => set(before)));
  });
}

export function notNow(track: Track): Promise<void> {
  return attempt(async () => {
    await tracks.notNow(track.id);
    const spot = player.spot();
    const undo = async (): Promise<void> => {
      await tracks.wake(track.id);
      await player.bringBack(track.id, spot);
    };
    toasts.say(i18n.t.track.snoozed(track.title), () => void attempt(undo));
    await player.drop(track.id);
  });
}
