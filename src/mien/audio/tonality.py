"""Pitch: partials, pitch classes, key and mode, intervals, harmonic change, register, roughness."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from mien.audio.spectrum import FRAME, SAMPLE_RATE_HZ, row_sums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mien.audio.spectrum import Floats, Spectra

PITCH_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
LOWEST_MIDI, HIGHEST_MIDI = 36, 108
REGISTERS = 6
_FIRST_BIN, _END_BIN = 6, 480  # 65 Hz (C2) to 5.2 kHz (E8)
_CHROMA_HIGHEST_MIDI = 96  # partials above C7 blur the pitch classes
_TINY = np.float32(1e-6)

# How well each pitch class fits a major and a minor key, from the tonic: Krumhansl and Kessler (1982) from
# listeners' ratings, Temperley (1999) revised for real music.
_KRUMHANSL = (
    (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
)
_TEMPERLEY = (
    (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0),
    (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0),
)
# Above a tone, in semitones and with their weight: its partials 2 to 6, for the pitch a listener hears.
_PARTIALS = ((12, 0.8), (19, 0.6), (24, 0.5), (28, 0.4), (31, 0.3))
_TRIADS = ((0, 4, 7), (0, 3, 7), (0, 3, 6), (0, 4, 8))


@dataclass(frozen=True, slots=True)
class Partials:
    """The peaks of each frame's spectrum between 65 Hz and 5.2 kHz.

    Attributes:
        frame: the frame of each peak, shape ``[peaks]``; in order, and within a frame from low to high.
        midi: its pitch (69 is A at 440 Hz), finer than a semitone.
        magnitude: how strong.
        tonal_share: of the power in that range, how much lies in the peaks themselves; shape ``[frames]``.
    """

    frame: NDArray[np.intp]
    midi: Floats
    magnitude: Floats
    tonal_share: Floats

    @property
    def frames(self) -> int:
        """How many frames there are."""
        return len(self.tonal_share)

    def count(self) -> Floats:
        """Peaks in each frame."""
        return np.bincount(self.frame, minlength=self.frames).astype(np.float32)

    def spread(self, column: NDArray[np.intp], columns: int, kept: NDArray[np.bool_]) -> Floats:
        """Sum the kept peaks' magnitudes by frame and ``column``, shape ``[frames, columns]``."""
        cells = self.frame[kept] * columns + column[kept]
        sums = np.bincount(cells, self.magnitude[kept], self.frames * columns)
        return sums.reshape(self.frames, columns).astype(np.float32)


def find_partials(spectra: Spectra) -> Partials:
    """Find local maxima above their frame's mean, and place them between bins by a parabola in log power."""
    magnitude, power = spectra.magnitude, spectra.power[:, _FIRST_BIN:_END_BIN]
    here = magnitude[:, _FIRST_BIN:_END_BIN]
    before = magnitude[:, _FIRST_BIN - 1 : _END_BIN - 1]
    after = magnitude[:, _FIRST_BIN + 1 : _END_BIN + 1]
    present = (here > before) & (here >= after) & (here > row_sums(here)[:, None] / here.shape[1])
    # np.nonzero takes thrice as long, and a division twice.
    found = np.flatnonzero(present)
    firsts = np.searchsorted(found, np.arange(len(present) + 1) * present.shape[1])
    frame = np.repeat(np.arange(len(present)), np.diff(firsts))
    bins = found - frame * present.shape[1] + _FIRST_BIN
    cells = frame * magnitude.shape[1] + bins
    log_power = spectra.log_power.ravel()
    low, top, high = (log_power[cells + step] for step in (-1, 0, 1))
    curvature = low - 2 * top + high
    offset = np.where(curvature < -_TINY, (low - high) / np.minimum(2 * curvature, -_TINY), 0)
    hz = (bins.astype(np.float32) + np.clip(offset, -0.5, 0.5)) * np.float32(SAMPLE_RATE_HZ / FRAME)
    midi = 69 + 12 * np.log2(hz / 440)
    heights = magnitude.ravel()[cells]
    in_peaks = np.bincount(frame, np.square(heights), len(magnitude))
    tonal_share = np.asarray(in_peaks / (row_sums(power) + _TINY), np.float32)
    return Partials(frame, midi, heights, tonal_share)


def join(parts: Sequence[Partials]) -> Partials:
    """The partials of frames that follow one another."""
    firsts = np.cumsum([0, *(part.frames for part in parts)])
    return Partials(
        np.concatenate([part.frame + first for part, first in zip(parts, firsts, strict=False)]),
        np.concatenate([part.midi for part in parts]),
        np.concatenate([part.magnitude for part in parts]),
        np.concatenate([part.tonal_share for part in parts]),
    )


def semitones(partials: Partials) -> Floats:
    """Strength of each semitone from C2 to C8, shape ``[frames, 73]``."""
    column = np.round(partials.midi).astype(np.intp) - LOWEST_MIDI
    width = HIGHEST_MIDI - LOWEST_MIDI + 1
    return partials.spread(column, width, (column >= 0) & (column < width))


def tuning(partials: Partials) -> tuple[float, float]:
    """How far the music is tuned from A 440, in semitones (-0.5 to 0.5), and how clearly (0 to 1)."""
    total = float(partials.magnitude.sum())
    if total == 0:
        return 0.0, 0.0
    angle = np.float32(2 * np.pi) * (partials.midi - np.round(partials.midi))
    east, north = (float(partials.magnitude @ part) / total for part in (np.cos(angle), np.sin(angle)))
    return math.atan2(north, east) / (2 * np.pi), math.hypot(north, east)


def pitch_classes(partials: Partials, tuned: float) -> Floats:
    """Share of each of the 12 pitch classes (from C) in each frame, shape ``[frames, 12]``.

    Args:
        partials: of the frames.
        tuned: how far the music is from A 440, in semitones.
    """
    nearest = np.round(partials.midi - np.float32(tuned)).astype(np.intp)
    kept = (nearest >= LOWEST_MIDI) & (nearest < _CHROMA_HIGHEST_MIDI)
    sums = partials.spread(nearest % 12, 12, kept)
    return _shares(sums)


def _shares(strengths: Floats) -> Floats:
    return np.asarray(strengths / (strengths.sum(axis=1, keepdims=True) + _TINY), np.float32)


def smoothed(series: Floats, frames: int) -> Floats:
    """Running mean over ``frames`` (odd) frames, shorter at the ends; shape as ``series`` ``[n, k]``."""
    half = frames // 2
    sums = np.concatenate([np.zeros((1, series.shape[1])), np.cumsum(series, axis=0, dtype=np.float64)])
    at = np.arange(len(series))
    end, start = np.minimum(at + half + 1, len(series)), np.maximum(at - half, 0)
    return np.asarray((sums[end] - sums[start]) / (end - start)[:, None], np.float32)


@cache
def _profiles(name: str) -> Floats:
    """24 standardised key profiles as columns ``[12, 24]``: C major to B major, then C minor to B minor."""
    pair = {"krumhansl": _KRUMHANSL, "temperley": _TEMPERLEY}[name]
    rolled = np.array([np.roll(profile, tonic) for profile in pair for tonic in range(12)])
    return np.asarray(_standardised(rolled).T / 12, np.float32)


def _standardised(rows: NDArray[np.floating]) -> NDArray[np.floating]:
    centred = rows - rows.mean(axis=-1, keepdims=True)
    result: NDArray[np.floating] = centred / (rows.std(axis=-1, keepdims=True) + 1e-9)
    return result


def key_correlations(classes: Floats, profiles: str = "krumhansl") -> Floats:
    """Correlation of pitch class distributions ``[n, 12]`` with the 24 keys, ``[n, 24]``, -1 to 1.

    The method of Krumhansl (1990): twelve major keys from C, then twelve minor ones.
    """
    correlations: Floats = _standardised(classes).astype(np.float32) @ _profiles(profiles)
    return correlations


def mode(correlations: Floats) -> Floats:
    """The best major key's correlation less the best minor key's: above 0 sounds major; shape ``[n]``."""
    difference: Floats = correlations[:, :12].max(axis=1) - correlations[:, 12:].max(axis=1)
    return difference


def key(classes: Floats, least_clarity: float = 0.5) -> str | None:
    """Name the key of a pitch class distribution ``[12]``; None where it correlates less with every key."""
    correlations = key_correlations(classes[None])[0]
    best = int(correlations.argmax())
    if correlations[best] < least_clarity:
        return None
    return f"{PITCH_NAMES[best % 12]} {'major' if best < len(PITCH_NAMES) else 'minor'}"


def key_clarity(classes: Floats) -> float:
    """How well a pitch class distribution ``[12]`` fits its best key: a correlation, 0 to 1."""
    return float(np.clip(key_correlations(classes[None]).max(), 0, 1))


def from_tonic(classes: Floats) -> Floats:
    """A pitch class distribution ``[12]`` turned so that it begins at the tonic of the likeliest key."""
    return np.roll(classes, -(int(key_correlations(classes[None])[0].argmax()) % 12))


def entropy(shares: Floats) -> Floats:
    """Shannon entropy of distributions ``[n, k]`` in bits, shape ``[n]``."""
    return np.asarray(-(shares * np.log2(shares + 1e-9)).sum(axis=1), np.float32)


def interval_shares(classes: Floats) -> Floats:
    """How much sounds together at 1 to 6 semitones, against how much sounds; ``[n, 12]`` to ``[6]``."""
    together = classes.T @ classes / len(classes)
    pitch, step = np.arange(12), np.arange(7)[:, None]
    pairs = together[pitch, (pitch + step) % 12].sum(axis=1)
    return np.asarray(pairs[1:] / (pairs[0] + _TINY), np.float32)


def triads(classes: Floats) -> Floats:
    """The best share of a major, minor, diminished and augmented triad, classes ``[n, 12]`` to ``[n, 4]``."""
    # The largest of twelve arrays takes a third of the time of the largest in each row of twelve.
    best: Floats = (classes @ _triad_columns()).reshape(-1, 12, 4).max(axis=1)
    return best


@cache
def _triad_columns() -> Floats:
    """1 where a pitch class is in a triad, shape ``[12, roots * kinds]``."""
    shapes = np.zeros((12, 12, 4), np.float32)
    for kind, triad in enumerate(_TRIADS):
        for root in range(12):
            shapes[[(root + step) % 12 for step in triad], root, kind] = 1
    return shapes.reshape(12, 48)


def tonal_centroids(classes: Floats) -> Floats:
    """Place on the circles of fifths, minor thirds, major thirds (Harte et al. 2006); ``[n, 6]``."""
    steps = np.arange(12)[:, None] * np.pi * np.array([7 / 6, 3 / 2, 2 / 3])
    circles = np.stack([np.sin(steps), np.cos(steps)], axis=2) * np.array([1, 1, 0.5])[:, None]
    centroids: Floats = classes @ circles.reshape(12, 6).astype(np.float32)
    return centroids


def harmonic_change(centroids: Floats, frames: int = 8) -> Floats:
    """Distance between tonal centroids ``frames`` apart (0.19 s): how fast the harmony moves."""
    moved = centroids[frames:] - centroids[:-frames]
    return np.asarray(np.sqrt(np.square(moved).sum(axis=1)), np.float32)


def registers(strengths: Floats) -> Floats:
    """Share of each octave from C2 to C8 in each frame, semitones ``[n, 73]`` to ``[n, 6]``."""
    octaves = np.add.reduceat(strengths, range(0, 12 * REGISTERS, 12), axis=1)
    return _shares(octaves)


def predominant_pitch(strengths: Floats) -> tuple[Floats, Floats]:
    """The pitch from C3 to C6 whose partials are strongest together (a cheap form of harmonic summation).

    Args:
        strengths: semitones, shape ``[n, 73]``.

    Returns:
        Its MIDI number, and its strength against the frame's whole; each of shape ``[n]``.
    """
    heard = strengths[:, :49].copy()
    for step, weight in _PARTIALS:
        above = strengths[:, step : step + 49]
        heard[:, : above.shape[1]] += np.float32(weight) * above
    heard = heard[:, 12:]
    share = heard.max(axis=1) / (strengths.sum(axis=1) + _TINY)
    return (heard.argmax(axis=1) + LOWEST_MIDI + 12).astype(np.float32), share


def bass_pitch(strengths: Floats) -> Floats:
    """MIDI number of the strongest semitone from C2 to B3 in each frame, semitones ``[n, 73]`` to ``[n]``."""
    return np.asarray(strengths[:, :24].argmax(axis=1) + LOWEST_MIDI, np.float32)


def roughness(partials: Partials, neighbours: int = 5) -> Floats:
    """Sensory dissonance of pairs of partials (Sethares 1993), shape ``[frames]``.

    Each partial beats with the next few above it by their distance within the critical band, weighted by the
    weaker one; the sum is taken against the frame's magnitude.
    """
    hz = (440 * np.exp2((partials.midi - 69) / 12)).astype(np.float32)
    width = 0.24 / (0.0207 * hz + 18.96)
    beating = np.zeros_like(hz)
    for step in range(1, neighbours + 1):
        lower, upper = slice(None, -step), slice(step, None)
        distance = np.abs(hz[upper] - hz[lower]) * width[lower]
        weaker = np.minimum(partials.magnitude[lower], partials.magnitude[upper])
        weaker *= partials.frame[lower] == partials.frame[upper]
        beating[lower] += weaker * (np.exp(-3.5 * distance) - np.exp(-5.75 * distance))
    sums = np.bincount(partials.frame, beating, partials.frames)
    total = np.bincount(partials.frame, partials.magnitude, partials.frames)
    return np.asarray(sums / (total + _TINY), np.float32)
