"""Listening histories that other services export: ListenBrainz and Last.fm.

- ListenBrainz: the zip of ``listens/YEAR/MONTH.jsonl``, one such file, or the older single JSON list. Each
  listen has ``listened_at`` and ``track_metadata``.
- Last.fm: pages of the API's ``user.getRecentTracks`` as JSON (one, or a list of them), and the tables of the
  common exporters: with headings (``artist``, ``track`` and a time, in any order, comma or semicolon) or
  without (artist, album, track, time).
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mien.errors import InteropError
from mien.sentences import fault_of, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

LARGEST_BYTES = 1024**3
_LISTENS = re.compile(r"(.*/)?listens/\d+/\d+\.jsonl?")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# From 1990 to 2100; other numbers are no time of a listen.
_EARLIEST, _LATEST = 631_152_000, 4_102_444_800
_TIMES = ("%d %b %Y %H:%M", "%d %b %Y, %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S")
_HEADINGS = {
    "artist": ("artist", "artist_name", "artist name"),
    "title": ("track", "track_name", "title", "name", "song", "track name"),
    "album": ("album", "album_name", "release_name", "album name"),
    "recording": ("track_mbid", "recording_mbid", "mbid", "track mbid"),
    "time": ("uts", "timestamp", "listened_at", "date", "utc_time", "time", "played_at", "datetime"),
}
_PLAIN_COLUMNS = 4
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Play:
    """A listen, as another service knows it.

    Attributes:
        title: of the song.
        artist: as credited.
        album: empty where it is not known.
        at: when, in UTC.
        recordings: MusicBrainz recording ids, the surest first; empty where none is known.
        played_s: how far it was played; None where the service does not say.
    """

    title: str
    artist: str
    album: str
    at: datetime
    recordings: tuple[str, ...] = ()
    played_s: float | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What an export holds.

    Attributes:
        source: ``ListenBrainz`` or ``Last.fm``.
        plays: its listens, in the order of the file.
        left_out: how many entries say no song or no time, or are still playing.
    """

    source: str
    plays: tuple[Play, ...]
    left_out: int


def too_large(file: Path) -> InteropError:
    """That an export is larger than ``LARGEST_BYTES``."""
    return InteropError(
        say(
            "export_too_large",
            "{file} is larger than any export ({gib} GiB)",
            file=str(file),
            gib=LARGEST_BYTES // 1024**3,
        )
    )


def read_history(file: Path) -> History:
    """Read an export; which kind it is shows in its content.

    Raises:
        InteropError: it cannot be read, or is no export that is known.
    """
    try:
        if zipfile.is_zipfile(file) or _begins_as_zip(file):
            return _history("ListenBrainz", _from_zip(file))
        if file.stat().st_size > LARGEST_BYTES:
            raise too_large(file)
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InteropError(
            say("cannot_read", "cannot read {file}: {fault}", file=str(file), fault=fault_of(error))
        ) from None
    except UnicodeDecodeError:
        raise InteropError(
            say("file_not_utf8", "{file} is not UTF-8 text: save it as UTF-8", file=str(file))
        ) from None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        raise InteropError(
            say("zip_damaged", "{file} is a damaged or encrypted zip: export it again", file=str(file))
        ) from None
    if not text.strip():
        raise InteropError(say("export_empty", "{file} is empty: export it again", file=str(file)))
    if text.lstrip()[:1] in {"{", "["}:
        return _from_json(file, text)
    return _history("Last.fm", _from_table(file, text))


def _begins_as_zip(file: Path) -> bool:
    """Whether it is a zip that may have lost its end, where the list of its files stands."""
    with file.open("rb") as content:
        return content.read(len(_ZIP)) == _ZIP


def _history(source: str, plays: Iterable[Play | None]) -> History:
    found = list(plays)
    return History(source, tuple(play for play in found if play), sum(play is None for play in found))


def _from_zip(file: Path) -> Iterator[Play | None]:
    with zipfile.ZipFile(file) as archive:
        members = [member for member in archive.infolist() if _LISTENS.fullmatch(member.filename)]
        if not members:
            raise InteropError(
                say(
                    "history_no_listens",
                    "{file} holds no listens/YEAR/MONTH.jsonl: is it an export of ListenBrainz?",
                    file=str(file),
                )
            )
        if sum(member.file_size for member in members) > LARGEST_BYTES:
            raise too_large(file)
        for member in members:
            with archive.open(member) as stream:
                # The size that the zip claims may be a lie.
                content = stream.read(member.file_size + 1)
            if len(content) > member.file_size:
                raise too_large(file)
            yield from map(_of_listenbrainz, _lines(file, content.decode("utf-8", "replace")))


def _from_json(file: Path, text: str) -> History:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):  # not one value: perhaps one a line
        content = list(_lines(file, text))
    entries = content if isinstance(content, list) else [content]
    if any(_is_listenbrainz(entry) for entry in entries):
        return _history("ListenBrainz", map(_of_listenbrainz, entries))
    songs = [song for entry in entries for song in _songs_of_page(entry)]
    if not songs:
        raise InteropError(
            say(
                "history_unknown",
                "{file} is no export of ListenBrainz or Last.fm that is known",
                file=str(file),
            )
        )
    return _history("Last.fm", map(_of_lastfm, songs))


def _lines(file: Path, text: str) -> Iterator[Any]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                raise InteropError(
                    say(
                        "history_bad_line",
                        "{file}: line {line} is not JSON: export it again",
                        file=str(file),
                        line=number,
                    )
                ) from None


def _is_listenbrainz(entry: object) -> bool:
    return isinstance(entry, dict) and "track_metadata" in entry


def _of_listenbrainz(entry: object) -> Play | None:
    song = _dict(_dict(entry).get("track_metadata"))
    more, mapped = _dict(song.get("additional_info")), _dict(song.get("mbid_mapping"))
    recordings = (mapped.get("recording_mbid"), more.get("recording_mbid"), more.get("track_mbid"))
    played = more.get("duration_played")
    return _play(
        title=song.get("track_name"),
        artist=song.get("artist_name"),
        album=song.get("release_name"),
        at=_dict(entry).get("listened_at"),
        recordings=recordings,
        played_s=float(played) if isinstance(played, int | float) and 0 < played < 86_400 else None,  # noqa: PLR2004  (a day)
    )


def _songs_of_page(page: object) -> list[Any]:
    """The tracks of a page of ``user.getRecentTracks``, of what is in it, or one track."""
    content = _dict(page)
    for key in ("recenttracks", "track", "tracks"):
        inner = content.get(key)
        if isinstance(inner, dict):
            return _songs_of_page(inner) or [inner]
        if isinstance(inner, list):
            return inner
    if isinstance(page, list):
        return page
    return [page] if {"artist", "name"} <= set(content) else []


def _of_lastfm(song: object) -> Play | None:
    fields = _dict(song)
    if _dict(fields.get("@attr")).get("nowplaying"):
        return None
    date = fields.get("date")
    return _play(
        title=fields.get("name"),
        artist=_named(fields.get("artist")),
        album=_named(fields.get("album")),
        at=date.get("uts") if isinstance(date, dict) else date,
        recordings=(fields.get("mbid"),),
    )


def _named(value: object) -> object:
    """Last.fm gives a name as it is, or as ``#text`` or ``name`` of an object."""
    return (value.get("#text") or value.get("name")) if isinstance(value, dict) else value


def _from_table(file: Path, text: str) -> Iterator[Play | None]:
    first = text.splitlines()[0] if text.strip() else ""
    separator = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise InteropError(
            say("history_no_table", "{file} is not a table: {fault}", file=str(file), fault=str(error))
        ) from None
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    columns = _columns(rows[0]) if rows else {}
    if not columns and not (rows and _is_plain(rows[0])):
        raise InteropError(
            say(
                "history_columns",
                "{file} is no export that is known: a table wants the columns artist, track and a time",
                file=str(file),
            )
        )
    places = columns or {"artist": 0, "album": 1, "title": 2, "time": 3}
    for row in rows[1:] if columns else rows:
        cell = {name: row[place] if place < len(row) else "" for name, place in places.items()}
        yield _play(
            title=cell["title"],
            artist=cell["artist"],
            album=cell.get("album", ""),
            at=cell["time"],
            recordings=(cell.get("recording"),),
        )


def _columns(headings: list[str]) -> dict[str, int]:
    """Where each column stands; empty where the first row is no headings."""
    names = [heading.strip().lower().split("#")[0] for heading in headings]
    found: dict[str, int] = {}
    for name, spellings in _HEADINGS.items():
        for spelling in spellings:
            if spelling in names:
                found.setdefault(name, names.index(spelling))
    return found if {"artist", "title", "time"} <= set(found) else {}


def _is_plain(row: list[str]) -> bool:
    return len(row) == _PLAIN_COLUMNS and _instant(row[3]) is not None


def _play(
    *,
    title: object,
    artist: object,
    album: object,
    at: object,
    recordings: Iterable[object] = (),
    played_s: float | None = None,
) -> Play | None:
    """A listen; None where it says no song or no time."""
    moment = _instant(at)
    if not (
        isinstance(title, str) and title.strip() and isinstance(artist, str) and artist.strip() and moment
    ):
        return None
    known = [text.strip().lower() for text in recordings if isinstance(text, str)]
    return Play(
        title.strip(),
        artist.strip(),
        album.strip() if isinstance(album, str) else "",
        moment,
        tuple(dict.fromkeys(text for text in known if _UUID.fullmatch(text))),
        played_s,
    )


def _instant(value: object) -> datetime | None:
    """Seconds or milliseconds since 1970, or a time in words, all in UTC."""
    if isinstance(value, str):
        text = value.strip()
        if not text.isascii() or not text.isdigit():
            return _in_words(text)
        value = int(text[:16])
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    seconds = value / 1000 if value > _LATEST else value
    return datetime.fromtimestamp(seconds, UTC) if _EARLIEST <= seconds <= _LATEST else None


def _in_words(text: str) -> datetime | None:
    for form in _TIMES:
        try:
            return datetime.strptime(text.removesuffix("Z"), form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
