"""Time: onsets, tempo and beat, and how loudness moves."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from mien.audio.spectrum import FRAMES_PER_S
from mien.domain import TempoCandidate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mien.audio.spectrum import Floats

LAGS = 130  # up to 3 s, two beats at 40 a minute
SLOWEST_BPM, FASTEST_BPM = 40.0, 240.0
TEMPO_EDGES_BPM = np.geomspace(30.0, 480.0, 17)
MODULATION_EDGES_HZ = (0.2, 0.5, 1.0, 2.0, 3.0, 4.5, 6.0, 9.0, 13.0, 21.6)
LEVEL_PERCENTILES = (5, 10, 25, 50, 75, 90, 95)
_MODULATION_SIZE = 512
_USUAL_BPM = 120.0
_LEAST_BEAT = 0.15  # what noise alone reaches
_METRES = (1 / 3, 1 / 2, 2 / 3, 1, 3 / 2, 2, 3)
_ONSETS_A_BEAT = (0.8, 2.0)
_FASTER_BY_AROUSAL = 0.25  # octaves
_WORTH_KEEPING = 0.3
_TINY = np.float32(1e-9)
_LAG = np.arange(LAGS)
# The tempo that each lag of a tempogram means; the first means none.
_LAG_BPM = np.concatenate([[np.inf], 60 * FRAMES_PER_S / _LAG[1:]])


def onset_strength(rises_db: Floats) -> Floats:
    """Mean rise over the bands less its running mean over 0.4 s, at least 0, in dB; shape ``[n]``.

    Spectral flux on mel levels, after Boeck and Widmer (2013) and Ellis (2007).
    """
    rise = rises_db.mean(axis=1)
    around = np.convolve(rise, np.full(17, 1 / 17, np.float32), "same")
    return np.asarray(np.maximum(rise - around, 0), np.float32)


def tempogram(onsets: Floats) -> Floats:
    """Autocorrelation of onset strength at lags of 0 to ``LAGS - 1`` frames; 1 at lag 0, -1 to 1."""
    centred = onsets - onsets.mean()
    spectrum = np.fft.rfft(centred, 2 * len(centred))
    correlation = np.fft.irfft(np.square(np.abs(spectrum)))[: min(len(centred), LAGS)]
    padded = np.zeros(LAGS, np.float32)
    padded[: len(correlation)] = correlation / (correlation[0] + _TINY)
    return padded


def tempo(correlations: Floats) -> tuple[float, float]:
    """The tempo in beats a minute, and how strong its beat is (-1 to 1).

    Each tempo from 40 to 240 is weighed by the correlation one and two beats later, and by how usual it is:
    a log-normal around 120 with a spread of one octave (Ellis 2007), which settles the octave.
    """
    lags, usual = _candidates()
    one, two = (np.interp(beats * lags, _LAG, correlations, right=0) for beats in (1, 2))
    best = int(((one + 0.5 * two) * usual).argmax())
    return _refined(correlations, float(lags[best])), float(one[best])


@cache
def _candidates() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Tempos as lags in frames, and how usual each is."""
    bpm = np.geomspace(SLOWEST_BPM, FASTEST_BPM, 500)
    return 60 * FRAMES_PER_S / bpm, np.exp(-0.5 * np.square(np.log2(bpm / _USUAL_BPM)))


def _refined(correlations: Floats, lag: float) -> float:
    """The tempo near ``lag`` (frames) whose every multiple correlates best: far beats tell it more finely."""
    near = lag * np.linspace(0.96, 1.04, 81)
    beats = np.arange(1, max(2, int(LAGS / near[-1]) + 1))
    together = np.interp(np.outer(near, beats), _LAG, correlations, right=0).sum(axis=1)
    return float(60 * FRAMES_PER_S / near[int(together.argmax())])


def tempo_candidates(correlations: Floats, onset_rate: float, arousal: float) -> list[TempoCandidate]:
    """The tempos that a song may be felt at, the likeliest first; none where no beat stands out of noise.

    The tempogram cannot tell a tempo from its half, double or third: its beats fit them too. What decides:

    - beats that are no stronger than the halves between them are not the beats but every second one;
    - a beat seldom goes without an onset, and seldom holds many;
    - tempos around 120 are the commonest (Ellis 2007), faster ones in music of more energy.

    Args:
        correlations: a tempogram.
        onset_rate: onsets a second.
        arousal: of the music, -1 to 1.
    """
    bpm, strength = tempo(correlations)
    if strength < _LEAST_BEAT:
        return []
    related = [bpm * ratio for ratio in _METRES if SLOWEST_BPM <= bpm * ratio <= FASTEST_BPM]
    found = [
        TempoCandidate(
            _refined(correlations, 60 * FRAMES_PER_S / tried),
            _fit(correlations, tried) * _usual(tried, arousal) * _filled(tried, onset_rate),
        )
        for tried in related
    ]
    found.sort(key=lambda candidate: candidate.strength, reverse=True)
    return [c for c in found if c.strength >= _WORTH_KEEPING * found[0].strength]


def _fit(correlations: Floats, bpm: float) -> float:
    """How well beats at this tempo correlate, 0 to 1; less where the halves between them do as well."""
    lag = 60 * FRAMES_PER_S / bpm
    half, one, two = np.interp([lag / 2, lag, 2 * lag], _LAG, correlations, right=0)
    if one <= 0:
        return 0.0
    evenness = np.clip((half / one - 0.75) / 0.2, 0, 1)
    return float(min(1.0, (one + 0.5 * max(0.0, min(one, two))) / 1.5) * (1 - 0.3 * evenness))


def _usual(bpm: float, arousal: float) -> float:
    centre = _USUAL_BPM * 2 ** (_FASTER_BY_AROUSAL * arousal)
    return math.exp(-0.5 * math.log2(bpm / centre) ** 2)


def _filled(bpm: float, onset_rate: float) -> float:
    """1 where a beat has about one or two onsets; less the further from it."""
    onsets_a_beat = 60 * onset_rate / bpm
    fewest, most = _ONSETS_A_BEAT
    outside = max(0.0, math.log2(fewest / max(onsets_a_beat, 0.1)), math.log2(max(onsets_a_beat, 0.1) / most))
    return math.exp(-2 * outside**2)


def beat(correlations: Floats, bpm: float, strength: float) -> Floats:
    """What the tempogram says besides the tempo, shape ``[6]``.

    Strength of the beat, of the strongest period, spread over periods; strength at two, three and half beats.

    Args:
        correlations: a tempogram.
        bpm: its tempo, and ``strength`` that of its beat, by :func:`tempo`.
        strength: see there.
    """
    lag = 60 * FRAMES_PER_S / bpm
    inside = correlations[(_LAG_BPM > 30) & (_LAG_BPM < 300)]  # noqa: PLR2004
    others = np.interp([2 * lag, 3 * lag, lag / 2], _LAG, correlations, right=0)
    return np.array([strength, inside.max(), inside.std(), *others], np.float32)


def periods(correlations: Floats) -> Floats:
    """The strongest correlation in each quarter octave of tempo from 30 to 480 a minute, shape ``[16]``."""
    return np.array([correlations[lags].max() for lags in _lags_of_periods()], np.float32)


@cache
def _lags_of_periods() -> list[NDArray[np.intp]]:
    """Which lags lie in each quarter octave."""
    which = np.digitize(_LAG_BPM, TEMPO_EDGES_BPM) - 1
    return [np.flatnonzero(which == i) for i in range(len(TEMPO_EDGES_BPM) - 1)]


def onset_times_s(onsets: Floats) -> NDArray[np.float64]:
    """When something begins: peaks of onset strength half a standard deviation above its mean."""
    middle = onsets[1:-1]
    peaks = (middle > onsets[:-2]) & (middle >= onsets[2:]) & (middle > onsets.mean() + 0.5 * onsets.std())
    return (np.nonzero(peaks)[0] + 1) / FRAMES_PER_S


def onsets_summary(onsets: Floats) -> dict[str, float]:
    """Onsets a second, their strength (dB) and distance (s), the series' shape; features by name."""
    times = onset_times_s(onsets)
    peaks = onsets[np.round(times * FRAMES_PER_S).astype(int)] if len(times) else np.zeros(1, np.float32)
    intervals = np.diff(times) if len(times) > 1 else np.full(1, 2.0)
    spread = float(onsets.std())
    return {
        "onset_rate": len(times) * FRAMES_PER_S / len(onsets),
        "onset_strength": float(peaks.mean()),
        "onset_strength_spread": float(peaks.std()),
        "onset_interval": float(np.median(intervals)),
        "onset_interval_spread": float(intervals.std()),
        "novelty": float(onsets.mean()),
        "novelty_spread": spread,
        "novelty_skewness": float(((onsets - onsets.mean()) ** 3).mean()) / (spread**3 + 1e-9),
    }


def level_percentiles_db(levels_db: Floats) -> Floats:
    """Percentiles of the frames' levels against the stretch's mean, shape ``[7]``."""
    return np.percentile(levels_db, LEVEL_PERCENTILES).astype(np.float32)


def dynamics(levels_db: Floats, samples: Floats) -> dict[str, float]:
    """How loudness is spread, against an RMS of 1; features by name."""
    rms = 10 ** (levels_db / 20)
    scratch = np.square(samples)
    fourth = float(scratch @ scratch) / len(samples)
    crest = 10 * float(np.log10(scratch.max()))
    np.sqrt(np.abs(samples, out=scratch), out=scratch)
    return {
        "level_spread": float(levels_db.std()),
        "level_change": float(np.abs(np.diff(levels_db)).mean()),
        "quiet_share": float((rms < rms.mean()).mean()),
        "crest": crest,
        "softness": float(scratch.mean()),
        "peakiness": fourth**0.25,
    }


def attacks(levels_db: Floats, rises_db: Floats) -> dict[str, float]:
    """How suddenly sound comes and goes: articulation; features by name."""
    change = np.diff(levels_db)
    up, down = np.maximum(change, 0), np.maximum(-change, 0)
    attack, decay = np.percentile([up, down], 95, axis=1)
    usual, sharpest = np.percentile(rises_db.mean(axis=1), (50, 95))
    return {
        "attack": float(attack),
        "decay": float(decay),
        "attack_balance": float(up.sum() / (down.sum() + 1e-3)),
        "attack_sharpness": float(sharpest / (usual + 1e-3)),
        "rising_share": float((up > 0).mean()),
    }


def modulation(levels_db: Floats) -> Floats:
    """How fast loudness fluctuates: log strength in nine bands of modulation frequency from 0.2 to 21.6 Hz.

    Args:
        levels_db: shape ``[frames, k]``.

    Returns:
        Natural logarithms, shape ``[9, k]`` (after the fluctuation patterns of Pampalk et al. 2002).
    """
    amplitude = 10 ** (levels_db / 20)
    relative = amplitude / amplitude.mean(axis=0) - 1
    window = np.hanning(len(relative))[:, None].astype(np.float32)
    spectrum = np.abs(np.fft.rfft(relative * window, _MODULATION_SIZE, axis=0)) / len(relative)
    edges = np.searchsorted(np.fft.rfftfreq(_MODULATION_SIZE, 1 / FRAMES_PER_S), MODULATION_EDGES_HZ)
    means = [spectrum[a:b].mean(axis=0) for a, b in pairwise(edges)]
    return np.log(np.array(means) + np.float32(1e-5)).astype(np.float32)
