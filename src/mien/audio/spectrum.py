"""One short-time Fourier transform of a stretch of sound, and what its spectra look like.

Everything that Mien hears in a song is measured on the :class:`Spectra` made here. Sound is normalised first,
so that how loud a recording is never matters; only differences within it do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

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
AT_ONCE = 128
_ROLLOFF_BLOCK = 32
_EXTREMES = 0.1  # share of an octave's bins that make its peaks, and its valleys


@dataclass(frozen=True, slots=True)
class Spectra:
    """The spectra of some frames.

    Attributes:
        magnitude: shape ``[frames, BINS]``.
        power: magnitude squared.
        log_power: natural logarithm of the power.
    """

    magnitude: Floats
    power: Floats
    log_power: Floats


def normalised(samples: Floats) -> Floats:
    """The same sound without offset and with an RMS of 1; it must not be silent."""
    centred = samples - samples.mean(dtype=np.float64).astype(np.float32)
    centred /= np.sqrt(np.square(centred).mean())
    return np.asarray(centred, np.float32)


def frame_count(samples: Floats) -> int:
    """How many whole frames there are."""
    return 1 + (len(samples) - FRAME) // HOP


def transform(samples: Floats, at_once: int = AT_ONCE) -> Iterator[Spectra]:
    """Short-time Fourier transform with a Hann window of 2048 samples (93 ms) every 512 (23 ms), unpadded.

    Args:
        samples: mono at 22.05 kHz, at least ``FRAME`` of them, :func:`normalised`.
        at_once: how many frames are yielded together.
    """
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::HOP]
    for start in range(0, len(frames), at_once):
        power = power_spectra(frames[start : start + at_once] * _hann())
        yield Spectra(np.sqrt(power), power, np.log(power + np.float32(_TINY)))


def power_spectra(rows: Floats) -> Floats:
    """Squared magnitude of the Fourier transform of each row, ``[n, size]`` (even) to ``[n, size / 2 + 1]``.

    By OpenCV, whose transform takes a tenth of the time of NumPy's.
    """
    packed = cv2.dft(rows, flags=cv2.DFT_ROWS)  # real 0, real 1, imaginary 1, ..., real of the last
    squared = np.square(packed)
    power = np.empty((len(rows), rows.shape[1] // 2 + 1), np.float32)
    np.add(squared[:, 1:-1:2], squared[:, 2:-1:2], out=power[:, 1:-1])
    power[:, 0], power[:, -1] = squared[:, 0], squared[:, -1]
    return power


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


def mel_power(spectra: Spectra) -> Floats:
    """Power in each mel band, shape ``[frames, MEL_BANDS]``."""
    return np.asarray(spectra.power @ mel_filters(), np.float32)


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


def _total(spectra: Spectra) -> Floats:
    total: Floats = spectra.magnitude.sum(axis=1) + np.float32(_TINY)
    return total


def moments(spectra: Spectra) -> tuple[Floats, Floats, Floats]:
    """Centroid and bandwidth (standard deviation) of the magnitude spectrum in Hz, and its skewness."""
    sums = spectra.magnitude @ _frequency_powers()
    first, second, third = (sums / _total(spectra)[:, None]).T.astype(np.float64)
    spread = np.sqrt(np.maximum(second - first**2, 1e-8))
    skewness = (third - 3 * first * spread**2 - first**3) / spread**3
    centroid, bandwidth = first * SAMPLE_RATE_HZ, spread * SAMPLE_RATE_HZ
    return centroid.astype(np.float32), bandwidth.astype(np.float32), skewness.astype(np.float32)


@cache
def _frequency_powers() -> Floats:
    """First to third power of each bin's frequency against the sampling rate, shape ``[BINS, 3]``."""
    share = frequencies_hz().astype(np.float64) / SAMPLE_RATE_HZ
    return np.stack([share, share**2, share**3], axis=1).astype(np.float32)


def rolloff_hz(spectra: Spectra, shares: tuple[float, ...]) -> Floats:
    """Frequency under which each of ``shares`` of the magnitude lies, shape ``[frames, len(shares)]``."""
    # In two steps, blocks of bins and then the bins of one block, which spares most of the sums.
    blocks = spectra.magnitude[:, :-1].reshape(len(spectra.magnitude), -1, _ROLLOFF_BLOCK)
    ends = np.cumsum(blocks.sum(axis=2), axis=1)
    wanted = np.array(shares, np.float32) * (ends[:, -1:] + spectra.magnitude[:, -1:])
    block = np.minimum((ends[:, None, :] < wanted[:, :, None]).sum(axis=2), blocks.shape[1] - 1)
    before = np.take_along_axis(np.pad(ends, ((0, 0), (1, 0))), block, axis=1)
    inside = np.take_along_axis(blocks, block[:, :, None], axis=1).cumsum(axis=2)
    bins = block * _ROLLOFF_BLOCK + (inside + before[:, :, None] < wanted[:, :, None]).sum(axis=2)
    return np.asarray(bins * np.float32(SAMPLE_RATE_HZ / FRAME), np.float32)


def flatness_db(spectra: Spectra) -> Floats:
    """Geometric against arithmetic mean of the power to 10 kHz: far below 0 for tones; shape ``[frames]``."""
    end = _octaves()[-1].stop
    return _ratio_db(spectra.log_power[:, :end].mean(axis=1), spectra.power[:, :end].mean(axis=1))


def _ratio_db(log_of_one: NDArray[np.floating], other: NDArray[np.floating]) -> Floats:
    return np.asarray(10 / np.log(10) * (log_of_one - np.log(other + _TINY)), np.float32)


def entropy_bits(spectra: Spectra) -> Floats:
    """Shannon entropy of the power as a distribution over bins, shape ``[frames]``."""
    total = spectra.power.sum(axis=1) + np.float32(_TINY)
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
    valleys, peaks = np.empty((2, len(spectra.power), len(_octaves())), np.float32)
    for column, octave in enumerate(_octaves()):
        ordered = np.sort(spectra.power[:, octave], axis=1)
        count = max(1, round(_EXTREMES * ordered.shape[1]))
        valleys[:, column] = np.add.reduce(ordered[:, :count], axis=1) / count
        peaks[:, column] = np.add.reduce(ordered[:, -count:], axis=1) / count
    return _decibels((peaks + _TINY) / (valleys + _TINY))


def octave_flatness_db(spectra: Spectra) -> Floats:
    """Flatness within each octave, shape ``[frames, octaves]``: how noisy each register is."""
    starts = [octave.start for octave in _octaves()]
    end = _octaves()[-1].stop
    widths = np.diff([*starts, end]).astype(np.float32)
    geometric = np.add.reduceat(spectra.log_power[:, :end], starts, axis=1) / widths
    return _ratio_db(geometric, np.add.reduceat(spectra.power[:, :end], starts, axis=1) / widths)


def zero_crossing_rate(samples: Floats) -> Floats:
    """Share of a frame's samples at which the sign changes, shape ``[frames]``."""
    changes = np.concatenate([[0], np.cumsum(np.diff(np.signbit(samples)), dtype=np.int32)])
    starts = np.arange(frame_count(samples)) * HOP
    crossings = changes[starts + FRAME - 1] - changes[starts]
    return np.asarray(crossings / FRAME, np.float32)


def levels_db(samples: Floats) -> Floats:
    """RMS of each frame of :func:`normalised` samples, at least ``FLOOR_DB``; shape ``[frames]``."""
    starts = np.arange(frame_count(samples) + FRAME // HOP - 1) * HOP
    hops = np.add.reduceat(np.square(samples[: starts[-1] + HOP]), starts, dtype=np.float64)
    mean_square = np.convolve(hops, np.ones(FRAME // HOP), "valid") / FRAME
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
