"""What every instrument is made of: decaying modes, periodic tables, ensembles, noise and envelopes.

All signals are float32 at ``SAMPLE_RATE_HZ``, shape ``[samples]`` or ``[2, samples]``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

SAMPLE_RATE_HZ = 48_000

Signal = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.floating[Any]]
Curve = Callable[[Numbers], Numbers]
"""Gain by frequency in Hz."""

_HIGHEST_HZ = 15_500.0
_TABLE = 4096
_LOOP = 1 << 17
_BLOCK = 256
_ROWS = 4  # of blocks at once: products so small that BLAS does not spread them over every core


def samples(seconds: float) -> int:
    """Seconds as a number of samples, at least 1."""
    return max(1, round(seconds * SAMPLE_RATE_HZ))


def times(count: int) -> Signal:
    """The time of each sample, in seconds."""
    return np.arange(count, dtype=np.float32) / np.float32(SAMPLE_RATE_HZ)


def harmonics(hz: float, most: int = 80) -> Numbers:
    """Numbers of the harmonics of a tone that can be heard and held: 1, 2, ..."""
    return np.arange(1, max(2, min(most, int(_HIGHEST_HZ / hz)) + 1), dtype=np.float64)


def modes(hz: Numbers, amplitude: Numbers, decay_per_s: Numbers, count: int) -> Signal:
    """A sum of sines that each die away exponentially: anything that is struck or plucked.

    ``exp(at)`` over blocks of samples is an outer product of where a block begins and where a sample lies
    in it, so the whole sum is one matrix product.

    Args:
        hz: frequencies, shape ``[k]``; those that cannot be held at the sample rate are left out.
        amplitude: of each at its start, shape ``[k]``.
        decay_per_s: rate of each: the amplitude falls by e in ``1 / decay_per_s`` seconds. Shape ``[k]``.
        count: samples.
    """
    heard = hz < _HIGHEST_HZ
    rate = (-decay_per_s[heard] + 2j * np.pi * hz[heard]) / SAMPLE_RATE_HZ
    blocks = -(-count // (_BLOCK * _ROWS)) * _ROWS
    coarse = amplitude[heard] * np.exp(np.arange(blocks)[:, None] * _BLOCK * rate)
    fine = np.exp(np.arange(_BLOCK)[:, None] * rate).T
    left = np.hstack([coarse.imag, coarse.real]).astype(np.float32)
    right = np.vstack([fine.real, fine.imag]).astype(np.float32)
    return np.asarray((left.reshape(blocks // _ROWS, _ROWS, left.shape[1]) @ right).reshape(-1)[:count])


def table(amplitude: Numbers, phases: Numbers | float = -np.pi / 2) -> Signal:
    """One period of a tone from its harmonics' amplitudes; peak 1. Shape ``[4097]``: it ends as it begins."""
    spectrum = np.zeros(_TABLE // 2 + 1, dtype=np.complex128)
    spectrum[1 : len(amplitude) + 1] = amplitude * np.exp(1j * np.asarray(phases))
    period = np.fft.irfft(spectrum)
    period /= np.abs(period).max() + 1e-12
    return np.append(period, period[0]).astype(np.float32)


def play(period: Signal, cycles: Numbers) -> Signal:
    """Read a table at a phase counted in cycles, with linear interpolation."""
    position = (cycles - np.floor(cycles)) * _TABLE
    index = position.astype(np.int32)
    index %= _TABLE
    fraction = (position - index).astype(np.float32)
    low = period[index]
    return np.asarray(low + fraction * (period[index + 1] - low))


def cycles(
    hz: float,
    count: int,
    rng: np.random.Generator,
    *,
    vibrato_cents: float = 0.0,
    rate_hz: float = 5.4,
    scoop_cents: float = 0.0,
    loose_cents: float = 4.0,
) -> Numbers:
    """The phase of a played tone: vibrato that comes in late, a scoop into the note, a slow drift.

    Args:
        hz: the pitch that is meant.
        count: samples.
        rng: of the player.
        vibrato_cents: depth.
        rate_hz: of the vibrato.
        scoop_cents: from how far below the note is reached.
        loose_cents: standard deviation of the pitch, from note to note and within one.

    Returns:
        Cycles since the start, shape ``[count]``.
    """
    loose = loose_cents / 1200 * np.log(2)
    hz *= 1 + loose * rng.standard_normal()
    t = np.arange(count) / SAMPLE_RATE_HZ
    phase = hz * t + rng.random()
    if vibrato_cents:
        rate = rate_hz * (1 + 0.06 * rng.standard_normal())
        depth = hz * vibrato_cents / 1200 * np.log(2) / (2 * np.pi * rate)
        onset = np.clip((t - 0.12) / 0.35, 0.0, 1.0)
        phase += depth * onset * np.sin(2 * np.pi * rate * t + rng.random())
    if scoop_cents:
        phase -= hz * scoop_cents / 1200 * np.log(2) * 0.05 * (1 - np.exp(-t / 0.05))
    for rate, share in ((0.7, 0.5), (2.3, 0.45), (8.7, 0.35)):
        wander = hz * share * loose * rng.standard_normal() / (2 * np.pi * rate)
        phase += wander * np.sin(2 * np.pi * rate * t + 6.3 * rng.random())
    return np.asarray(phase)


def ensemble(
    hz: float, spectrum: Curve, spread_cents: float, rng: np.random.Generator, slope: float = 1.0
) -> Signal:
    """Three seconds of many players on one pitch, without a seam; stereo, root mean square 1.

    Every harmonic is a narrow band of noise as wide as the players differ, shaped in the spectrum and turned
    to sound by one inverse transform (after Nasca's PADsynth, 2005).

    Args:
        hz: the pitch.
        spectrum: gain of the instrument's body by frequency.
        spread_cents: standard deviation of the players' tuning.
        rng: of the players.
        slope: harmonic ``k`` has the amplitude ``k ** -slope`` before the body.

    Returns:
        Shape ``[2, 131072]``.
    """
    numbers = harmonics(hz)
    width_hz = hz * numbers * (2 ** (spread_cents / 1200) - 1)
    gains = numbers**-slope * spectrum(hz * numbers) / np.sqrt(width_hz)
    bin_hz = SAMPLE_RATE_HZ / _LOOP
    magnitude = np.zeros(_LOOP // 2 + 1)
    for centre, width, gain in zip(hz * numbers, np.maximum(width_hz, bin_hz), gains, strict=True):
        first, last = int((centre - 3 * width) / bin_hz), int((centre + 3 * width) / bin_hz) + 2
        near = np.arange(max(first, 1), last)
        magnitude[near] += gain * np.exp(-0.5 * ((near * bin_hz - centre) / width) ** 2)
    turns = np.exp(2j * np.pi * rng.random((2, len(magnitude)), dtype=np.float32))
    loop = np.fft.irfft((magnitude * turns).astype(np.complex64))
    return np.asarray(loop / np.sqrt(np.mean(loop**2)), dtype=np.float32)


def looped(loop: Signal, count: int, rng: np.random.Generator) -> Signal:
    """``count`` samples of an ensemble from anywhere in its loop. Shape ``[2, count]``."""
    start = int(rng.integers(_LOOP))
    repeats = -(-(start + count) // _LOOP)
    return np.asarray(np.tile(loop, repeats)[:, start : start + count])


def noise(count: int, shape: Curve, rng: np.random.Generator) -> Signal:
    """Noise with a spectrum, root mean square 1."""
    padded = 1 << max(8, (count - 1).bit_length())
    turns = rng.standard_normal((2, padded // 2 + 1), dtype=np.float32)
    hz = np.fft.rfftfreq(padded, 1 / SAMPLE_RATE_HZ)
    sound = np.fft.irfft(((turns[0] + 1j * turns[1]) * shape(hz)).astype(np.complex64))[:count]
    return np.asarray(sound / (np.sqrt(np.mean(sound**2)) + 1e-12), dtype=np.float32)


def endless_noise(count: int, shape: Curve, rng: np.random.Generator) -> Signal:
    """Noise that comes again every five seconds, without a seam: soon made, for what nobody listens to."""
    return np.resize(noise(_LOOP << 1, shape, rng), count)


def unsteady(count: int, rng: np.random.Generator) -> Signal:
    """How the loudness of what people play wavers: noise, of their arms below and of bow and breath above."""
    return endless_noise(count, lambda hz: band(1.5, 400, 1)(hz) * np.maximum(hz, 1.0) ** -0.7, rng)


def band(low_hz: float, high_hz: float, order: float = 2.0) -> Curve:
    """A band-pass curve that falls by 6 dB an octave for each ``order`` outside its corners."""

    def gain(hz: Numbers) -> Numbers:
        ratio = np.maximum(hz, 1.0)
        return np.asarray(
            (1 + (low_hz / ratio) ** (2 * order)) ** -0.5 * (1 + (ratio / high_hz) ** (2 * order)) ** -0.5
        )

    return gain


def formants(*peaks: tuple[float, float, float], floor: float = 0.1) -> Curve:
    """A body's resonances: ``(centre in Hz, width in octaves, gain)`` each, above a floor."""

    def gain(hz: Numbers) -> Numbers:
        octaves = np.log2(np.maximum(hz, 1.0))
        total = np.full_like(octaves, floor)
        for centre, width, height in peaks:
            total += height * np.exp(-0.5 * ((octaves - np.log2(centre)) / width) ** 2)
        return total

    return gain


def swell(count: int, attack_s: float, held_s: float, release_s: float) -> Signal:
    """An envelope of something blown or bowed: a smooth rise, a steady tone, a smooth fall."""
    t = times(count)
    rise = np.sin(np.float32(np.pi / 2) * np.clip(t / np.float32(attack_s), 0, 1)) ** 2
    fall = (
        np.cos(np.float32(np.pi / 2) * np.clip((t - np.float32(held_s)) / np.float32(release_s), 0, 1)) ** 2
    )
    return np.asarray(rise * fall, dtype=np.float32)


def damped(tone: Signal, held_s: float, release_s: float) -> Signal:
    """Damp what rings once it has been held for its time: it falls by e in ``release_s``; no click."""
    count = tone.shape[-1]
    t = times(count)
    gain = np.exp(-np.maximum(t - np.float32(held_s), 0) / np.float32(release_s))
    edge = min(count, samples(0.004))
    gain[-edge:] *= np.linspace(1, 0, edge, dtype=np.float32)
    return np.asarray(tone * gain, dtype=np.float32)
