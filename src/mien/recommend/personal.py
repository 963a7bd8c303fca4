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

from mien.domain import Mood
from mien.recommend.catalogue import MOODS_PLANE, largest_columns, mood_column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from mien.recommend.catalogue import Catalogue

# How many labels of just that sound the network's word is worth.
PRIOR_LABELS = 2.0
# Songs less alike than this (the cosine of their sounds) do not teach one another.
LEAST_ALIKE = 0.4
MOST_NEIGHBOURS = 1_000
# How many labels it takes before the listener's use of the words shows.
WORDS_PRIOR = 10.0
_MAJORITY = 0.5


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
    """The moods of the library as one listener hears them; see ``Catalogue`` for the columns.

    Attributes:
        labelled: whether the listener said it themselves, bool ``[n]``.
        tops: the column of the most probable mood, ``[n]``.
        peaks: its probability, float32 ``[n]``.
    """

    moods: NDArray[np.float32]
    plane: NDArray[np.float32]
    certain: NDArray[np.bool_]
    labelled: NDArray[np.bool_]
    tops: NDArray[np.intp]
    peaks: NDArray[np.float32]


def neighbours(catalogue: Catalogue, row: int) -> Neighbours:
    """The songs that sound like one, without itself; of very many the nearest."""
    alike = catalogue.sounds @ catalogue.sounds[row]
    rows = np.flatnonzero(alike > LEAST_ALIKE)
    rows = rows[rows != row]
    if len(rows) > MOST_NEIGHBOURS:
        nearest = np.argpartition(alike[rows], -MOST_NEIGHBOURS)[-MOST_NEIGHBOURS:]
        rows = np.sort(rows[nearest])
    nearness = np.minimum(1.0, (alike[rows] - LEAST_ALIKE) / (1.0 - LEAST_ALIKE))
    return Neighbours(rows, (nearness * nearness).astype(np.float32))


def in_the_listeners_words(
    moods: NDArray[np.float32], rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Words that the listener uses more often than the network does become likelier, and the reverse.

    Args:
        moods: what each track is without them, shares that sum to 1, ``[n, words]``.
        rows: the tracks that the listener labelled, ``[k]``.
        columns: with which word each, ``[k]``.

    Returns:
        Such shares, float32 ``[n, words]``.
    """
    named = np.bincount(columns, minlength=moods.shape[1])
    expected = moods[rows].sum(axis=0, dtype=np.float64)
    ratio = ((named + WORDS_PRIOR) / (expected + WORDS_PRIOR)).astype(np.float32)
    sums = moods @ ratio
    tilted = np.empty_like(moods)
    # Column by column: rows are too short for NumPy to be quick at them.
    for column, factor in enumerate(ratio):
        np.multiply(moods[:, column], factor, out=tilted[:, column])
        tilted[:, column] /= sums
    return tilted


def hearing(catalogue: Catalogue, labels: Mapping[int, Mood], taught: Mapping[int, Neighbours]) -> Hearing:
    """The moods as a listener hears them.

    Args:
        catalogue: the library and what the network says of it.
        labels: the listener's, by track number.
        taught: the neighbours of each labelled track of the catalogue, by track number.
    """
    labelled = np.zeros(len(catalogue), np.bool_)
    track_ids = [track_id for track_id in sorted(labels) if track_id in taught]
    if not track_ids:
        return Hearing(
            catalogue.moods, catalogue.plane, catalogue.certain, labelled, catalogue.tops, catalogue.peaks
        )
    rows = catalogue.rows(track_ids)
    columns = np.array([mood_column(labels[track_id]) for track_id in track_ids], np.intp)
    moods = in_the_listeners_words(catalogue.moods, rows, columns)
    learned = _teach(moods, [taught[track_id] for track_id in track_ids], columns)
    moods[rows] = np.eye(len(Mood), dtype=np.float32)[columns]
    labelled[rows] = True
    plane = moods @ MOODS_PLANE
    plane += catalogue.off_plane
    np.clip(plane, -1.0, 1.0, out=plane)
    tops, peaks = largest_columns(moods)
    certain = catalogue.certain.copy()
    certain[learned] |= peaks[learned] > _MAJORITY
    certain[rows] = True
    return Hearing(moods, plane, certain, labelled, tops, peaks)


def _teach(
    moods: NDArray[np.float32], taught: list[Neighbours], columns: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Let each label count for its song's neighbours, in place; gives the rows of those that learned."""
    votes = np.zeros(moods.shape[::-1], np.float32)
    for each, column in zip(taught, columns, strict=True):
        votes[column, each.rows] += each.weights
    sums = votes.sum(axis=0)
    rows = np.flatnonzero(sums)
    sums += PRIOR_LABELS
    for column, of in enumerate(votes):  # a track without votes stays as it is, to the last digit
        shares = moods[:, column]
        shares *= np.float32(PRIOR_LABELS)
        shares += of
        shares /= sums
    return rows
