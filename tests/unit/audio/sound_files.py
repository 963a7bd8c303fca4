"""Makes real audio files with PyAV, whose sound is known by construction."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

PITCH_HZ = 440.0
LEVEL = 0.5
# file ending: codec, sample format, sample rate of a typical file of the kind
KINDS = {
    "mp3": ("libmp3lame", "fltp", 44_100),
    "flac": ("flac", "s16", 44_100),
    "ogg": ("vorbis", "fltp", 44_100),
    "opus": ("libopus", "flt", 48_000),
    "m4a": ("aac", "fltp", 44_100),
    "aac": ("aac", "fltp", 44_100),
    "wav": ("pcm_s16le", "s16", 44_100),
    "aiff": ("pcm_s16be", "s16", 44_100),
    "wma": ("wmav2", "fltp", 44_100),
    "webm": ("libopus", "flt", 48_000),
    "mka": ("flac", "s16", 44_100),
    "mp4": ("alac", "s16p", 44_100),
    "mp2": ("mp2", "s16", 44_100),
    "wv": ("wavpack", "fltp", 44_100),
    "tta": ("tta", "s16", 44_100),
    "w64": ("pcm_s24le", "s32", 96_000),
}


def sine(duration_s: float, rate_hz: int, *levels: float) -> np.ndarray:
    """A 440 Hz sine at a level for each channel, float32 ``[channels, n]``."""
    time_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    wave = np.sin(2 * np.pi * PITCH_HZ * time_s)
    return np.stack([level * wave for level in levels]).astype(np.float32)


def write_sound(
    path: Path,
    samples: np.ndarray,
    rate_hz: int,
    *,
    codec: str,
    sample_format: str,
    layout: str = "",
    tags: dict[str, str] | None = None,
) -> Path:
    """Encode float32 ``[channels, n]`` to a file whose container is chosen by its ending."""
    layout = layout or ("mono" if len(samples) == 1 else "stereo")
    with av.open(str(path), "w", options={"write_id3v2": "1"} if path.suffix == ".aiff" else {}) as container:
        container.metadata.update(tags or {})
        stream = container.add_stream(codec, rate=rate_hz, layout=layout, options={"strict": "experimental"})
        stream.codec_context.format, stream.bit_rate = sample_format, 128_000
        for start in range(0, samples.shape[1], rate_hz):
            piece = samples[:, start : start + rate_hz].T.reshape(1, -1)  # interleaved
            frame = av.AudioFrame.from_ndarray(piece, format="flt", layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = rate_hz, start, Fraction(1, rate_hz)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_sine(
    path: Path, duration_s: float = 1.0, *levels: float, tags: dict[str, str] | None = None
) -> Path:
    """A 440 Hz sine as is usual for the file's ending; stereo at half of full scale if not told."""
    codec, sample_format, rate_hz = KINDS[path.suffix[1:]]
    samples = sine(duration_s, rate_hz, *(levels or (LEVEL, LEVEL)))
    return write_sound(path, samples, rate_hz, codec=codec, sample_format=sample_format, tags=tags)


def pitch_hz(samples: np.ndarray, rate_hz: int) -> float:
    """The strongest frequency of ``[n]`` samples."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate_hz / len(samples))
