"""Speech and noise are told from music."""

from __future__ import annotations

import numpy as np
import pytest
from made_music import MAJOR, MINOR, RATE_HZ, clicks, noise, progression, song

from mien.audio.features import measure, vector
from mien.audio.speech import NOISE, SPEECH, most_of, no_music

# First and second formant of some vowels in Hz, as Peterson and Barney (1952) measured them.
VOWELS = ((270, 2290), (530, 1840), (730, 1090), (570, 840), (300, 870), (390, 1990))


def talk(duration_s: float, pitch_hz: float, seed: int = 0) -> np.ndarray:
    """Syllables as a voice makes them: a hiss, then a vowel of gliding pitch; pauses between phrases."""
    rng = np.random.default_rng(seed)
    parts: list[np.ndarray] = []
    while sum(map(len, parts)) < duration_s * RATE_HZ:
        for _syllable in range(rng.integers(4, 10)):
            parts += [hiss(rng.uniform(0.02, 0.09), rng), vowel(rng.uniform(0.08, 0.2), pitch_hz, rng)]
        parts.append(np.zeros(round(rng.uniform(0.2, 0.6) * RATE_HZ)))
    samples = np.concatenate(parts)[: round(duration_s * RATE_HZ)]
    return (0.3 * samples + 0.001 * rng.standard_normal(len(samples))).astype(np.float32)


def hiss(seconds: float, rng: np.random.Generator) -> np.ndarray:
    return 0.15 * np.diff(rng.standard_normal(round(seconds * RATE_HZ) + 1))


def vowel(seconds: float, pitch_hz: float, rng: np.random.Generator) -> np.ndarray:
    count = round(seconds * RATE_HZ)
    glide = np.linspace(*rng.uniform(0.85, 1.2, 2), count)
    turns = np.cumsum(pitch_hz * glide) / RATE_HZ
    formants = VOWELS[rng.integers(len(VOWELS))]
    sound = np.zeros(count)
    for partial in range(1, int(4000 / pitch_hz)):
        gain = sum(1 / (1 + ((partial * pitch_hz - f) / 90) ** 2) for f in formants) + 0.02
        sound += gain * np.sin(2 * np.pi * partial * turns)
    return sound * np.hanning(count) * rng.uniform(0.4, 1.0)


def said(samples: np.ndarray) -> str | None:
    return no_music(vector(measure(samples)))


def coloured(slope: float, seconds: float = 10.0) -> np.ndarray:
    samples = np.random.default_rng(1).standard_normal(round(seconds * RATE_HZ))
    hz = np.maximum(np.fft.rfftfreq(len(samples), 1 / RATE_HZ), 20)
    return np.fft.irfft(np.fft.rfft(samples) * hz**slope, len(samples)).astype(np.float32)


@pytest.mark.parametrize("pitch_hz", [110.0, 200.0])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_syllables_are_speech(pitch_hz, seed):
    assert said(talk(15.0, pitch_hz, seed)) == SPEECH


@pytest.mark.parametrize("slope", [0.0, -0.5, -1.0], ids=["white", "pink", "brown"])
def test_noise_of_any_colour_is_noise(slope):
    assert said(coloured(slope)) == NOISE


def test_noise_that_swells_is_noise():
    samples = coloured(0.0)
    assert said(samples * (1 + np.sin(np.arange(len(samples)) / 5000)).astype(np.float32)) == NOISE


@pytest.mark.parametrize(
    "samples",
    [
        song(10.0),
        progression(60, MAJOR, 10.0, 1.0),
        progression(57, MINOR, 10.0, 0.25),
        progression(50, MINOR, 10.0)[: 10 * RATE_HZ] + 0.3 * clicks(90, 10.0),
        song(10.0) + noise(10.0, 0.02),
    ],
    ids=["song", "slow chords", "fast chords", "beat", "noisy song"],
)
def test_music_is_neither(samples):
    assert said(samples) is None


def test_most_of_the_time_decides():
    lengths_s = np.array([10.0, 10.0, 4.0])
    assert most_of([SPEECH, SPEECH, None], lengths_s) == SPEECH
    assert most_of([SPEECH, None, None], lengths_s) is None
    assert most_of([SPEECH, NOISE, None], lengths_s) is None
