"""A song as Opus in Ogg on stdout, for browsers: ``python -m mien.audio.transcode FILE [START_S]``.

It is a process of its own, so that a file that breaks the decoder breaks nothing else, and a listener who
goes on to the next song ends it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream

from mien.audio.decode import decode
from mien.errors import MienError
from mien.sentences import sentence_of

if TYPE_CHECKING:
    from collections.abc import Iterator

RATE_HZ = 48_000
_BIT_RATE = 160_000


def transcode(path: Path, out: BinaryIO, *, start_s: float = 0.0) -> None:
    """Write a file's sound as Opus in Ogg, stereo at 160 kbit/s.

    Args:
        path: the file.
        out: where to; it need not be able to seek.
        start_s: what comes before is left out.

    Raises:
        DecodingError: it cannot be decoded, or ends before ``start_s``.
    """
    blocks = _from(decode(path, sample_rate_hz=RATE_HZ, channels=2), round(start_s * RATE_HZ))
    first = next(blocks, np.zeros((0, 2), np.float32))  # before anything is written
    with av.open(_Pipe(out), "w", format="ogg", options={"page_duration": "200000"}) as container:
        stream = container.add_stream("libopus", rate=RATE_HZ, layout="stereo")
        if not isinstance(stream, AudioStream):  # what "libopus" makes; for the type checker
            raise TypeError(type(stream))
        stream.bit_rate = _BIT_RATE
        for block in _with(first, blocks):
            frame = AudioFrame.from_ndarray(
                np.ascontiguousarray(block.clip(-1, 1).reshape(1, -1)), format="flt", layout="stereo"
            )
            frame.sample_rate = RATE_HZ
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


class _Pipe:
    """A stream that cannot seek, and has no file number for FFmpeg to be clever with."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, content: bytes) -> int:
        self._out.write(content)
        self._out.flush()
        return len(content)


def _from(blocks: Iterator[np.ndarray], skip: int) -> Iterator[np.ndarray]:
    for block in blocks:
        if skip < len(block):
            yield block[skip:]
        skip = max(0, skip - len(block))


def _with(first: np.ndarray, rest: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    if len(first):
        yield first
    yield from rest


def main() -> None:
    """Transcode the file that the command line names; one line of JSON on stderr says what went wrong."""
    path, *start = sys.argv[1:]
    try:
        transcode(Path(path), sys.stdout.buffer, start_s=float(start[0]) if start else 0.0)
    except BrokenPipeError:
        sys.exit(1)
    except MienError as error:
        sys.exit(json.dumps(sentence_of(error).to_json()))


if __name__ == "__main__":
    main()
