"""The process that reads tags, run by ``mien.audio.tags`` as ``python -m mien.audio.tag_process``.

It is apart for two reasons: a hostile file can make mutagen loop for ever, and a process can be killed; and
mutagen's licence is the GPL, so nothing else in Mien imports it
(``docs/decisions/0003-tags-are-read-apart.md``).

It says ``{"texts": {}}`` when it is ready. Then it reads one JSON value a line and answers each with one
JSON line. A string, a path, asks for tags: ``{"texts": {field: [text]}}``. ``["picture", path]`` asks for the
picture of the front: ``{"picture": base64 or null}``; ``["lyrics", path]`` for the words: ``{"lyrics": text
or null}``. What cannot be answered is ``{"problem": text}``. It ends when its input does.
"""

from __future__ import annotations

import base64
import faulthandler
import json
import os
import sys
from collections.abc import MutableSequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mutagen
from mutagen.flac import Picture

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import TextIO

# For each field its keys in ID3, Vorbis comments and APE, MP4, and ASF; the first that a file has wins.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "title": ("tit2", "title", "\xa9nam"),
    "artist": ("tpe1", "artist", "\xa9art", "author", "tpe2", "albumartist", "aart", "wm/albumartist"),
    "album": ("talb", "album", "\xa9alb", "wm/albumtitle"),
    "genre": ("tcon", "genre", "\xa9gen", "wm/genre"),
    "year": ("tdrc", "tdor", "date", "year", "originaldate", "\xa9day", "wm/year"),
    "track_number": ("trck", "tracknumber", "track", "trkn", "wm/tracknumber"),
    "musicbrainz_recording_id": (
        "ufid:http://musicbrainz.org",
        "musicbrainz_trackid",
        "----:com.apple.itunes:musicbrainz track id",
        "musicbrainz/track id",
    ),
}
_LYRICS_KEYS = ("syncedlyrics", "lyrics", "unsyncedlyrics", "\xa9lyr", "wm/lyrics")
_FRONT = 3
_MILLISECONDS = 2
_LARGEST_PICTURE = 16 * 1024 * 1024
_LONGEST_LYRICS = 200_000
_LONGEST_TEXT = 2_000
_MOST_TEXTS = 20
_LONGEST_S = 20.0  # more than any parent waits: this is for a process whose parent was killed
_MOST_MEMORY_BYTES = 1 << 30


def main(requests: TextIO, answers: TextIO) -> None:
    """Say that it is ready, then answer each line of ``requests`` with one line in ``answers``."""
    print(json.dumps({"texts": {}}), file=answers, flush=True)
    with Path(os.devnull).open("w") as nowhere:
        for line in requests:
            faulthandler.dump_traceback_later(_LONGEST_S, exit=True, file=nowhere)
            answer = _answer(json.loads(line))
            faulthandler.cancel_dump_traceback_later()
            print(json.dumps(answer), file=answers, flush=True)


def _answer(request: str | list[str]) -> dict[str, Any]:
    what, path = ("texts", request) if isinstance(request, str) else request
    try:
        file = mutagen.File(path)
        if what == "picture":
            found = None if file is None else _picture(file)
            return {"picture": found and base64.b64encode(found).decode("ascii")}
        if what == "lyrics":
            return {"lyrics": None if file is None or file.tags is None else _lyrics(file.tags)}
        return {"texts": {} if file is None or file.tags is None else _texts(file.tags)}
    except Exception as error:  # noqa: BLE001  (a hostile file makes mutagen raise anything)
        return {"problem": f"{type(error).__name__}: {error}"[:_LONGEST_TEXT]}


def _picture(file: Any) -> bytes | None:  # noqa: ANN401  (mutagen's kinds of file share no type)
    """The front's picture, else the first; as it lies in the file, unchecked."""
    found = sorted(_pictures(file), key=lambda pair: pair[0] != _FRONT)
    content = next((content for _, content in found if content), None)
    return content if content is None or len(content) <= _LARGEST_PICTURE else None


def _pictures(file: Any) -> Iterator[tuple[int, bytes]]:  # noqa: ANN401  (as above)
    """What each picture shows (a number of ID3's list) and its bytes."""
    for picture in getattr(file, "pictures", ()):  # FLAC
        yield picture.type, picture.data
    tags = file.tags
    if tags is None:
        return
    if hasattr(tags, "getall"):  # ID3
        for frame in tags.getall("APIC"):
            yield frame.type, frame.data
        return
    by_lower_key = {key.lower(): tags[key] for key in tags.keys()}  # noqa: SIM118  (as below)
    for text in by_lower_key.get("metadata_block_picture", ()):  # Vorbis comments
        picture = Picture(base64.b64decode(text))
        yield picture.type, picture.data
    for cover in by_lower_key.get("covr", ()):  # MP4
        yield _FRONT, bytes(cover)
    for attribute in by_lower_key.get("wm/picture", ()):  # ASF: a kind, a length, two texts, and the picture
        value = attribute.value
        after = value.find(b"\0\0\0", value.find(b"\0\0\0", 5) + 3) + 3
        yield value[0], value[after : after + int.from_bytes(value[1:5], "little")]
    front = by_lower_key.get("cover art (front)")  # APE: a name, 0, and the picture
    if front is not None:
        yield _FRONT, bytes(front.value).partition(b"\0")[2]


def _lyrics(tags: Any) -> str | None:  # noqa: ANN401  (mutagen's kinds of tags share no type)
    """The words; those with times as ``[mm:ss.xx]`` at the beginning of each line."""
    if hasattr(tags, "getall"):
        for frame in tags.getall("SYLT"):
            if frame.format == _MILLISECONDS:
                return "\n".join(_timed(text, at_ms) for text, at_ms in frame.text)[:_LONGEST_LYRICS]
        return next((frame.text[:_LONGEST_LYRICS] for frame in tags.getall("USLT") if frame.text), None)
    by_lower_key = {key.lower(): tags[key] for key in tags.keys()}  # noqa: SIM118  (as below)
    key = next((key for key in _LYRICS_KEYS if key in by_lower_key), None)
    return None if key is None else str(_values(by_lower_key[key])[0])[:_LONGEST_LYRICS]


def _timed(text: str, at_ms: int) -> str:
    minutes, rest_ms = divmod(at_ms, 60_000)
    line = text.replace("\n", " ").strip()
    return f"[{minutes:02d}:{rest_ms / 1000:05.2f}]{line}"


def _texts(tags: Mapping[str, Any]) -> dict[str, list[str]]:
    """Every field that the tags have, as the texts that they have for it."""
    by_lower_key = {key.lower(): key for key in tags.keys()}  # noqa: SIM118  (not every kind of tags iterates keys)
    texts = {}
    for field, candidates in _KEYS.items():
        key = next((by_lower_key[key] for key in candidates if key in by_lower_key), None)
        if key is not None:
            texts[field] = [_text(value) for value in _values(tags[key])[:_MOST_TEXTS]]
    return texts


def _values(value: object) -> list[object]:
    """The parts of one tag: of an ID3 frame, of a list or APE's texts, or the one value that it is."""
    for attribute in ("genres", "text", "data"):  # of ID3's TCON, of its other text frames, of UFID
        if hasattr(value, attribute):
            value = getattr(value, attribute)
            break
    return list(value) if isinstance(value, MutableSequence) else [value]


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    if isinstance(value, tuple):  # MP4's track number and how many there are
        value = value[0] if value else ""
    return str(value)[:_LONGEST_TEXT]


def _limit_memory() -> None:
    with suppress(ImportError, ValueError, OSError):  # not every system can
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY_BYTES, _MOST_MEMORY_BYTES))


if __name__ == "__main__":
    _limit_memory()
    answers, sys.stdout = sys.stdout, sys.stderr  # nothing that a library prints may look like an answer
    main(sys.stdin, answers)
