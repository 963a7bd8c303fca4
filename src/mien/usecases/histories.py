"""Listening histories: export -> plays -> tracks of the library -> listens; and everything back out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mien.domain import Listen
from mien.interop.histories import read_history
from mien.interop.matching import Matcher
from mien.interop.own_export import read_own_export
from mien.usecases import own_export

if TYPE_CHECKING:
    from pathlib import Path

    from mien.domain import Listener, Track
    from mien.interop.histories import Play
    from mien.interop.own_export import OwnExport
    from mien.store import Import, Store
    from mien.usecases.own_export import Restored


@dataclass(frozen=True, slots=True)
class Missing:
    """A song of an export that the library has not.

    Attributes:
        artist: as the export says.
        title: likewise.
        plays: how often it was played.
    """

    artist: str
    title: str
    plays: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import.

    Attributes:
        source: what the file is an export of.
        plays: how many listens it holds.
        done: what was remembered; None when every listen that matched was known already.
        matched: how many listens are of songs of the library.
        missing: songs that the library has not, the most played first.
        left_out: entries that say no song or no time.
        restored: what else was taken of one's own export; None where it was none.
    """

    source: str
    plays: int
    done: Import | None
    matched: int
    missing: tuple[Missing, ...]
    left_out: int
    restored: Restored | None = None


class Histories:
    """What listeners heard elsewhere, and what they made here.

    Args:
        store: the library.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def take(self, listener: Listener, file: Path) -> Imported:
        """Remember the listens of an export of ListenBrainz or Last.fm that are of songs of the library.

        Of an export of Mien all else is taken as well: ratings, labels, wishes, playlists, choices.

        Doing it again with the same or a later export adds only what is new; ``store.imports.undo`` takes it
        back. A service counts a listen when enough was played, but most do not say how much: such a listen
        counts as played to its end.

        Raises:
            InteropError: the file is no export that is known.
        """
        own = read_own_export(file)
        if own is not None:
            return self._take_own(listener, own, file.name)
        history = read_history(file)
        matcher = Matcher(self._store.tracks.all(listener))
        found = [(play, matcher.find(play)) for play in history.plays]
        listens = [_listen(play, track) for play, track in found if track is not None]
        missing = Counter((play.artist, play.title) for play, track in found if track is None)
        done = self._store.imports.add(listener, file.name, history.source, listens) if listens else None
        return Imported(
            source=history.source,
            plays=len(history.plays),
            done=done,
            matched=len(listens),
            missing=_most_played(missing),
            left_out=history.left_out,
        )

    def give(self, listener: Listener, *, whole_paths: bool = True) -> dict[str, Any]:
        """Everything that a listener made, for JSON; :meth:`take` takes it back in.

        Without ``whole_paths`` it tells nothing of where files lie on this machine.
        """
        return own_export.give(self._store, listener, whole_paths=whole_paths)

    def _take_own(self, listener: Listener, export: OwnExport, file_name: str) -> Imported:
        taken = own_export.take(self._store, listener, export, file_name)
        return Imported(
            source=own_export.SOURCE,
            plays=taken.plays,
            done=taken.done,
            matched=taken.matched,
            missing=_most_played(taken.missing),
            left_out=0,
            restored=taken.restored,
        )


def _most_played(missing: Counter[tuple[str, str]]) -> tuple[Missing, ...]:
    return tuple(Missing(artist, title, plays) for (artist, title), plays in missing.most_common())


def _listen(play: Play, track: Track) -> Listen:
    # The time zone of this machine is the best guess at the listener's time of day.
    return Listen(
        track.id, play.at.astimezone(), track.duration_s if play.played_s is None else play.played_s
    )
