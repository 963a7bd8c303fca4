"""What a recommender must beat: the plain ways, and two by matrix factors (extra ``collaborative``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mien.recommend.collaborative import LinkedTracks, rows_of, shared_tracks, strongest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from types import ModuleType

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from mien.recommend.collaborative import Histories


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same scores for everyone.

    Attributes:
        tracks: their numbers, ascending.
        values: a score each.
    """

    tracks: NDArray[np.int64]
    values: NDArray[np.float32]

    def scores(self, history: Sequence[int]) -> NDArray[np.float32]:  # noqa: ARG002
        """Whatever was heard."""
        return self.values


@dataclass(frozen=True, slots=True)
class Popular:
    """What most listeners heard."""

    def fit(self, histories: Histories) -> Fixed:
        """Count."""
        tracks, rows = shared_tracks(histories, 1)
        counts = np.bincount(
            np.concatenate([*rows, np.array([], np.intp)]).astype(np.intp), minlength=len(tracks)
        )
        return Fixed(tracks, counts.astype(np.float32))


@dataclass(frozen=True, slots=True)
class _Shuffled:
    tracks: NDArray[np.int64]
    seed: int

    def scores(self, history: Sequence[int]) -> NDArray[np.float32]:
        """Another order for every history."""
        rng = np.random.default_rng([self.seed, *history])
        return rng.random(len(self.tracks), np.float32)


@dataclass(frozen=True, slots=True)
class Random:
    """Any track.

    Attributes:
        seed: 0 or more.
    """

    seed: int = 0

    def fit(self, histories: Histories) -> _Shuffled:
        """Learn nothing but what there is."""
        return _Shuffled(shared_tracks(histories, 1)[0], self.seed)


@dataclass(frozen=True, slots=True)
class ItemNeighbours:
    """Tracks that the same people heard, by the cosine between who heard them (Sarwar and others 2001)."""

    def fit(self, histories: Histories) -> LinkedTracks:
        """Count pairs."""
        tracks, rows = shared_tracks(histories, 1)
        together = np.zeros((len(tracks), len(tracks)), np.float32)
        for row in rows:
            together[np.ix_(row, row)] += 1.0
        lengths = np.sqrt(np.maximum(np.diag(together), 1.0))
        together /= lengths[:, None] * lengths[None, :]
        np.fill_diagonal(together, 0.0)
        return LinkedTracks(tracks, (strongest(together, decay=1.0),))


@dataclass(frozen=True, slots=True)
class _Factors:
    """Item factors, with the ridge that a new history's own factors are fit by."""

    tracks: NDArray[np.int64]
    items: NDArray[np.float32]
    gram: NDArray[np.float64]
    alpha: float

    def scores(self, history: Sequence[int]) -> NDArray[np.float32]:
        """By the factors that explain the history best (Hu, Koren and Volinsky 2008, equation 4)."""
        heard = self.items[rows_of(self.tracks, history)].astype(np.float64)
        listener = np.linalg.solve(
            self.gram + self.alpha * heard.T @ heard, (1 + self.alpha) * heard.sum(axis=0)
        )
        return (self.items @ listener).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Als:
    """Weighted matrix factors by alternating least squares (Hu, Koren and Volinsky 2008).

    Attributes:
        factors: how many.
        regularisation: ridge.
        alpha: how much surer it is of what was heard than of what was not.
        iterations: rounds.
    """

    factors: int = 64
    regularisation: float = 1.0
    alpha: float = 10.0
    iterations: int = 20

    def fit(self, histories: Histories) -> _Factors:
        """Learn factors."""
        tracks, heard = _matrix(histories)
        with _one_thread():
            model = _implicit("als").AlternatingLeastSquares(
                self.factors,
                regularization=self.regularisation,
                alpha=self.alpha,
                iterations=self.iterations,
                num_threads=1,
                random_state=1,
            )
            model.fit(heard, show_progress=False)
        items = np.asarray(model.item_factors)
        wide = items.astype(np.float64)
        ridge = wide.T @ wide + self.regularisation * np.eye(wide.shape[1])
        return _Factors(tracks, items, ridge, self.alpha)


@dataclass(frozen=True, slots=True)
class _Listeners:
    """Factors of listeners that were there, found by their histories."""

    tracks: NDArray[np.int64]
    items: NDArray[np.float32]
    listeners: dict[tuple[int, ...], NDArray[np.float32]]
    nobody: NDArray[np.float32]

    def scores(self, history: Sequence[int]) -> NDArray[np.float32]:
        """Of that listener; of nobody in particular where there was none."""
        return np.asarray(self.items @ self.listeners.get(tuple(history), self.nobody), np.float32)


@dataclass(frozen=True, slots=True)
class Bpr:
    """Matrix factors that rank what was heard above what was not (Rendle and others 2009).

    It knows listeners and not histories, so that it can be compared with but not used for new listens.

    Attributes:
        factors: how many.
        rate: of learning.
        regularisation: of the factors.
        iterations: rounds.
    """

    factors: int = 64
    rate: float = 0.05
    regularisation: float = 0.01
    iterations: int = 100

    def fit(self, histories: Histories) -> _Listeners:
        """Learn factors."""
        histories = list(histories)
        tracks, heard = _matrix(histories)
        with _one_thread():
            model = _implicit("bpr").BayesianPersonalizedRanking(
                self.factors,
                learning_rate=self.rate,
                regularization=self.regularisation,
                iterations=self.iterations,
                num_threads=1,
                random_state=1,
            )
            model.fit(heard, show_progress=False)
        users, items = np.asarray(model.user_factors), np.asarray(model.item_factors)
        nobody = np.zeros(items.shape[1], np.float32)
        nobody[-1] = 1.0  # the column that holds each item's bias
        known = {tuple(history): users[row] for row, history in enumerate(histories)}
        return _Listeners(tracks, items, known, nobody)


def _one_thread() -> AbstractContextManager[object]:
    """Linear algebra on one thread: implicit has threads of its own, and warns where both have some."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(1, "blas")
    return limits


def _implicit(name: str) -> ModuleType:
    from importlib import import_module

    return import_module(f"implicit.cpu.{name}")


def _matrix(histories: Histories) -> tuple[NDArray[np.int64], csr_matrix]:
    from scipy.sparse import csr_matrix

    tracks = np.unique(np.array([track for history in histories for track in history], np.int64))
    rows = [np.unique(rows_of(tracks, history)) for history in histories]
    listeners = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    columns = np.concatenate(rows)
    shape = (len(rows), len(tracks))
    return tracks, csr_matrix((np.ones(len(columns), np.float32), (listeners, columns)), shape)
