"""Collaborative filtering for libraries that EASE is too slow for; needs the extra ``collaborative``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mien.recommend.collaborative import LEAST_LISTENERS, LinkedTracks, Links, shared_tracks

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from mien.recommend.collaborative import Histories

    _Row = tuple[NDArray[np.int32], NDArray[np.float32]]

_BLOCK = 512


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Tracks that are heard by the same people, weighed as BM25 weighs words (Robertson and Walker 1994).

    Attributes:
        kept: neighbours of each track.
        k1: how soon more of the same stops counting.
        b: how much less a listener counts who heard much, 0 to 1.
        least_listeners: who must have heard a pair of tracks for it to count.
    """

    kept: int = 200
    k1: float = 100.0
    b: float = 0.5
    least_listeners: int = LEAST_LISTENERS

    def fit(self, histories: Histories) -> LinkedTracks:
        """Learn from what listeners heard; time grows with the pairs that share a listener."""
        from implicit.nearest_neighbours import bm25_weight  # noqa: PLC0415  (slow to import)
        from scipy.sparse import csr_matrix  # noqa: PLC0415

        tracks, rows = shared_tracks(histories, self.least_listeners)
        count = len(tracks)
        if not rows:
            empty = np.zeros((count, 0))
            return LinkedTracks(tracks, (Links(empty.astype(np.int32), empty.astype(np.float32), 1.0),))
        lengths = [len(row) for row in rows]
        columns, listeners = np.concatenate(rows), np.repeat(np.arange(len(rows)), lengths)
        heard = csr_matrix((np.ones(len(columns), np.float32), (columns, listeners)), (count, len(rows)))
        weighed = csr_matrix(bm25_weight(heard, self.k1, self.b))
        return LinkedTracks(tracks, (self._links(heard, weighed, count),))

    def _links(self, heard: csr_matrix, weighed: csr_matrix, count: int) -> Links:
        kept = min(self.kept, count)
        to = np.zeros((count, kept), np.int32)
        weights = np.zeros((count, kept), np.float32)
        for start in range(0, count, _BLOCK):
            together = (heard[start : start + _BLOCK] @ heard.T).tocsr()
            alike = (weighed[start : start + _BLOCK] @ weighed.T).tocsr()
            for row in range(together.shape[0]):
                enough = _row(together, row)
                strong = _row(alike, row)
                columns, strengths = self._strongest(strong, enough, itself=start + row)
                to[start + row, : len(columns)] = columns
                weights[start + row, : len(columns)] = strengths
        return Links(to, weights / max(float(weights.max(initial=0.0)), 1e-9), decay=1.0)

    def _strongest(self, strong: _Row, together: _Row, *, itself: int) -> _Row:
        """The strongest neighbours of one track that enough listeners share with it."""
        shared = together[0][together[1] >= self.least_listeners]
        allowed = np.isin(strong[0], shared[shared != itself]) & (strong[1] > 0.0)
        columns, strengths = strong[0][allowed], strong[1][allowed]
        first = np.lexsort((columns, -strengths))[: self.kept]
        return columns[first], strengths[first]


def _row(matrix: csr_matrix, row: int) -> _Row:
    """Columns and values of one row."""
    here = slice(matrix.indptr[row], matrix.indptr[row + 1])
    return matrix.indices[here], matrix.data[here]
