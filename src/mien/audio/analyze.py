"""One audio file to everything that it says."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

import numpy as np

from mien.audio.decode import decode
from mien.audio.features import FEATURES_VERSION, SAMPLE_RATE_HZ, SHORTEST_S, listen, merge, vector
from mien.audio.rhythm import tempo_bpm
from mien.audio.tonality import key
from mien.domain import MoodSegment, SongAnalysis

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mien.audio.features import Window
    from mien.audio.mood import MoodNetwork
    from mien.audio.tags import TagReading
    from mien.domain import MoodEstimate, Tags

# Of what is measured besides the features; a scan analyses again what has another.
ANALYSIS_VERSION = 1
TOO_SHORT = f"can't tell: less than {SHORTEST_S} s of sound"
SILENT = "can't tell: silence"


class ReadsTags(Protocol):
    """Such as :class:`mien.audio.tags.TagReader`."""

    def read(self, path: Path) -> TagReading:
        """What the file says of itself."""


class SongAnalyzer:
    """Decodes, measures and judges songs, one after the other.

    Args:
        network: the mood artifact at work.
        tag_reader: reads the tags; it stays the caller's to close.
    """

    def __init__(self, network: MoodNetwork, tag_reader: ReadsTags) -> None:
        self._network = network
        self._tag_reader = tag_reader

    def analyze(self, path: Path) -> SongAnalysis:
        """Analyse one file, in one pass and in bounded memory.

        What is silent or shorter than 3 s has no features, no embedding, and an estimate that says why it is
        not certain.

        Raises:
            DecodingError: it is not audio that can be decoded.
        """
        started = time.process_time()
        windows = list(listen(decode(path, sample_rate_hz=SAMPLE_RATE_HZ)))
        sounds = [window.sound for window in windows if window.sound is not None]
        song = merge(sounds) if sounds else None
        features = vector(song) if song else np.zeros(0, np.float32)
        mood, curve = self._judge(windows, features)
        return SongAnalysis(
            path=path,
            duration_s=windows[-1].end_s,
            tags=self._tags(path),
            features=tuple(features.tolist()),
            features_version=FEATURES_VERSION,
            mood=mood,
            artifact_version=self._network.version,
            curve=curve,
            tempo_bpm=tempo_bpm(song.tempogram) if song else None,
            key=key(song.pitch_classes) if song else None,
            cpu_s=time.process_time() - started,
            analysis_version=ANALYSIS_VERSION,
        )

    def _judge(
        self, windows: Sequence[Window], features: np.ndarray
    ) -> tuple[MoodEstimate, tuple[MoodSegment, ...]]:
        """The mood of the whole and of each window that sounds; of all as one where none does."""
        duration_s = windows[-1].end_s
        if len(features) == 0:
            mood = self._network.unknown(TOO_SHORT if duration_s < SHORTEST_S else SILENT)
            return mood, (_segment(0.0, duration_s, mood),)
        heard = [i for i, window in enumerate(windows) if window.sound is not None]
        around = [_around(windows, i) for i in heard]
        whole, *moods = self._network.estimate(np.stack([features, *around]))
        segments = (
            _segment(windows[i].start_s, windows[i].end_s, mood) for i, mood in zip(heard, moods, strict=True)
        )
        return whole, tuple(segments)

    def _tags(self, path: Path) -> Tags:
        return self._tag_reader.read(path).tags


def _around(windows: Sequence[Window], i: int) -> np.ndarray:
    """The features of a window with its neighbours: 30 s, like the clips that the network has learnt from."""
    near = windows[max(0, i - 1) : i + 2]
    return vector(merge([window.sound for window in near if window.sound is not None]))


def _segment(start_s: float, end_s: float, mood: MoodEstimate) -> MoodSegment:
    return MoodSegment(start_s, end_s, mood.moods.top, mood.moods.confidence, mood.valence, mood.arousal)
