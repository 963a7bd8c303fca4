"""What happens to a sound after it was played: amplifiers, chorus, rooms, and the mix."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mien.demo.synth.waves import SAMPLE_RATE_HZ, Curve, Numbers, Signal, band, formants, samples, times

Effect = Callable[[Signal], Signal]
"""From and to shape ``[2, samples]``."""

_FAST_SIZES: tuple[int, ...] = tuple(
    sorted(2**a * 3**b * 5**c for a in range(25) for b in range(5) for c in range(4))
)


def fast_size(count: int) -> int:
    """The least length from ``count`` up that the Fourier transform is quick for."""
    return int(next(size for size in _FAST_SIZES if size >= count))


def equalise(signal: Signal, curve: Curve) -> Signal:
    """Filter a signal by a curve of gain over frequency, in no time (zero phase). Shape as it came."""
    count = signal.shape[-1]
    size = fast_size(count + SAMPLE_RATE_HZ // 20)
    spectrum = np.fft.rfft(signal, size)
    spectrum *= curve(np.fft.rfftfreq(size, 1 / SAMPLE_RATE_HZ)).astype(np.float32)
    return np.asarray(np.fft.irfft(spectrum, size)[..., :count], dtype=np.float32)


def _cabinet(hz: Numbers) -> Numbers:
    """A guitar loudspeaker: nothing below 80 Hz or above 5 kHz, a bump at each end."""
    return np.asarray(
        formants((115, 0.5, 0.7), (2600, 0.6, 1.0), (3900, 0.25, 0.5), floor=0.55)(hz) * band(85, 4800, 3)(hz)
    )


def amplifier(drive_db: float, tight_hz: float = 120.0) -> Effect:
    """A distorting guitar amplifier and its cabinet: two stages of soft clipping, the second lopsided.

    Args:
        drive_db: gain before the first stage.
        tight_hz: what lies below is taken away before the distortion, so that chords stay clear.
    """
    gain = np.float32(10 ** (drive_db / 20))

    def effect(signal: Signal) -> Signal:
        mono = equalise(signal.mean(axis=0), band(tight_hz, 6500, 1))
        stage = np.tanh(mono / (np.abs(mono).max() + 1e-9) * gain)
        stage = np.tanh(np.float32(1.8) * stage + np.float32(0.18)) - np.float32(np.tanh(0.18))
        return np.stack([equalise(stage, _cabinet)] * 2)

    return effect


def overdrive(amount: float, low_hz: float = 30.0, high_hz: float = 6000.0) -> Effect:
    """Warm saturation, as of a bass amplifier or a tape."""

    def effect(signal: Signal) -> Signal:
        level = np.sqrt(np.mean(signal**2)) + 1e-9
        return equalise(np.tanh(signal * np.float32(amount / level / 3)), band(low_hz, high_hz, 1))

    return effect


def chorus(depth_s: float = 0.0022, rate_hz: float = 0.6) -> Effect:
    """A copy on each side, late by a time that wanders."""

    def effect(signal: Signal) -> Signal:
        count = signal.shape[-1]
        turn = np.float32(2 * np.pi * rate_hz) * times(count)
        here = np.arange(count, dtype=np.int32)
        out = signal.copy()
        for side, channel in enumerate(signal):
            late = np.float32(SAMPLE_RATE_HZ) * (
                np.float32(0.009) + np.float32(depth_s) * np.sin(turn + np.float32(2.1 * side))
            )
            whole = np.ceil(late).astype(np.int32)
            before = np.maximum(here - whole, 0)
            copy = channel[before] + (whole - late) * (channel[before + 1] - channel[before])
            out[side] = np.float32(0.75) * channel + np.float32(0.55) * copy
        return out

    return effect


def rotor(rate_hz: float, depth: float) -> Effect:
    """A loudspeaker that turns, or a tremolo that pans: loudness goes from side to side."""

    def effect(signal: Signal) -> Signal:
        wave = np.float32(depth) * np.sin(np.float32(2 * np.pi * rate_hz) * times(signal.shape[-1]))
        return np.stack([signal[0] * (1 + wave), signal[1] * (1 - wave)])

    return effect


def echo(signal: Signal, delay_s: float, feedback: float) -> Signal:
    """What comes back, from side to side, without the sound itself."""
    out = np.zeros_like(signal)
    for turn in range(1, 5):
        late = samples(delay_s * turn)
        if late >= signal.shape[-1]:
            break
        source = signal if turn % 2 == 0 else signal[::-1]
        out[:, late:] += np.float32(feedback**turn) * source[:, :-late]
    return out


def room(reverb_s: float, rng: np.random.Generator, dull_hz: float = 4500.0) -> Signal:
    """A room's answer to a click: first reflections, then noise that dies away, high frequencies first.

    After Moorer (1979), "About this reverberation business": exponentially decaying noise is a good hall.

    Args:
        reverb_s: time to fall by 60 dB at 500 Hz.
        rng: of the room.
        dull_hz: the higher, the less the time falls with frequency.

    Returns:
        Shape ``[2, samples]``, energy 1 a side.
    """
    count = samples(min(reverb_s * 1.15 + 0.05, 6.0))
    t = times(count)
    total = np.zeros((2, count), dtype=np.float32)
    for low, high in ((60, 250), (250, 1000), (1000, 3500), (3500, 12000)):
        centre = np.sqrt(low * high)
        decay = reverb_s * (1 + 500 / dull_hz) / (1 + centre / dull_hz) * (0.85 if centre < 200 else 1.0)  # noqa: PLR2004
        wild = rng.standard_normal((2, count), dtype=np.float32)
        total += equalise(wild, band(low, high, 2)) * np.exp(np.float32(-6.9 / decay) * t)
    build = 1 - np.exp(-t / np.float32(0.006 + 0.008 * reverb_s))
    total *= build
    for _ in range(10):
        late = samples(0.007 + 0.05 * rng.random())
        total[int(rng.integers(2)), min(late, count - 1)] += np.float32(rng.choice((-1, 1)) * 2.5)
    predelay = samples(min(0.03, 0.008 * reverb_s))
    total = np.pad(total, ((0, 0), (predelay, 0)))
    return np.asarray(total / np.sqrt(np.sum(total**2, axis=1, keepdims=True)), dtype=np.float32)


def follow(power: Numbers, rise: float, fall: float) -> Numbers:
    """Smooth a level given block by block; ``rise`` and ``fall``: parts of the way in a block, 0 to 1."""
    out = np.empty_like(power)
    level = 0.0
    for index, value in enumerate(power.tolist()):
        level += (value - level) * (rise if value > level else fall)
        out[index] = level
    return out


_BLOCK = 256


def blocks_max(signal: Signal) -> Numbers:
    """Peak of both sides in each block of 256 samples."""
    peaks = np.abs(signal).max(axis=0)
    return np.asarray(np.pad(peaks, (0, -len(peaks) % _BLOCK)).reshape(-1, _BLOCK).max(axis=1), np.float64)


def _spread(gain: Numbers, count: int) -> Signal:
    """Gains by block to gains by sample, without steps."""
    centres = (np.arange(len(gain)) + 0.5) * _BLOCK
    return np.interp(np.arange(count, dtype=np.float32), centres, gain).astype(np.float32)


def compress(signal: Signal, ratio: float, below_peak_db: float) -> Signal:
    """Press what is louder than a threshold, which lies so far below the loud passages; slow to let go."""
    count = signal.shape[-1]
    power = np.pad((signal**2).mean(axis=0), (0, -count % _BLOCK)).reshape(-1, _BLOCK).mean(axis=1)
    level = follow(power.astype(np.float64), 0.08, 0.025)
    threshold = np.quantile(level, 0.95) * 10 ** (-below_peak_db / 10) + 1e-12
    gain = np.minimum(1.0, (threshold / np.maximum(level, 1e-12)) ** (0.5 * (1 - 1 / ratio)))
    return signal * _spread(gain, count)


def saturate(signal: Signal, drive_db: float) -> Signal:
    """Drive a whole mix into saturation, where harmonics, sums and differences of its tones come up.

    A third of the mix goes beside it, clean, so that drums keep their edge. At 0 dB the root mean square lies
    12 dB under where the saturation ends.
    """
    driven = signal * np.float32(0.25 * 10 ** (drive_db / 20) / (np.sqrt(np.mean(signal**2)) + 1e-9))
    return np.asarray(np.tanh(driven) + np.float32(0.33) * driven)


def clip_softly(signal: Signal, knee: float = 0.55, top: float = 1.2) -> Signal:
    """Round what rises above a knee, as tape does, so that it stays under ``top``."""
    over = np.maximum(np.abs(signal) - np.float32(knee), 0)
    rounded = np.float32(knee) + np.float32(top - knee) * np.tanh(over / np.float32(top - knee))
    return np.asarray(np.where(over > 0, np.copysign(rounded, signal), signal), dtype=np.float32)


def limit(signal: Signal, ceiling: float) -> Signal:
    """Hold every peak under a ceiling; the gain goes down before the peak comes, and up again slowly."""
    peaks = blocks_max(signal)
    ahead = np.maximum.reduce([np.roll(np.pad(peaks, 3), shift) for shift in range(-3, 4)])[3:-3]
    needed = np.maximum(ahead / ceiling, 1.0)
    held = np.maximum(follow(needed, 1.0, 0.03), needed)
    return np.asarray(np.clip(signal * _spread(1 / held, signal.shape[-1]), -ceiling, ceiling))


def k_weighting(hz: Numbers) -> Numbers:
    """Gain of the loudness filter of ITU-R BS.1770, about: 4 dB more from 1.7 kHz, less under 40 Hz."""
    shelf = 1 + 0.585 / (1 + (1700 / np.maximum(hz, 1.0)) ** 4)
    return np.asarray(shelf / (1 + (38 / np.maximum(hz, 1.0)) ** 4))


def loudness_db(signal: Signal) -> float:
    """K-weighted loudness of a signal's louder half, against full scale (LUFS with a simpler gate)."""
    weighted = equalise(signal, k_weighting)
    tail = weighted.shape[-1] % samples(0.4)
    power = (weighted[:, : weighted.shape[-1] - tail] ** 2).sum(axis=0).reshape(-1, samples(0.4)).mean(axis=1)
    loud = power[power >= np.median(power)]
    return float(-0.691 + 10 * np.log10(loud.mean() + 1e-12))
