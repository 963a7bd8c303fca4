"""What ``mien export`` writes, read back: everything that one listener made, songs named by path and tags."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from mien.domain import Mood, PolicyName, Rating, Wish
from mien.errors import InteropError
from mien.interop.histories import LARGEST_BYTES, too_large
from mien.sentences import fault_of, say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

EXPORT_VERSION = 1
_MARK = re.compile(rb'\s*\{\s*"mien_export"\s*:')
_HEAD_BYTES = 256
_LONGEST_S = 7 * 86_400.0
_FARTHEST_ZONE_S = 86_399

ValueT = TypeVar("ValueT")


@dataclass(frozen=True, slots=True)
class OwnSong:
    """A song of the library that the export came from.

    Attributes:
        path: where it lay there.
        title: as tagged, or made of the file's name.
        artist: empty where it is not tagged.
        album: likewise.
        recordings: its MusicBrainz recording id, if it has one.
    """

    path: Path
    title: str
    artist: str
    album: str
    recordings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnListen:
    """One playback; ``started_at`` is in the listener's own time zone."""

    path: str
    started_at: datetime
    played_s: float
    skipped: bool
    policy: PolicyName | None = None


@dataclass(frozen=True, slots=True)
class OwnPlaylist:
    """A playlist: its songs' paths in order, or a smart one's rules; and when a momentary one goes away."""

    name: str
    rules: Mapping[str, Any] | None
    paths: tuple[str, ...]
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnExport:
    """What a listener made; songs are named by the paths that they had.

    Attributes:
        songs: those of the library, by path.
        listens: in the order of the file.
        ratings: by path.
        labels: likewise.
        wishes: likewise; which, and when it was said.
        not_now: likewise; until when.
        playlists: in the order of the file.
        preferences: how recommendations are to be made, not yet understood.
    """

    songs: Mapping[str, OwnSong]
    listens: tuple[OwnListen, ...]
    ratings: Mapping[str, Rating]
    labels: Mapping[str, Mood]
    wishes: Mapping[str, tuple[Wish, datetime]]
    not_now: Mapping[str, datetime]
    playlists: tuple[OwnPlaylist, ...]
    preferences: Mapping[str, Any]


def read_own_export(file: Path) -> OwnExport | None:
    """Read what ``mien export`` wrote; None where the file is something else.

    Raises:
        InteropError: it is an export of Mien, but damaged or of a later version, or cannot be read.
    """
    try:
        with file.open("rb") as stream:
            if not _MARK.match(stream.read(_HEAD_BYTES)):
                return None
        if file.stat().st_size > LARGEST_BYTES:
            raise too_large(file)
        content = json.loads(file.read_bytes())
    except OSError as error:
        raise InteropError(
            say("cannot_read", "cannot read {file}: {fault}", file=str(file), fault=fault_of(error))
        ) from None
    except (ValueError, RecursionError):
        raise InteropError(
            say("own_export_damaged", "{file} is a damaged export of Mien: export it again", file=str(file))
        ) from None
    if content["mien_export"] != EXPORT_VERSION:
        raise InteropError(
            say(
                "own_export_version",
                "{file} was exported by another version of Mien: import it with that, or a later",
                file=str(file),
            )
        )
    try:
        return _of(content)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InteropError(
            say(
                "own_export_wrong",
                "{file} is a damaged export of Mien ({fault}): export it again",
                file=str(file),
                fault=str(error),
            )
        ) from None


def _of(content: Mapping[str, Any]) -> OwnExport:
    return OwnExport(
        songs={song["path"]: _song(song) for song in content["tracks"]},
        listens=tuple(map(_listen, content["listens"])),
        ratings=_by_path(content["ratings"], Rating),
        labels=_by_path(content["labels"], Mood),
        wishes=_by_path(content.get("wishes", {}), lambda it: (Wish(it["wish"]), _moment(it["said_at"]))),
        not_now=_by_path(content.get("not_now", {}), _moment),
        playlists=tuple(map(_playlist, content["playlists"])),
        preferences=dict(content["preferences"]),
    )


def _by_path(values: Mapping[str, Any], understand: Callable[[Any], ValueT]) -> dict[str, ValueT]:
    return {path: understand(value) for path, value in values.items()}


def _song(song: Mapping[str, Any]) -> OwnSong:
    recording = _text(song.get("musicbrainz_recording_id") or "").lower()
    return OwnSong(
        Path(_text(song["path"])),
        _text(song["title"]),
        _text(song["artist"]),
        _text(song["album"]),
        (recording,) if recording else (),
    )


def _listen(listen: Mapping[str, Any]) -> OwnListen:
    offset_s, played_s = int(listen["utc_offset_s"]), float(listen["played_s"])
    if abs(offset_s) > _FARTHEST_ZONE_S or not 0.0 <= played_s <= _LONGEST_S:
        raise ValueError(f"a listen of {played_s} s, {offset_s} s from UTC")
    if not isinstance(listen["skipped"], bool):
        raise TypeError("skipped is neither true nor false")
    zone = timezone(timedelta(seconds=offset_s))
    at = _moment(listen["started_at"]).astimezone(zone)
    policy = listen.get("policy")
    chosen_by = None if policy is None else PolicyName(policy)
    return OwnListen(_text(listen["path"]), at, played_s, listen["skipped"], chosen_by)


def _playlist(playlist: Mapping[str, Any]) -> OwnPlaylist:
    rules = playlist["rules"]
    if rules is not None and not isinstance(rules, dict):
        raise TypeError("rules are no object")
    ends = playlist.get("expires_at")
    paths = tuple(map(_text, playlist["tracks"]))
    return OwnPlaylist(_text(playlist["name"]), rules, paths, None if ends is None else _moment(ends))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return moment


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
