"""The listener's own hearing of moods: a small layer over what the song network says.

The network's probabilities are the prior, worth two labels; every label of the listener counts for the songs
that sound like the labelled one, the more the nearer they are (a Dirichlet posterior with kernel weights),
and a little for how this listener uses the seven words at all. No network is trained; without labels nothing
changes, and taking a label back restores exactly what was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mien.domain import MOOD_PLANE, Mood
from mien.recommend.catalogue import mood_column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from mien.recommend.catalogue import Catalogue

# How many labels of just that sound the network's word is worth.
PRIOR_LABELS = 2.0
# Songs less alike than this (the cosine of their sounds) do not teach one another.
LEAST_ALIKE = 0.4
# How many labels it takes before the listener's use of the words shows.
WORDS_PRIOR = 10.0
_MAJORITY = 0.5
_PLANE = np.array([MOOD_PLANE[mood] for mood in Mood], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """The songs that one labelled song teaches.

    Attributes:
        rows: theirs, ascending, ``[k]``.
        weights: how much, above 0 and up to 1, ``[k]``.
    """

    rows: NDArray[np.intp]
    weights: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Hearing:
    """The moods of the library as one listener hears them; see ``Catalogue`` for the columns."""

    moods: NDArray[np.float32]
    plane: NDArray[np.float32]
    certain: NDArray[np.bool_]
    labelled: NDArray[np.bool_]
    tops: NDArray[np.intp]


def neighbours(catalogue: Catalogue, row: int) -> Neighbours:
    """The songs that sound like one, without itself."""
    alike = catalogue.sounds @ catalogue.sounds[row]
    rows = np.flatnonzero(alike > LEAST_ALIKE)
    rows = rows[rows != row]
    nearness = np.minimum(1.0, (alike[rows] - LEAST_ALIKE) / (1.0 - LEAST_ALIKE))
    return Neighbours(rows, (nearness * nearness).astype(np.float32))


def hearing(catalogue: Catalogue, labels: Mapping[int, Mood], taught: Mapping[int, Neighbours]) -> Hearing:
    """The moods as a listener hears them.

    Args:
        catalogue: the library and what the network says of it.
        labels: the listener's, by track number.
        taught: the neighbours of each labelled track of the catalogue, by track number.
    """
    n = len(catalogue)
    labelled = np.zeros(n, np.bool_)
    if not labels:
        return Hearing(
            catalogue.moods, catalogue.plane, catalogue.certain, labelled, catalogue.moods.argmax(axis=1)
        )
    track_ids = [track_id for track_id in sorted(labels) if track_id in taught]
    rows = catalogue.rows(track_ids)
    columns = np.array([mood_column(labels[track_id]) for track_id in track_ids], np.intp)
    moods = _in_the_listeners_words(catalogue.moods, rows, columns)
    moods = _taught(moods, [taught[track_id] for track_id in track_ids], columns)
    moods[rows] = np.eye(len(Mood), dtype=np.float32)[columns]
    labelled[rows] = True
    changed = np.flatnonzero((moods != catalogue.moods).any(axis=1))
    plane, certain = catalogue.plane.copy(), catalogue.certain.copy()
    shift = (moods[changed] - catalogue.moods[changed]) @ _PLANE
    plane[changed] = np.clip(plane[changed] + shift, -1.0, 1.0)
    certain[changed] |= moods[changed].max(axis=1) > _MAJORITY
    return Hearing(moods, plane, certain, labelled, moods.argmax(axis=1))


def _in_the_listeners_words(
    moods: NDArray[np.float32], rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Moods that the listener names more often than the network does become likelier, and the reverse."""
    named = np.bincount(columns, minlength=len(Mood))
    expected = moods[rows].sum(axis=0, dtype=np.float64)
    ratio = ((named + WORDS_PRIOR) / (expected + WORDS_PRIOR)).astype(np.float32)
    tilted: NDArray[np.float32] = moods * ratio
    tilted /= tilted.sum(axis=1, keepdims=True)
    return tilted


def _taught(
    moods: NDArray[np.float32], taught: list[Neighbours], columns: NDArray[np.intp]
) -> NDArray[np.float32]:
    votes = np.zeros_like(moods)
    for neighbour, column in zip(taught, columns, strict=True):
        votes[neighbour.rows, column] += neighbour.weights
    rows = np.flatnonzero(votes.any(axis=1))
    sums = votes[rows].sum(axis=1, keepdims=True)
    moods[rows] = (PRIOR_LABELS * moods[rows] + votes[rows]) / (PRIOR_LABELS + sums)
    return moods
