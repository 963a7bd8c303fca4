"""The places of a list: what each asks for, and the best songs for it but for what depends on neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mien.domain import Mood
from mien.recommend.policy import along, moods_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mien.recommend.policy import Point, Wanted
    from mien.recommend.preferences import Weights
    from mien.recommend.view import View

TASTE_PARTS = ("song", "artist", "sound", "moment", "hour", "novelty", "fatigue")
_MOODS = tuple(Mood)
_POOL = 400
_WAYPOINTS = 10
_SAMPLED = 8_192
_MOST_LOOKED_AT = 10_000
_MOST_EXPLORED = 2_500
_NO_TIME = np.float32(1e-30)
_NO_LENGTH = 1e-9
# On a journey: how much a song's moods count, and how much its place on the plane.
_OF_MOOD, _OF_PLACE = np.float32(0.3), np.float32(0.7)
_CLASS = 100.0  # what a song of the class is ahead of others where only chance decides among them
_JUST_HEARD = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """The best songs for a goal: rows, and totals without what depends on neighbours."""

    rows: NDArray[np.intp]
    totals: NDArray[np.float32]


class _Songs(NamedTuple):
    """Columns of some songs: what of them is looked at for every goal of a journey."""

    rows: NDArray[np.intp]
    moods: NDArray[np.float32]
    peaks: NDArray[np.float32]
    plane: NDArray[np.float32]
    common: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Goal:
    """What a place asks for; ``mood`` is None where mood does not count."""

    mood: Mood | None
    point: Point | None = None


class Places:
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
        self._pools: dict[tuple[Goal, bool], Pool] = {}

    def goal(self, place: int, fraction: float | None) -> Goal:
        """Of a place; ``fraction`` is how much of the list's time is over, where that is limited."""
        wanted = self.wanted
        if wanted.strength == 0:
            return Goal(None)
        if wanted.path is None:
            return Goal(self._drawn[place % len(self._drawn)])
        share = fraction if fraction is not None else place / (self._room - 1) if self._room > 1 else 1.0
        point = along(wanted.path, round(share * (_WAYPOINTS - 1)) / (_WAYPOINTS - 1))
        moods = moods_at(point)
        return Goal(max(moods, key=moods.__getitem__), point)

    def pool(self, goal: Goal, *, explore: bool) -> Pool:
        """The best songs for a goal; only ones never heard where they are to be explored."""
        key = (goal, explore)
        if key not in self._pools:
            self._pools[key] = self._best(goal, explore=explore)
        return self._pools[key]

    def mood_part(self, goal: Goal, rows: NDArray[np.intp] | None = None) -> NDArray[np.float32]:
        """How far the moods of songs (by default of all) are the goal's, -1 to 1."""
        hearing = self.view.hearing
        if rows is None:
            return self._fit(goal, hearing.moods, hearing.peaks, hearing.plane)
        return self._fit(goal, hearing.moods[rows], hearing.peaks[rows], hearing.plane[rows])

    def _fit(
        self, goal: Goal, moods: NDArray[np.float32], peaks: NDArray[np.float32], plane: NDArray[np.float32]
    ) -> NDArray[np.float32]:
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
        valence, arousal = np.array(goal.point, np.float32)
        away = np.sqrt((plane[:, 0] - valence) ** 2 + (plane[:, 1] - arousal) ** 2)
        near: NDArray[np.float32] = _OF_MOOD * alike.clip(-1, 1) + _OF_PLACE * (1 - away).clip(-1, 1)
        return strength * near

    def _best(self, goal: Goal, *, explore: bool) -> Pool:
        weight = np.float32(_CLASS if self.wanted.at_random else self.weights.mood)
        if explore:
            rows = self._unheard()
            totals = weight * self.mood_part(goal, rows) + self._chance[rows]
            best = _largest(totals, self._pool)
            return Pool(rows[best], totals[best])
        near = self._beside_path
        if near is None:
            totals = weight * self.mood_part(goal) + self._common
            rows = best = _largest(totals, self._pool)
        else:
            totals = weight * self._fit(goal, near.moods, near.peaks, near.plane) + near.common
            best = _largest(totals, self._pool)
            rows = near.rows[best]
        allowed = self._allowed[rows]
        return Pool(rows[allowed], totals[best[allowed]])

    @cached_property
    def _beside_path(self) -> _Songs | None:
        """In a large library the songs nearest to the journey's line, the only ones looked at; else None."""
        if self.wanted.path is None or len(self._allowed) <= _MOST_LOOKED_AT:
            return None
        start, end = np.array(self.wanted.path, np.float32)
        line, hearing = end - start, self.view.hearing
        valence, arousal = hearing.plane[:, 0] - start[0], hearing.plane[:, 1] - start[1]
        along_line = valence * line[0] + arousal * line[1]
        share = (along_line / np.float32(max(float(line @ line), _NO_LENGTH))).clip(0, 1)
        nearness = -((valence - share * line[0]) ** 2 + (arousal - share * line[1]) ** 2)
        nearness[~self._allowed] = -np.inf
        rows = _largest(nearness, _MOST_LOOKED_AT)
        return _Songs(rows, hearing.moods[rows], hearing.peaks[rows], hearing.plane[rows], self._common[rows])

    def _unheard(self) -> NDArray[np.intp]:
        """Rows of songs never heard that may be played; of many, some at random."""
        rows = np.flatnonzero(self._allowed & (self.view.taste.novelty > 0))
        step = max(1, len(rows) // _MOST_EXPLORED)
        return rows[int(self.rng.integers(step)) :: step]

    def _of_taste(self) -> NDArray[np.float32]:
        total = np.zeros(len(self.view.catalogue), np.float32)
        for name in TASTE_PARTS:
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


def _drawn_moods(wanted: Wanted, room: int, rng: np.random.Generator) -> list[Mood]:
    """A mood for each place, in the wanted shares as nearly as whole songs allow, in random order."""
    shares = np.array([wanted.moods.get(mood, 0.0) for mood in _MOODS])
    ends = np.cumsum(shares / shares.sum())
    marks = (np.arange(room) + rng.random()) / room
    columns = np.minimum(np.searchsorted(ends, marks, side="right"), np.flatnonzero(shares)[-1])
    return [_MOODS[column] for column in rng.permutation(columns)]
