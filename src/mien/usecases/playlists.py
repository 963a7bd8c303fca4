"""Playlists as listeners use them: what is in a smart one now, and files for other players."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mien.errors import InteropError
from mien.interop.playlists import PlaylistEntry, read_m3u8, write_m3u8
from mien.interop.shared_playlists import read_jspf, read_xspf, write_jspf, write_xspf
from mien.recommend.rules import Known, read_rules
from mien.sentences import Sentence, say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from mien.domain import Listener, Track
    from mien.interop.playlists import PlaylistFile
    from mien.store import Playlist, Store

# How long a momentary playlist stays if nobody keeps it.
MOMENT = timedelta(days=1)
_READERS: Mapping[str, Callable[[Path], PlaylistFile]] = {
    ".m3u8": read_m3u8,
    ".m3u": read_m3u8,
    ".xspf": read_xspf,
    ".jspf": read_jspf,
    ".json": read_jspf,
}
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken of a playlist file.

    Attributes:
        playlist: the new one.
        left_out: a sentence for each song of the file that is not in the library, or is no file at all.
    """

    playlist: Playlist
    left_out: tuple[Sentence, ...]


class PlaylistShelf:
    """A library's playlists.

    Args:
        store: the library.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def tracks(self, listener: Listener, playlist: Playlist) -> list[Track]:
        """The songs of a playlist, in order; a smart one's are chosen now."""
        if playlist.rules is None:
            return self._store.tracks.many(playlist.track_ids, listener)
        return self.preview(listener, playlist.rules)

    def preview(self, listener: Listener, rules: Mapping[str, object]) -> list[Track]:
        """The songs that rules choose now.

        Raises:
            InteropError: they are not rules.
        """
        return read_rules(dict(rules)).choose(self._store.tracks.all(listener), self._known(listener))

    def create_smart(self, listener: Listener, name: str, rules: Mapping[str, object]) -> Playlist:
        """Make a smart playlist.

        Raises:
            InteropError: the rules are none.
            StoreError: the name is empty or taken.
        """
        read_rules(dict(rules))
        return self._store.playlists.create(listener, name, rules=rules)

    def change_rules(self, playlist: Playlist, rules: Mapping[str, object]) -> Playlist:
        """Give a smart playlist other rules.

        Raises:
            InteropError: the rules are none.
            StoreError: it is not a smart playlist.
        """
        read_rules(dict(rules))
        return self._store.playlists.set_rules(playlist, rules)

    def create_momentary(self, listener: Listener, name: str, track_ids: Sequence[int]) -> Playlist:
        """Make a playlist for now, which goes away after a day unless it is kept."""
        end = datetime.now(UTC) + MOMENT
        return self._store.playlists.create(listener, name, track_ids, expires_at=end)

    def copy(self, listener: Listener, playlist: Playlist, name: str) -> Playlist:
        """A plain playlist with the songs that are in another now; of a smart one too."""
        songs = [track.id for track in self.tracks(listener, playlist)]
        return self._store.playlists.create(listener, name, songs)

    def merge(self, listener: Listener, playlist: Playlist, other: Playlist) -> Playlist:
        """Add to a plain playlist those songs of another that it lacks; the other stays as it is."""
        songs = [track.id for track in self.tracks(listener, other)]
        return self._store.playlists.merge(playlist, songs)

    def save(self, listener: Listener, playlist: Playlist, file: Path, *, relative: bool = False) -> int:
        """Write a playlist for other players, as the file's ending says: m3u8, xspf or jspf.

        Returns:
            How many songs were written.

        Raises:
            InteropError: the ending is another, or the file cannot be written.
        """
        entries = [PlaylistEntry.of(track) for track in self.tracks(listener, playlist)]
        ending = file.suffix.lower()
        if ending == ".m3u8":
            write_m3u8(file, entries, relative=relative)
        elif ending == ".xspf":
            write_xspf(file, entries, title=playlist.name, relative=relative)
        elif ending in {".jspf", ".json"}:
            write_jspf(file, entries, title=playlist.name, relative=relative)
        else:
            raise InteropError(
                say(
                    "playlist_ending",
                    "{file}: a playlist is written as .m3u8, .xspf or .jspf, not {ending}",
                    file=str(file),
                    ending=ending or "that",
                )
            )
        return len(entries)

    def take(self, listener: Listener, file: Path, name: str | None = None) -> Taken:
        """Make a playlist of a file that another player wrote; songs are found by their paths.

        Args:
            listener: whose it will be.
            file: m3u8, m3u, xspf or jspf.
            name: of the playlist; by default the file's.

        Raises:
            InteropError: the file is none of these, or none of its songs is in the library.
            StoreError: the name is taken.
        """
        read = _READERS.get(file.suffix.lower())
        if read is None:
            raise InteropError(
                say(
                    "playlist_format",
                    "{file}: a playlist is read from .m3u8, .m3u, .xspf or .jspf",
                    file=str(file),
                )
            )
        content = read(file)
        known = {track.path: track.id for track in self._store.tracks.all(listener)}
        missing = [
            say("song_not_here", "not in the library: {path}", path=str(entry.path))
            for entry in content.entries
            if entry.path not in known
        ]
        if not content.entries and not content.left_out:
            raise InteropError(say("playlist_empty", "{file} names no song: it is empty", file=str(file)))
        found = [known[entry.path] for entry in content.entries if entry.path in known]
        if not found:
            raise InteropError(
                say(
                    "playlist_no_song",
                    "no song of {file} is in the library: scan its folder first",
                    file=str(file),
                )
            )
        playlist = self._store.playlists.create(listener, name or file.stem, found)
        return Taken(playlist, (*content.left_out, *missing))

    def _known(self, listener: Listener) -> Known:
        now = datetime.now(UTC).timestamp()
        last: dict[int, float] = {}
        for _, track_id, started_at, _, _, _ in self._store.listens.history(listener):
            last[track_id] = max(started_at, last.get(track_id, started_at))
        return Known(
            ratings=self._store.ratings.of(listener),
            plays=self._store.collaborators.plays(listener),
            days_since_played={track: (now - at) / _DAY_S for track, at in last.items()},
        )
