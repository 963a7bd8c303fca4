"""Instruments, effects and the mix: signals whose pitch, level and length are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_song import SMALL_SONG

from mien.demo.render import duration_s, render
from mien.demo.songs import SONGS
from mien.demo.synth import INSTRUMENTS
from mien.demo.synth.effects import (
    clip_softly,
    compress,
    echo,
    equalise,
    limit,
    loudness_db,
    room,
    saturate,
)
from mien.demo.synth.waves import (
    SAMPLE_RATE_HZ,
    band,
    ensemble,
    looped,
    modes,
    noise,
    play,
    samples,
    table,
    times,
)

CEILING = 0.89 + 1e-6
A3 = 220.0


def generator() -> np.random.Generator:
    return np.random.default_rng(5)


def sine(hz: float, seconds: float, level: float = 1.0) -> np.ndarray:
    return np.stack([level * np.sin(2 * np.pi * hz * times(samples(seconds)))] * 2).astype(np.float32)


def level_of(signal: np.ndarray) -> float:
    return float(np.sqrt(np.mean(signal**2)))


def strongest_hz(signal: np.ndarray) -> float:
    mono = signal if signal.ndim == 1 else signal.mean(axis=0)
    spectrum = np.abs(np.fft.rfft(mono * np.hanning(len(mono))))
    return float(np.argmax(spectrum) * SAMPLE_RATE_HZ / len(mono))


@pytest.mark.parametrize("name", INSTRUMENTS)
@pytest.mark.parametrize("velocity", [0.3, 1.0])
def test_every_instrument_sounds_and_ends_without_a_click(name, velocity):
    tone = INSTRUMENTS[name].tone(A3, 0.4, velocity, generator())
    assert tone.dtype == np.float32
    assert tone.ndim == 1 or tone.shape[0] == 2
    assert np.isfinite(tone).all()
    assert 0.01 < np.abs(tone).max() < 12
    assert np.abs(tone[..., -1]).max() < 0.1 * np.abs(tone).max()


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_the_same_player_plays_the_same_note(name):
    first, second = (INSTRUMENTS[name].tone(A3, 0.2, 0.7, generator()) for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize(
    "name",
    [
        "piano",
        "nylon guitar",
        "bass guitar",
        "flute",
        "cello",
        "strings",
        "choir",
        "trumpet",
        "singer",
        "organ",
    ],
)
def test_pitched_instrument_plays_the_pitch_it_is_asked_for(name):
    octaves_and_fifths = np.log2(strongest_hz(INSTRUMENTS[name].tone(A3, 1.5, 0.7, generator())) / A3)
    partial = 2**octaves_and_fifths
    nearest = max(1, round(partial * 2)) / 2
    assert partial == pytest.approx(nearest, rel=0.02)
    assert nearest <= 6


@pytest.mark.parametrize("name", [n for n, i in INSTRUMENTS.items() if i.effect is not None])
def test_what_an_instrument_goes_through_keeps_its_length_and_is_finite(name):
    sound = sine(A3, 0.3, 0.3)
    through = INSTRUMENTS[name].effect(sound)
    assert through.shape == sound.shape
    assert np.isfinite(through).all()
    assert level_of(through) > 0.01


def test_softly_played_guitar_is_damped_by_the_palm():
    guitar = INSTRUMENTS["distorted guitar"].tone
    ringing, muted = (guitar(A3, 1.0, velocity, generator())[samples(0.4) :] for velocity in (0.9, 0.4))
    assert len(muted) == 0 or level_of(muted) < 0.05 * level_of(ringing)


def test_modes_are_a_sum_of_dying_sines():
    hz, gain, decay = np.array([100.0, 333.3]), np.array([1.0, 0.5]), np.array([2.0, 9.0])
    t = np.arange(5000) / SAMPLE_RATE_HZ
    expected = sum(
        g * np.exp(-d * t) * np.sin(2 * np.pi * f * t) for f, g, d in zip(hz, gain, decay, strict=True)
    )
    assert modes(hz, gain, decay, 5000) == pytest.approx(expected, abs=1e-4)


def test_modes_leave_out_what_the_sample_rate_cannot_hold():
    assert not modes(np.array([SAMPLE_RATE_HZ * 0.6]), np.ones(1), np.ones(1), 100).any()


def test_table_played_at_a_phase_is_its_harmonics():
    cycles = 50 * np.arange(2000) / SAMPLE_RATE_HZ
    assert play(table(np.array([1.0])), cycles) == pytest.approx(np.sin(2 * np.pi * cycles), abs=1e-4)


def test_ensemble_has_level_one_differs_left_and_right_and_loops_without_a_seam():
    loop = ensemble(A3, np.ones_like, 8, generator())
    assert level_of(loop) == pytest.approx(1.0, abs=0.01)
    assert abs(np.corrcoef(loop)[0, 1]) < 0.3
    around = looped(loop, loop.shape[1] + 1000, np.random.default_rng(1))
    assert np.abs(np.diff(around)).max() <= np.abs(np.diff(np.hstack([loop, loop[:, :1]]))).max() + 1e-6


def test_noise_keeps_to_its_band():
    spectrum = np.abs(np.fft.rfft(noise(SAMPLE_RATE_HZ, band(1000, 2000, 4), generator()))) ** 2
    hz = np.fft.rfftfreq(SAMPLE_RATE_HZ, 1 / SAMPLE_RATE_HZ)
    assert spectrum[(hz > 700) & (hz < 2900)].sum() > 0.97 * spectrum.sum()


def test_equaliser_turns_a_sine_down_by_its_curve():
    halved = equalise(sine(1000, 0.5), lambda hz: np.where(hz < 2000, 0.5, 1.0))
    middle = slice(samples(0.1), samples(0.4))
    assert level_of(halved[:, middle]) == pytest.approx(0.5 * np.sqrt(0.5), rel=0.02)


def test_echo_comes_late_softer_and_from_the_other_side():
    click = np.zeros((2, samples(1.0)), dtype=np.float32)
    click[0, 0] = 1.0
    back = echo(click, 0.25, 0.5)
    assert back[1, samples(0.25)] == pytest.approx(0.5)
    assert back[0, samples(0.5)] == pytest.approx(0.25)
    assert back[:, 0].max() == 0


def test_echo_longer_than_the_sound_is_silence():
    assert not echo(sine(A3, 0.1), 0.5, 0.5).any()


def test_room_dies_away_by_sixty_decibels_in_its_time():
    answer = room(1.0, generator())
    assert np.sum(answer**2, axis=1) == pytest.approx([1.0, 1.0], rel=1e-3)
    middle = equalise(answer, band(400, 620, 4))
    early, late = middle[:, samples(0.1) : samples(0.2)], middle[:, samples(0.7) : samples(0.8)]
    fallen_db = 20 * np.log10(level_of(late) / level_of(early))
    assert fallen_db == pytest.approx(-36, abs=5)


def test_compressor_brings_loud_and_soft_together():
    steps = np.hstack([sine(A3, 1.0, 0.05), sine(A3, 1.0, 0.8)])
    pressed = compress(steps, 3, 9)
    before, after = (
        level_of(s[:, samples(1.5) : samples(1.9)]) / level_of(s[:, samples(0.3) : samples(0.9)])
        for s in (steps, pressed)
    )
    assert after < 0.6 * before


def test_limiter_holds_the_ceiling_and_leaves_what_is_below():
    quiet, loud = sine(A3, 0.5, 0.3), sine(A3, 0.5, 3.0)
    assert limit(quiet, 0.89) == pytest.approx(quiet, abs=1e-5)
    assert np.abs(limit(loud, 0.89)).max() <= CEILING


def test_soft_clipping_leaves_what_is_below_the_knee():
    clipped = clip_softly(sine(A3, 0.1, 3.0))
    assert np.abs(clipped).max() < 1.2
    assert clip_softly(sine(A3, 0.1, 0.5)) == pytest.approx(sine(A3, 0.1, 0.5))


def test_saturation_adds_odd_harmonics():
    spectrum = np.abs(np.fft.rfft(saturate(sine(100, 1.0), 12)[0]))
    assert spectrum[300] > 0.02 * spectrum[100]
    assert spectrum[200] < 0.01 * spectrum[100]


def test_loudness_of_a_full_sine_on_both_sides_is_nought():
    assert loudness_db(sine(500, 2.0)) == pytest.approx(-0.7, abs=0.4)
    assert loudness_db(sine(500, 2.0, 0.1)) == pytest.approx(-20.7, abs=0.4)


@pytest.fixture(scope="module")
def rendered() -> np.ndarray:
    return render(SMALL_SONG)


def test_song_is_as_long_as_it_says(rendered):
    assert rendered.shape == (2, samples(duration_s(SMALL_SONG)))
    assert rendered.dtype == np.float32


def test_mix_never_clips_and_is_as_loud_as_it_was_produced(rendered):
    assert np.isfinite(rendered).all()
    assert np.abs(rendered).max() <= CEILING
    assert loudness_db(rendered) == pytest.approx(SMALL_SONG.production.loudness_db, abs=1.5)
    assert abs(rendered.mean()) < 0.01


def test_song_fades_to_silence(rendered):
    assert np.abs(rendered[:, -10:]).max() < 1e-3


def test_rendering_again_gives_the_same_samples(rendered):
    assert np.array_equal(render(SMALL_SONG), rendered)


def test_another_seed_plays_it_a_little_differently(rendered):
    other = render(replace(SMALL_SONG, seed=99))
    assert other.shape == rendered.shape
    assert not np.array_equal(other, rendered)


def test_voice_that_does_not_play_before_the_end_of_an_excerpt_is_no_error():
    late = replace(
        SMALL_SONG, voices=(replace(SMALL_SONG.voices[0], patterns={"ending": "z"}), SMALL_SONG.voices[-1])
    )
    assert np.isfinite(render(late, until_s=1.0)).all()


@pytest.mark.parametrize("title", ["Kite Weather", "Neon Stairs", "The Long Corridor", "Still Water"])
def test_excerpt_of_a_song_sounds_on_both_sides_and_never_clips(title):
    song = next(song for song in SONGS if song.title == title)
    excerpt = render(song, until_s=3.0)
    assert excerpt.shape == (2, samples(3.0))
    assert np.abs(excerpt).max() <= CEILING
    assert min(level_of(side) for side in excerpt) > 0.01
    assert not np.array_equal(excerpt[0], excerpt[1])


def test_the_beat_of_a_song_is_at_its_tempo():
    song = next(song for song in SONGS if song.title == "Neon Stairs")
    power = (
        (render(song, until_s=9.0)[:, : samples(8.0)] ** 2)
        .sum(axis=0)
        .reshape(-1, samples(0.005))
        .sum(axis=1)
    )
    rises = np.maximum(np.diff(np.log(power + 1e-6)), 0)
    rises -= rises.mean()
    likeness = np.correlate(rises, rises, "full")[len(rises) :]
    lags_s = 0.005 * np.arange(1, len(likeness) + 1)
    around = (lags_s > 0.33) & (lags_s < 0.55)
    beat_s = lags_s[around][np.argmax(likeness[around])]
    assert 60 / beat_s == pytest.approx(song.tempo_bpm, rel=0.03)
