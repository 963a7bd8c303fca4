"""Playlists as m3u8 files: a line a song, UTF-8.

A line is a path as it is. A path that cannot be a line of text (with a line break, another control character,
a blank at its end, or bytes that are not UTF-8) is written as a ``file:`` address, where such characters are
percent-encoded; players understand both. Lines that begin with ``#`` are remarks; ``#EXTINF`` among them says
the length, artist and title of the song that follows.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urlsplit

from mien.errors import InteropError
from mien.sentences import Sentence, fault_of, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mien.domain import Track

_HEADER = "#EXTM3U"
_LARGEST_BYTES = 64 * 1024 * 1024
_EXTINF = re.compile(r"#EXTINF:\s*(-?\d+(?:\.\d+)?)[^,]*,(.*)")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
_NOT_IN_A_LINE = {"Cc", "Cs", "Zl", "Zp"}  # control characters, surrogates, line and paragraph separators


@dataclass(frozen=True, slots=True)
class PlaylistEntry:
    """A song of a playlist file.

    Attributes:
        path: absolute.
        title: empty where the file does not say.
        artist: likewise.
        duration_s: None where the file does not say.
    """

    path: Path
    title: str = ""
    artist: str = ""
    duration_s: float | None = None

    @classmethod
    def of(cls, track: Track) -> PlaylistEntry:
        """The entry for a track of the library."""
        return cls(track.path, track.title, track.tags.artist, track.duration_s)


@dataclass(frozen=True, slots=True)
class PlaylistFile:
    """What a playlist file holds.

    Attributes:
        entries: its songs, in order; whether the files are there has not been looked at.
        left_out: a sentence for each line that names no file of this machine.
    """

    entries: tuple[PlaylistEntry, ...]
    left_out: tuple[Sentence, ...]


def write_m3u8(file: Path, entries: Iterable[PlaylistEntry], *, relative: bool = False) -> None:
    """Write a playlist; an older file of that name is replaced only when the new one is complete.

    Args:
        file: where to; its folder exists.
        entries: the songs, in order.
        relative: write paths as seen from the file's folder, so that both can be moved together; a path that
            cannot be a line of text stays absolute.

    Raises:
        InteropError: the file cannot be written.
    """
    folder = file.absolute().parent if relative else None
    lines = [_HEADER]
    for entry in entries:
        lines += [_extinf(entry), _location(entry.path, folder)]
    replace_file(file, "\n".join([*lines, ""]).encode("utf-8"))


def read_m3u8(file: Path) -> PlaylistFile:
    """Read a playlist; relative paths are seen from its folder.

    Raises:
        InteropError: it cannot be read, is not UTF-8 text, or is larger than any playlist.
    """
    text = _text(file)
    folder = file.absolute().parent
    entries: list[PlaylistEntry] = []
    left_out: list[Sentence] = []
    said: tuple[str, str, float | None] = ("", "", None)
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        if line.startswith("#EXTINF:"):
            said = _said(line)
        elif line.strip() and not line.startswith("#"):
            path = _path(line, folder)
            if path is None:
                left_out.append(
                    say(
                        "playlist_line_no_file",
                        "{file}, line {number}: not a file of this machine: {place!r}",
                        file=str(file),
                        number=number,
                        place=line,
                    )
                )
            else:
                entries.append(PlaylistEntry(path, *said))
            said = ("", "", None)
    return PlaylistFile(tuple(entries), tuple(left_out))


def _extinf(entry: PlaylistEntry) -> str:
    seconds = -1 if entry.duration_s is None else round(entry.duration_s)
    name = " - ".join(part for part in (entry.artist, entry.title) if part)
    line = "".join(" " if unicodedata.category(c) in _NOT_IN_A_LINE else c for c in name)
    return f"#EXTINF:{seconds},{line}"


def _location(path: Path, folder: Path | None) -> str:
    name = str(path)
    if name != name.rstrip() or any(unicodedata.category(c) in _NOT_IN_A_LINE for c in name):
        return path.as_uri()
    if folder is None:
        return name
    if path.is_relative_to(folder):
        name = str(path.relative_to(folder))
    else:  # from where the folder really is, or ".." would lead elsewhere
        name = os.path.relpath(path, folder.resolve())
    misread = name.startswith("#") or name != name.lstrip() or _ADDRESS.match(name)
    return f"./{name}" if misread else name


def _said(line: str) -> tuple[str, str, float | None]:
    """Title, artist and length of an EXTINF line."""
    found = _EXTINF.fullmatch(line)
    if found is None:
        return "", "", None
    seconds, name = float(found[1]), found[2].strip()
    artist, dash, title = name.partition(" - ")
    if not dash:
        artist, title = "", name
    return title, artist, seconds if seconds >= 0 else None


def _path(line: str, folder: Path) -> Path | None:
    if not _ADDRESS.match(line):
        if "\0" in line:
            return None
        start = folder.resolve() if ".." in Path(line).parts else folder
        return Path(os.path.normpath(start / line))
    try:
        address = urlsplit(line)
    except ValueError:
        return None
    name = unquote_to_bytes(address.path)
    if address.scheme.lower() != "file" or address.netloc not in {"", "localhost"} or b"\0" in name:
        return None
    return Path(os.fsdecode(name)) if name.startswith(b"/") else None


def _text(file: Path) -> str:
    try:
        return read_limited(file).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InteropError(
            say("file_not_utf8", "{file} is not UTF-8 text: save it as UTF-8", file=str(file))
        ) from None


def read_limited(file: Path) -> bytes:
    """What a playlist file holds.

    Raises:
        InteropError: it is no file, cannot be read, or is larger than any playlist.
    """
    try:
        if not file.is_file():
            raise InteropError(say("no_file", "{file} is not a file", file=str(file)))
        with file.open("rb") as stream:
            content = stream.read(_LARGEST_BYTES + 1)
    except OSError as error:
        raise InteropError(
            say("cannot_read", "cannot read {file}: {fault}", file=str(file), fault=fault_of(error))
        ) from None
    if len(content) > _LARGEST_BYTES:
        raise InteropError(
            say(
                "playlist_too_large",
                "{file} is larger than any playlist ({mib} MiB)",
                file=str(file),
                mib=_LARGEST_BYTES // 1024**2,
            )
        )
    return content


def replace_file(file: Path, content: bytes) -> None:
    """Write a file as a whole or not at all.

    Raises:
        InteropError: it cannot be written.
    """
    try:
        target = Path(os.path.realpath(file))  # a link stays a link
        if target.exists() and not target.is_file():
            raise InteropError(
                say("not_replaceable", "{file} is not a file that can be replaced", file=str(file))
            )
        draft = target.with_name(f".mien-{secrets.token_hex(8)}")
        try:
            with draft.open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            if target.exists():
                shutil.copymode(target, draft)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise InteropError(
            say("cannot_write", "cannot write {file}: {fault}", file=str(file), fault=fault_of(error))
        ) from None
