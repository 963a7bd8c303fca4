"""A singer without words: vowels that change from note to note, soft consonants, vibrato, breath.

Formants after Peterson & Barney (1952), "Control methods used in a study of the vowels"; scoops and vibrato
after Sundberg (1987), "The Science of the Singing Voice".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mien.demo.synth.waves import (
    Curve,
    Numbers,
    Signal,
    band,
    cycles,
    harmonics,
    noise,
    play,
    samples,
    swell,
    table,
    times,
)

_VOWELS = {
    "a": (780, 1250, 2700, 3500),
    "e": (480, 1950, 2600, 3600),
    "i": (320, 2250, 3000, 3700),
    "o": (480, 880, 2600, 3500),
    "u": (350, 750, 2500, 3400),
}
_LEVELS = (1.0, 0.55, 0.22, 0.14)
_WIDTHS_HZ = (90.0, 110.0, 170.0, 250.0)
_NASAL_HZ = 450.0
_CONSONANTS = ("none", "nasal", "stop", "hiss")


@dataclass(frozen=True, slots=True)
class Singer:
    """Someone who sings.

    Attributes:
        size: of the formants; 1 is a man's, 1.15 a woman's.
        slope: of the voice's harmonics; lower is brighter and more pressed.
        vibrato_cents: depth.
        breath: level of the breath's noise.
        vowels: to choose from.
        strength: of the consonants, 0 to 1.
    """

    size: float
    slope: float
    vibrato_cents: float
    breath: float
    vowels: str
    strength: float

    def __call__(self, hz: float, held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
        """One note, on one syllable."""
        count = samples(held_s + 0.11)
        phase = cycles(hz, count, rng, vibrato_cents=self.vibrato_cents, scoop_cents=70, loose_cents=12)
        first, second = rng.choice(list(self.vowels), 2)
        t = times(count)
        turn = np.clip((t - np.float32(0.3 * held_s)) / np.float32(0.35 * held_s + 0.05), 0, 1)
        sung = self._vowel(first, hz, velocity, phase)
        if rng.random() < 0.5:  # noqa: PLR2004  (half of the syllables glide to another vowel)
            sung += turn * (self._vowel(second, hz, velocity, phase) - sung)
        air = noise(count, self._mouth(first), rng) * np.float32(self.breath)
        shape = swell(count, 0.05, held_s, 0.11)
        return np.asarray(self._consonant(sung + air, hz, phase, rng) * shape, dtype=np.float32)

    def _mouth(self, vowel: str) -> Curve:
        def gain(hz: Numbers) -> Numbers:
            total = np.full_like(hz, 0.015)
            for centre, width, level in zip(_VOWELS[vowel], _WIDTHS_HZ, _LEVELS, strict=True):
                total += level / (1 + ((hz - self.size * centre) / width) ** 2)
            return total

        return gain

    def _vowel(self, vowel: str, hz: float, velocity: float, phase: Numbers) -> Signal:
        number = harmonics(hz, 60)
        gain = number ** -(self.slope + 0.5 * (1 - velocity)) * self._mouth(vowel)(hz * number)
        return play(table(gain, 2.4 * np.sqrt(number)), phase)

    def _consonant(self, tone: Signal, hz: float, phase: Numbers, rng: np.random.Generator) -> Signal:
        """Begin the syllable with nothing, a nasal, a soft stop or a hiss."""
        kind = rng.choice(
            _CONSONANTS, p=[1 - self.strength, 0.4 * self.strength, 0.3 * self.strength, 0.3 * self.strength]
        )
        length = min(len(tone), samples(0.07))
        opening = np.ones_like(tone)
        if kind == "nasal":
            number = harmonics(hz, 12)
            hum = play(table(1 / number / (1 + (hz * number / _NASAL_HZ) ** 4)), phase[:length])
            opening[:length] = np.linspace(0, 1, length) ** 3
            tone = tone * opening
            tone[:length] += np.float32(0.5) * hum * (1 - opening[:length])
        elif kind == "stop":
            opening[: length // 2] = np.linspace(0, 1, length // 2) ** 4
            tone = tone * opening
            burst = noise(length // 2, band(1500, 5500), rng) * np.linspace(1, 0, length // 2) ** 2
            tone[: length // 2] += (0.4 * self.strength * burst).astype(np.float32)
        elif kind == "hiss":
            opening[:length] = np.linspace(0, 1, length) ** 3
            tone = tone * opening
            hiss = noise(length, band(4200, 10000), rng) * np.sin(np.linspace(0, np.pi, length))
            tone[:length] += (0.6 * self.strength * hiss).astype(np.float32)
        return tone


singer = Singer(1.14, 0.75, 24, 0.05, "aeiou", 0.7)
soft_singer = Singer(1.12, 1.15, 20, 0.09, "aou", 0.4)
shouter = Singer(1.02, 0.35, 10, 0.22, "aaeo", 0.9)
