"""Strings that are struck or plucked: each partial dies away at a rate of its own.

A plucked string is the digital waveguide of Karplus & Strong (1983) written as its modes: the loop's low-pass
filter becomes a decay that grows with the partial's number, the place of plucking a comb over the partials,
and stiffness stretches them (Fletcher & Rossing 1998, "The Physics of Musical Instruments").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mien.demo.synth.waves import Curve, Signal, band, damped, formants, harmonics, modes, noise, samples

_GUITAR_BODY = formants((105, 0.25, 0.9), (210, 0.3, 1.0), (420, 0.5, 0.6), (2400, 0.9, 0.35), floor=0.35)
_FLAT: Curve = np.ones_like


@dataclass(frozen=True, slots=True)
class PluckedString:
    """A family of strings.

    Attributes:
        place: where it is plucked, as a part of its length.
        softness_hz: the finger or plectrum takes away what lies above.
        decay_per_s: of the fundamental at 220 Hz.
        damping: how much faster each higher partial dies.
        stiffness: stretch of the partials.
        noise_level: of the plectrum or finger.
        release_s: time in which a damped string falls by e.
        body: gain of the instrument's body.
        mutes: whether soft notes are damped by the palm.
    """

    place: float
    softness_hz: float
    decay_per_s: float
    damping: float
    stiffness: float = 2e-5
    noise_level: float = 0.05
    release_s: float = 0.06
    body: Curve = _FLAT
    mutes: bool = False

    def __call__(self, hz: float, held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
        """One note."""
        muted = self.mutes and velocity < 0.5  # noqa: PLR2004  (the mark ``o`` of a pattern)
        hz *= 1 + 0.0025 * rng.standard_normal()
        number = harmonics(hz, 48)
        partial_hz = hz * number * np.sqrt(1 + self.stiffness * number**2)
        softness = self.softness_hz * (0.45 + 0.8 * velocity) * (0.55 if muted else 1.0)
        gain = np.abs(np.sin(np.pi * number * (self.place + 0.01 * rng.standard_normal()))) + 0.02
        gain *= self.body(partial_hz) / number / (1 + (partial_hz / softness) ** 2)
        decay = self.decay_per_s * np.sqrt(hz / 220) + self.damping * number * np.sqrt(hz / 220)
        decay = decay * 3.0 + 22.0 if muted else decay
        count = samples(min(held_s + 5 * self.release_s, 7.0 / decay[0]))
        detune = 1 + 0.0004 * rng.standard_normal()
        tone = modes(
            np.concatenate([partial_hz, partial_hz * detune]),
            np.concatenate([0.65 * gain, 0.35 * gain]),
            np.concatenate([decay, 0.7 * decay]),
            count,
        )
        tone /= np.abs(tone).max() + 1e-9
        return damped(_with_pluck(tone, self.noise_level * velocity, rng), held_s, self.release_s)


def _with_pluck(tone: Signal, level: float, rng: np.random.Generator) -> Signal:
    count = min(len(tone), samples(0.03))
    burst = noise(count, band(250, 8000, 1), rng) * np.exp(
        -np.arange(count, dtype=np.float32) / samples(0.007)
    )
    tone[:count] += np.float32(level) * burst
    return tone


nylon_guitar = PluckedString(0.22, 1500, 0.7, 0.28, noise_level=0.09, body=_GUITAR_BODY, release_s=0.09)
steel_guitar = PluckedString(0.15, 4200, 0.6, 0.16, 5e-5, 0.2, body=_GUITAR_BODY, release_s=0.07)
ukulele = PluckedString(
    0.25, 2600, 2.2, 0.42, noise_level=0.16, release_s=0.05,
    body=formants((330, 0.4, 1.0), (700, 0.5, 0.7), (2800, 0.7, 0.4), floor=0.3),
)  # fmt: skip
harp = PluckedString(0.4, 2300, 0.8, 0.22, noise_level=0.06, release_s=0.5)
clean_guitar = PluckedString(0.19, 3600, 0.55, 0.12, 4e-5, 0.12, release_s=0.05, mutes=True)
rhythm_guitar = PluckedString(0.11, 5200, 0.35, 0.07, 5e-5, 0.12, release_s=0.03, mutes=True)
bass_guitar = PluckedString(0.16, 900, 0.55, 0.22, 6e-5, 0.08, release_s=0.05)
picked_bass = PluckedString(0.1, 2200, 0.5, 0.14, 8e-5, 0.2, release_s=0.04)
upright_bass = PluckedString(
    0.2, 750, 1.3, 0.35, noise_level=0.12, release_s=0.08,
    body=formants((70, 0.6, 1.0), (190, 0.5, 0.8), (700, 0.8, 0.3), floor=0.3),
)  # fmt: skip


def piano(hz: float, held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
    """A grand piano's note: stiff strings, three of them a little apart, a fast decay and then a slow one."""
    number = harmonics(hz, 40)
    stiffness = 0.00035 * (hz / 261.6) ** 1.1
    partial_hz = hz * number * np.sqrt(1 + stiffness * number**2)
    hammer_hz = (700 + 3400 * velocity**1.6) * (hz / 261.6) ** 0.25
    gain = (np.abs(np.sin(np.pi * number / 7.6)) + 0.08) * number**-0.75 / (1 + (partial_hz / hammer_hz) ** 2)
    gain *= formants((120, 0.6, 0.4), (500, 1.2, 0.5), floor=0.7)(partial_hz)
    decay = 0.32 * (hz / 261.6) ** 0.65 + 0.11 * number * (hz / 261.6) ** 0.4
    strings = 1 + np.array([[0.0], [0.00025], [-0.0003]]) * (1 + 0.3 * rng.standard_normal())
    weight, speed = np.array([[0.5], [0.3], [0.2]]), np.array([[2.6], [0.9], [0.7]])
    count = samples(min(held_s + 0.5, 8.0))
    tone = modes((partial_hz * strings).ravel(), (gain * weight).ravel(), (decay * speed).ravel(), count)
    tone /= np.abs(tone).max() + 1e-9
    knock = min(count, samples(0.09))
    tone[:knock] += (
        np.float32(0.05 * velocity)
        * noise(knock, band(90, 900), rng)
        * np.exp(-np.arange(knock, dtype=np.float32) / samples(0.018))
    )
    spread = np.float32(np.clip(np.log2(hz / 330) * 0.16, -0.4, 0.4))
    return np.stack([tone * (1 - spread), tone * (1 + spread)]) * _damper(count, held_s, hz)


def _damper(count: int, held_s: float, hz: float) -> Signal:
    """The felt comes down on the strings; the highest have none."""
    return damped(np.ones(count, dtype=np.float32), held_s, 0.09 if hz < 1400 else 0.6)  # noqa: PLR2004
