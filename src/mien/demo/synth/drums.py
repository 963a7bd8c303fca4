"""Drums and noises. They are called as pitched instruments are; few mind the pitch or the length."""

from __future__ import annotations

import numpy as np

from mien.demo.synth.waves import SAMPLE_RATE_HZ, Signal, band, modes, noise, samples, times


def _falling(start_hz: float, end_hz: float, fall_s: float, seconds: float, decay_s: float) -> Signal:
    """A sine whose pitch drops, as a drum's does while its head comes to rest."""
    t = np.arange(samples(seconds)) / SAMPLE_RATE_HZ
    cycles = end_hz * t + (start_hz - end_hz) * fall_s * (1 - np.exp(-t / fall_s))
    ending = np.minimum((seconds - t) / 0.02, 1)
    return (np.sin(2 * np.pi * cycles) * np.exp(-t / decay_s) * ending).astype(np.float32)


def _burst(seconds: float, decay_s: float, low_hz: float, high_hz: float, rng: np.random.Generator) -> Signal:
    count = samples(seconds)
    dying = np.exp(-times(count) / np.float32(decay_s))
    return np.asarray(noise(count, band(low_hz, high_hz), rng) * dying)


def _sum(*layers: tuple[float, Signal]) -> Signal:
    """Add layers of different lengths, each with its level."""
    total = np.zeros(max(len(layer) for _, layer in layers), dtype=np.float32)
    for level, layer in layers:
        total[: len(layer)] += np.float32(level) * layer
    return total


def kick(_hz: float, _held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
    """An acoustic bass drum."""
    body = _falling(125, 52, 0.025, 0.5, 0.13)
    thud = _burst(0.08, 0.018, 60, 500, rng)
    beater = _burst(0.02, 0.004, 1500, 6000, rng)
    room = _burst(0.5, 0.12, 90, 900, rng)
    return np.tanh(_sum((1.3, body), (0.16, thud), (0.07, room), (0.10 + 0.12 * velocity, beater)))


def tight_kick(_hz: float, _held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
    """A damped bass drum with a hard beater, for fast feet."""
    body = _falling(170, 58, 0.018, 0.25, 0.07)
    beater = _burst(0.03, 0.006, 2500, 8000, rng)
    return np.tanh(_sum((1.6, body), (0.3 + 0.2 * velocity, beater)))


def club_kick(_hz: float, _held_s: float, _velocity: float, rng: np.random.Generator) -> Signal:
    """A drum machine's kick."""
    body = _falling(260, 49, 0.03, 0.5, 0.17)
    return np.tanh(_sum((2.2, body), (0.2, _burst(0.015, 0.003, 2000, 9000, rng))))


def snare(_hz: float, _held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
    """A snare drum in a room."""
    tune = 1 + 0.01 * rng.standard_normal()
    head = _sum(
        (0.8, _falling(240 * tune, 188 * tune, 0.02, 0.3, 0.07)), (0.35, _falling(380, 330, 0.02, 0.2, 0.045))
    )
    wires = _burst(0.45, 0.07 + 0.06 * velocity, 1800, 9500, rng)
    room = _burst(0.8, 0.2, 150, 4000, rng)
    crack = _burst(0.02, 0.003, 1000, 12000, rng)
    return np.tanh(_sum((0.9, head), (0.30, wires), (0.13, room), (0.35 * velocity, crack)))


def big_snare(_hz: float, _held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
    """A deep snare drum, loud, in a large room."""
    head = _falling(230, 165, 0.03, 0.4, 0.11)
    wires = _burst(0.5, 0.13, 1200, 9000, rng)
    room = _burst(1.0, 0.28, 120, 5000, rng)
    return np.tanh(
        _sum((1.2, head), (0.42, wires), (0.2, room), (0.5 * velocity, _burst(0.02, 0.003, 800, 12000, rng)))
    )


def brush(_hz: float, _held_s: float, _velocity: float, rng: np.random.Generator) -> Signal:
    """A brush on a snare drum."""
    count = samples(0.3)
    t = times(count)
    sweep = (
        noise(count, band(1500, 7000), rng)
        * np.minimum(t / np.float32(0.02), 1)
        * np.exp(-t / np.float32(0.07))
    )
    return _sum((0.4, sweep), (0.12, _falling(200, 180, 0.02, 0.15, 0.04)))


def clap(_hz: float, _held_s: float, _velocity: float, rng: np.random.Generator) -> Signal:
    """Several hands, not quite together."""
    total = np.zeros(samples(0.4), dtype=np.float32)
    for late_s in (0.0, 0.009, 0.019, 0.027):
        start = samples(late_s + 0.002 * rng.random())
        hand = _burst(0.3, 0.06 if late_s > 0.02 else 0.007, 900, 4500, rng)  # noqa: PLR2004
        total[start : start + len(hand)] += hand[: len(total) - start]
    return np.float32(0.3) * total


def _metal(
    rng: np.random.Generator, seconds: float, range_hz: tuple[float, float], decay_s: float, partials: int
) -> Signal:
    """Cymbal bronze: many partials that are no harmonics, the high ones dying first."""
    low, high = range_hz
    hz = np.exp(rng.uniform(np.log(low), np.log(high), partials))
    gain = rng.random(partials) + 0.2
    return modes(hz, gain / np.sqrt(partials), (hz / low) ** 0.4 / decay_s, samples(seconds))


def hat(_hz: float, _held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
    """A closed hi-hat."""
    hiss = _burst(0.12, 0.018 + 0.02 * velocity, 7000, 14000, rng)
    return _sum((0.25, hiss), (0.12, _metal(rng, 0.1, (3500, 12000), 0.03, 24)))


def open_hat(_hz: float, _held_s: float, _velocity: float, rng: np.random.Generator) -> Signal:
    """A hi-hat let ring."""
    hiss = _burst(0.5, 0.16, 6000, 14000, rng)
    return _sum((0.25, hiss), (0.12, _metal(rng, 0.5, (3000, 12000), 0.25, 30)))


def ride(_hz: float, _held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
    """A ride cymbal: a ping and a wash."""
    ping = modes(
        np.array([2850.0, 4130.0, 5620.0]),
        np.array([0.5, 0.4, 0.3]),
        np.array([14.0, 16.0, 20.0]),
        samples(0.5),
    )
    wash = _metal(rng, 1.2, (2500, 13000), 0.7, 60)
    return _sum((0.35 * velocity, ping), (0.25, wash), (0.05, _burst(0.8, 0.3, 5000, 13000, rng)))


def crash(_hz: float, _held_s: float, _velocity: float, rng: np.random.Generator) -> Signal:
    """A crash cymbal."""
    wash = _metal(rng, 2.4, (900, 13000), 1.3, 90)
    return _sum(
        (0.4, wash), (0.22, _burst(2.4, 0.55, 3500, 14000, rng)), (0.3, _burst(0.1, 0.03, 2000, 12000, rng))
    )


def shaker(_hz: float, _held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
    """Seeds in a tube."""
    count = samples(0.14)
    t = times(count)
    rise = np.minimum(t / np.float32(0.025 - 0.012 * velocity), 1) ** 2
    seeds = noise(count, band(5000, 12000), rng) * rise * np.exp(-t / np.float32(0.03))
    return np.asarray(np.float32(0.2) * seeds)


def tambourine(_hz: float, _held_s: float, _velocity: float, rng: np.random.Generator) -> Signal:
    """Small jingles."""
    jingles = _metal(rng, 0.3, (5000, 13500), 0.09, 40)
    return _sum((0.5, jingles), (0.12, _burst(0.2, 0.04, 5000, 13000, rng)))


def tom(hz: float, _held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
    """A tom or a large drum at a pitch."""
    head = _falling(hz * (1.25 + 0.3 * velocity), hz, 0.05, 0.9, 0.22)
    second = _falling(hz * 1.9, hz * 1.59, 0.04, 0.5, 0.09)
    return np.tanh(_sum((1.2, head), (0.35, second), (0.10, _burst(0.06, 0.012, 300, 4000, rng))))


def timpani(hz: float, _held_s: float, velocity: float, rng: np.random.Generator) -> Signal:
    """A kettledrum: its membrane's ratios are nearly harmonic (Fletcher & Rossing 1998)."""
    ratios = np.array([1.0, 1.5, 1.99, 2.44, 2.9])
    ring = modes(
        hz * ratios, np.array([1.0, 0.7, 0.4, 0.2, 0.1]), np.array([1.3, 1.6, 2.4, 3.4, 4.5]), samples(2.5)
    )
    return _sum((0.7, ring), (0.2 * velocity, _burst(0.12, 0.03, 80, 1200, rng)))


def boom(_hz: float, _held_s: float, _velocity: float, rng: np.random.Generator) -> Signal:
    """Something large that falls far away."""
    body = _falling(95, 34, 0.12, 2.5, 0.75)
    return np.tanh(_sum((1.3, body), (0.12, _burst(1.5, 0.35, 40, 700, rng))))


def heartbeat(_hz: float, _held_s: float, _velocity: float, rng: np.random.Generator) -> Signal:
    """One beat of a heart, heard through a wall."""
    return _sum((1.0, _falling(80, 46, 0.03, 0.35, 0.09)), (0.08, _burst(0.1, 0.03, 50, 250, rng)))


def tick(_hz: float, _held_s: float, _velocity: float, rng: np.random.Generator) -> Signal:
    """A clock."""
    metal = modes(
        np.array([2150.0, 3720.0, 5900.0]),
        np.array([1.0, 0.7, 0.4]),
        np.array([120.0, 160.0, 220.0]),
        samples(0.08),
    )
    return _sum((0.6, metal), (0.1, _burst(0.01, 0.002, 3000, 10000, rng)))


def riser(_hz: float, held_s: float, _velocity: float, rng: np.random.Generator) -> Signal:
    """Noise that grows for as long as it is held."""
    count = samples(held_s)
    t = times(count) / np.float32(held_s)
    growth = t**2 * np.minimum((1 - t) * 20, 1)
    low, high = noise(count, band(300, 1500), rng), noise(count, band(2500, 9000), rng)
    return np.asarray(np.float32(0.25) * (low * growth + high * growth**2))


def anvil(_hz: float, _held_s: float, _velocity: float, rng: np.random.Generator) -> Signal:
    """Struck iron."""
    ring = _metal(rng, 0.7, (700, 7000), 0.28, 22)
    return np.tanh(_sum((1.2, ring), (0.4, _burst(0.05, 0.01, 1500, 10000, rng))))
