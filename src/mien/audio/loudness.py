"""How loud a recording is, for level playback: EBU R 128 loudness and true peak, by ITU-R BS.1770.

Both are measured on all channels at the file's own rate, as it is decoded and in bounded memory: ten numbers
a second are kept. The K-weighting is applied to the power spectra of steps of 100 ms, which differs from the
standard's filters by a few hundredths of a dB.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mien.audio.decode import Channels
    from mien.audio.spectrum import Floats

STEPS_PER_S = 10
_STEPS_A_BLOCK = 4  # 400 ms, a new one every 100 ms
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_SURROUND_WEIGHT = 1.41
_SURROUND = frozenset(("SL", "SR", "BL", "BR"))
_LOW_FREQUENCY = frozenset(("LFE", "LFE2"))

_TAPS = 24
_OVERSAMPLED_HZ = 176_400  # four times the rate of a compact disc
# Peaks between samples are looked for beside samples this close to the highest peak so far (3 dB).
_NEAR_THE_LARGEST = 0.7


class LoudnessMeter:
    """Given a recording piece by piece, knows its loudness and its true peak.

    One channel counts twice, because it will be heard from two speakers: a mono recording is as loud as the
    same in stereo.
    """

    def __init__(self) -> None:
        self._steps: list[NDArray[np.float64]] = []
        self._buffer: Floats = np.zeros((0, 0), np.float32)
        self._held = 0  # samples at the buffer's beginning that are not done with
        self._names: tuple[str, ...] = ()
        self._rate_hz = 0
        self._peak = 0.0

    def add(self, channels: Channels) -> None:
        """Take the next piece, of any length; channels and rate may change on the way."""
        if (channels.names, channels.rate_hz) != (self._names, self._rate_hz):
            self._finish()
            self._names, self._rate_hz = channels.names, channels.rate_hz
            self._buffer, self._held = np.zeros((len(channels.names), _TAPS), np.float32), _TAPS
        end = self._held + channels.samples.shape[1]
        if end > self._buffer.shape[1]:
            self._buffer = np.pad(self._buffer, ((0, 0), (0, end - self._buffer.shape[1])))
        size = 2 * round(self._rate_hz / STEPS_PER_S / 2)
        done = max(0, end - _TAPS) // size * size  # as many samples as a peak needs stay
        power = np.zeros(done // size)
        # Channel after channel, so that what is measured of one is still in the processor's cache.
        for name, row, samples in zip(self._names, self._buffer[:, :end], channels.samples, strict=True):
            np.multiply(samples, np.float32(channels.scale), out=row[self._held :], casting="same_kind")
            self._measure_peak(row)
            weight = _channel_weight(name, len(self._names))
            if weight and done:
                power += weight * _k_power(row[:done].reshape(-1, size), self._rate_hz)
            row[: end - done] = row[done:].copy()
        self._held = end - done
        self._steps.append(power)

    def step_levels_lufs(self) -> NDArray[np.float64]:
        """Loudness of each step of 100 ms, at least -100, shape ``[steps]``."""
        return _loudness_lufs(np.concatenate([np.zeros(0), *self._steps]))

    def integrated_lufs(self) -> float | None:
        """Gated loudness of the whole; None when all is shorter than 0.4 s or quieter than -70 LUFS."""
        steps = np.concatenate([np.zeros(0), *self._steps])
        if len(steps) < _STEPS_A_BLOCK:
            return None
        blocks = np.convolve(steps, np.full(_STEPS_A_BLOCK, 1 / _STEPS_A_BLOCK), "valid")
        blocks = blocks[_loudness_lufs(blocks) > _ABSOLUTE_GATE_LUFS]
        if not len(blocks):
            return None
        gate = _loudness_lufs(blocks.mean()) + _RELATIVE_GATE_LU
        return float(_loudness_lufs(blocks[_loudness_lufs(blocks) > gate].mean()))

    def true_peak_dbtp(self) -> float | None:
        """The highest peak, between samples too, against full scale; None for digital silence."""
        self._finish()
        return 20 * float(np.log10(self._peak)) if self._peak > 0 else None

    def _measure_peak(self, channel: Floats) -> None:
        size = np.abs(channel)
        largest = float(size.max())
        self._peak = max(self._peak, largest)
        if largest <= _NEAR_THE_LARGEST * self._peak or self._rate_hz >= _OVERSAMPLED_HZ:
            return
        side = _TAPS // 2
        near = np.flatnonzero(size[side:-side] > _NEAR_THE_LARGEST * self._peak) + side
        here, before, after = size[near], size[near - 1], size[near + 1]
        tops = near[(here >= before) & (here >= after) & ((here > before) | (here > after))]
        if len(tops):
            around = channel[tops[:, None] + np.arange(-side, side + 1)]
            self._peak = max(self._peak, float(np.abs(around @ _between()).max()))

    def _finish(self) -> None:
        """Measure the peaks of what is held back."""
        if self._held:
            for row in np.pad(self._buffer[:, : self._held], ((0, 0), (0, _TAPS))):
                self._measure_peak(row)
            self._held = 0


def _loudness_lufs(power: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.asarray(-0.691 + 10 * np.log10(np.maximum(power, 1e-10)))


def _channel_weight(name: str, channels: int) -> float:
    if channels == 1:
        return 2.0
    if name in _LOW_FREQUENCY:
        return 0.0
    return _SURROUND_WEIGHT if name in _SURROUND else 1.0


def _k_power(steps: Floats, rate_hz: int) -> Floats:
    """The mean square of each row after K-weighting."""
    spectra = cv2.dft(steps, flags=cv2.DFT_ROWS)
    power: Floats = np.square(spectra, out=spectra) @ _k_weights(steps.shape[1], rate_hz)
    return power


@cache
def _k_weights(size: int, rate_hz: int) -> Floats:
    """What makes the squares of OpenCV's packed spectrum the mean square after K-weighting, shape ``[size]``.

    It is real 0, real 1, imaginary 1, ..., real of the last, so each weight but two stands twice. The two
    filters of ITU-R BS.1770, a shelf for the head and a high pass, as second-order sections for any
    sampling rate.
    """
    turn = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    gain, shelf_q, tan = (
        10 ** (3.999843853973347 / 20),
        0.7071752369554196,
        _tangent(1681.974450955533, rate_hz),
    )
    bent = gain**0.4996667741545416
    shelf = (gain + bent * tan / shelf_q + tan**2, 2 * (tan**2 - gain), gain - bent * tan / shelf_q + tan**2)
    head = np.polyval(shelf[::-1], turn) / np.polyval(_poles(tan, shelf_q), turn)
    tan, pass_q = _tangent(38.13547087602444, rate_hz), 0.5003270373238773
    high_pass = (1 - turn) ** 2 * (1 + tan / pass_q + tan**2) / np.polyval(_poles(tan, pass_q), turn)
    weights = np.abs(head * high_pass) ** 2 / size**2
    inside = np.repeat(2 * weights[1:-1], 2)
    return np.concatenate([weights[:1], inside, weights[-1:]]).astype(np.float32)


def _tangent(hz: float, rate_hz: int) -> float:
    return float(np.tan(np.pi * min(hz / rate_hz, 0.49)))


def _poles(tan: float, q: float) -> tuple[float, float, float]:
    return (1 - tan / q + tan**2, 2 * (tan**2 - 1), 1 + tan / q + tan**2)


@cache
def _between() -> Floats:
    """Interpolates at -1/2, -1/4, 1/4 and 1/2 of a sample, a windowed sinc, shape ``[_TAPS + 1, 4]``."""
    distance = np.arange(-_TAPS // 2, _TAPS // 2 + 1)[:, None] - np.array([-0.5, -0.25, 0.25, 0.5])
    window = np.cos(np.pi * distance / (_TAPS + 2)) ** 2
    taps = np.sinc(distance) * window
    return np.asarray(taps / taps.sum(axis=0), np.float32)
