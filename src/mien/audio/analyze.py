"""One audio file to everything that it says."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from mien.audio.course import coarsened, mixed, preview_s
from mien.audio.decode import decode
from mien.audio.features import FEATURES, FEATURES_VERSION, SAMPLE_RATE_HZ, SHORTEST_S, listen, merge, vector
from mien.audio.loudness import LoudnessMeter
from mien.audio.rhythm import tempo_candidates
from mien.audio.speech import NO_MUSIC, most_of, no_music
from mien.audio.tonality import key, key_clarity
from mien.domain import MoodSegment, SongAnalysis

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mien.audio.features import Sound, Window
    from mien.audio.mood import MoodNetwork
    from mien.audio.tags import TagReading
    from mien.domain import MoodEstimate, Tags, TempoCandidate

# Of what is measured besides the features; a scan analyses again what has another.
ANALYSIS_VERSION = 1
TOO_SHORT = f"can't tell: less than {SHORTEST_S} s of sound"
SILENT = "can't tell: silence"
_ONSET_RATE = [feature.name for feature in FEATURES].index("onset_rate")


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
        not certain; so has, of certainty, what is speech or noise and no music.

        Raises:
            DecodingError: it is not audio that can be decoded.
        """
        started = time.process_time()
        meter = LoudnessMeter()
        windows = coarsened(listen(decode(path, sample_rate_hz=SAMPLE_RATE_HZ, meter=meter.add)))
        sounds = [window.sound for window in windows if window.sound is not None]
        song = merge(sounds) if sounds else None
        features = vector(song) if song else np.zeros(0, np.float32)
        mood, curve = self._judge(windows, features)
        tempos = _tempos(song, features, mood.arousal) if song else ()
        return SongAnalysis(
            path=path,
            duration_s=windows[-1].end_s,
            tags=self._tags(path),
            features=tuple(features.tolist()),
            features_version=FEATURES_VERSION,
            mood=mood,
            artifact_version=self._network.version,
            curve=curve,
            tempo_bpm=tempos[0].bpm if tempos else None,
            key=key(song.pitch_classes) if song else None,
            cpu_s=time.process_time() - started,
            analysis_version=ANALYSIS_VERSION,
            loudness_lufs=meter.integrated_lufs(),
            true_peak_dbtp=meter.true_peak_dbtp(),
            mixed=mixed(curve) if song else None,
            preview_s=preview_s(curve, meter.step_levels_lufs()) if song else None,
            tempo_candidates=tempos,
            key_clarity=key_clarity(song.pitch_classes) if song else None,
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
        around = np.stack([_around(windows, i) for i in heard])
        whole, *moods = self._network.estimate(np.concatenate([features[None], around]))
        lengths_s = np.array([windows[i].end_s - windows[i].start_s for i in heard])
        reasons = [no_music(row) for row in around]
        segments = (
            _segment(windows[i].start_s, windows[i].end_s, _doubted(mood, reason))
            for i, mood, reason in zip(heard, moods, reasons, strict=True)
        )
        return _doubted(whole, most_of(reasons, lengths_s)), tuple(segments)

    def _tags(self, path: Path) -> Tags:
        return self._tag_reader.read(path).tags


def judge_again(
    network: MoodNetwork, features: Sequence[Sequence[float]], before: Sequence[MoodEstimate]
) -> list[MoodEstimate]:
    """What another network says of songs, from what was measured of them once.

    Args:
        network: the other.
        features: of each song; empty where nothing was heard.
        before: what was said of it; that it is silence, speech or noise was not the network's to say, and
            stays.
    """
    heard = [i for i, each in enumerate(features) if len(each)]
    rows = np.array([features[i] for i in heard], np.float32)
    estimates = dict(zip(heard, network.estimate(rows), strict=True))
    return [
        _doubted(estimates[i], said.moods.reason if said.moods.reason in NO_MUSIC else None)
        if i in estimates
        else network.unknown(said.moods.reason or SILENT)
        for i, said in enumerate(before)
    ]


def _tempos(song: Sound, features: np.ndarray, arousal: float) -> tuple[TempoCandidate, ...]:
    return tuple(tempo_candidates(song.tempogram, float(features[_ONSET_RATE]), arousal))


def _doubted(mood: MoodEstimate, reason: str | None) -> MoodEstimate:
    """The same estimate, but not certain, where there is a reason to doubt that it is of music at all."""
    if reason is None:
        return mood
    moods = replace(mood.moods, certain=False, reason=reason)
    return replace(mood, moods=moods, quadrants=replace(mood.quadrants, certain=False, reason=reason))


def _around(windows: Sequence[Window], i: int) -> np.ndarray:
    """The features of a window with its neighbours: 30 s, like the clips that the network has learnt from."""
    near = windows[max(0, i - 1) : i + 2]
    return vector(merge([window.sound for window in near if window.sound is not None]))


def _segment(start_s: float, end_s: float, mood: MoodEstimate) -> MoodSegment:
    moods = mood.moods
    return MoodSegment(
        start_s, end_s, moods.top, moods.confidence, mood.valence, mood.arousal, moods.certain, moods.reason
    )
