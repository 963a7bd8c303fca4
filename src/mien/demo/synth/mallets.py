"""Bars, bells and tines: a few partials that are no harmonics (Fletcher & Rossing 1998)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mien.demo.synth.waves import Signal, band, damped, modes, noise, samples, times


@dataclass(frozen=True, slots=True)
class Mallet:
    """Something that is struck.

    Attributes:
        ratios: partials as multiples of the pitch.
        gains: of each at a middling stroke.
        decays_per_s: of each at 440 Hz; higher notes die faster.
        knock: level of the stroke's own noise.
        release_s: time in which a damped one falls by e.
    """

    ratios: tuple[float, ...]
    gains: tuple[float, ...]
    decays_per_s: tuple[float, ...]
    knock: float
    release_s: float

    def __call__(self, hz: float, held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
        """One note."""
        ratios, decays = np.array(self.ratios), np.array(self.decays_per_s) * np.sqrt(hz / 440)
        gains = np.array(self.gains) * (0.4 + velocity) ** (np.log2(ratios + 1) - 1)
        count = samples(min(held_s + 4 * self.release_s, 7 / decays.min()))
        tone = modes(hz * ratios * (1 + 0.0006 * rng.standard_normal(len(ratios))), gains, decays, count)
        tone /= np.abs(tone).max() + 1e-9
        tap = min(count, samples(0.02))
        tap_noise = noise(tap, band(1200, 8000), rng) * np.exp(-np.arange(tap) / samples(0.004))
        tone[:tap] += (self.knock * velocity * tap_noise).astype(np.float32)
        return damped(tone, held_s, self.release_s)


music_box = Mallet((1.0, 2.01, 6.27, 11.2), (1.0, 0.22, 0.18, 0.05), (1.7, 3.2, 7.5, 14.0), 0.10, 0.6)
glockenspiel = Mallet((1.0, 2.756, 5.404, 8.93), (1.0, 0.45, 0.22, 0.1), (2.2, 4.0, 9.0, 15.0), 0.06, 0.7)
vibraphone = Mallet((1.0, 4.0, 10.0), (1.0, 0.2, 0.05), (0.8, 4.0, 14.0), 0.03, 0.25)
celesta = Mallet((1.0, 2.0, 4.07, 6.4), (1.0, 0.18, 0.16, 0.06), (2.4, 4.0, 7.0, 16.0), 0.05, 0.35)
tubular_bell = Mallet(
    (0.5, 1.0, 1.19, 1.5, 2.0, 2.74, 3.76, 5.1), (0.5, 0.8, 0.5, 0.6, 0.7, 0.4, 0.3, 0.15),
    (0.5, 0.8, 1.0, 1.1, 1.3, 2.2, 3.4, 6.0), 0.04, 1.5,
)  # fmt: skip


def electric_piano(hz: float, held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
    """A tine piano by frequency modulation (Chowning 1973): a body at 1:1 and a short tine at 14:1."""
    count = samples(min(held_s + 0.4, 7.0))
    t = times(count)
    turn = np.float32(2 * np.pi * hz)
    low = np.float32(min(1.0, (hz / 300) ** 0.5))
    index = np.float32(0.35 + 1.5 * velocity**2) * np.exp(-t * (np.float32(1.6) + low))
    body = np.sin(turn * t + index * np.sin(turn * t)) * np.exp(-t * np.float32(0.75 * (hz / 261) ** 0.4))
    tine_hz = hz * 14 if hz * 14 < 14_000 else hz * 7  # noqa: PLR2004
    tine = np.sin(np.float32(2 * np.pi * tine_hz) * t) * np.exp(-t * np.float32(13))
    second = np.sin(np.float32(1.0015) * turn * t + np.float32(rng.random())) * np.exp(-t * np.float32(1.1))
    tone = body + np.float32(0.12 * velocity**1.5) * tine + np.float32(0.25) * second
    tone *= np.minimum(t / np.float32(0.002), 1)
    return damped(tone.astype(np.float32), held_s, 0.07)
