"""How little a song's answer changes with its file: codecs, rates, bits, channels, level.

    OMP_NUM_THREADS=1 OPENCV_FOR_THREADS_NUM=1 python benchmarks/song_robustness.py [FOLDER [SONGS]]

Takes songs of a folder, spread over it (7 that Mien composes, where none is named), writes 30 seconds of each
in every way, analyses all, and compares with the plain 16-bit wav: how often the likeliest mood and quadrant
stay, how far the probabilities move (half the sum of differences, 0 to 1), and which features move most,
against their spread over the songs.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from mien import artifacts
from mien.audio.analyze import SongAnalyzer
from mien.audio.decode import decode
from mien.audio.features import FEATURES
from mien.audio.files import find_audio_files
from mien.audio.mood import MoodNetwork
from mien.audio.tags import TagReader
from mien.demo.render import render
from mien.demo.songs import SONGS
from mien.demo.synth.waves import SAMPLE_RATE_HZ

LENGTH_S = 30


@dataclass(frozen=True)
class Way:
    """One way to write a song."""

    suffix: str
    codec: str
    sample_format: str
    rate_hz: int = 44_100
    bits_per_s: int = 0
    mono: bool = False
    gain: float = 1.0


PLAIN = Way("wav", "pcm_s16le", "s16")
WAYS = {
    "mp3 64 kbit/s": Way("mp3", "libmp3lame", "fltp", bits_per_s=64_000),
    "mp3 320 kbit/s": Way("mp3", "libmp3lame", "fltp", bits_per_s=320_000),
    "ogg vorbis 112 kbit/s": Way("ogg", "vorbis", "fltp", bits_per_s=112_000),
    "opus 64 kbit/s": Way("opus", "libopus", "flt", 48_000, 64_000),
    "aac 96 kbit/s": Way("m4a", "aac", "fltp", bits_per_s=96_000),
    "flac": Way("flac", "flac", "s16"),
    "wav 24 bit": Way("wav", "pcm_s24le", "s32"),
    "wav 48 kHz": Way("wav", "pcm_s16le", "s16", 48_000),
    "wav 96 kHz, 24 bit": Way("wav", "pcm_s24le", "s32", 96_000),
    "wav 22 kHz": Way("wav", "pcm_s16le", "s16", 22_050),
    "wav mono": Way("wav", "pcm_s16le", "s16", mono=True),
    "wav 20 dB quieter": Way("wav", "pcm_s16le", "s16", gain=0.1),
    "mp3 20 dB quieter": Way("mp3", "libmp3lame", "fltp", bits_per_s=192_000, gain=0.1),
    "wav 6 dB too loud, clipped": Way("wav", "pcm_s16le", "s16", gain=2.0),
    "wav 8 kHz": Way("wav", "pcm_s16le", "s16", 8_000),
    "telephone (mu-law, 8 kHz, mono)": Way("wav", "pcm_mulaw", "s16", 8_000, mono=True),
}


def write(path: Path, sound: np.ndarray, way: Way) -> Path:
    """Encode stereo at 44.1 kHz, shape ``[2, n]``, in a way."""
    samples = sound.mean(axis=0, keepdims=True) if way.mono else sound
    samples = np.clip(samples * way.gain, -1, 1).astype(np.float32)
    layout = "mono" if way.mono else "stereo"
    with av.open(str(path), "w") as container:
        options = {"strict": "experimental"}  # FFmpeg's own Vorbis encoder
        stream = container.add_stream(way.codec, rate=way.rate_hz, layout=layout, options=options)
        stream.codec_context.format = way.sample_format
        if way.bits_per_s:
            stream.bit_rate = way.bits_per_s
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = 44_100, 0, Fraction(1, 44_100)
        resampler = av.AudioResampler(way.sample_format, layout, way.rate_hz, frame_size=960)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return path


def songs(folder: str | None, count: int) -> list[np.ndarray]:
    """Stereo sounds at 44.1 kHz, shape ``[2, n]``."""
    if folder is None:
        made = [render(SONGS[i], LENGTH_S) for i in range(0, len(SONGS), 3)]
        positions = np.arange(LENGTH_S * 44_100) * SAMPLE_RATE_HZ / 44_100
        return [np.stack([np.interp(positions, np.arange(len(side)), side) for side in s]) for s in made]
    files = list(find_audio_files([Path(folder)]))
    chosen = [files[i] for i in np.linspace(0, len(files) - 1, min(count, len(files))).astype(int)]
    return [
        np.concatenate(list(decode(f, sample_rate_hz=44_100, channels=2, longest_s=LENGTH_S))).T
        for f in chosen
    ]


def moved(a: dict, b: dict) -> float:
    """Half the sum of the differences of two distributions."""
    return sum(abs(a[label] - b[label]) for label in a) / 2


def main(folder: str | None = None, count: str = "75") -> None:
    """Print the table."""
    sounds = songs(folder, int(count))
    with tempfile.TemporaryDirectory() as scratch, TagReader() as tag_reader:
        analyzer = SongAnalyzer(MoodNetwork(artifacts.shipped("mood")), tag_reader)

        def analysed(way: Way) -> list:
            target = Path(scratch) / f"song.{way.suffix}"
            return [analyzer.analyze(write(target, sound, way)) for sound in sounds]

        plain = analysed(PLAIN)
        spread = np.std([a.features for a in plain], axis=0) + 1e-6
        print(
            f"{len(sounds)} songs; same mood, same quadrant, moods move by (mean, largest), LUFS by; features"
        )
        for name, way in WAYS.items():
            copies = analysed(way)
            pairs = list(zip(plain, copies, strict=True))
            mood = np.mean([a.mood.moods.top == b.mood.moods.top for a, b in pairs])
            quadrant = np.mean([a.mood.quadrants.top == b.mood.quadrants.top for a, b in pairs])
            by = [moved(a.mood.moods.probabilities, b.mood.moods.probabilities) for a, b in pairs]
            louder = np.mean([(b.loudness_lufs or 0) - (a.loudness_lufs or 0) for a, b in pairs])
            shifts = np.mean([np.abs(np.subtract(a.features, b.features)) for a, b in pairs], axis=0) / spread
            most = ", ".join(f"{FEATURES[i].name} {shifts[i]:.1f}" for i in np.argsort(-shifts)[:3])
            stays = f"{mood:5.0%} {quadrant:5.0%}  {np.mean(by):.3f} {max(by):.3f}  {louder:+6.2f}"
            print(f"{name:32} {stays}  {most}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
