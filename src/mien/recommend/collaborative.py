"""What the listeners of one server play together, so that each may be told of what the others found.

Two plain ways, both over pairs of tracks, so that what is learned holds no listener:

- **EASE** (Steck 2019, "Embarrassingly shallow autoencoders for sparse data"): with the Gram matrix ``G`` of
  who heard what and ``P = (G + regularisation I)^-1``, the link from track i to j is ``-P[i, j] / P[j, j]``.
- **What follows what**: how often a track was heard after another, less for every track in between, divided
  by the square root of how many heard either (a Markov chain that looks far ahead; compare item neighbours
  with decay in Ludewig and Jannach 2018, "Evaluation of session-based recommendation algorithms").

In EASE each listener counts with the inverse square root of how much they heard, or the busiest would speak
for all; it also keeps what is left after striking out (below) close to positive definite.

**Privacy.** A pair of tracks counts only where at least ``least_listeners`` heard both; every other pair is
struck out before anything is solved, so that nothing learned depends on it. A track that fewer heard is not
known at all. What is kept are the strongest links of each track. ``docs/collaborative.md`` says what this
protects and what it does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from numpy.typing import NDArray

    Histories = Collection[Sequence[int]]
    """What each listener heard: the numbers of their tracks, each once, the longest ago first."""

LEAST_LISTENERS = 3
MOST_EASE_TRACKS = 20_000
# Of a longer history only the newest tracks count: its pairs grow with the square of its length.
MOST_OF_ONE_LISTENER = 1_000

_LINKS_KEPT = 500
_BLOCK = 1_024
_NO_SIZE = 1e-30


class Fitted(Protocol):
    """What a recommender learned."""

    @property
    def tracks(self) -> NDArray[np.int64]:
        """The tracks that it knows, ascending."""

    def scores(self, history: Sequence[int]) -> NDArray[np.float32]:
        """How well each track of ``tracks`` would follow a history, the longest ago first; larger is better.

        Tracks that it does not know are passed over. Those of the history are scored as well.
        """


FittedT_co = TypeVar("FittedT_co", bound=Fitted, covariant=True)


class Recommender(Protocol[FittedT_co]):
    """A way to learn from what listeners heard."""

    def fit(self, histories: Histories) -> FittedT_co:
        """Learn; the same histories give the same."""


@dataclass(frozen=True, slots=True)
class Links:
    """How strongly each track speaks for others.

    Attributes:
        to: columns of the tracks that each speaks for, shape ``[tracks, kept]``, int32.
        weights: how strongly, likewise, float32; 0 where there are fewer.
        decay: what a track of a history loses with every track heard since, as a factor; 1 for nothing.
    """

    to: NDArray[np.int32]
    weights: NDArray[np.float32]
    decay: float


@dataclass(frozen=True, slots=True)
class LinkedTracks:
    """Links between tracks: all that is learned and kept.

    Attributes:
        tracks: their numbers, ascending, shape ``[tracks]``.
        links: one or more kinds; scores are their sum.
    """

    tracks: NDArray[np.int64]
    links: tuple[Links, ...]

    def scores(self, history: Sequence[int]) -> NDArray[np.float32]:
        """As :class:`Fitted` says; shape ``[tracks]``."""
        total = np.zeros(len(self.tracks), np.float64)
        rows = rows_of(self.tracks, history)[-MOST_OF_ONE_LISTENER:]
        if not len(rows):
            return total.astype(np.float32)
        for links in self.links:
            voices = links.decay ** np.arange(len(rows))[::-1]
            voices /= np.sqrt(np.sum(voices**2))  # or long histories would drown the kinds that fade
            spoken = links.weights[rows] * voices[:, None]
            total += np.bincount(links.to[rows].ravel(), spoken.ravel(), minlength=len(total))
        return total.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Ease:
    """EASE: which tracks are heard by the same people.

    Attributes:
        regularisation: ridge; above 0.
        least_listeners: who must have heard a pair of tracks for it to count.
        quietening: a listener counts with the length of their history to the power of minus this.
    """

    regularisation: float = 30.0
    least_listeners: int = LEAST_LISTENERS
    quietening: float = 0.5

    def fit(self, histories: Histories) -> LinkedTracks:
        """Learn from what listeners heard; of ``tracks`` tracks it takes 11 ``tracks``^3 operations or so."""
        tracks, rows = shared_tracks(histories, self.least_listeners)
        return LinkedTracks(tracks, (self.links(len(tracks), rows),))

    def links(self, count: int, rows: Sequence[NDArray[np.intp]]) -> Links:
        """The links of ``count`` tracks between those that each listener heard."""
        inverse = _inverse_of_ridge(lambda: self._gram(count, rows), self.regularisation)
        inverse /= -np.diag(inverse).copy()
        np.fill_diagonal(inverse, 0.0)
        return strongest(inverse, decay=1.0)

    def _gram(self, count: int, rows: Sequence[NDArray[np.intp]]) -> NDArray[np.float32]:
        gram = np.zeros((count, count), np.float32)
        for row in rows:
            gram[np.ix_(row, row)] += np.float32(len(row) ** -self.quietening)
        _strike_rare(gram, count, rows, self.least_listeners)
        return gram


@dataclass(frozen=True, slots=True)
class TimedEase:
    """What follows what, and EASE beside it: which tracks are heard after each other, and by the same people.

    Attributes:
        ease: the part that is blind to order.
        ease_decay: what a track heard before counts for that part, for every track heard since; in (0, 1].
        ease_share: what that part counts beside the other.
        next_decay: what a track heard later counts, for every track heard in between; in (0, 1].
        past_decay: as ``ease_decay``, of what follows what.
        rare: how many listeners every track is taken to have had besides, so that few say little.
    """

    ease: Ease = Ease()
    ease_decay: float = 0.9
    ease_share: float = 0.3
    next_decay: float = 0.98
    past_decay: float = 0.75
    rare: float = 5.0

    def fit(self, histories: Histories) -> LinkedTracks:
        """Learn from what listeners heard, and in which order; it takes little longer than EASE."""
        tracks, rows = shared_tracks(histories, self.ease.least_listeners)
        together = _even(self.ease.links(len(tracks), rows), self.ease_share, self.ease_decay)
        return LinkedTracks(
            tracks, (together, _even(self._following(len(tracks), rows), 1.0, self.past_decay))
        )

    def _following(self, count: int, rows: Sequence[NDArray[np.intp]]) -> Links:
        onward = np.zeros((count, count), np.float32)
        for row in rows:
            onward[np.ix_(row, row)] += self._after(len(row))
        _strike_rare(onward, count, rows, self.ease.least_listeners)
        heard_by = np.bincount(np.concatenate([*rows, np.zeros(0, np.intp)]), minlength=count)
        scale = (1.0 / np.sqrt(heard_by + self.rare)).astype(np.float32)
        onward *= scale[:, None]
        onward *= scale
        return strongest(onward, decay=self.past_decay)

    def _after(self, length: int) -> NDArray[np.float32]:
        """How much each track of a history (a column) counts as following each other (a row)."""
        later = np.arange(length) - np.arange(length)[:, None]
        return np.where(later > 0, self.next_decay ** np.maximum(later - 1, 0), 0.0).astype(np.float32)


def _even(links: Links, share: float, decay: float) -> Links:
    """Links of one size whatever they were made of, so that kinds can be added up."""
    size = float(np.sqrt(np.mean(links.weights**2))) if links.weights.size else 0.0
    return Links(links.to, links.weights * np.float32(share / max(size, _NO_SIZE)), decay)


def shared_tracks(
    histories: Histories, least_listeners: int
) -> tuple[NDArray[np.int64], list[NDArray[np.intp]]]:
    """The tracks that enough listeners heard, ascending, and each history as columns of them.

    A history's repeats count where they were last; those of fewer than two such tracks are left out.
    """
    once = [list(dict.fromkeys(reversed(history)))[::-1] for history in histories]
    flat = np.fromiter(chain.from_iterable(once), np.int64)
    tracks, heard_by = np.unique(flat, return_counts=True)
    tracks = tracks[heard_by >= least_listeners]
    rows = [rows_of(tracks, history)[-MOST_OF_ONE_LISTENER:] for history in once]
    return tracks, [row for row in rows if len(row) > 1]


def rows_of(tracks: NDArray[np.int64], history: Sequence[int]) -> NDArray[np.intp]:
    """Where each track of a history stands in ``tracks`` (ascending), without those that do not."""
    wanted = np.asarray(history, np.int64)
    found = np.searchsorted(tracks, wanted)
    there = found < len(tracks)
    there[there] = tracks[found[there]] == wanted[there]
    return found[there]


def strongest(weights: NDArray[np.float32], *, decay: float) -> Links:
    """The strongest links from each track (a row), whether they speak for or against."""
    count = len(weights)
    kept = min(_LINKS_KEPT, count)
    to = np.empty((count, kept), np.int32)
    for start in range(0, count, _BLOCK):
        block = np.abs(weights[start : start + _BLOCK])
        to[start : start + _BLOCK] = np.argpartition(-block, kept - 1, axis=1)[:, :kept] if kept else 0
    return Links(to, np.take_along_axis(weights, to.astype(np.intp), axis=1), decay)


def _strike_rare(
    matrix: NDArray[np.float32], count: int, rows: Sequence[NDArray[np.intp]], least_listeners: int
) -> None:
    """Set pairs of tracks to 0 that fewer listeners heard; in place."""
    if least_listeners <= 1:
        return
    together = np.zeros((count, count), np.uint16)
    for row in rows:
        pairs = np.ix_(row, row)
        together[pairs] += together[pairs] < least_listeners  # so many are enough to know, and never overflow
    matrix[together < least_listeners] = 0.0


def _inverse_of_ridge(
    make_gram: Callable[[], NDArray[np.float32]], regularisation: float
) -> NDArray[np.float32]:
    """``(gram + ridge I)^-1``; the ridge is doubled until there is one.

    What is struck out of a Gram matrix may leave one that is no longer positive definite.
    """
    ridge = regularisation
    while True:
        matrix = make_gram()
        matrix[np.diag_indices(len(matrix))] += ridge
        try:
            _invert(matrix)
        except np.linalg.LinAlgError:
            ridge *= 2.0
        else:
            return matrix


def _invert(matrix: NDArray[np.float32]) -> None:
    """Invert a symmetric positive definite matrix in place, by halves (the Schur complement).

    Nearly all of it is matrix products, which are the fastest that one core does; NumPy has no symmetric
    inverse, and its general one takes more than twice the time and three times the memory.

    Raises:
        LinAlgError: it is not positive definite.
    """
    count = len(matrix)
    if count <= _BLOCK:
        # One that is positive definite has a root; the general inverse does not look.
        root = np.linalg.inv(np.linalg.cholesky(matrix.astype(np.float64)))
        matrix[:] = root.T @ root
        return
    half = count // 2
    first, across, second = matrix[:half, :half], matrix[:half, half:], matrix[half:, half:]
    _invert(first)
    solved = first @ across
    second -= across.T @ solved
    _invert(second)
    np.matmul(solved, second, out=across)
    first += across @ solved.T
    across *= -1.0
    matrix[half:, :half] = across.T
