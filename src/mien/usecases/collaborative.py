"""Learning from each other: listens of those who agreed -> links between tracks -> scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mien.errors import ArtifactError
from mien.recommend.collaborative import LEAST_LISTENERS
from mien.recommend.learned import identity_of, learn, load, save

if TYPE_CHECKING:
    from pathlib import Path

    from mien.domain import Listener
    from mien.recommend.learned import Learned
    from mien.store import Store

FILE_NAME = "collaborative.npz"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a training did.

    Attributes:
        listeners: how many take part.
        tracks: how many tracks enough of them heard.
        trained: whether anything was learned anew; nothing is while nobody heard anything more.
        note: what to tell people of it; None when there is nothing to tell.
    """

    listeners: int
    tracks: int
    trained: bool
    note: str | None


class Collaborative:
    """Learning from each other.

    Args:
        store: the library.
        home: the folder that what was learned is kept in.
    """

    def __init__(self, store: Store, home: Path) -> None:
        self._store = store
        self._file = home / FILE_NAME
        self._read: tuple[tuple[int, int], Learned] | None = None

    def refresh(self) -> Refreshed:
        """Learn anew from everyone who takes part now, in place of what was learned before.

        Whoever left or was forgotten since is in nothing of it. Made to be run in the background: it may take
        minutes for many tracks, and others may ask for scores meanwhile.

        Raises:
            ConfigurationError: there are too many tracks for the base installation.
            ArtifactError: what was learned cannot be written.
        """
        histories = self._store.collaborators.histories()
        columns = self._store.columns.read()
        sound = dict(zip(columns.ids.tolist(), columns.embeddings, strict=True))
        people = self._store.collaborators.count()
        try:
            before = self._learned()
        except ArtifactError:  # what is damaged is replaced
            before = None
        if before is not None and before.identity == identity_of(histories, sound):
            return Refreshed(people, len(before.linked.tracks), trained=False, note=None)
        learned = learn(histories, sound)
        if learned is None:
            self._file.unlink(missing_ok=True)
            note = (
                f"nothing to learn yet: at least {LEAST_LISTENERS} listeners who take part must have heard"
                f" the same songs, and {people} take part"
            )
            return Refreshed(people, 0, trained=False, note=note)
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        save(learned, self._file)
        return Refreshed(people, len(learned.linked.tracks), trained=True, note=None)

    def scores(self, listener: Listener) -> dict[int, float]:
        """What others' listening says of each track for this listener, from 0 to 1.

        Empty for those who do not take part (who gives nothing gets nothing), and where there is nothing to
        say: nothing was learned yet, or nothing that this listener heard is known.
        """
        if not self._store.collaborators.has(listener):
            return {}
        learned = self._learned()
        return {} if learned is None else learned.scores(self._store.collaborators.history(listener))

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
