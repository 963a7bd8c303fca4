"""A song as a named, versioned vector of features, in one pass and in bounded memory.

The flow: ``blocks of samples -> windows of 10 s -> a Sound each -> merged Sounds -> vector``.
A song, a clip of thirty seconds and a piece of a mood curve are all merged windows, so what is measured of
one can be held against the others. The features are listed in :mod:`mien.audio.catalogue` and
``docs/features.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from mien.audio import rhythm, spectrum, tonality
from mien.audio.catalogue import CHANGE, MEAN, POOLED, SERIES, SPREAD, WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from mien.audio.catalogue import Family, Feature
    from mien.audio.spectrum import Floats

FEATURES_VERSION = 1
FEATURES: tuple[Feature, ...] = tuple(
    chain.from_iterable(family.features() for family in (*SERIES, *WHOLE, *POOLED))
)

SAMPLE_RATE_HZ = spectrum.SAMPLE_RATE_HZ
WINDOW_S = 10
# Less than this is too short to have a rhythm or a key.
SHORTEST_S = 3
# Quieter than this is silence: dither and hum lie below, and a song 20 dB too quiet well above.
SILENCE_DBFS = -75.0
# Windows this much quieter than the whole do not count: fade-outs, pauses before hidden tracks.
_FAINT_DB = -30.0
# Frames this much quieter than the loudest of their window are gaps between sounds.
_GAP_DB = -45.0
_CHANGE_FRAMES = 4
_HALF_A_SECOND = 21  # frames
_LOCAL_STEP = 10


@dataclass(frozen=True, slots=True)
class Sound:
    """What was measured in a window that is not silent, or in several of them merged.

    Attributes:
        level_dbfs: its RMS against full scale.
        frames: how many frames it has: its weight when merged.
        averages: the features of ``SERIES`` and ``WHOLE``, which are averaged over windows.
        tempogram: as :func:`mien.audio.rhythm.tempogram`, shape ``[LAGS]``.
        pitch_classes: mean share of each pitch class from C, shape ``[12]``.
    """

    level_dbfs: float
    frames: int
    averages: Floats = field(repr=False)
    tempogram: Floats = field(repr=False)
    pitch_classes: Floats = field(repr=False)


@dataclass(frozen=True, slots=True)
class Window:
    """One stretch of a song, in order and without gaps.

    Attributes:
        start_s: from the song's beginning.
        end_s: likewise.
        sound: what was measured; None where it is silent or shorter than ``SHORTEST_S``.
    """

    start_s: float
    end_s: float
    sound: Sound | None


def listen(blocks: Iterable[Floats]) -> Iterator[Window]:
    """Measure a song, window by window, as it is decoded.

    Args:
        blocks: mono float32 at 22.05 kHz, of any lengths; nothing in them that is not a number.

    Yields:
        Windows of 10 s; the last one is what remains.
    """
    position = 0
    for samples in _chunks(blocks, WINDOW_S * SAMPLE_RATE_HZ):
        start, position = position, position + len(samples)
        yield Window(start / SAMPLE_RATE_HZ, position / SAMPLE_RATE_HZ, measure(samples))


def _chunks(blocks: Iterable[Floats], size: int) -> Iterator[Floats]:
    held: list[Floats] = []
    count = 0
    for block in blocks:
        held.append(block)
        count += len(block)
        if count >= size:
            samples = np.concatenate(held)
            whole = count - count % size
            yield from samples[:whole].reshape(-1, size)
            held, count = [samples[whole:]], count - whole
    if count:
        yield np.concatenate(held)


def measure(samples: Floats) -> Sound | None:
    """Measure one window; None when it is silent or shorter than ``SHORTEST_S``."""
    if len(samples) < SHORTEST_S * SAMPLE_RATE_HZ:
        return None
    samples, power = spectrum.normalised(samples)
    level_dbfs = _decibels(power)
    if level_dbfs < SILENCE_DBFS:
        return None
    shape, partials = _spectral(samples)
    mel_db = spectrum.mel_levels_db(shape.pop("mel_power"))
    rises_db = spectrum.rises_db(mel_db)
    onsets = rhythm.onset_strength(rises_db)
    tuned, tuning_clarity = tonality.tuning(partials)
    classes = tonality.pitch_classes(partials, tuned)
    local = tonality.smoothed(classes, _HALF_A_SECOND)
    levels_db = spectrum.levels_db(samples)
    modulation = rhythm.modulation(np.column_stack([levels_db, spectrum.band_levels_db(mel_db)]))
    series = {
        **shape,
        "zero_crossings": spectrum.zero_crossing_rate(samples),
        **_timbre(mel_db, rises_db),
        **_pitch(partials),
        **_harmony(classes, local),
    }
    whole: dict[str, Floats | float] = {
        "tuning_clarity": tuning_clarity,
        "interval": tonality.interval_shares(local),
        "level_percentile": rhythm.level_percentiles_db(levels_db),
        "modulation": modulation[:, 0],
        "band_modulation": modulation[:, 1:],
        **rhythm.dynamics(levels_db, samples),
        **rhythm.attacks(levels_db, rises_db),
        **rhythm.onsets_summary(onsets),
    }
    heard = levels_db > levels_db.max() + _GAP_DB
    summaries = _statistics(series, heard)
    return Sound(
        level_dbfs=level_dbfs,
        frames=len(levels_db),
        averages=np.concatenate([_flat(SERIES, summaries), _flat(WHOLE, whole)]),
        tempogram=rhythm.tempogram(onsets),
        pitch_classes=classes.mean(axis=0),
    )


def _decibels(power: float) -> float:
    return 10 * float(np.log10(power + 1e-20))


def _spectral(samples: Floats) -> tuple[dict[str, Floats], tonality.Partials]:
    """What is measured of each frame's spectrum alone: what needs whole spectra, some frames at a time."""
    sums, partials, parts = [], [], []
    for spectra in spectrum.transform(samples):
        sums.append(spectra.sums)
        partials.append(tonality.find_partials(spectra))
        parts.append(
            {
                "rolloff": spectrum.rolloff_hz(spectra, (0.5, 0.85, 0.95)),
                "entropy": spectrum.entropy_bits(spectra),
                "contrast": spectrum.contrast_db(spectra),
            }
        )
    series = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    joined = spectrum.join(sums)
    centroid, bandwidth, skewness = spectrum.moments(joined)
    series |= {
        "mel_power": spectrum.mel_power(joined),
        "centroid": _octaves(centroid),
        "bandwidth": _octaves(bandwidth),
        "skewness": skewness,
        "rolloff": _octaves(series["rolloff"]),
        "flatness": spectrum.flatness_db(joined),
        "octave_flatness": spectrum.octave_flatness_db(joined),
    }
    return series, tonality.join(partials)


def _timbre(mel_db: Floats, rises_db: Floats) -> dict[str, Floats]:
    shape = mel_db - mel_db.mean(axis=1, keepdims=True)
    return {
        "mfcc": spectrum.mfcc(mel_db)[:, 1:],
        "flux": spectrum.band_levels_db(rises_db),
        "timbre_stays": _likenesses(shape, (1, 4, 16, 64)),
    }


def _octaves(hz: Floats) -> Floats:
    return np.log2(hz + 1)


def _likenesses(series: Floats, lags: tuple[int, ...]) -> Floats:
    """Likeness at each lag as far as the longest reaches, shape ``[frames - longest, lags]``."""
    end = len(series) - max(lags)
    return np.stack([spectrum.likeness(series, lag)[:end] for lag in lags], axis=1)


def _pitch(partials: tonality.Partials) -> dict[str, Floats]:
    strengths = tonality.semitones(partials)
    pitch, salience = tonality.predominant_pitch(strengths)
    return {
        "pitches_stay": _likenesses(strengths, (4, 16, 64)),
        "register": tonality.registers(strengths),
        "pitch": pitch,
        "pitch_salience": salience,
        "bass": tonality.bass_pitch(strengths),
        "partials": partials.count(),
        "tonal_share": partials.tonal_share,
        "roughness": tonality.roughness(partials),
    }


def _harmony(classes: Floats, local: Floats) -> dict[str, Floats]:
    """``local`` are the pitch classes within half a second of each frame."""
    keys = tonality.key_correlations(local[::_LOCAL_STEP])
    centroids = tonality.tonal_centroids(local)
    return {
        "local_mode": tonality.mode(keys),
        "local_clarity": keys.max(axis=1),
        "pitch_class_entropy": tonality.entropy(classes),
        "triad": tonality.triads(local),
        "harmonic_change": tonality.harmonic_change(centroids),
        "tonal_centroid": centroids,
    }


def _statistics(series: Mapping[str, Floats], heard: NDArray[np.bool_]) -> dict[str, Floats]:
    """Each family's statistics over the frames; gaps are left out where there is one value a frame."""
    columns = {name: values.reshape(len(values), -1) for name, values in series.items()}
    together = [family for family in SERIES if len(columns[family.name]) == len(heard)]
    rows = np.concatenate([columns[family.name] for family in together], axis=1)[heard]
    ends = np.cumsum([columns[family.name].shape[1] for family in together])[:-1]
    split = {name: np.split(values, ends) for name, values in _each_statistic(rows).items()}
    found = {
        family.name: {name: split[name][i] for name in family.statistics} for i, family in enumerate(together)
    }
    found |= {
        family.name: _each_statistic(columns[family.name]) for family in SERIES if family.name not in found
    }
    return {
        family.name: np.concatenate([found[family.name][name] for name in family.statistics])
        for family in SERIES
    }


def _each_statistic(rows: Floats) -> dict[str, Floats]:
    step = min(_CHANGE_FRAMES, len(rows) - 1)
    mean = rows.mean(axis=0)
    return {
        MEAN: mean,
        SPREAD: _root_mean_square(rows - mean),
        CHANGE: _spread(rows[step:] - rows[: len(rows) - step]),
    }


def _spread(rows: Floats) -> Floats:
    return _root_mean_square(rows - rows.mean(axis=0))


def _root_mean_square(rows: Floats) -> Floats:
    return np.asarray(np.sqrt(np.einsum("tk,tk->k", rows, rows) / len(rows)), np.float32)


def _flat(families: Sequence[Family], values: Mapping[str, Floats | float]) -> Floats:
    return np.concatenate([np.ravel(values[family.name]) for family in families]).astype(np.float32)


def merge(sounds: Sequence[Sound]) -> Sound:
    """Several windows as one: the mean of each measurement, by length; faint windows do not count.

    Args:
        sounds: at least one.
    """
    frames = np.array([sound.frames for sound in sounds], np.float64)
    power = np.array([10 ** (sound.level_dbfs / 10) for sound in sounds])
    level_dbfs = _decibels(float(np.average(power, weights=frames)))
    frames[[sound.level_dbfs < level_dbfs + _FAINT_DB for sound in sounds]] = 0

    def mean(rows: Iterable[Floats]) -> Floats:
        return np.average(np.stack(list(rows)), axis=0, weights=frames).astype(np.float32)

    return Sound(
        level_dbfs=level_dbfs,
        frames=int(frames.sum()),
        averages=mean(sound.averages for sound in sounds),
        tempogram=mean(sound.tempogram for sound in sounds),
        pitch_classes=mean(sound.pitch_classes for sound in sounds),
    )


def vector(sound: Sound) -> Floats:
    """One number for each of ``FEATURES``, float32."""
    bpm, strength = rhythm.tempo(sound.tempogram)
    classes = sound.pitch_classes[None]
    keys = {name: tonality.key_correlations(classes, name) for name in ("krumhansl", "temperley")}
    second, best = np.sort(keys["krumhansl"][0])[-2:]
    pooled: dict[str, Floats | float] = {
        "tempo": float(np.log2(bpm)),
        "beat": rhythm.beat(sound.tempogram, bpm, strength),
        "period": rhythm.periods(sound.tempogram),
        "mode": np.concatenate([tonality.mode(k) for k in keys.values()]),
        "key_clarity": np.array([k.max() for k in keys.values()] + [best - second], np.float32),
        "pitch_class": tonality.from_tonic(sound.pitch_classes),
        "pitch_classes_entropy": float(tonality.entropy(classes)[0]),
    }
    return np.concatenate([sound.averages, _flat(POOLED, pooled)])
