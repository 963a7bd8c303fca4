"""Sounds whose tempo, key and level are known by construction."""

from __future__ import annotations

import numpy as np

RATE_HZ = 22_050
MAJOR, MINOR = (0, 4, 7), (0, 3, 7)


def tone(hz: float, duration_s: float, partials: int = 6) -> np.ndarray:
    """A tone with falling partials that dies away."""
    time_s = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    waves = [np.sin(2 * np.pi * hz * k * time_s) / k for k in range(1, partials + 1)]
    return (np.sum(waves, axis=0) * np.exp(-1.5 * time_s)).astype(np.float32)


def note(midi: float, duration_s: float) -> np.ndarray:
    return tone(440 * 2 ** ((midi - 69) / 12), duration_s)


def chord(root_midi: int, shape: tuple[int, ...], duration_s: float) -> np.ndarray:
    return np.sum([note(root_midi + step, duration_s) for step in shape], axis=0)


def progression(
    tonic_midi: int, shape: tuple[int, ...], duration_s: float, chord_s: float = 0.5
) -> np.ndarray:
    """Tonic, subdominant, dominant, tonic, again and again; all of the same shape but a major dominant."""
    steps = [(0, shape), (5, shape), (7, MAJOR), (0, shape)]
    count = round(duration_s / chord_s)
    parts = [chord(tonic_midi + steps[i % 4][0], steps[i % 4][1], chord_s) for i in range(count)]
    return np.concatenate(parts).astype(np.float32) * np.float32(0.1)


def clicks(bpm: float, duration_s: float) -> np.ndarray:
    """A short burst of noise at every beat, over faint noise."""
    rng = np.random.default_rng(7)
    samples = 0.001 * rng.standard_normal(round(duration_s * RATE_HZ))
    burst = rng.standard_normal(400) * np.exp(-np.arange(400) / 80)
    for beat in np.arange(0, duration_s - 0.1, 60 / bpm):
        start = round(beat * RATE_HZ)
        samples[start : start + 400] += 0.5 * burst
    return samples.astype(np.float32)


def noise(duration_s: float, level: float = 0.1) -> np.ndarray:
    samples = np.random.default_rng(3).standard_normal(round(duration_s * RATE_HZ))
    return (level * samples).astype(np.float32)


def song(duration_s: float = 10.0) -> np.ndarray:
    """C major chords over clicks at 120 a minute, with a little noise."""
    return progression(60, MAJOR, duration_s) + 0.3 * clicks(120, duration_s) + noise(duration_s, 0.001)
