"""What takes long to gather from a large library, kept for as long as the library stays as it is."""

from __future__ import annotations

import threading
import time
from array import array
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

    from mien.domain import Listener, Mood, Track
    from mien.store import Order, Store, Wanted

_MOST = 32  # lists of a hundred thousand songs take 400 kB each
_T = TypeVar("_T")
# Players ask for a song piece by piece; for so long it is not looked up again where its file is.
_PATH_FRESH_S, _MOST_PATHS = 10.0, 1_000


class LibraryShelf:
    """Lists and counts of the library as a listener sees it; any number of threads.

    Args:
        store: of the library.
        clock: seconds that only go forward.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._paths: OrderedDict[int, tuple[float, Path]] = OrderedDict()
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[str, Any]] = OrderedDict()

    def tracks(
        self,
        listener: Listener,
        wanted: Wanted,
        *,
        order: Order,
        descending: bool,
        offset: int,
        limit: int,
    ) -> tuple[int, list[Track]]:
        """As ``store.browse.tracks``; only the first page of a list is looked for in the whole library."""
        browse = self._store.browse
        if wanted.playlist_id is not None:  # what is in a playlist changes without the library
            return browse.tracks(
                listener, wanted, order=order, descending=descending, offset=offset, limit=limit
            )

        def find() -> array[int]:
            return array("i", browse.ids(listener, wanted, order=order, descending=descending))

        found = self.once(listener, ("tracks", wanted, order, descending), find)
        return len(found), browse.some(listener, found[offset : offset + limit].tolist())

    def path(self, track_id: int) -> Path:
        """As ``store.tracks.path``, or as it was a moment ago."""
        now = self._clock()
        with self._lock:
            at, path = self._paths.get(track_id, (-_PATH_FRESH_S, None))
        if path is not None and now - at < _PATH_FRESH_S:
            return path
        path = self._store.tracks.path(track_id)
        with self._lock:
            self._paths[track_id] = (now, path)
            while len(self._paths) > _MOST_PATHS:
                self._paths.popitem(last=False)
        return path

    def moods(self, listener: Listener) -> dict[Mood, int]:
        """How many tracks of each mood there are."""
        return self.once(listener, "moods", lambda: self._store.browse.moods(listener))

    def size(self, listener: Listener) -> tuple[int, float]:
        """How many tracks can be played, and how long they are together in seconds."""
        return self.once(listener, "size", self._store.browse.size)

    def once(self, listener: Listener, what: Hashable, make: Callable[[], _T]) -> _T:
        """What was made before, if the library and the listener's labels and ratings are as they were."""
        key, version = (listener.id, what), self._store.browse.version(listener)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept[0] == version:
                self._kept.move_to_end(key)
                value: _T = kept[1]
                return value
        made = make()
        with self._lock:
            self._kept[key] = (version, made)
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return made
