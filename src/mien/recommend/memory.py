"""What was learned of a listener, in words, item by item."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mien.domain import Rating, Wish
from mien.recommend.taste import FINISHED
from mien.sentences import Sentence, say

if TYPE_CHECKING:
    from mien.domain import Track
    from mien.recommend.preferences import Preferences
    from mien.recommend.taste import History
    from mien.recommend.view import View

_RATINGS = {
    Rating.LIKE: say("you_like", "you like {song}"),
    Rating.DISLIKE: say("you_dislike", "you dislike {song}"),
    Rating.BAN: say("you_banned", "{song} is never to be recommended to you"),
}
_WISHES = {
    Wish.MORE: say("you_want_more", "you want more that sounds like {song}"),
    Wish.LESS: say("you_want_less", "you want less that sounds like {song}"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was learned.

    Attributes:
        name: to take it back by, such as ``rating:12``.
        sentence: what it says.
        track_id: the track that it is about; None when it is about more or none.
        track_ids: the tracks that it is about, where there are several.
        facts: the same in numbers and words, for an export.
    """

    name: str
    sentence: Sentence
    track_id: int | None = None
    track_ids: tuple[int, ...] = ()
    facts: tuple[tuple[str, Any], ...] = ()

    @property
    def telling_track_id(self) -> int | None:
        """The track whose tags say how what the item is about is written; None where that is no music."""
        return next(iter(self.track_ids), self.track_id)

    def named(self, track: Track | None) -> Item:
        """With the name of the track, or of its artist, in the sentence as the library writes it."""
        if self.track_id is not None:
            return self._with("song", f"track {self.track_id}" if track is None else song_name(track))
        if track is None or not track.tags.artist:
            return self
        return replace(
            self._with("artist", track.tags.artist), facts=(("artist", track.tags.artist), *self.facts[1:])
        )

    def _with(self, what: str, name: Sentence | str) -> Item:
        return replace(self, sentence=replace(self.sentence, values={**self.sentence.values, what: name}))

    def to_json(self) -> dict[str, Any]:
        """For an export."""
        return {
            "name": self.name,
            "sentence": str(self.sentence),
            "track_id": self.track_id,
            **dict(self.facts),
        }


def items_of(view: View, history: History, preferences: Preferences) -> list[Item]:
    """Everything that was learned; names of tracks and artists are still to be told (:meth:`Item.named`)."""
    items = (
        *_said(history),
        *_of_artists(view, history),
        *_of_songs(view, history),
        *_chosen(preferences),
    )
    return [item if item.track_id is None else item.named(None) for item in items]


def _said(history: History) -> list[Item]:
    ratings = [
        Item(f"rating:{track_id}", _RATINGS[rating], track_id, facts=(("rating", str(rating)),))
        for track_id, rating in sorted(history.ratings.items())
    ]
    labels = [
        Item(
            f"label:{track_id}",
            say("you_labelled", "{song} is {mood} to you", mood=mood),
            track_id,
            facts=(("mood", str(mood)),),
        )
        for track_id, mood in sorted(history.labels.items())
    ]
    snoozes = [
        Item(
            f"not-now:{track_id}",
            say("not_now_until", "{song} is not wanted until {until:%Y-%m-%d %H:%M} UTC", until=until),
            track_id,
            facts=(("until", until.isoformat()),),
        )
        for track_id, until in sorted(history.snoozes.items())
    ]
    wishes = [
        Item(f"wish:{track_id}", _WISHES[wish], track_id, facts=(("wish", str(wish)),))
        for track_id, (wish, _) in sorted(history.wishes.items())
    ]
    return [*ratings, *labels, *snoozes, *wishes]


def _of_songs(view: View, history: History) -> list[Item]:
    """A line a song that was played, by how often."""
    plays: dict[int, list[float]] = defaultdict(list)
    rows = view.catalogue.rows_of(history.listens.track_ids)
    durations_s = np.append(view.catalogue.durations_s, np.float32(np.inf))[rows]
    for track_id, played_s, duration_s, skipped in zip(
        history.listens.track_ids.tolist(),
        history.listens.played_s.tolist(),
        durations_s.tolist(),
        history.listens.skipped.tolist(),
        strict=True,
    ):
        plays[track_id].append(-1.0 if skipped else played_s / max(1.0, duration_s))
    items = []
    for track_id, shares in sorted(plays.items(), key=lambda item: (-len(item[1]), item[0])):
        finished = sum(share >= FINISHED for share in shares)
        skipped_count = sum(share < 0 for share in shares)
        items.append(
            Item(
                f"listens:{track_id}",
                say(
                    "you_played",
                    "you played {song} {times}: {finished} to the end, {skipped} skipped",
                    times=_times(len(shares)),
                    finished=finished,
                    skipped=skipped_count,
                ),
                track_id,
                facts=(("plays", len(shares)), ("finished", finished), ("skipped", skipped_count)),
            )
        )
    return items


def _of_artists(view: View, history: History) -> list[Item]:
    catalogue, taste = view.catalogue, view.taste
    rows = catalogue.rows_of(history.listens.track_ids)
    tracks: dict[int, set[int]] = defaultdict(set)
    for row in rows[rows >= 0].tolist():
        if catalogue.artists[row] >= 0:
            tracks[int(catalogue.artists[row])].add(int(catalogue.ids[row]))
    items = []
    for artist in sorted(tracks, key=lambda number: (-int(taste.artist_plays[number]), number)):
        plays, finished = int(taste.artist_plays[artist]), int(taste.artist_finished[artist])
        name = catalogue.artist_names[artist]
        items.append(
            Item(
                f"artist:{name}",
                say(
                    "you_played_artist",
                    "you played songs by {artist} {times} and finished {finished}",
                    artist=name,
                    times=_times(plays),
                    finished=finished,
                ),
                track_ids=tuple(sorted(tracks[artist])),
                facts=(("artist", name), ("plays", plays), ("finished", finished)),
            )
        )
    return items


def _chosen(preferences: Preferences) -> list[Item]:
    values = preferences.to_json()
    sentences = {
        "policy": say("you_chose_policy", "you chose the policy {policy}", policy=preferences.policy),
        "table": say(
            "you_made_table",
            "you made a table of your own for {emotions}",
            emotions=", ".join(sorted(values.get("table", {}))),
        ),
        "weights": say(
            "you_set_weights",
            "you set the weights of {parts}",
            parts=", ".join(sorted(values.get("weights", {}))),
        ),
        "exploration": say(
            "you_set_exploration", "you set exploration to {share:.0%}", share=preferences.exploration
        ),
        "guard": say("no_guard", "you do not want to be offered something else after sad songs"),
        "questions": say("no_questions", "you do not want to be asked about songs"),
    }
    return [Item(name, sentences[name], facts=(("value", value),)) for name, value in values.items()]


def _times(count: int) -> Sentence:
    return say("once", "once") if count == 1 else say("times", "{count} times", count=count)


def song_name(track: Track) -> Sentence | str:
    """A track in a sentence: its title and, where it is known, its artist."""
    title, artist = track.title, track.tags.artist
    return say("song_by", "{title} by {artist}", title=title, artist=artist) if artist else title
