"""What is measured of sounds that are known by construction, and what librosa measures of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from made_music import MAJOR, MINOR, RATE_HZ, clicks, noise, note, progression, song, tone

from mien.audio import rhythm, spectrum, tonality
from mien.audio.catalogue import POOLED, SERIES, WHOLE
from mien.audio.features import (
    FEATURES,
    FEATURES_VERSION,
    SILENCE_DBFS,
    Sound,
    listen,
    measure,
    merge,
    vector,
)


def features_of(samples: np.ndarray) -> dict[str, float]:
    sound = measure(samples)
    assert sound is not None
    return dict(zip((f.name for f in FEATURES), vector(sound).tolist(), strict=True))


def spectra_of(samples: np.ndarray) -> spectrum.Spectra:
    (all_at_once,) = spectrum.transform(spectrum.normalised(samples)[0], at_once=10_000)
    return all_at_once


def partials_of(samples: np.ndarray) -> tonality.Partials:
    return tonality.find_partials(spectra_of(samples))


def sound_of(samples: np.ndarray) -> Sound:
    sound = measure(samples)
    assert sound is not None
    return sound


# --- against librosa, on the same frames ---


@pytest.fixture(scope="module")
def samples() -> np.ndarray:
    return spectrum.normalised(song(6.0) + noise(6.0, 0.01))[0]


@pytest.fixture(scope="module")
def spectra(samples) -> spectrum.Spectra:
    return spectra_of(samples)


@pytest.fixture(scope="module")
def librosa():
    return pytest.importorskip("librosa")


def test_magnitudes_are_librosas(samples, spectra, librosa):
    expected = np.abs(librosa.stft(samples, n_fft=2048, hop_length=512, center=False)).T
    np.testing.assert_allclose(spectra.magnitude, expected, rtol=1e-3, atol=1e-2)


def test_centroid_and_bandwidth_are_librosas(spectra, librosa):
    centroid, bandwidth, _skewness = spectrum.moments(spectra.sums)
    magnitude = spectra.magnitude.T
    np.testing.assert_allclose(
        centroid, librosa.feature.spectral_centroid(S=magnitude, sr=RATE_HZ)[0], rtol=1e-3
    )
    expected = librosa.feature.spectral_bandwidth(S=magnitude, sr=RATE_HZ)[0]
    np.testing.assert_allclose(bandwidth, expected, rtol=1e-3)


def test_rolloff_is_librosas(spectra, librosa):
    expected = librosa.feature.spectral_rolloff(S=spectra.magnitude.T, sr=RATE_HZ, roll_percent=0.85)[0]
    measured = spectrum.rolloff_hz(spectra, (0.85,))[:, 0]
    assert np.abs(measured - expected).max() <= RATE_HZ / 2048 + 0.1  # one bin


def test_flatness_is_librosas(spectra, librosa):
    to_10_khz = spectra.magnitude[:, spectrum.frequencies_hz() < 10_000].T
    expected = 10 * np.log10(librosa.feature.spectral_flatness(S=to_10_khz, power=2)[0])
    np.testing.assert_allclose(spectrum.flatness_db(spectra.sums), expected, atol=0.05)


def test_contrast_is_librosas(spectra, librosa):
    expected = librosa.feature.spectral_contrast(
        S=spectra.power.T, sr=RATE_HZ, fmin=200, n_bands=6, quantile=0.1
    )
    measured = spectrum.contrast_db(spectra)
    # librosa lets neighbouring octaves share a bin, so the lowest, of 19 bins, differs most.
    np.testing.assert_allclose(measured.mean(axis=0)[1:], expected.mean(axis=1)[1:], atol=1.0)
    assert np.corrcoef(measured.ravel(), expected.T.ravel())[0, 1] > 0.98


def test_zero_crossings_are_librosas(samples, librosa):
    frames = {"frame_length": 2048, "hop_length": 512, "center": False}
    expected = librosa.feature.zero_crossing_rate(samples, **frames)[0]
    np.testing.assert_allclose(spectrum.zero_crossing_rate(samples), expected, atol=2 / 2048)


def test_levels_are_librosas_rms(samples, librosa):
    expected = librosa.feature.rms(y=samples, frame_length=2048, hop_length=512, center=False)[0]
    np.testing.assert_allclose(spectrum.levels_db(samples), 20 * np.log10(expected), atol=0.01)


def test_mel_filters_are_librosas(librosa):
    expected = librosa.filters.mel(sr=RATE_HZ, n_fft=2048, n_mels=40, fmin=30, fmax=10_500)
    np.testing.assert_allclose(spectrum.mel_filters(), expected.T, atol=1e-6)


def test_mfcc_are_librosas(spectra, librosa):
    levels = spectrum.mel_levels_db(spectrum.mel_power(spectra.sums))
    expected = librosa.feature.mfcc(S=levels.T, n_mfcc=20)
    np.testing.assert_allclose(spectrum.mfcc(levels), expected.T, atol=1e-2)


def test_pitch_classes_agree_with_librosas_chroma(spectra, librosa):
    ours = tonality.pitch_classes(tonality.find_partials(spectra), 0.0).mean(axis=0)
    theirs = librosa.feature.chroma_stft(S=spectra.power.T, sr=RATE_HZ, tuning=0).mean(axis=1)
    assert np.corrcoef(ours, theirs)[0, 1] > 0.8


def test_frames_taken_some_at_a_time_are_the_same_frames(samples, spectra):
    parts = list(spectrum.transform(samples, at_once=50))
    np.testing.assert_allclose(np.concatenate([p.power for p in parts]), spectra.power, rtol=1e-4, atol=1e-3)
    joined = tonality.join([tonality.find_partials(part) for part in parts])
    whole = tonality.find_partials(spectra)
    np.testing.assert_array_equal(joined.frame, whole.frame)
    np.testing.assert_allclose(joined.midi, whole.midi, atol=1e-3)
    np.testing.assert_array_equal(joined.count(), np.bincount(whole.frame, minlength=whole.frames))


# --- pitch ---


@pytest.mark.parametrize("midi", [48, 57, 60, 69, 74])
def test_the_predominant_pitch_of_a_tone_is_its_fundamental(midi):
    strengths = tonality.semitones(partials_of(note(midi, 4.0)))
    pitches, share = tonality.predominant_pitch(strengths)
    assert np.median(pitches) == midi
    assert share.mean() > 0.3


def test_a_440_is_the_pitch_class_a():
    classes = tonality.pitch_classes(partials_of(tone(440, 4.0, 1)), 0.0)
    assert tonality.PITCH_NAMES[int(classes.mean(axis=0).argmax())] == "A"


@pytest.mark.parametrize("cents", [-40, -20, 0, 15, 35])
def test_tuning_is_measured_in_parts_of_a_semitone(cents):
    tuned, clarity = tonality.tuning(partials_of(note(69 + cents / 100, 4.0)))
    assert tuned == pytest.approx(cents / 100, abs=0.05)
    assert clarity > 0.8


@pytest.mark.parametrize(("tonic", "name"), [(60, "C"), (62, "D"), (66, "F#"), (69, "A")])
@pytest.mark.parametrize(("shape", "mode"), [(MAJOR, "major"), (MINOR, "minor")])
def test_the_key_of_a_cadence_is_named(tonic, name, shape, mode):
    sound = sound_of(progression(tonic, shape, 8.0))
    assert tonality.key(sound.pitch_classes) == f"{name} {mode}"
    measured = features_of(progression(tonic, shape, 8.0))
    assert (measured["mode_krumhansl"] > 0) == (mode == "major")
    assert (measured["triad_major_mean"] > measured["triad_minor_mean"]) == (mode == "major")


def test_a_key_is_found_when_everything_is_tuned_a_third_of_a_semitone_sharp():
    samples = progression(62, MAJOR, 8.0)
    faster = 2 ** (0.33 / 12)
    sharp = np.interp(np.arange(0, len(samples) - 1, faster), np.arange(len(samples)), samples).astype(
        np.float32
    )
    assert tonality.key(sound_of(sharp).pitch_classes) == "D major"


def test_noise_has_no_key():
    assert tonality.key(np.full(12, 1 / 12, np.float32)) is None


def test_turning_to_the_tonic_makes_keys_alike():
    c, a = (sound_of(progression(tonic, MAJOR, 8.0)).pitch_classes for tonic in (60, 69))
    assert np.abs(c - a).max() > 0.1
    np.testing.assert_allclose(tonality.from_tonic(c), tonality.from_tonic(a), atol=0.06)


def test_a_semitone_is_rougher_than_an_octave():
    def of(step: int) -> float:
        return float(tonality.roughness(partials_of(note(60, 4.0) + note(60 + step, 4.0))).mean())

    assert of(1) > 1.5 * of(12)


def test_moving_chords_change_harmony_more_than_a_held_one():
    held = np.concatenate([progression(60, MAJOR, 0.5)] * 12)
    assert (
        features_of(progression(60, MAJOR, 6.0))["harmonic_change_mean"]
        > features_of(held)["harmonic_change_mean"]
    )


def test_a_smoothed_series_keeps_its_length_and_mean_of_constants():
    np.testing.assert_allclose(tonality.smoothed(np.full((5, 2), 3.0, np.float32), 21), 3.0)


# --- time ---


def test_tempo_agrees_with_librosa(librosa):
    samples = clicks(120, 10.0)
    theirs = float(librosa.feature.tempo(y=samples, sr=RATE_HZ)[0])
    assert rhythm.tempo(sound_of(samples).tempogram)[0] == pytest.approx(theirs, rel=0.04)


def test_clicks_have_their_onset_rate_and_a_strong_beat():
    measured = features_of(clicks(120, 10.0))
    assert measured["onset_rate"] == pytest.approx(2.0, abs=0.3)
    assert measured["onset_interval"] == pytest.approx(0.5, abs=0.03)
    assert measured["beat_strength"] > 0.5 > features_of(noise(10.0))["beat_strength"]


def test_loudness_that_trembles_at_4_hz_is_modulated_there():
    time_s = np.arange(10 * RATE_HZ) / RATE_HZ
    samples = (noise(10.0) * (1 + 0.8 * np.sin(2 * np.pi * 4 * time_s))).astype(np.float32)
    strengths = {n: v for n, v in features_of(samples).items() if n.startswith("modulation_")}
    assert max(strengths, key=strengths.__getitem__) == "modulation_from_3_hz"


def test_steady_sound_has_less_dynamics_than_clicks():
    steady, moving = features_of(noise(10.0)), features_of(clicks(120, 10.0))
    for name in ("level_spread", "crest", "attack", "peakiness"):
        assert steady[name] < moving[name], name


# --- the vector ---


def test_every_feature_has_a_name_of_its_own_and_a_description():
    names = [feature.name for feature in FEATURES]
    assert len(set(names)) == len(names)
    assert all(feature.description for feature in FEATURES)
    assert FEATURES_VERSION >= 1


def test_a_vector_has_one_finite_number_for_each_feature():
    for samples in (song(), noise(10.0), tone(440, 10.0, 1), clicks(60, 10.0), noise(3.0)):
        values = vector(sound_of(samples))
        assert values.shape == (len(FEATURES),)
        assert values.dtype == np.float32
        assert np.isfinite(values).all()


def test_the_features_are_those_that_the_shipped_network_has_learnt_from():
    """``song_features.json`` was written by the measurements of 2026-11-25, before they were made faster.

    Of each feature its standard deviation over the songs that were learnt from, and what two sounds have.
    """
    kept = json.loads((Path(__file__).parent / "song_features.json").read_text())
    spread, *expected = np.array([kept[feature.name] for feature in FEATURES]).T
    minor = progression(57, MINOR, 10.0, 1.0) + noise(10.0, 0.003)
    for samples, before in zip((song(10.0), minor), expected, strict=True):
        np.testing.assert_array_less(np.abs(vector(sound_of(samples)) - before) / spread, 0.01)


def test_loudness_of_the_recording_does_not_matter():
    samples = song()
    loud, quiet = vector(sound_of(samples)), vector(sound_of(samples * np.float32(0.1)))
    np.testing.assert_allclose(loud, quiet, rtol=1e-2, atol=1e-2)
    assert sound_of(samples * np.float32(0.1)).level_dbfs == pytest.approx(
        sound_of(samples).level_dbfs - 20, abs=0.01
    )


def test_an_offset_does_not_matter():
    samples = song()
    np.testing.assert_allclose(
        vector(sound_of(samples)), vector(sound_of(samples + 0.2)), rtol=2e-2, atol=2e-2
    )


def test_the_same_sound_gives_the_same_vector():
    assert np.array_equal(vector(sound_of(song())), vector(sound_of(song())))


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(10 * RATE_HZ, np.float32),
        np.full(10 * RATE_HZ, 0.5, np.float32),
        noise(10.0, 10 ** ((SILENCE_DBFS - 3) / 20)),
        noise(2.9),
    ],
    ids=["zeros", "offset", "dither", "short"],
)
def test_silence_and_short_sounds_are_not_measured(samples):
    assert measure(samples) is None


def test_windows_do_not_depend_on_how_the_samples_arrive():
    samples = song(25.0)
    whole = list(listen([samples]))
    pieces = list(listen(np.array_split(samples, 37)))
    assert [(w.start_s, w.end_s) for w in whole] == [(0, 10), (10, 20), (20, 25)]
    assert [(w.start_s, w.end_s) for w in pieces] == [(w.start_s, w.end_s) for w in whole]
    for a, b in zip(whole, pieces, strict=True):
        assert a.sound is not None
        assert b.sound is not None
        np.testing.assert_array_equal(vector(a.sound), vector(b.sound))


def test_a_rest_too_short_to_measure_still_counts_as_time():
    windows = list(listen([song(12.0)]))
    assert windows[-1].end_s == pytest.approx(12.0)
    assert windows[-1].sound is None


def test_merging_weighs_windows_by_their_length():
    long, short = sound_of(song(10.0)), sound_of(song(4.0))
    merged = merge([long, short])
    assert merged.frames == long.frames + short.frames
    expected = (long.frames * long.averages + short.frames * short.averages) / merged.frames
    np.testing.assert_allclose(merged.averages, expected, rtol=1e-4, atol=1e-4)


def test_a_song_repeated_is_the_song():
    sound = sound_of(song())
    np.testing.assert_allclose(vector(merge([sound] * 5)), vector(sound), rtol=1e-4, atol=1e-4)


def test_a_fade_out_does_not_count():
    loud, faint = sound_of(song()), sound_of(noise(10.0) * np.float32(3e-3))
    np.testing.assert_allclose(vector(merge([loud, loud, faint])), vector(loud), rtol=1e-4, atol=1e-4)


def test_brighter_sound_has_higher_centroid_rolloff_and_zero_crossings():
    dark, bright = features_of(tone(220, 5.0)), features_of(tone(220, 5.0) + noise(5.0, 0.3))
    for name in ("centroid_mean", "rolloff_85_mean", "zero_crossings_mean", "flatness_mean", "entropy_mean"):
        assert dark[name] < bright[name], name


def test_the_documentation_lists_the_features_in_order():
    rows = []
    for family in (*SERIES, *WHOLE, *POOLED):
        names = [feature.name for feature in family.features()]
        shown = f"`{names[0]}`" if len(names) == 1 else f"`{names[0]}` ... `{names[-1]}`"
        rows.append(f"| {shown} | {len(names)} | {family.unit} | {family.description} |")
    page = (Path(__file__).parents[3] / "docs" / "features.md").read_text(encoding="utf-8")
    of_families = [line for line in page.splitlines() if line.startswith("| `") and line.count("|") == 5]
    assert of_families == rows
    assert f"Version {FEATURES_VERSION}, {len(FEATURES)} numbers" in page
