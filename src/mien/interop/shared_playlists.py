"""Playlists as XSPF (XML) and JSPF (the same as JSON), which other players share: xspf.org, version 1.

Songs are ``file:`` addresses, or with ``relative`` addresses as seen from the playlist's folder; both are
percent-encoded, so that any name survives. XML that declares a document type is refused: only there can
entities be declared, and no playlist needs any.
"""

from __future__ import annotations

import json
import math
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote_to_bytes, urlsplit
from xml.etree import ElementTree as ET
from xml.parsers import expat

from mien.errors import InteropError
from mien.interop.playlists import PlaylistEntry, PlaylistFile, read_limited, replace_file
from mien.sentences import say

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMESPACE = "http://xspf.org/ns/0/"
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SAFE = "/"
_DRIVE = re.compile(r"/?[A-Za-z]:[/\\]")
_DEEPEST_XML = 32


def write_xspf(
    file: Path, entries: Iterable[PlaylistEntry], *, title: str = "", relative: bool = False
) -> None:
    """Write a playlist; an older file of that name is replaced only when the new one is complete.

    Args:
        file: where to; its folder exists.
        entries: the songs, in order.
        title: of the playlist.
        relative: write addresses as seen from the file's folder, so that both can be moved together.

    Raises:
        InteropError: the file cannot be written.
    """
    ET.register_namespace("", _NAMESPACE)
    root = ET.Element(f"{{{_NAMESPACE}}}playlist", version="1")
    if title:
        _child(root, "title", title)
    songs = ET.SubElement(root, f"{{{_NAMESPACE}}}trackList")
    for entry in entries:
        song = ET.SubElement(songs, f"{{{_NAMESPACE}}}track")
        for name, value in _fields(entry, file, relative=relative).items():
            _child(song, name, str(value))
    ET.indent(root)
    replace_file(file, ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def write_jspf(
    file: Path, entries: Iterable[PlaylistEntry], *, title: str = "", relative: bool = False
) -> None:
    """As :func:`write_xspf`."""
    songs: list[dict[str, Any]] = []
    for entry in entries:
        fields = _fields(entry, file, relative=relative)
        songs.append({**fields, "location": [fields["location"]]})
    content = {"playlist": {**({"title": title} if title else {}), "track": songs}}
    replace_file(file, (json.dumps(content, ensure_ascii=True, indent=1) + "\n").encode())


def read_xspf(file: Path) -> PlaylistFile:
    """Read a playlist; relative addresses are seen from its folder.

    Raises:
        InteropError: it cannot be read, is not XSPF, declares a document type, or is larger than any is.
    """
    root = _parse(file, read_limited(file))
    if _name(root) != "playlist":
        raise InteropError(
            say(
                "playlist_not_xspf",
                "{file} is not XSPF: its root is {root!r}, not 'playlist'",
                file=str(file),
                root=_name(root),
            )
        )
    songs = [
        {_name(child): (child.text or "").strip() for child in reversed(track)}
        for part in root
        if _name(part) == "trackList"
        for track in part
        if _name(track) == "track"
    ]
    return _playlist(file, songs)


def read_jspf(file: Path) -> PlaylistFile:
    """As :func:`read_xspf`, of JSPF.

    Raises:
        InteropError: it cannot be read, is not JSPF, or is larger than any playlist.
    """
    try:
        songs = json.loads(read_limited(file))["playlist"]["track"]
    except (ValueError, KeyError, TypeError, RecursionError):
        songs = None
    if not isinstance(songs, list) or not all(isinstance(song, dict) for song in songs):
        raise InteropError(
            say(
                "playlist_not_jspf",
                "{file} is not JSPF: it wants a playlist with a list of tracks",
                file=str(file),
            )
        )
    return _playlist(file, [{**song, "location": _first(song.get("location"))} for song in songs])


def _first(location: object) -> object:
    """JSPF gives one address or a list of them."""
    return (location[0] if location else "") if isinstance(location, list) else location


def _playlist(file: Path, songs: Iterable[dict[str, Any]]) -> PlaylistFile:
    folder = file.absolute().parent
    entries, left_out = [], []
    for number, song in enumerate(songs, start=1):
        location = song.get("location")
        path = _path(location, folder) if isinstance(location, str) and location else None
        if path is None:
            left_out.append(
                say(
                    "playlist_song_no_file",
                    "{file}, song {number}: not a file of this machine: {place!r}",
                    file=str(file),
                    number=number,
                    place=str(location or ""),
                )
            )
            continue
        entries.append(
            PlaylistEntry(
                path, _text(song.get("title")), _text(song.get("creator")), _length(song.get("duration"))
            )
        )
    return PlaylistFile(tuple(entries), tuple(left_out))


def _fields(entry: PlaylistEntry, file: Path, *, relative: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {"location": _location(entry.path, file.absolute().parent if relative else None)}
    if entry.title:
        fields["title"] = _NOT_IN_XML.sub(" ", entry.title)
    if entry.artist:
        fields["creator"] = _NOT_IN_XML.sub(" ", entry.artist)
    if entry.duration_s is not None:
        fields["duration"] = round(entry.duration_s * 1000)
    return fields


def _location(path: Path, folder: Path | None) -> str:
    if folder is None:
        return path.as_uri()
    inside = path.is_relative_to(folder)
    name = path.relative_to(folder) if inside else Path(os.path.relpath(path, folder.resolve()))
    address = quote(os.fsencode(name.as_posix()), safe=_SAFE)
    return f"./{address}" if ":" in address.split("/")[0] else address


def _path(location: str, folder: Path) -> Path | None:
    """The file that an address names; None for what is no file of this machine."""
    if _DRIVE.match(location):  # a bare Windows path, as some players write against the rules
        return _windows_path(location)
    try:
        address = urlsplit(location)
    except ValueError:
        return None
    name = unquote_to_bytes(address.path)
    here = address.scheme.lower() in {"", "file"} and address.netloc in {"", "localhost"}
    if not here or not name or b"\0" in name:
        return None
    if _DRIVE.match(address.path):
        return _windows_path(os.fsdecode(name))
    path = Path(os.fsdecode(name))
    if address.scheme:
        return path if path.is_absolute() else None
    start = folder.resolve() if ".." in path.parts else folder
    return Path(os.path.normpath(start / path))


def _windows_path(text: str) -> Path | None:
    """A path with a drive names a file of this machine only on Windows."""
    return Path(text.lstrip("/")) if os.name == "nt" else None


def _parse(file: Path, content: bytes) -> ET.Element:
    builder = ET.TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST_XML:
            raise InteropError(
                say("playlist_too_deep", "{file} is nested deeper than any playlist", file=str(file))
            )
        builder.start(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name)

    def refuse(*_declared: object) -> int:
        raise InteropError(
            say(
                "playlist_doctype",
                "{file} declares a document type, as no playlist needs to: it was not read",
                file=str(file),
            )
        )

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(content, True)  # noqa: FBT003  (expat takes it by position)
        return builder.close()
    except (expat.ExpatError, AssertionError, LookupError, ValueError) as error:
        raise InteropError(
            say("playlist_not_xml", "{file} is not XML: {fault}", file=str(file), fault=str(error))
        ) from None


def _name(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _child(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{_NAMESPACE}}}{name}").text = _NOT_IN_XML.sub(" ", text)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _length(value: object) -> float | None:
    """Milliseconds to seconds."""
    try:
        milliseconds = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return milliseconds / 1000 if math.isfinite(milliseconds) and milliseconds >= 0 else None
