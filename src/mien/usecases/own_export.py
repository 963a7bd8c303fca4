"""Everything that a listener made, out of one library and into another (or back into the same)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from mien.domain import Listen
from mien.errors import ConfigurationError, InteropError, StoreError
from mien.interop.matching import Matcher
from mien.interop.own_export import EXPORT_VERSION
from mien.recommend.preferences import Preferences
from mien.recommend.rules import read_rules
from mien.sentences import Sentence, say, sentence_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mien.domain import Listener, Track
    from mien.interop.own_export import OwnExport, OwnPlaylist, OwnSong
    from mien.store import Import, Playlist, Store

    ValueT = TypeVar("ValueT")

SOURCE = "Mien"
_MOST_NAMES = 1_000
_ALL = 10_000_000


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of one's own export besides listens: how many of each were new here.

    Attributes:
        ratings: songs rated; what was said here already stays, likewise below.
        labels: songs whose mood was corrected.
        wishes: "more like this" and "less".
        not_now: songs that are still not wanted.
        playlists: names of those made.
        preferences: names of the choices taken over.
        left_out: what could not be.
    """

    ratings: int
    labels: int
    wishes: int
    not_now: int
    playlists: tuple[str, ...]
    preferences: tuple[str, ...]
    left_out: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of one's own export.

    Attributes:
        plays: how many listens it holds.
        matched: how many of them are of songs of this library.
        done: the listens that were new, as an import that can be taken back; None where none was.
        missing: songs with listens that this library has not, by artist and title, and how many listens.
        restored: the rest.
    """

    plays: int
    matched: int
    done: Import | None
    missing: Counter[tuple[str, str]]
    restored: Restored


def give(store: Store, listener: Listener, *, whole_paths: bool = True) -> dict[str, Any]:
    """Everything that a listener made, for JSON: listens, what they said of songs, playlists, choices.

    Args:
        store: the library.
        listener: whose.
        whole_paths: name songs by where they lie here, and list all of them; else name them by
            their places in the folders of music, and list those that something is said of.
    """
    tracks = {track.id: track for track in store.tracks.all(listener)}
    names = {at: str(track.path) for at, track in tracks.items()} if whole_paths else _places(store, tracks)
    said = _said(store, listener, tracks, names)
    listed = set(names.values()) if whole_paths else _mentioned(said)
    songs = [_song(track, names[at]) for at, track in tracks.items() if names[at] in listed]
    return {
        "mien_export": EXPORT_VERSION,
        "exported_at": datetime.now(UTC).isoformat(),
        "listener": listener.name,
        "tracks": songs,
        **said,
        "preferences": store.preferences.of(listener),
        "collaborative": store.collaborators.has(listener),
    }


def _mentioned(said: Mapping[str, Any]) -> set[str]:
    songs = {listen["path"] for listen in said["listens"]}
    songs.update(*(said[part] for part in ("ratings", "labels", "wishes", "not_now")))
    return songs.union(*(playlist["tracks"] for playlist in said["playlists"]))


def _places(store: Store, tracks: Mapping[int, Track]) -> dict[int, str]:
    """A name for each track that tells nothing of the machine: its path below a folder of music."""
    folders = [folder.path for folder in store.folders.all()]
    names: dict[int, str] = {}
    taken: set[str] = set()
    for track_id, track in tracks.items():
        above = [folder for folder in folders if track.path.is_relative_to(folder)]
        deepest = max(above, key=lambda folder: len(folder.parts), default=track.path.parent)
        name = str(track.path.relative_to(deepest))
        names[track_id] = f"{track_id}/{name}" if name in taken else name
        taken.add(names[track_id])
    return names


def _said(
    store: Store, listener: Listener, tracks: Mapping[int, Track], names: Mapping[int, str]
) -> dict[str, Any]:
    """What the listener did with songs and said of them, by the songs' names."""
    now = datetime.now(UTC)

    def by_path(values: Mapping[int, ValueT], write: Callable[[ValueT], Any]) -> dict[str, Any]:
        return {names[at]: write(value) for at, value in values.items() if at in tracks}

    return {
        "listens": [
            {
                "path": names[listen.track_id],
                "started_at": listen.started_at.astimezone(UTC).isoformat(),
                "utc_offset_s": round(offset.total_seconds()),
                "played_s": listen.played_s,
                "policy": listen.policy,
                "skipped": listen.skipped,
            }
            for listen in reversed(store.listens.recent(listener, _ALL))
            if listen.track_id in tracks and (offset := listen.started_at.utcoffset()) is not None
        ],
        "ratings": by_path(store.ratings.of(listener), str),
        "labels": by_path(store.labels.of(listener), str),
        "wishes": by_path(
            store.wishes.of(listener), lambda it: {"wish": str(it[0]), "said_at": it[1].isoformat()}
        ),
        "not_now": by_path(store.snoozes.of(listener, now), datetime.isoformat),
        "playlists": [
            {
                "name": playlist.name,
                "rules": playlist.rules,
                "tracks": [names[each] for each in playlist.track_ids if each in tracks],
                "expires_at": None if playlist.expires_at is None else playlist.expires_at.isoformat(),
            }
            for playlist in store.playlists.all(listener)
        ],
    }


def take(store: Store, listener: Listener, export: OwnExport, file_name: str) -> Taken:
    """Bring in what a listener made elsewhere, or here before; doing it again changes nothing.

    Songs are found by path or place, then by MusicBrainz id, then by artist and title. What the listener
    said here stays. Taking part in learning from each other is never brought in: it is agreed to on each
    server.
    """
    found = _found(store, export, {track.id: track for track in store.tracks.all(listener)})
    listens = [
        Listen(found[it.path].id, it.started_at, it.played_s, it.policy, skipped=it.skipped)
        for it in export.listens
        if it.path in found
    ]
    missing = Counter(_name(export, it.path) for it in export.listens if it.path not in found)
    done = store.imports.add(listener, file_name, SOURCE, listens) if listens else None
    return Taken(len(export.listens), len(listens), done, missing, _restore(store, listener, export, found))


def _found(store: Store, export: OwnExport, tracks: Mapping[int, Track]) -> dict[str, Track]:
    """The track of this library for each song of the export that it has."""
    by_path = {Path(place): tracks[at] for at, place in _places(store, tracks).items()}
    by_path |= {track.path: track for track in tracks.values()}
    matcher = Matcher(tracks.values())

    def find(song: OwnSong) -> Track | None:
        return by_path.get(song.path) or matcher.find(song)

    sought = {path: find(song) for path, song in export.songs.items()}
    return {path: track for path, track in sought.items() if track is not None}


def _name(export: OwnExport, path: str) -> tuple[str, str]:
    song = export.songs.get(path)
    return (song.artist, song.title) if song else ("", path)


def _restore(store: Store, listener: Listener, export: OwnExport, found: Mapping[str, Track]) -> Restored:
    now = datetime.now(UTC)

    def new(values: Mapping[str, ValueT], there: Mapping[int, object]) -> dict[int, ValueT]:
        placed = {found[path].id: value for path, value in values.items() if path in found}
        return {track_id: value for track_id, value in placed.items() if track_id not in there}

    ratings = new(export.ratings, store.ratings.of(listener))
    for track_id, rating in ratings.items():
        store.ratings.rate(listener, track_id, rating)
    labels = new(export.labels, store.labels.of(listener))
    for track_id, mood in labels.items():
        store.labels.label(listener, track_id, mood)
    wishes = new(export.wishes, store.wishes.of(listener))
    for track_id, (wish, said_at) in wishes.items():
        store.wishes.say(listener, track_id, wish, said_at)
    still = {path: until for path, until in export.not_now.items() if until > now}
    not_now = new(still, store.snoozes.of(listener, now))
    for track_id, until in not_now.items():
        store.snoozes.snooze(listener, track_id, until)
    playlists, no_playlists = _playlists(store, listener, export, found)
    chosen, no_choices = _preferences(store, listener, export)
    return Restored(
        ratings=len(ratings),
        labels=len(labels),
        wishes=len(wishes),
        not_now=len(not_now),
        playlists=playlists,
        preferences=chosen,
        left_out=(*no_playlists, *no_choices),
    )


def _playlists(
    store: Store, listener: Listener, export: OwnExport, found: Mapping[str, Track]
) -> tuple[tuple[str, ...], tuple[Sentence, ...]]:
    """Make the playlists that are not there; the names of those made, and what could not be."""
    made, left_out = [], []
    now = datetime.now(UTC)
    for playlist in export.playlists:
        if playlist.expires_at is not None and playlist.expires_at <= now:
            continue
        track_ids = [found[path].id for path in playlist.paths if path in found]
        there = {each.name: each for each in store.playlists.all(listener)}
        name = _free_name(playlist, track_ids, there)
        if name is None:
            continue
        try:
            if playlist.rules is not None:
                read_rules(dict(playlist.rules))
            store.playlists.create(
                listener, name, track_ids, rules=playlist.rules, expires_at=playlist.expires_at
            )
        except (InteropError, StoreError) as error:
            left_out.append(
                say(
                    "own_no_playlist",
                    "the playlist {name!r}: {fault}",
                    name=playlist.name,
                    fault=sentence_of(error),
                )
            )
            continue
        made.append(name)
        if lost := len(playlist.paths) - len(track_ids):
            left_out.append(
                say(
                    "own_songs_lacking",
                    "{songs} songs of the playlist {name!r} are not in this library",
                    songs=lost,
                    name=playlist.name,
                )
            )
    return tuple(made), tuple(left_out)


def _free_name(playlist: OwnPlaylist, track_ids: Sequence[int], there: Mapping[str, Playlist]) -> str | None:
    """A name for a playlist that nothing here has; None where the same playlist is here already."""
    names = [playlist.name, *(f"{playlist.name} ({number})" for number in range(2, _MOST_NAMES))]
    for name in names:
        other = there.get(name)
        if other is None:
            return name
        if other.rules == playlist.rules and (other.rules or list(other.track_ids) == list(track_ids)):
            return None
    return playlist.name


def _preferences(
    store: Store, listener: Listener, export: OwnExport
) -> tuple[tuple[str, ...], tuple[Sentence, ...]]:
    """Take over the choices that were not made here; their names, and what could not be."""
    here = store.preferences.of(listener)
    new = {name: value for name, value in export.preferences.items() if name not in here and name != "asked"}
    if not new:
        return (), ()
    try:
        Preferences.of_json(new)
    except ConfigurationError as error:
        fault = sentence_of(error)
        return (), (say("own_no_choices", "how recommendations are made: {fault}", fault=fault),)
    store.preferences.keep(listener, {**here, **new})
    return tuple(new), ()


def _song(track: Track, name: str) -> dict[str, Any]:
    return {
        "path": name,
        "title": track.title,
        "artist": track.tags.artist,
        "album": track.tags.album,
        "musicbrainz_recording_id": track.tags.musicbrainz_recording_id,
        "mood": str(track.mood.top),
        "labelled": track.labelled,
    }
