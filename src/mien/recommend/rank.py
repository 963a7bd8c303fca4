"""Which songs to play: mood sets the goal, taste ranks, and the two are added up late.

Each place of a list has a goal (a mood, or a point of a journey). A song's total for a goal is the sum of its
parts (``PARTS``), each times the listener's weight for it, and a little chance (Gumbel noise, so that songs
come in proportion to the exponential of their totals: Gumbel 1954; Yellott 1977). The places are then filled
one after another, because how far a song is from its neighbours counts too. Nothing here reads a clock or a
database: the same arguments give the same songs.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mien.domain import Mood
from mien.recommend.beside import flow, spacing
from mien.recommend.places import TASTE_PARTS, Places
from mien.recommend.preferences import Weights
from mien.sentences import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from mien.recommend.places import Goal
    from mien.recommend.policy import Wanted
    from mien.recommend.view import View
    from mien.sentences import Sentence

PARTS: Mapping[str, str] = {
    "mood": "how far the song's mood is the wanted one, -1 to 1",
    "song": "what you think of the song, -1 to 1",
    "artist": "what you think of its artist, -1 to 1",
    "sound": "how alike it sounds to what you enjoy, -1 to 1",
    "moment": "how alike it sounds to what you are enjoying now, -1 to 1",
    "hour": "how you take to its artist at this time of day, -1 to 1",
    "others": "how listeners with a like taste take to it, 0 to 1",
    "novelty": "1 where you never heard it",
    "fatigue": "-1 where you heard it a minute ago, 0 where weeks ago",
    "spacing": "-1 where its artist or album stands right beside it",
    "flow": "-1 where tempo, key and energy are far from those of the song before",
}
"""Every part of a song's total, and what it means; the weights in ``Weights`` have the same names."""

_MOODS = tuple(Mood)


@dataclass(frozen=True, slots=True)
class Pick:
    """One place of a list.

    Attributes:
        row: the song's, in the catalogue.
        mood: what its place asked for; None where mood did not count.
        parts: what each part added to its total.
        explored: whether it was chosen to find out about it.
    """

    row: int
    mood: Mood | None
    parts: Mapping[str, float] = field(default_factory=dict)
    explored: bool = False

    @property
    def score(self) -> float:
        """All parts together, squeezed into 0 to 1."""
        return 1.0 / (1.0 + math.exp(-min(50.0, max(-50.0, math.fsum(self.parts.values())))))


@dataclass(frozen=True, slots=True)
class Ranking:
    """A list, and what is to be told of the whole of it."""

    picks: tuple[Pick, ...]
    notes: tuple[Sentence, ...]


def rank(
    view: View,
    wanted: Wanted,
    *,
    n: int,
    seed: int,
    weights: Weights | None = None,
    exploration: float = 0.0,
    minutes: float | None = None,
    exclude: Iterable[int] = (),
) -> Ranking:
    """Choose songs.

    Args:
        view: the library as the listener hears it.
        wanted: what to play towards.
        n: how many songs at most, at least 1.
        seed: of the chance, 0 or more.
        weights: how much each part counts.
        exploration: the chance that a place goes to a song never heard, whatever the taste.
        minutes: stop once the list lasts so long.
        exclude: numbers of tracks not to choose, such as those in the queue already.

    Returns:
        At most ``n`` songs, each at most once, none that is blocked or excluded.
    """
    if n < 1:
        raise ValueError(f"n is {n}; at least one song can be recommended")
    if minutes is not None and not minutes > 0:
        raise ValueError(f"a list of {minutes} minutes cannot be made")
    allowed = ~view.taste.blocked
    excluded = view.catalogue.rows(exclude)
    allowed[excluded[excluded >= 0]] = False
    room = min(n, int(np.count_nonzero(allowed)))
    if not room:
        return Ranking((), (_why_nothing(view),))
    rng = np.random.default_rng(seed)
    weights = _ONLY_CHANCE if wanted.at_random else weights or Weights()
    places = Places(view, wanted, allowed=allowed, room=room, weights=weights, rng=rng)
    picks = _fill(places, room, minutes, 0.0 if wanted.at_random else exploration)
    return Ranking(tuple(picks), _notes(view, wanted, picks, allowed, few=room < n and minutes is None))


_ONLY_CHANCE = Weights(**dict.fromkeys(PARTS, 0.0), variety=1.0)


def _fill(places: Places, room: int, minutes: float | None, exploration: float) -> list[Pick]:
    view, rng = places.view, places.rng
    picks: list[Pick] = []
    taken = np.zeros(len(view.catalogue), np.bool_)
    beside = list(view.taste.heard_rows)
    limit_s = None if minutes is None else minutes * 60
    elapsed_s = 0.0
    explores = rng.random(room) < exploration
    for place in range(room):
        if limit_s is not None and elapsed_s >= limit_s:
            break
        goal = places.goal(place, None if limit_s is None else elapsed_s / limit_s)
        pick = _pick(places, goal, taken, beside, explore=bool(explores[place]))
        picks.append(pick)
        taken[pick.row] = True
        beside.insert(0, pick.row)
        elapsed_s += float(view.catalogue.durations_s[pick.row])
    return picks


def _pick(
    places: Places, goal: Goal, taken: NDArray[np.bool_], beside: Sequence[int], *, explore: bool
) -> Pick:
    view, weights = places.view, places.weights
    pool = places.pool(goal, explore=explore)
    explore = explore and bool(len(pool.rows)) and not taken[pool.rows].all()
    if not explore:
        pool = places.pool(goal, explore=False)
    apart = spacing(view.catalogue, pool.rows, beside)
    jump = flow(view, pool.rows, beside[0] if beside else -1)
    totals = pool.totals + np.float32(weights.spacing) * apart + np.float32(weights.flow) * jump
    totals[taken[pool.rows]] = -np.inf
    best = int(np.argmax(totals))
    row = int(pool.rows[best])
    parts = {
        "mood": weights.mood * float(places.mood_part(goal, np.array([row]))[0]),
        "spacing": weights.spacing * float(apart[best]),
        "flow": weights.flow * float(jump[best]),
    }
    if not explore:
        parts |= {
            name: getattr(weights, name) * float(getattr(view.taste, name)[row]) for name in TASTE_PARTS
        }
        if view.others is not None:
            parts["others"] = weights.others * float(view.others[row])
    ordered = {name: parts[name] for name in PARTS if parts.get(name)}
    return Pick(row, goal.mood, ordered, explored=explore)


def _why_nothing(view: View) -> Sentence:
    if not len(view.catalogue):
        return say("library_empty", "the library is empty: add music with mien scan")
    if view.taste.blocked.all():
        return say(
            "all_blocked",
            "every song of the library is banned or not wanted now: take one back with mien taste",
        )
    return say("all_queued", "every song that may be played is in the queue already")


def _notes(
    view: View, wanted: Wanted, picks: Sequence[Pick], allowed: NDArray[np.bool_], *, few: bool
) -> tuple[Sentence, ...]:
    """What the list cannot say itself: what is wanted and why, which moods lack songs, and if it is short."""
    notes = [wanted.note] if wanted.note else []
    if wanted.path is None:
        tops = view.hearing.tops
        for mood, places in Counter(p.mood for p in picks if p.mood).items():
            count = int(np.count_nonzero(allowed & (tops == _MOODS.index(mood))))
            if count < places:  # else it was chance, or taste, that took another
                notes.append(_lack(mood, count))
    if few:
        notes.append(_few(len(picks)))
    return tuple(notes)


def _few(count: int) -> Sentence:
    if count == 1:
        return say("one_song", "only one song of the library may be played")
    return say("few_songs", "only {songs} songs of the library may be played", songs=count)


def _lack(mood: Mood, count: int) -> Sentence:
    if count == 0:
        return say("mood_lacks", "no song is {mood}, so the nearest to it were taken", mood=mood)
    if count == 1:
        return say("mood_has_one", "only one song is {mood}, so the nearest to it were taken", mood=mood)
    return say(
        "mood_has_few",
        "only {songs} songs are {mood}, so the nearest to it were taken",
        songs=count,
        mood=mood,
    )
