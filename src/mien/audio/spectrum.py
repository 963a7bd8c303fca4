"""One short-time Fourier transform of a stretch of sound, and what its spectra look like.

Everything that Mien hears in a song is measured on the :class:`Spectra` made here. Sound is normalised first,
so that how loud a recording is never matters; only differences within it do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

SAMPLE_RATE_HZ = 22_050
FRAME = 2_048
HOP = 512
FRAMES_PER_S = SAMPLE_RATE_HZ / HOP
BINS = FRAME // 2 + 1
MEL_BANDS = 40
MFCCS = 20
# Mel levels this far below the stretch's mean are taken for silence: what codecs leave there is no music.
FLOOR_DB = -70.0
# Above 10 kHz lie the edges of resamplers and of codecs.
OCTAVE_EDGES_HZ = (0.0, 200.0, 400.0, 800.0, 1600.0, 3200.0, 6400.0, 10_000.0)
# Power of a bin, about 70 dB below that of white noise of RMS 1: what lies lower is a codec's doing.
_TINY = 1e-4
# Frames that are measured together: few enough to stay in a processor's cache, enough for NumPy to be quick.
AT_ONCE = 144
_MOMENTS = 4
_ROLLOFF_BLOCK = 32
_EXTREMES = 0.1  # share of an octave's bins that make its peaks, and its valleys


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over the bins of some frames' spectra.

    Attributes:
        magnitude: moments of the magnitude about 0 Hz, then its sums over blocks of bins, shape
            ``[frames, 4 + blocks]``.
        power: in each mel band, then in each octave, then in all bins, shape
            ``[frames, MEL_BANDS + octaves + 1]``.
        log_power_means: mean of the log power in each octave, shape ``[frames, octaves]``.
    """

    magnitude: Floats
    power: Floats
    log_power_means: Floats


@dataclass(frozen=True, slots=True)
class Spectra:
    """The spectra of some frames.

    Attributes:
        magnitude: shape ``[frames, BINS]``.
        power: magnitude squared.
        log_power: natural logarithm of the power.
        sums: of these over bins.
    """

    magnitude: Floats
    power: Floats
    log_power: Floats
    sums: Sums


def normalised(samples: Floats) -> tuple[Floats, float]:
    """The same sound without offset and with an RMS of 1 (silence stays 0), and its mean square before."""
    centred = samples - samples.mean()
    power = float(centred @ centred) / len(centred)
    if power > 0:
        centred *= np.float32(1 / math.sqrt(power))
    return centred, power


def transform(samples: Floats, at_once: int = AT_ONCE) -> Iterator[Spectra]:
    """Short-time Fourier transform with a Hann window of 2048 samples (93 ms) every 512 (23 ms), unpadded.

    Args:
        samples: mono at 22.05 kHz, at least ``FRAME`` of them, :func:`normalised`.
        at_once: how many frames are yielded together at most; all parts but the last have as many.
    """
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::HOP]
    parts = -(-len(frames) // at_once)
    size = -(-len(frames) // parts)  # of equal size, since each part costs some time of its own
    windowed = np.empty((size, FRAME), np.float32)
    for start in range(0, len(frames), size):
        part = frames[start : start + size]
        yield spectra_of(_magnitudes(np.multiply(part, _hann(), out=windowed[: len(part)])))


def _magnitudes(rows: Floats) -> Floats:
    """Magnitude of the Fourier transform of each row, ``[n, size]`` (even) to ``[n, size / 2 + 1]``.

    By OpenCV, whose transform takes a tenth of the time of NumPy's. What is in ``rows`` is lost.
    """
    cv2.dft(rows, dst=rows, flags=cv2.DFT_ROWS)  # real 0, real 1, imaginary 1, ..., real of the last
    magnitude = np.empty((len(rows), rows.shape[1] // 2 + 1), np.float32)
    np.abs(rows[:, 1:-1].view(np.complex64), out=magnitude[:, 1:-1])
    np.abs(rows[:, :: rows.shape[1] - 1], out=magnitude[:, :: magnitude.shape[1] - 1])
    return magnitude


def spectra_of(magnitude: Floats) -> Spectra:
    """Magnitude spectra ``[frames, BINS]`` with what is derived of them; the sums all at once, by BLAS."""
    power = np.square(magnitude)
    log_power = power + np.float32(_TINY)
    np.log(log_power, out=log_power)
    sums = Sums(
        np.hstack([magnitude @ _frequency_powers(), _block_sums(magnitude)]),
        np.hstack([power @ mel_filters(), _octave_sums(power), row_sums(power)[:, None]]),
        _octave_sums(log_power) / _octave_widths(),
    )
    return Spectra(magnitude, power, log_power, sums)


def row_sums(rows: Floats) -> Floats:
    """The sum of each row, shape ``[rows]``."""
    total: Floats = np.einsum("tb->t", rows)  # takes a third of the time of NumPy's sum
    return total


def _octave_sums(rows: Floats) -> Floats:
    """Sums over the bins of each octave, shape ``[frames, octaves]``."""
    return np.stack([row_sums(rows[:, octave]) for octave in _octaves()], axis=1)


def _block_sums(magnitude: Floats) -> Floats:
    """Sums over blocks of bins; the last bin is in none. Shape ``[frames, blocks]``."""
    sums: Floats = np.einsum("tbk->tb", magnitude[:, :-1].reshape(len(magnitude), -1, _ROLLOFF_BLOCK))
    return sums


def join(parts: Sequence[Sums]) -> Sums:
    """The sums of frames that follow one another."""
    return Sums(
        np.concatenate([part.magnitude for part in parts]),
        np.concatenate([part.power for part in parts]),
        np.concatenate([part.log_power_means for part in parts]),
    )


@cache
def frequencies_hz() -> Floats:
    """The frequency of each bin."""
    return np.fft.rfftfreq(FRAME, 1 / SAMPLE_RATE_HZ).astype(np.float32)


@cache
def _hann() -> Floats:
    return np.hanning(FRAME + 1)[:-1].astype(np.float32)


@cache
def mel_filters(bands: int = MEL_BANDS, lowest_hz: float = 30.0, highest_hz: float = 10_500.0) -> Floats:
    """Triangular filters of equal area on the mel scale of Slaney (1998), shape ``[BINS, bands]``."""
    low, high = _mel(np.array([lowest_hz, highest_hz]))
    edges = _mel_to_hz(np.linspace(low, high, bands + 2))
    below, centre, above = edges[:-2], edges[1:-1], edges[2:]
    hz = frequencies_hz()[:, None].astype(np.float64)
    rising, falling = (hz - below) / (centre - below), (above - hz) / (above - centre)
    triangles = np.maximum(0, np.minimum(rising, falling)) * 2 / (above - below)
    return triangles.astype(np.float32)


def _mel(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(hz < 1000, hz * 3 / 200, 15 + np.log(np.maximum(hz, 1) / 1000) * 27 / np.log(6.4))  # noqa: PLR2004


def _mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))  # noqa: PLR2004


def mel_power(sums: Sums) -> Floats:
    """Power in each mel band, shape ``[frames, MEL_BANDS]``."""
    return sums.power[:, :MEL_BANDS]


@cache
def _octave_widths() -> Floats:
    return np.array([octave.stop - octave.start for octave in _octaves()], np.float32)


def _octave_power(sums: Sums) -> Floats:
    return sums.power[:, MEL_BANDS:-1]


def mel_levels_db(mel: Floats) -> Floats:
    """Level of each mel band against the mean of all, at least ``FLOOR_DB``; ``[frames, MEL_BANDS]``."""
    return _decibels(np.maximum(mel / mel.mean(), 10 ** (FLOOR_DB / 10)))


def _decibels(power: NDArray[np.floating]) -> Floats:
    return np.asarray(10 * np.log10(power), np.float32)


def band_levels_db(mel_db: Floats, bands: int = 8) -> Floats:
    """Mean level of ``bands`` groups of neighbouring mel bands, shape ``[frames, bands]``."""
    return np.asarray(mel_db.reshape(len(mel_db), bands, -1).mean(axis=2), np.float32)


@cache
def _cosines(bands: int) -> Floats:
    """The orthonormal discrete cosine transform (type II) as a matrix ``[bands, MFCCS]``."""
    angles = np.pi / bands * (np.arange(bands)[:, None] + 0.5) * np.arange(MFCCS)
    matrix = np.sqrt(2 / bands) * np.cos(angles)
    matrix[:, 0] /= np.sqrt(2)
    return np.asarray(matrix, np.float32)


def mfcc(mel_db: Floats) -> Floats:
    """Mel-frequency cepstral coefficients (Davis and Mermelstein 1980), shape ``[frames, MFCCS]``, in dB."""
    return np.asarray(mel_db @ _cosines(mel_db.shape[1]), np.float32)


def moments(sums: Sums) -> tuple[Floats, Floats, Floats]:
    """Centroid and bandwidth (standard deviation) of the magnitude spectrum in Hz, and its skewness."""
    total = sums.magnitude[:, :1] + np.float32(_TINY)
    first, second, third = (sums.magnitude[:, 1:_MOMENTS] / total).T.astype(np.float64)
    spread = np.sqrt(np.maximum(second - first**2, 1e-8))
    skewness = (third - 3 * first * spread**2 - first**3) / spread**3
    centroid, bandwidth = first * SAMPLE_RATE_HZ, spread * SAMPLE_RATE_HZ
    return centroid.astype(np.float32), bandwidth.astype(np.float32), skewness.astype(np.float32)


@cache
def _frequency_powers() -> Floats:
    """Powers 0 to 3 of each bin's frequency against the sampling rate, shape ``[BINS, _MOMENTS]``."""
    share = frequencies_hz().astype(np.float64) / SAMPLE_RATE_HZ
    return np.stack([share**power for power in range(_MOMENTS)], axis=1).astype(np.float32)


def rolloff_hz(spectra: Spectra, shares: tuple[float, ...]) -> Floats:
    """Frequency under which each of ``shares`` of the magnitude lies, shape ``[frames, len(shares)]``."""
    # In two steps, blocks of bins and then the bins of one block, which spares most of the sums.
    ends = np.cumsum(spectra.sums.magnitude[:, _MOMENTS:], axis=1)
    frames = np.arange(len(ends))[:, None]
    blocks = spectra.magnitude[:, :-1].reshape(len(ends), -1, _ROLLOFF_BLOCK)
    total = ends[:, -1] + spectra.magnitude[:, -1]
    wanted = total[:, None] * np.array(shares, np.float32)
    before = np.count_nonzero(ends[:, None] < wanted[:, :, None], axis=2)
    block = np.minimum(before, blocks.shape[1] - 1)
    inside = np.cumsum(blocks[frames, block], axis=2)
    left = wanted - np.where(block > 0, ends[frames, block - 1], 0)
    found = block * _ROLLOFF_BLOCK + np.count_nonzero(inside < left[:, :, None], axis=2)
    return np.asarray(found * np.float32(SAMPLE_RATE_HZ / FRAME), np.float32)


def flatness_db(sums: Sums) -> Floats:
    """Geometric against arithmetic mean of the power to 10 kHz: far below 0 for tones; shape ``[frames]``."""
    widths = _octave_widths()
    log_mean = sums.log_power_means @ (widths / widths.sum())
    return _ratio_db(log_mean, _octave_power(sums).sum(axis=1) / widths.sum())


def _ratio_db(log_of_one: NDArray[np.floating], other: NDArray[np.floating]) -> Floats:
    return np.asarray(10 / np.log(10) * (log_of_one - np.log(other + _TINY)), np.float32)


def entropy_bits(spectra: Spectra) -> Floats:
    """Shannon entropy of the power as a distribution over bins, shape ``[frames]``."""
    total = spectra.sums.power[:, -1] + np.float32(_TINY)
    product = np.einsum("tb,tb->t", spectra.power, spectra.log_power)
    return np.asarray((np.log(total) - product / total) / np.log(2), np.float32)


@cache
def _octaves() -> tuple[slice, ...]:
    edges = np.searchsorted(frequencies_hz(), OCTAVE_EDGES_HZ)
    return tuple(slice(int(a), int(b)) for a, b in pairwise(edges))


def contrast_db(spectra: Spectra) -> Floats:
    """Peaks against valleys in each octave (Jiang et al. 2002), shape ``[frames, octaves]``.

    The mean power of the loudest tenth of the octave's bins over that of the quietest tenth.
    """
    ordered = spectra.power.copy()
    for octave in _octaves():
        ordered[:, octave].sort(axis=1)
    valleys, peaks = np.hsplit(ordered @ _extremes(), 2)
    return _decibels((peaks + _TINY) / (valleys + _TINY))


@cache
def _extremes() -> Floats:
    """What makes the means over the lowest, then over the highest tenth of each octave's ordered bins.

    Shape ``[BINS, 2 * octaves]``.
    """
    columns = np.zeros((BINS, 2, len(_octaves())), np.float32)
    for i, octave in enumerate(_octaves()):
        count = max(1, round(_EXTREMES * (octave.stop - octave.start)))
        columns[octave.start : octave.start + count, 0, i] = 1 / count
        columns[octave.stop - count : octave.stop, 1, i] = 1 / count
    return columns.reshape(BINS, -1)


def octave_flatness_db(sums: Sums) -> Floats:
    """Flatness within each octave, shape ``[frames, octaves]``: how noisy each register is."""
    return _ratio_db(sums.log_power_means, _octave_power(sums) / _octave_widths())


def zero_crossing_rate(samples: Floats) -> Floats:
    """Share of a frame's samples at which the sign changes, shape ``[frames]``."""
    negative = np.signbit(samples)
    changes = np.append(negative[1:] != negative[:-1], False)
    hops = len(samples) // HOP
    in_hops = np.bitwise_count(np.packbits(changes[: hops * HOP]).reshape(hops, -1)).sum(axis=1)
    crossings = np.convolve(in_hops, np.ones(FRAME // HOP, np.int64), "valid")
    across_the_end = changes[FRAME - 1 : hops * HOP : HOP]
    return np.asarray((crossings - across_the_end) / FRAME, np.float32)


def levels_db(samples: Floats) -> Floats:
    """RMS of each frame of :func:`normalised` samples, at least ``FLOOR_DB``; shape ``[frames]``."""
    hops = samples[: len(samples) // HOP * HOP].reshape(-1, HOP)
    mean_square = np.convolve(np.einsum("hs,hs->h", hops, hops), np.full(FRAME // HOP, 1 / FRAME), "valid")
    return _decibels(np.maximum(mean_square, 10 ** (FLOOR_DB / 10)))


def rises_db(mel_db: Floats) -> Floats:
    """How much each mel band rose since the frame before, 0 where it fell; ``[frames - 1, MEL_BANDS]``."""
    return np.asarray(np.maximum(np.diff(mel_db, axis=0), 0), np.float32)


def likeness(series: Floats, lag: int) -> Floats:
    """Cosine similarity of each frame's vector with that ``lag`` frames later: how much a sound stays."""
    a, b = series[:-lag], series[lag:]
    lengths = np.sqrt(np.square(a).sum(axis=1) * np.square(b).sum(axis=1))
    products: Floats = np.einsum("tk,tk->t", a, b)
    return np.asarray(products / (lengths + 1e-6), np.float32)
