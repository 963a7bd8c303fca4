"""The process that reads tags, run by ``mien.audio.tags`` as ``python -m mien.audio.tag_process``.

It is apart for two reasons: a hostile file can make mutagen loop for ever, and a process can be killed; and
mutagen's licence is the GPL, so nothing else in Mien imports it
(``docs/decisions/0003-tags-are-read-apart.md``).

It says ``{"texts": {}}`` when it is ready. Then it reads one JSON string a line, a path, and answers each
with one JSON line: ``{"texts": {field: [text]}}`` or ``{"problem": text}``. It ends when its input does.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
from collections.abc import MutableSequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mutagen

if TYPE_CHECKING:
    from collections.abc import Mapping
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


def _answer(path: str) -> dict[str, Any]:
    try:
        file = mutagen.File(path)
        return {"texts": {} if file is None or file.tags is None else _texts(file.tags)}
    except Exception as error:  # noqa: BLE001  (a hostile file makes mutagen raise anything)
        return {"problem": f"{type(error).__name__}: {error}"[:_LONGEST_TEXT]}


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
