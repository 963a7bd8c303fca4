"""Listening histories: export -> plays -> tracks of the library -> listens; and everything back out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mien.domain import Listen
from mien.interop.histories import read_history
from mien.interop.matching import Matcher

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mien.domain import Listener, Track
    from mien.interop.histories import Play
    from mien.store import Import, Store

EXPORT_VERSION = 1


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
    """

    source: str
    plays: int
    done: Import | None
    matched: int
    missing: tuple[Missing, ...]
    left_out: int


class Histories:
    """What listeners heard elsewhere, and what they made here.

    Args:
        store: the library.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def take(self, listener: Listener, file: Path) -> Imported:
        """Remember the listens of an export of ListenBrainz or Last.fm that are of songs of the library.

        Doing it again with the same or a later export adds only what is new; ``store.imports.undo`` takes it
        back. A service counts a listen when enough was played, but most do not say how much: such a listen
        counts as played to its end.

        Raises:
            InteropError: the file is no export that is known.
        """
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
            missing=tuple(Missing(artist, title, plays) for (artist, title), plays in missing.most_common()),
            left_out=history.left_out,
        )

    def give(self, listener: Listener) -> dict[str, Any]:
        """Everything that a listener made, for JSON: listens, ratings, labels, playlists, choices."""
        tracks = {track.id: track for track in self._store.tracks.all(listener)}
        own: Sequence[Any] = self._store.listens.history(listener)
        return {
            "mien_export": EXPORT_VERSION,
            "exported_at": datetime.now(UTC).isoformat(),
            "listener": listener.name,
            "tracks": [_track(track) for track in tracks.values()],
            "listens": [
                {
                    "path": str(tracks[track_id].path),
                    "started_at": datetime.fromtimestamp(started_at, UTC).isoformat(),
                    "utc_offset_s": offset_s,
                    "played_s": played_s,
                    "skipped": skipped,
                }
                for _, track_id, started_at, offset_s, played_s, skipped in own
                if track_id in tracks
            ],
            "ratings": {
                str(tracks[track_id].path): str(rating)
                for track_id, rating in self._store.ratings.of(listener).items()
                if track_id in tracks
            },
            "labels": {
                str(tracks[track_id].path): str(mood)
                for track_id, mood in self._store.labels.of(listener).items()
                if track_id in tracks
            },
            "wishes": {
                str(tracks[track_id].path): {"wish": str(wish), "said_at": at.isoformat()}
                for track_id, (wish, at) in self._store.wishes.of(listener).items()
                if track_id in tracks
            },
            "playlists": [
                {
                    "name": playlist.name,
                    "rules": playlist.rules,
                    "tracks": [str(tracks[each].path) for each in playlist.track_ids if each in tracks],
                }
                for playlist in self._store.playlists.all(listener)
            ],
            "preferences": self._store.preferences.of(listener),
            "collaborative": self._store.collaborators.has(listener),
        }


def _listen(play: Play, track: Track) -> Listen:
    # The time zone of this machine is the best guess at the listener's time of day.
    return Listen(
        track.id, play.at.astimezone(), track.duration_s if play.played_s is None else play.played_s
    )


def _track(track: Track) -> dict[str, Any]:
    return {
        "path": str(track.path),
        "title": track.title,
        "artist": track.tags.artist,
        "album": track.tags.album,
        "musicbrainz_recording_id": track.tags.musicbrainz_recording_id,
        "mood": str(track.mood.top),
        "labelled": track.labelled,
    }
