"""Songs as files: Ogg Opus with tags, made by the FFmpeg inside PyAV's wheel.

Opus, because the whole library takes 18 MB in it and 93 MB in FLAC.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import av
import numpy as np

from mien.demo.synth.waves import SAMPLE_RATE_HZ, Signal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SUFFIX = ".opus"
_BITS_PER_S = 144_000
_FRAME = SAMPLE_RATE_HZ // 50
_DURATION_TOLERANCE_S = 0.1


def encode(sound: Signal, tags: Mapping[str, str]) -> bytes:
    """An Ogg Opus file; the same sound and tags give the same bytes.

    Args:
        sound: stereo, shape ``[2, samples]``, within -1 and 1.
        tags: written as Vorbis comments.
    """
    file = io.BytesIO()
    interleaved = np.ascontiguousarray(sound.T).reshape(1, -1)
    with av.open(file, "w", format="ogg", options={"fflags": "+bitexact"}) as container:
        container.metadata.update(tags)
        stream = container.add_stream("libopus", rate=SAMPLE_RATE_HZ, layout="stereo")
        stream.options = {"b": str(_BITS_PER_S), "compression_level": "6"}
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        for start in range(0, sound.shape[-1], _FRAME):
            piece = interleaved[:, 2 * start : 2 * (start + _FRAME)]
            frame = av.AudioFrame.from_ndarray(piece, format="flt", layout="stereo")
            frame.sample_rate, frame.pts = SAMPLE_RATE_HZ, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def is_whole(path: Path, tags: Mapping[str, str], duration_s: float) -> bool:
    """Whether a file is there with these tags, and with sound to its end."""
    if not path.is_file():
        return False
    try:
        with av.open(str(path.absolute())) as container:
            stream = container.streams.audio[0]
            length_s = float((stream.duration or 0) * stream.time_base) if stream.time_base else 0.0
            found = {k.lower(): v for k, v in (container.metadata | stream.metadata).items()}
    except (av.FFmpegError, IndexError):
        return False
    return abs(length_s - duration_s) < _DURATION_TOLERANCE_S and all(
        found.get(key) == value for key, value in tags.items()
    )
