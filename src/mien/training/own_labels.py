"""What quadrant will this listener hear in a song? From others' labels, and a few of the listener's own.

The data is TROMPA's annotations: quadrants of Thayer's plane that listeners gave to pieces. What others said
of a piece is blended with what they said of other pieces of the same recording. That stands for the song
network in the personal layer that Mien ships (``mien.recommend.personal``), but for its part about songs that
sound alike: there is no sound here. Beside it, as a bound: a conditional logit that also weighs what one
listener says where others say this or that, with what listeners say in general (after Dawid and Skene 1979,
with shrinkage).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mien.domain import Quadrant
from mien.errors import DatasetError
from mien.recommend.personal import in_the_listeners_words
from mien.training.choice import choice_probabilities, fit_choice
from mien.training.ranking import bootstrap_of_groups

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

ANNOTATIONS = "trompa_annotations.csv"
_PLANE = {
    (1, 1): Quadrant.EXUBERANCE,
    (-1, 1): Quadrant.ANXIETY,
    (-1, -1): Quadrant.DEPRESSION,
    (1, -1): Quadrant.CONTENTMENT,
}
_QUADRANTS = tuple(Quadrant)
_FOLDS = 5
_RIDGE = 1.0
# Labels' worth of the more general that each count is blended with.
_OF_RECORDING, _OF_PIECE, _OF_LEANING, _OF_HEARING = 2.0, 1.0, 5.0, 3.0


@dataclass(frozen=True, slots=True)
class LabelScores:
    """How well listeners' own labels were told.

    Attributes:
        accuracy: share of labels told rightly, by the name of the way.
        intervals: 95% of bootstrap resamples of the listeners.
        of_listeners: mean over listeners of their own accuracy, likewise by name.
        n: labels asked.
        listeners: whose they are.
    """

    accuracy: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]
    of_listeners: Mapping[str, float]
    n: int
    listeners: int

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "n": self.n,
            "listeners": self.listeners,
            "accuracy": {name: round(value, 5) for name, value in self.accuracy.items()},
            "intervals": {name: [round(end, 5) for end in ends] for name, ends in self.intervals.items()},
            "mean over listeners": {name: round(value, 5) for name, value in self.of_listeners.items()},
        }


@dataclass(frozen=True, slots=True)
class Labels:
    """Who heard which quadrant in what; entry i of each column is one label.

    Attributes:
        listener: numbers from 0.
        piece: likewise.
        recording: of each piece, by its number.
        quadrant: column of ``Quadrant``.
    """

    listener: NDArray[np.intp]
    piece: NDArray[np.intp]
    recording: NDArray[np.intp]
    quadrant: NDArray[np.intp]


def read_labels(file: Path) -> Labels:
    """Read TROMPA's table; of several labels by one listener for one piece the last counts.

    Raises:
        DatasetError: it is not that table.
    """
    last: dict[tuple[str, str], tuple[float, Quadrant]] = {}
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                quadrant = _PLANE[int(row["valence"]), int(row["arousal"])]
                key, at = (row["user"], row["item"]), float(row["timestamp"])
                if key not in last or last[key][0] <= at:
                    last[key] = at, quadrant
    except OSError as error:
        raise DatasetError(f"cannot read {file}: {error.strerror}") from None
    except (KeyError, ValueError, csv.Error) as error:
        raise DatasetError(f"{file} is not the table of TROMPA's annotations: {error}") from None
    _, listener = np.unique([user for user, _ in last], return_inverse=True)
    pieces, piece = np.unique([item for _, item in last], return_inverse=True)
    _, recording = np.unique([name.split("-")[0] for name in pieces.tolist()], return_inverse=True)
    labels = np.array([_QUADRANTS.index(label) for _, label in last.values()], np.intp)
    return Labels(listener, piece, recording, labels)


def evaluate_own_labels(labels: Labels, *, few: int | None = None) -> LabelScores:
    """Hide a fifth of each listener's labels at a time and tell them from the rest, everyone's and their own.

    Args:
        labels: of all listeners.
        few: of a listener's own labels at most so many are known when theirs are told; None for all the rest.
    """
    right = {name: np.zeros(len(labels.quadrant)) for name in WAYS}
    fold = _folds(labels)
    for hidden in range(_FOLDS):
        known, asked = fold != hidden, np.flatnonzero(fold == hidden)
        told = _tell(labels, known, asked, few)
        for name, quadrants in told.items():
            right[name][asked] = quadrants == labels.quadrant[asked]
    each = {name: _per_listener(values, labels.listener) for name, values in right.items()}
    return LabelScores(
        accuracy={name: float(values.mean()) for name, values in right.items()},
        intervals={name: bootstrap_of_groups(values, labels.listener) for name, values in right.items()},
        of_listeners={name: float(values.mean()) for name, values in each.items()},
        n=len(labels.quadrant),
        listeners=int(labels.listener.max()) + 1,
    )


WAYS = (
    "commonest",
    "majority of the others",
    "majority and own leaning",
    "Mien's personal layer",
    "a fitted blend of all",
)


def _tell(
    labels: Labels, known: NDArray[np.bool_], asked: NDArray[np.intp], few: int | None
) -> dict[str, NDArray[np.intp]]:
    """The quadrant of each asked label, by each way, from the known ones."""
    learned = _facts(labels, known, np.flatnonzero(known), few)
    weights = fit_choice(learned, labels.quadrant[known], _RIDGE)
    facts = _facts(labels, known, asked, few)
    usual, others, leaning = facts[:, :, _USUAL], facts[:, :, _OTHERS], facts[:, :, _LEANING]
    return {
        "commonest": usual.argmax(axis=1),
        "majority of the others": others.argmax(axis=1),
        "majority and own leaning": (others + leaning).argmax(axis=1),
        "Mien's personal layer": _by_personal_layer(labels, known, asked, few),
        "a fitted blend of all": choice_probabilities(facts, weights).argmax(axis=1),
    }


def _by_personal_layer(
    labels: Labels, known: NDArray[np.bool_], asked: NDArray[np.intp], few: int | None
) -> NDArray[np.intp]:
    """The quadrant of each asked label as Mien hears it in the listener's own words."""
    everything = np.arange(len(labels.quadrant))
    others = np.exp(_facts(labels, known, everything, few)[:, :, _OTHERS]).astype(np.float32)
    own = known if few is None else _first(labels, known, few)
    told = np.zeros(len(everything), np.intp)
    for listener in range(int(labels.listener.max()) + 1):
        entries = np.flatnonzero(labels.listener == listener)
        rows = np.flatnonzero(own[entries])
        heard = in_the_listeners_words(others[entries], rows, labels.quadrant[entries[rows]])
        told[entries] = heard.argmax(axis=1)
    return told[asked]


_USUAL, _OTHERS, _LEANING, _HEARING = range(4)


def _facts(
    labels: Labels, known: NDArray[np.bool_], asked: NDArray[np.intp], few: int | None
) -> NDArray[np.float64]:
    """Logarithms of what speaks for each quadrant, shape ``[asked, 4, 4 facts]``.

    A label that is asked and known (when learning) is left out of all that is said about it.
    """
    one = np.eye(len(_QUADRANTS))[labels.quadrant] * known[:, None]
    usual = one.sum(axis=0) / one.sum()
    of_piece = _sums(labels.piece, one)
    of_recording = _sums(labels.recording[labels.piece], one)
    piece, recording = labels.piece[asked], labels.recording[labels.piece[asked]]
    others = of_piece[piece] - one[asked]
    elsewhere = of_recording[recording] - of_piece[piece]
    crowd = _blended(others, _blended(elsewhere, usual, _OF_RECORDING), _OF_PIECE)
    own = one if few is None else one * _first(labels, known, few)[:, None]
    leaning = _blended(_sums(labels.listener, own)[labels.listener[asked]] - own[asked], usual, _OF_LEANING)
    said = _blended(of_piece[labels.piece] - one, usual, _OF_PIECE)
    pairs = said[:, :, None] * own[:, None, :]  # what others say, and what the listener says then
    general = (said[:, :, None] * one[:, None, :]).sum(axis=0)
    general /= general.sum(axis=1, keepdims=True)
    hears = _sums(labels.listener, pairs)[labels.listener[asked]] - pairs[asked]
    hears = hears + _OF_HEARING * general
    hears /= hears.sum(axis=2, keepdims=True)
    heard = np.einsum("nc,ncq->nq", crowd, hears)
    facts = np.stack(
        [np.broadcast_to(np.log(usual), crowd.shape), np.log(crowd), np.log(leaning / usual), np.log(heard)],
        axis=2,
    )
    return np.asarray(facts)


def _blended(counts: NDArray[np.float64], general: NDArray[np.float64], worth: float) -> NDArray[np.float64]:
    """Shares, as if ``worth`` more had been counted that are shared out as in general."""
    return np.asarray((counts + worth * general) / (counts.sum(axis=1, keepdims=True) + worth))


def _sums(groups: NDArray[np.intp], values: NDArray[np.float64]) -> NDArray[np.float64]:
    total = np.zeros((int(groups.max()) + 1, *values.shape[1:]))
    np.add.at(total, groups, values)
    return total


def _folds(labels: Labels) -> NDArray[np.intp]:
    """Which fifth each label is in; a listener's are spread over all of them."""
    rng = np.random.default_rng(0)
    fold = np.zeros(len(labels.quadrant), np.intp)
    for listener in range(int(labels.listener.max()) + 1):
        own = np.flatnonzero(labels.listener == listener)
        fold[rng.permutation(own)] = (np.arange(len(own)) + rng.integers(_FOLDS)) % _FOLDS
    return fold


def _first(labels: Labels, known: NDArray[np.bool_], few: int) -> NDArray[np.bool_]:
    """Of each listener's known labels the first few."""
    first = np.zeros(len(known), np.bool_)
    for listener in range(int(labels.listener.max()) + 1):
        first[np.flatnonzero(known & (labels.listener == listener))[:few]] = True
    return first


def _per_listener(values: NDArray[np.float64], listener: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.asarray(np.bincount(listener, values) / np.bincount(listener))
