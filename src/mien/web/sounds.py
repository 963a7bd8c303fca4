"""How songs are sent to browsers: which formats every browser plays, and the others as Opus."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from functools import partial
from typing import IO, TYPE_CHECKING, cast

import anyio.to_thread
from starlette.responses import Response

from mien.errors import DecodingError, ThrottledError
from mien.sentences import Sentence, say
from mien.web.files import Streamed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

_TYPES = {
    ".mp3": "audio/mpeg",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".m4a": "audio/mp4",
    ".m4b": "audio/mp4",
    ".aac": "audio/aac",
    ".wav": "audio/wav",
    ".wave": "audio/wav",
    ".weba": "audio/webm",
}
_OTHER = {
    ".aif": "audio/aiff",
    ".aifc": "audio/aiff",
    ".aiff": "audio/aiff",
    ".wma": "audio/x-ms-wma",
    ".mka": "audio/x-matroska",
    ".mp2": "audio/mpeg",
}
_BLOCK_BYTES = 32 * 1024
_MOST_AT_ONCE = 8
# -P: a folder of music must not be able to offer its own "json.py".
_COMMAND = (sys.executable, "-P", "-m", "mien.audio.transcode")
_free = threading.BoundedSemaphore(_MOST_AT_ONCE)


def media_type_of(path: Path) -> str:
    """What a browser is told that a file is."""
    suffix = path.suffix.lower()
    return _TYPES.get(suffix) or _OTHER.get(suffix) or "application/octet-stream"


def plays_in_browsers(path: Path) -> bool:
    """Whether every usual browser plays files of this kind."""
    return path.suffix.lower() in _TYPES


def transcoded(path: Path, start_s: float, *, head: bool = False) -> Response:
    """A file as Opus in Ogg, from a moment on, made while it is sent by a process of its own.

    Raises:
        DecodingError: it cannot be decoded.
        ThrottledError: too many are being transcoded.
    """
    headers = {"Accept-Ranges": "none", "Cache-Control": "no-store"}
    if head:
        return Response(headers=headers, media_type="audio/ogg")
    if not _free.acquire(blocking=False):
        raise ThrottledError(
            say("too_many_conversions", "too many songs are being converted at once: try again"), 5.0
        )
    pipe = subprocess.PIPE
    process = subprocess.Popen(  # noqa: S603  (the command is ours)
        [*_COMMAND, str(path), str(start_s)], stdout=pipe, stderr=pipe, stdin=subprocess.DEVNULL
    )
    output = cast("IO[bytes]", process.stdout)
    first = output.read(_BLOCK_BYTES)
    if not first:
        complaint = _complaint(process)
        _free.release()
        raise DecodingError(complaint)
    return Streamed(_blocks(output, first), partial(_end, process), 200, headers, "audio/ogg")


def _complaint(process: subprocess.Popen[bytes]) -> Sentence:
    _, said = process.communicate()
    try:
        return Sentence.of_json(json.loads(said.decode("utf-8", "replace").strip().splitlines()[-1]))
    except (IndexError, ValueError, KeyError, TypeError):  # it broke down without a sentence
        return say("song_not_converted", "the file cannot be converted")


async def _blocks(output: IO[bytes], block: bytes) -> AsyncIterator[bytes]:
    while block:
        yield block
        block = await anyio.to_thread.run_sync(output.read, _BLOCK_BYTES)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()
    _free.release()
