"""Learning from each other: listens of those who agreed -> links between tracks -> scores."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from mien.errors import ArtifactError
from mien.recommend.collaborative import LEAST_LISTENERS
from mien.recommend.learned import identity_of, learn, load, save

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mien.domain import Listener
    from mien.recommend.learned import Learned
    from mien.store import Store

FILE_NAME = "collaborative.npz"
_MOST_ATTEMPTS = 3
_MOST_KEPT = 64  # listeners, of a megabyte each
_NOTHING: Mapping[int, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a training did.

    Attributes:
        listeners: how many take part.
        tracks: how many tracks enough of them heard.
        trained: whether anything was learned anew; nothing is while nobody heard anything more.
        note: what to tell people of it; None when there is nothing to tell.
        identity: digest of what it learned from.
    """

    listeners: int
    tracks: int
    trained: bool
    note: str | None
    identity: str


class Collaborative:
    """Learning from each other.

    Args:
        store: the library.
        home: the folder that what was learned is kept in.
    """

    def __init__(self, store: Store, home: Path) -> None:
        self._store = store
        self._file = home / FILE_NAME
        # For each listener what they had done, and what it made of the scores.
        self._said: dict[int, tuple[object, Mapping[int, float]]] = {}
        self._read: tuple[tuple[int, int], Learned] | None = None

    def refresh(self) -> Refreshed:
        """Learn anew from everyone who takes part now, in place of what was learned before.

        Whoever left or was forgotten since is in nothing of it. Made to be run in the background: it may take
        minutes for many tracks, and others may ask for scores meanwhile.

        Raises:
            ConfigurationError: there are too many tracks for the base installation.
            ArtifactError: what was learned cannot be written.
        """
        for _ in range(_MOST_ATTEMPTS - 1):
            done = self._refresh()
            # Somebody may have left while it learned; what they took part in must not outlive that.
            if not done.trained or self._identity() == done.identity:
                return done
        return self._refresh()

    def _identity(self) -> str:
        return identity_of(self._store.collaborators.histories(), self._store.columns.ids().tolist())

    def _refresh(self) -> Refreshed:
        histories = self._store.collaborators.histories()
        columns = self._store.columns.read()
        sound = dict(zip(columns.ids.tolist(), columns.embeddings, strict=True))
        people = self._store.collaborators.count()
        identity = identity_of(histories, sound)
        try:
            before = self._learned()
        except ArtifactError:  # what is damaged is replaced
            before = None
        if before is not None and before.identity == identity:
            return Refreshed(people, len(before.linked.tracks), trained=False, note=None, identity=identity)
        learned = learn(histories, sound)
        if learned is None:
            self._file.unlink(missing_ok=True)
            note = (
                f"nothing to learn yet: at least {LEAST_LISTENERS} listeners who take part must have heard"
                f" the same songs, and {people} take part"
            )
            return Refreshed(people, 0, trained=False, note=note, identity=identity)
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        save(learned, self._file)
        return Refreshed(people, len(learned.linked.tracks), trained=True, note=None, identity=identity)

    def scores(self, listener: Listener) -> Mapping[int, float]:
        """What others' listening says of each track for this listener, from 0 to 1.

        Empty for those who do not take part (who gives nothing gets nothing), and where there is nothing to
        say: nothing was learned yet, or nothing that this listener heard is known. The same mapping is given
        again as long as nothing changed.
        """
        if not self._store.collaborators.has(listener):
            self._said.pop(listener.id, None)
            return _NOTHING
        learned = self._learned()
        if learned is None:
            return _NOTHING
        ratings = self._store.ratings.of(listener)
        heard = (learned.identity, self._store.listens.count(listener), ratings)
        said = self._said.get(listener.id)
        if said is None or said[0] != heard:
            scores = learned.scores(self._store.collaborators.history(listener))
            self._said.pop(listener.id, None)
            said = self._said[listener.id] = (heard, scores)
            for longest_ago in list(self._said)[:-_MOST_KEPT]:
                self._said.pop(longest_ago, None)
        return said[1]

    def _learned(self) -> Learned | None:
        """What lies in the file, read again only when the file is another."""
        try:
            found = self._file.stat()
        except FileNotFoundError:
            self._read = None
            return None
        stamp = (found.st_mtime_ns, found.st_ino)
        if self._read is None or self._read[0] != stamp:
            learned = load(self._file)
            self._read = None if learned is None else (stamp, learned)
        return self._read[1] if self._read else None
