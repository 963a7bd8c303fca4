"""Which songs to play: mood sets the goal, taste ranks, and the two are added up late.

Each place of a list has a goal (a mood, or a point of a journey). A song's total for a goal is the sum of its
parts (``PARTS``), each times the listener's weight for it, and a little chance (Gumbel noise, so that songs
come in proportion to the exponential of their totals: Gumbel 1954; Yellott 1977). The places are then filled
one after another, because how far a song is from its neighbours counts too. Nothing here reads a clock or a
database: the same arguments give the same songs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mien.domain import Mood
from mien.recommend.policy import along, moods_at
from mien.recommend.preferences import Weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from mien.recommend.catalogue import Catalogue
    from mien.recommend.personal import Hearing
    from mien.recommend.policy import Point, Wanted
    from mien.recommend.taste import Taste

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
_TASTE_PARTS = ("song", "artist", "sound", "moment", "hour", "novelty", "fatigue")
_POOL = 400
_WAYPOINTS = 10
_SAMPLED = 8_192
_MOST_LOOKED_AT = 10_000
_NO_TIME = np.float32(1e-30)
_NO_LENGTH = 1e-9
# On a journey: how much a song's moods count, and how much its place on the plane.
_OF_MOOD, _OF_PLACE = np.float32(0.3), np.float32(0.7)
_CLASS = 100.0  # what a song of the class is ahead of others where only chance decides among them
_APART = 6
_JUST_HEARD = 100.0
_SIX_FIFTHS = 6.0
_UNKNOWN_STEP = 0.25  # what a step of unknown tempo or key costs: neither good nor bad


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The library as one listener hears it at a moment.

    Attributes:
        catalogue: the library.
        hearing: its moods as they hear them.
        taste: what they think of it.
        others: what listeners with a like taste think of it, 0 to 1, ``[n]``; None where nobody takes part.
    """

    catalogue: Catalogue
    hearing: Hearing
    taste: Taste
    others: NDArray[np.float32] | None = None


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
    """A list, and a note on the whole of it; None when there is nothing to tell."""

    picks: tuple[Pick, ...]
    note: str | None


def others_column(catalogue: Catalogue, scores: Mapping[int, float] | None) -> NDArray[np.float32] | None:
    """Scores by track number as a column of 0 (unknown, or the lowest) to 1 (the highest)."""
    if not scores:
        return None
    rows = catalogue.rows(scores)
    values = np.fromiter(scores.values(), np.float64, len(scores))
    there = (rows >= 0) & np.isfinite(values)
    column = np.zeros(len(catalogue), np.float32)
    highest = values[there].max(initial=0.0)
    if highest > 0:
        column[rows[there]] = np.maximum(values[there] / highest, 0.0)
    return column


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
        return Ranking((), _why_nothing(view))
    rng = np.random.default_rng(seed)
    weights = _ONLY_CHANCE if wanted.at_random else weights or Weights()
    places = _Places(view, wanted, allowed=allowed, room=room, weights=weights, rng=rng)
    picks = _fill(places, room, minutes, 0.0 if wanted.at_random else exploration)
    return Ranking(tuple(picks), _note(view, wanted, picks, allowed, few=room < n and minutes is None))


@dataclass(frozen=True, slots=True, eq=False)
class _Pool:
    """The best songs for a goal: rows, and totals without what depends on neighbours."""

    rows: NDArray[np.intp]
    totals: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Goal:
    """What a place asks for; ``mood`` is None where mood does not count."""

    mood: Mood | None
    point: Point | None = None


_ONLY_CHANCE = Weights(**dict.fromkeys(PARTS, 0.0), variety=1.0)


class _Places:
    """The places of a list: the goal of each, and the best songs for it."""

    def __init__(
        self,
        view: View,
        wanted: Wanted,
        *,
        allowed: NDArray[np.bool_],
        room: int,
        weights: Weights,
        rng: np.random.Generator,
    ) -> None:
        self.view, self.wanted, self.weights, self.rng = view, wanted, weights, rng
        self._allowed, self._room = allowed, room
        self._pool = max(_POOL, 2 * room)
        waiting = rng.standard_exponential(len(allowed), dtype=np.float32)
        self._chance = np.float32(weights.variety) * -np.log(np.maximum(waiting, _NO_TIME))
        self._common = self._chance + self._of_taste()
        self._common[~allowed] = -np.inf
        self._drawn = _drawn_moods(wanted, room, rng)
        self._pools: dict[tuple[_Goal, bool], _Pool] = {}

    def goal(self, place: int, fraction: float | None) -> _Goal:
        """Of a place; ``fraction`` is how much of the list's time is over, where that is limited."""
        wanted = self.wanted
        if wanted.strength == 0:
            return _Goal(None)
        if wanted.path is None:
            return _Goal(self._drawn[place % len(self._drawn)])
        share = fraction if fraction is not None else place / (self._room - 1) if self._room > 1 else 1.0
        point = along(wanted.path, round(share * (_WAYPOINTS - 1)) / (_WAYPOINTS - 1))
        moods = moods_at(point)
        return _Goal(max(moods, key=moods.__getitem__), point)

    def pool(self, goal: _Goal, *, explore: bool) -> _Pool:
        """The best songs for a goal; only ones never heard where they are to be explored."""
        key = (goal, explore)
        if key not in self._pools:
            self._pools[key] = self._best(goal, explore=explore)
        return self._pools[key]

    def mood_part(self, goal: _Goal, rows: NDArray[np.intp] | None = None) -> NDArray[np.float32]:
        """How far the moods of songs (by default of all) are the goal's, -1 to 1."""
        hearing, at = self.view.hearing, slice(None) if rows is None else rows
        moods, peaks = hearing.moods[at], hearing.peaks[at]
        if goal.mood is None:
            return np.zeros(len(peaks), np.float32)
        strength = np.float32(self.wanted.strength)
        if goal.point is None:
            column = moods[:, _MOODS.index(goal.mood)]
            if self.wanted.at_random:
                return np.where(column >= peaks, np.float32(1), column - 1).astype(np.float32)
            clear: NDArray[np.float32] = strength * (2 * column - peaks)
            return clear
        shares = np.array(list(moods_at(goal.point).values()), np.float32)
        alike = 2 * (moods @ (shares / shares.max())) - peaks
        plane, (valence, arousal) = hearing.plane[at], np.array(goal.point, np.float32)
        away = np.sqrt((plane[:, 0] - valence) ** 2 + (plane[:, 1] - arousal) ** 2)
        near: NDArray[np.float32] = _OF_MOOD * alike.clip(-1, 1) + _OF_PLACE * (1 - away).clip(-1, 1)
        return strength * near

    def _best(self, goal: _Goal, *, explore: bool) -> _Pool:
        weight = np.float32(_CLASS if self.wanted.at_random else self.weights.mood)
        if explore:
            rows = self._unheard()
            totals = weight * self.mood_part(goal, rows) + self._chance[rows]
            best = _largest(totals, self._pool)
            return _Pool(rows[best], totals[best])
        near = self._beside_path
        totals = weight * self.mood_part(goal, near) + (self._common if near is None else self._common[near])
        best = _largest(totals, self._pool)
        found = best if near is None else near[best]
        allowed = self._allowed[found]
        return _Pool(found[allowed], totals[best[allowed]])

    @cached_property
    def _beside_path(self) -> NDArray[np.intp] | None:
        """In a large library the songs nearest to the journey's line, the only ones looked at; else None."""
        if self.wanted.path is None or len(self._allowed) <= _MOST_LOOKED_AT:
            return None
        start, end = np.array(self.wanted.path, np.float32)
        line, from_start = end - start, self.view.hearing.plane - start
        share = (from_start @ line / max(float(line @ line), _NO_LENGTH)).clip(0, 1)
        away = from_start - share[:, None] * line
        nearness = -(away[:, 0] ** 2 + away[:, 1] ** 2)
        nearness[~self._allowed] = -np.inf
        return _largest(nearness, _MOST_LOOKED_AT)

    def _unheard(self) -> NDArray[np.intp]:
        """Rows of songs never heard that may be played; of many, some at random."""
        rows = np.flatnonzero(self._allowed & (self.view.taste.novelty > 0))
        step = max(1, len(rows) // _MOST_LOOKED_AT)
        return rows[int(self.rng.integers(step)) :: step]

    def _of_taste(self) -> NDArray[np.float32]:
        total = np.zeros(len(self.view.catalogue), np.float32)
        for name in _TASTE_PARTS:
            if weight := getattr(self.weights, name):
                total += np.float32(weight) * getattr(self.view.taste, name)
        if self.view.others is not None and self.weights.others:
            total += np.float32(self.weights.others) * self.view.others
        if self.view.taste.last_row >= 0:
            total[self.view.taste.last_row] -= _JUST_HEARD
        return total


def _largest(values: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Where the largest values are, ascending; all where there are no more than ``count``."""
    if len(values) <= count:
        return np.arange(len(values))
    within = np.arange(0)
    step = len(values) // _SAMPLED
    if step > 1:  # a sample tells roughly how large they are, so that few are looked at twice
        sample = values[::step]
        rank = min(len(sample), 2 * count // step + 20)
        within = np.flatnonzero(values >= np.partition(sample, -rank)[-rank])
    if len(within) < count:
        within = np.arange(len(values))
    best = within[np.argpartition(values[within], -count)[-count:]]
    best.sort()
    return best


def _fill(places: _Places, room: int, minutes: float | None, exploration: float) -> list[Pick]:
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
    places: _Places, goal: _Goal, taken: NDArray[np.bool_], beside: Sequence[int], *, explore: bool
) -> Pick:
    view, weights = places.view, places.weights
    pool = places.pool(goal, explore=explore)
    explore = explore and bool(len(pool.rows)) and not taken[pool.rows].all()
    if not explore:
        pool = places.pool(goal, explore=False)
    spacing = _spacing(view.catalogue, pool.rows, beside)
    flow = _flow(view, pool.rows, beside[0] if beside else -1)
    totals = pool.totals + np.float32(weights.spacing) * spacing + np.float32(weights.flow) * flow
    totals[taken[pool.rows]] = -np.inf
    best = int(np.argmax(totals))
    row = int(pool.rows[best])
    parts = {
        "mood": weights.mood * float(places.mood_part(goal, np.array([row]))[0]),
        "spacing": weights.spacing * float(spacing[best]),
        "flow": weights.flow * float(flow[best]),
    }
    if not explore:
        parts |= {
            name: getattr(weights, name) * float(getattr(view.taste, name)[row]) for name in _TASTE_PARTS
        }
        if view.others is not None:
            parts["others"] = weights.others * float(view.others[row])
    ordered = {name: parts[name] for name in PARTS if parts.get(name)}
    return Pick(row, goal.mood, ordered, explored=explore)


def _drawn_moods(wanted: Wanted, room: int, rng: np.random.Generator) -> list[Mood]:
    """A mood for each place, in the wanted shares as nearly as whole songs allow, in random order."""
    shares = np.array([wanted.moods.get(mood, 0.0) for mood in _MOODS])
    ends = np.cumsum(shares / shares.sum())
    marks = (np.arange(room) + rng.random()) / room
    columns = np.minimum(np.searchsorted(ends, marks, side="right"), np.flatnonzero(shares)[-1])
    return [_MOODS[column] for column in rng.permutation(columns)]


def _spacing(catalogue: Catalogue, rows: NDArray[np.intp], beside: Sequence[int]) -> NDArray[np.float32]:
    """How near the nearest song of the same artist stands, and of the same album half as much; -1 to 0."""
    artists, albums = catalogue.artists[rows], catalogue.albums[rows]
    of_artist, of_album = np.zeros((2, len(rows)), np.float32)
    for distance, row in reversed(list(enumerate(beside[:_APART], start=1))):
        artist, album = catalogue.artists[row], catalogue.albums[row]
        if artist >= 0:
            of_artist[artists == artist] = 1 / distance
        if album >= 0:
            of_album[albums == album] = 1 / distance
    return (-(2 * of_artist + of_album) / 3).astype(np.float32, copy=False)


def _flow(view: View, rows: NDArray[np.intp], before: int) -> NDArray[np.float32]:
    """How far tempo (an octave is near), key (on the circle of fifths) and energy (arousal) jump; -1 to 0."""
    if before < 0:
        return np.zeros(len(rows), np.float32)
    catalogue = view.catalogue
    ratio = np.log2(catalogue.tempos_bpm[rows] / catalogue.tempos_bpm[before])
    tempo = 2 * np.abs(ratio - np.round(ratio))
    tempo = np.where(np.isnan(tempo), _UNKNOWN_STEP, tempo)
    fifths = catalogue.fifths[rows].astype(np.int16)
    apart = np.abs((fifths - catalogue.fifths[before] + 6) % 12 - 6) / _SIX_FIFTHS
    key = np.where((fifths < 0) | (catalogue.fifths[before] < 0), _UNKNOWN_STEP, apart)
    energy = np.abs(view.hearing.plane[rows, 1] - view.hearing.plane[before, 1]) / 2
    jump: NDArray[np.float64] = 0.4 * tempo + 0.2 * key + 0.4 * energy
    return -jump.astype(np.float32)


def _why_nothing(view: View) -> str:
    if not len(view.catalogue):
        return "the library is empty: add music with mien scan"
    if view.taste.blocked.all():
        return "every song of the library is banned or not wanted now: take one back with mien taste"
    return "every song that may be played is in the queue already"


def _note(
    view: View, wanted: Wanted, picks: Sequence[Pick], allowed: NDArray[np.bool_], *, few: bool
) -> str | None:
    """What the list cannot say itself: what is wanted and why, which moods lack songs, and if it is short."""
    notes = [wanted.note] if wanted.note else []
    if wanted.path is None:
        tops = view.hearing.tops
        lacking = dict.fromkeys(p.mood for p in picks if p.mood and _MOODS[tops[p.row]] is not p.mood)
        for mood in lacking:
            count = int(np.count_nonzero(allowed & (tops == _MOODS.index(mood))))
            songs = {0: "no song is", 1: "only one song is"}.get(count, f"only {count} songs are")
            notes.append(f"{songs} {mood}, so the nearest to it were taken")
    if few:
        notes.append(f"only {len(picks)} songs of the library may be played")
    return "; ".join(notes) or None
