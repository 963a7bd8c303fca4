"""What is bowed, blown, sung or held down: tones with an attack, a steady part and a vibrato."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mien.demo.synth.waves import (
    SAMPLE_RATE_HZ,
    Curve,
    Signal,
    band,
    cycles,
    ensemble,
    formants,
    harmonics,
    looped,
    noise,
    play,
    samples,
    swell,
    table,
    times,
)

_VIOLINS = formants((290, 0.3, 0.8), (480, 0.35, 1.0), (1000, 0.5, 0.6), (2500, 0.6, 0.8), floor=0.12)
_CELLOS = formants((110, 0.4, 0.9), (220, 0.4, 1.0), (500, 0.5, 0.7), (1500, 0.8, 0.35), floor=0.1)
_AAH = formants((620, 0.22, 1.0), (1080, 0.2, 0.55), (2700, 0.2, 0.16), (3300, 0.2, 0.1), floor=0.015)
_OOH = formants((330, 0.3, 1.0), (800, 0.25, 0.25), (2500, 0.25, 0.04), floor=0.006)
_HORNS = formants((420, 0.7, 1.0), (900, 0.6, 0.4), floor=0.05)


@dataclass(frozen=True, slots=True)
class Section:
    """Many players of one kind.

    Attributes:
        body: gain by frequency.
        slope: harmonic ``k`` has the amplitude ``k ** -slope`` before the body.
        spread_cents: how far apart they are tuned.
        attack_s, release_s: of the bow or breath.
        tremolo_hz: strokes a second where they bow to and fro; 0 for none.
        darkest_hz: what a soft tone keeps; a loud one keeps all.
    """

    body: Curve
    slope: float
    spread_cents: float
    attack_s: float
    release_s: float
    tremolo_hz: float = 0.0
    darkest_hz: float = 2500.0

    def __call__(self, hz: float, held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
        """One note. Shape ``[2, samples]``."""
        loop = _loop(self, hz, round(velocity * 4) / 4)
        count = samples(held_s + self.release_s)
        attack = min(self.attack_s * (1.3 - 0.6 * velocity), 0.7 * held_s + 0.03)
        tone = looped(loop, count, rng) * swell(count, attack, held_s, self.release_s)
        if self.tremolo_hz:
            t = times(count)
            wobble = np.float32(2 * np.pi * self.tremolo_hz * (1 + 0.05 * rng.standard_normal())) * t
            uneven = wobble + np.float32(0.9) * np.sin(
                np.float32(0.31) * wobble + np.float32(6 * rng.random())
            )
            tone *= np.float32(0.25) + np.float32(0.75) * np.sin(uneven / 2) ** 2
        return np.asarray(tone, dtype=np.float32)


@lru_cache(maxsize=96)
def _loop(section: Section, hz: float, brightness: float) -> Signal:
    """Three seconds of a section on one pitch."""
    edge = section.darkest_hz * 2 ** (3 * brightness)

    def spectrum(f: np.ndarray) -> np.ndarray:
        return np.asarray(section.body(f) / (1 + (f / edge) ** 2))

    rng = np.random.default_rng([round(hz * 100), round(brightness * 100), round(section.spread_cents * 10)])
    return ensemble(hz, spectrum, section.spread_cents, rng, section.slope)


strings = Section(_VIOLINS, 0.9, 9, 0.16, 0.30)
slow_strings = Section(_VIOLINS, 1.1, 10, 0.55, 0.9, darkest_hz=1100)
low_strings = Section(_CELLOS, 0.95, 8, 0.22, 0.40, darkest_hz=1500)
low_short_strings = Section(_CELLOS, 0.7, 8, 0.02, 0.08, darkest_hz=3500)
tremolo_strings = Section(_VIOLINS, 0.8, 10, 0.12, 0.25, tremolo_hz=13)
low_tremolo_strings = Section(_CELLOS, 0.8, 9, 0.12, 0.25, tremolo_hz=11)
choir = Section(_AAH, 0.9, 14, 0.35, 0.6)
dark_choir = Section(_OOH, 1.0, 14, 0.5, 0.8)
horns = Section(_HORNS, 0.8, 6, 0.09, 0.2, darkest_hz=900)
warm_pad = Section(band(60, 1500, 1.0), 1.0, 11, 0.7, 1.2, darkest_hz=700)
glass_pad = Section(
    formants((900, 1.0, 0.5), (4200, 0.7, 0.5), floor=0.2), 1.25, 7, 0.9, 1.6, darkest_hz=2500
)
saw_pad = Section(band(90, 7000, 1.0), 0.8, 16, 0.05, 0.25, darkest_hz=1500)


@dataclass(frozen=True, slots=True)
class Solo:
    """One player.

    Attributes:
        body: gain by frequency.
        slope: of the harmonics.
        soft_hz: edge of a soft tone's spectrum; a loud one reaches four times as high.
        attack_s, release_s: of the tone.
        vibrato_cents: depth.
        scoop_cents: from how far below a note is reached.
        breath: level of the noise of breath or bow, and its band in Hz.
        odd: how much of the even harmonics is missing, 0 to 1 (a stopped pipe, a clarinet).
    """

    body: Curve
    slope: float
    soft_hz: float
    attack_s: float
    release_s: float
    vibrato_cents: float
    scoop_cents: float
    breath: tuple[float, float, float]
    odd: float = 0.0

    def __call__(self, hz: float, held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
        """One note."""
        count = samples(held_s + self.release_s)
        phase = cycles(hz, count, rng, vibrato_cents=self.vibrato_cents, scoop_cents=self.scoop_cents)
        shape = swell(count, min(self.attack_s, 0.5 * held_s + 0.01), held_s, self.release_s)
        dark, bright = (play(self._table(hz, reach), phase) for reach in (1.0, 1.0 + 5.0 * velocity))
        t = times(count)
        blaze = shape * (np.float32(0.75) + np.float32(0.25) * np.exp(-t * np.float32(3)))
        tone = shape * (dark + blaze * (bright - dark))
        level, low, high = self.breath
        air = noise(count, band(low, high), rng) * (shape + np.float32(1.5) * np.exp(-t / np.float32(0.03)))
        return np.asarray(tone + np.float32(level) * air * shape, dtype=np.float32)

    def _table(self, hz: float, reach: float) -> Signal:
        number = harmonics(hz, 60)
        gain = (
            number**-self.slope * self.body(hz * number) / (1 + (hz * number / (self.soft_hz * reach)) ** 2)
        )
        gain[1::2] *= 1 - self.odd
        return table(gain, 2.4 * np.sqrt(number))


flute = Solo(band(200, 6000, 1), 1.5, 1100, 0.06, 0.09, 16, 15, (0.05, 1500, 7000))
low_flute = Solo(band(150, 4000, 1), 1.7, 700, 0.09, 0.14, 14, 20, (0.06, 700, 4000))
whistle = Solo(np.ones_like, 3.0, 2500, 0.05, 0.07, 22, 45, (0.03, 2000, 6000))
clarinet = Solo(band(120, 4500, 1), 0.9, 900, 0.05, 0.09, 6, 10, (0.02, 1000, 4000), odd=0.85)
violin = Solo(_VIOLINS, 0.85, 1500, 0.11, 0.16, 20, 25, (0.02, 2000, 8000))
cello = Solo(_CELLOS, 0.85, 900, 0.13, 0.22, 18, 25, (0.015, 1000, 5000))
trumpet = Solo(
    formants((1200, 0.8, 1.0), (2600, 0.6, 0.5), floor=0.2),
    0.7,
    1100,
    0.035,
    0.07,
    10,
    30,
    (0.01, 2000, 7000),
)
trombone = Solo(
    formants((550, 0.8, 1.0), (1500, 0.7, 0.4), floor=0.15), 0.7, 650, 0.045, 0.08, 8, 30, (0.01, 1500, 5000)
)
saw_lead = Solo(np.ones_like, 0.85, 2500, 0.012, 0.08, 10, 20, (0.0, 1000, 5000))
square_lead = Solo(np.ones_like, 1.0, 3000, 0.01, 0.06, 12, 0, (0.0, 1000, 5000), odd=0.95)
synth_bass = Solo(np.ones_like, 0.9, 260, 0.006, 0.04, 0, 0, (0.0, 1000, 5000))
guitar_lead = Solo(np.ones_like, 0.9, 2000, 0.01, 0.06, 24, 40, (0.01, 2000, 6000))
_DRAWBARS = np.array([0.5, 0.9, 1.0, 0.7, 0.0, 0.45, 0.0, 0.35])  # 1/2, 1, 3/2, 2, -, 3, -, 4 times the pitch
_SOFT_DRAWBARS = np.array([0.7, 1.0, 0.35, 0.3, 0.0, 0.0, 0.0, 0.05])


def organ(hz: float, held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
    """A tonewheel organ: drawbars, and a click where the key goes down."""
    count = samples(held_s + 0.03)
    tone = play(table(_DRAWBARS), cycles(hz / 2, count, rng))
    click = min(count, samples(0.012))
    tone[:click] += np.float32(0.15 * velocity) * noise(click, band(1500, 9000), rng)
    return tone * swell(count, 0.006, held_s, 0.03)


def soft_organ(hz: float, held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
    """A pipe organ's flutes, slow to speak."""
    count = samples(held_s + 0.5)
    tone = play(
        table(_SOFT_DRAWBARS * (0.6 + 0.4 * velocity)),
        cycles(hz / 2, count, rng, vibrato_cents=3, rate_hz=4.2),
    )
    return tone * swell(count, 0.18, held_s, 0.5)


_SPREADS = (-0.0062, -0.0036, -0.0013, 0.0, 0.0016, 0.0041, 0.0068)


def supersaw(hz: float, held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
    """Seven saws out of tune, from left to right; the filter closes as the note goes on."""
    count = samples(held_s + 0.06)
    number = harmonics(hz)
    bright, dark = table(1 / number), table(1 / number / (1 + (hz * number / 1400) ** 2))
    t = np.arange(count) / SAMPLE_RATE_HZ
    tone = np.zeros((2, count), dtype=np.float32)
    opening = (np.float32(0.35 + 0.6 * velocity) * np.exp(-t * 2.2)).astype(np.float32)
    for place, spread in enumerate(_SPREADS):
        phase = hz * (1 + spread) * t + rng.random()
        saw = play(dark, phase)
        saw += opening * (play(bright, phase) - saw)
        tone[0] += np.float32(1 - 0.8 * place / 6) * saw
        tone[1] += np.float32(0.2 + 0.8 * place / 6) * saw
    return tone * swell(count, 0.005, held_s, 0.06)
