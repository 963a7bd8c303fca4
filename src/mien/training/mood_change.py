"""Does a song lift a listener's mood? Up, the same or down, in each listener's own order of time.

The data is SiTunes (Grigorev and others 2024): valence before and after a song, from -1 to 1; a change of
more than 0.125 is up or down. The last fifth of each listener's listens is asked. What is used of a listen
is known before the song begins: how the listener feels, what they used to feel after songs, and the song.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from mien.errors import DatasetError
from mien.training.choice import by_alternative, choice_probabilities, fit_choice
from mien.training.ranking import bootstrap_of_groups

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

INTERACTIONS, SONGS = "situnes_interactions.csv", "situnes_songs.csv"
DIRECTIONS = ("down", "same", "up")
_CHANGE = 0.125
_WALKING = 2.0
_TEST_FROM = 0.8
_STEPS = (0.3, 0.4, 0.5, 0.6, 0.7, _TEST_FROM)
_RIDGES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
_SOUND = (
    "popularity loudness danceability energy speechiness acousticness instrumentalness valence tempo".split()
)
# Listens' worth of the average listener that a listener's own habits are blended with.
_PRIOR_LISTENS = 4.0
_USUAL_VALENCE, _USUAL_CHANGE, _USUAL_RATING = 0.2, 0.2, 3.0
_USUAL_DIRECTIONS = np.array([0.2, 0.5, 0.3])


@dataclass(frozen=True, slots=True)
class DirectionScores:
    """How well the direction of mood change was told.

    Attributes:
        accuracy: share of listens told rightly.
        interval: 95% of bootstrap resamples of the listeners.
        majority: what always saying the commonest direction of the earlier listens gives.
        n: listens asked.
        listeners: whose they are.
        ridge: chosen on what came before the last fifth.
    """

    accuracy: float
    interval: tuple[float, float]
    majority: float
    n: int
    listeners: int
    ridge: float

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "accuracy": round(self.accuracy, 5),
            "interval": [round(end, 5) for end in self.interval],
            "majority": round(self.majority, 5),
            "n": self.n,
            "listeners": self.listeners,
            "ridge": self.ridge,
        }


@dataclass(frozen=True, slots=True)
class _Listens:
    """All listens whose mood before is known, listener after listener in order of time.

    Attributes:
        features: shape ``[listens, features]``.
        direction: column of ``DIRECTIONS``, shape ``[listens]``.
        moment: 0 for a listener's first listen, near 1 for the last.
        listener: of no meaning but to tell them apart.
    """

    features: NDArray[np.float64]
    direction: NDArray[np.intp]
    moment: NDArray[np.float64]
    listener: NDArray[np.intp]


def evaluate_mood_change(folder: Path) -> dict[str, DirectionScores]:
    """Tell the direction of mood change, without and with the flag that says whether the listener walks.

    Raises:
        DatasetError: the tables are missing or not what they should be.
    """
    try:
        rows, songs = _read(folder / INTERACTIONS), {row["item_id"]: row for row in _read(folder / SONGS)}
        return {
            "without walking": _scores(_listens(rows, songs, walking=False)),
            "with walking": _scores(_listens(rows, songs, walking=True)),
        }
    except (KeyError, ValueError) as error:
        raise DatasetError(f"{folder} does not hold the tables of SiTunes as expected: {error}") from None


def _scores(listens: _Listens) -> DirectionScores:
    after = listens.moment >= _TEST_FROM
    ridge = max(_RIDGES, key=lambda ridge: _so_far(listens, ridge))
    right = _right(listens, ~after, after, ridge)
    usual = np.bincount(listens.direction[~after], minlength=len(DIRECTIONS)).argmax()
    low, high = bootstrap_of_groups(right.astype(np.float64), listens.listener[after])
    return DirectionScores(
        accuracy=float(right.mean()),
        interval=(low, high),
        majority=float((listens.direction[after] == usual).mean()),
        n=int(after.sum()),
        listeners=len(np.unique(listens.listener[after])),
        ridge=ridge,
    )


def _so_far(listens: _Listens, ridge: float) -> float:
    """Share told rightly before the last fifth, each step learning from what came before it."""
    right = [
        _right(listens, listens.moment < start, (listens.moment >= start) & (listens.moment < end), ridge)
        for start, end in pairwise(_STEPS)
    ]
    return float(np.concatenate(right).mean())


def _right(
    listens: _Listens, learned: NDArray[np.bool_], asked: NDArray[np.bool_], ridge: float
) -> NDArray[np.bool_]:
    """Whether each asked listen was told rightly, after learning from others."""
    mean, spread = listens.features[learned].mean(axis=0), listens.features[learned].std(axis=0)
    scaled = (listens.features - mean) / np.where(spread > 0, spread, 1.0)
    facts = by_alternative(np.hstack([scaled, np.ones((len(scaled), 1))]), len(DIRECTIONS))
    weights = fit_choice(facts[learned], listens.direction[learned], ridge)
    told = choice_probabilities(facts[asked], weights).argmax(axis=1)
    return np.asarray(told == listens.direction[asked])


def _listens(
    rows: Sequence[Mapping[str, str]], songs: Mapping[str, Mapping[str, str]], *, walking: bool
) -> _Listens:
    first_stage = [row for row in rows if not row["emo_pre_valence"]]
    later = sorted((row for row in rows if row["emo_pre_valence"]), key=lambda row: float(row["timestamp"]))
    sound = _sounds(songs)
    usual_sound = np.mean(list(sound.values()), axis=0).tolist()
    liked = _of_songs(first_stage)
    features, direction, moment, listener = [], [], [], []
    for number, user in enumerate(sorted({row["user_id"] for row in later}, key=int)):
        own = [row for row in later if row["user_id"] == user]
        habits = _Habits([_number(row, "emo_post_valence") for row in first_stage if row["user_id"] == user])
        for place, row in enumerate(own):
            facts = [
                *habits.facts(row),
                *sound.get(row["item_id"], usual_sound),
                *liked.get(row["item_id"], _UNKNOWN_SONG),
            ]
            if walking:
                facts.append(float(_number(row, "activity_type_major") == _WALKING))
            features.append(facts)
            direction.append(_direction(row))
            moment.append(place / len(own))
            listener.append(number)
            habits.add(row)
    return _Listens(np.array(features), np.array(direction), np.array(moment), np.array(listener))


class _Habits:
    """What one listener's mood used to do, up to now."""

    def __init__(self, first_stage: Sequence[float]) -> None:
        self._first_stage = first_stage
        self._before: list[float] = []
        self._after: list[float] = []
        self._directions = _PRIOR_LISTENS * _USUAL_DIRECTIONS

    def add(self, row: Mapping[str, str]) -> None:
        """Another listen is over."""
        self._before.append(_number(row, "emo_pre_valence"))
        self._after.append(_number(row, "emo_post_valence"))
        self._directions = self._directions + np.eye(len(DIRECTIONS))[_direction(row)]

    def facts(self, row: Mapping[str, str]) -> list[float]:
        """What is known when a song begins."""
        valence, arousal = _number(row, "emo_pre_valence"), _number(row, "emo_pre_arousal")
        usual_before = _blend(self._before, _USUAL_VALENCE)
        usual_after = _blend(self._after, _USUAL_VALENCE)
        changes = [abs(after - before) for before, after in zip(self._before, self._after, strict=True)]
        last = self._after[-1] if self._after else _USUAL_VALENCE
        away = usual_after - valence
        return [
            *(valence, arousal, valence**2, arousal**2, valence * arousal),
            *(usual_after, usual_before, away, valence - usual_before, last - valence),
            *(float(abs(away) > _CHANGE), max(0.0, abs(away) - _CHANGE)),
            *(self._directions / self._directions.sum()).tolist(),
            _blend(changes, _USUAL_CHANGE),
            float(np.mean(self._first_stage)) if self._first_stage else _USUAL_VALENCE,
            float(np.std(self._first_stage)) if self._first_stage else 0.0,
        ]


_UNKNOWN_SONG = (_USUAL_VALENCE, _USUAL_RATING)


def _of_songs(first_stage: Sequence[Mapping[str, str]]) -> dict[str, tuple[float, float]]:
    """What everyone felt after each song in the first stage, and how they rated it."""
    felt: dict[str, list[tuple[float, float]]] = {}
    for row in first_stage:
        pair = (_number(row, "emo_post_valence"), _number(row, "rating"))
        felt.setdefault(row["item_id"], []).append(pair)
    return {
        song: (
            _blend([valence for valence, _ in pairs], _USUAL_VALENCE),
            _blend([rating for _, rating in pairs], _USUAL_RATING),
        )
        for song, pairs in felt.items()
    }


def _sounds(songs: Mapping[str, Mapping[str, str]]) -> dict[str, list[float]]:
    table = np.array([[_number(song, name) for name in _SOUND] for song in songs.values()])
    return dict(zip(songs, table.tolist(), strict=True))


def _direction(row: Mapping[str, str]) -> int:
    change = _number(row, "emo_post_valence") - _number(row, "emo_pre_valence")
    return 2 if change > _CHANGE else 0 if change < -_CHANGE else 1


def _blend(values: Sequence[float], usual: float) -> float:
    return (sum(values) + _PRIOR_LISTENS * usual) / (len(values) + _PRIOR_LISTENS)


def _number(row: Mapping[str, str], name: str) -> float:
    return float(row[name] or 0.0)


def _read(file: Path) -> list[dict[str, str]]:
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))
    except OSError as error:
        raise DatasetError(f"cannot read {file}: {error.strerror}") from None
