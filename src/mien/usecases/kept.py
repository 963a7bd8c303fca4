"""What is kept in memory between requests, brought up to date with the store whenever it is used."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mien.recommend.catalogue import Catalogue
from mien.recommend.personal import hearing, neighbours
from mien.recommend.taste import History, Listens
from mien.recommend.view import others_column

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import numpy as np
    from numpy.typing import NDArray

    from mien.domain import Listener, Mood
    from mien.recommend.personal import Hearing, Neighbours
    from mien.store import LibraryStamp, Store

    Scores = Mapping[int, float] | None

# In a large library a scan that is under way would otherwise be followed song by song.
_LARGE_LIBRARY = 20_000
_LARGE_LIBRARY_PAUSE = timedelta(seconds=30)


class Library:
    """The columns of the library, read again as far as it changed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stamp: LibraryStamp | None = None
        self._looked_at: datetime | None = None
        self._catalogue: Catalogue | None = None

    def catalogue(self, now: datetime) -> Catalogue:
        """The columns as they are now; of a large library as they were half a minute ago at most."""
        kept = self._catalogue
        if kept is not None and len(kept) > _LARGE_LIBRARY and self._looked_at is not None:
            lately = timedelta(0) <= now - self._looked_at < _LARGE_LIBRARY_PAUSE
            if lately:
                return kept
        stamp = self._store.columns.stamp()
        if kept is None or self._stamp is None or self._stamp.analysed_at is None:
            kept = Catalogue.of(self._store.columns.read())
        elif stamp != self._stamp:
            changed = self._store.columns.read(since=self._stamp.analysed_at)
            kept = kept.updated(changed, self._store.columns.ids())
        self._catalogue, self._stamp, self._looked_at = kept, stamp, now
        return kept


class Kept:
    """What is kept of one listener."""

    def __init__(self) -> None:
        self._listens = Listens.of([])
        self._catalogue: Catalogue | None = None
        self._taught: dict[int, Neighbours] = {}
        self._labels: Mapping[int, Mood] | None = None
        self._hearing: Hearing | None = None
        self._others: tuple[Catalogue, Scores, NDArray[np.float32] | None] | None = None

    def history(self, store: Store, listener: Listener, now: datetime) -> History:
        """What they did, read on from where it was read before."""
        count, last = store.listens.count(listener)
        have = len(self._listens)
        if (count, last) != (have, int(self._listens.numbers[-1]) if have else 0):
            after = int(self._listens.numbers[-1]) if have else 0
            later = Listens.of(store.listens.history(listener, after))
            if have + len(later) == count:
                self._listens = self._listens.then(later)
            else:  # some were taken back
                self._listens = Listens.of(store.listens.history(listener))
        return History(
            self._listens,
            store.ratings.of(listener),
            store.labels.of(listener),
            store.snoozes.of(listener, now),
            store.wishes.of(listener),
        )

    def hearing(self, catalogue: Catalogue, labels: Mapping[int, Mood]) -> Hearing:
        """The moods as they hear them, with these labels of theirs, by track number."""
        if catalogue is not self._catalogue:
            self._catalogue, self._taught, self._hearing = catalogue, {}, None
        if self._hearing is None or labels != self._labels:
            for track_id, row in zip(labels, catalogue.rows(labels), strict=True):
                if row >= 0 and track_id not in self._taught:
                    self._taught[track_id] = neighbours(catalogue, int(row))
            self._hearing = hearing(catalogue, labels, self._taught)
            self._labels = dict(labels)
        return self._hearing

    def others(self, catalogue: Catalogue, scores: Scores) -> NDArray[np.float32] | None:
        """What listeners with a like taste think of each track; the same scores are placed once."""
        kept = self._others
        if kept is None or kept[0] is not catalogue or kept[1] is not scores:
            kept = self._others = (catalogue, scores, others_column(catalogue, scores))
        return kept[2]
