"""From real audio files to what they say."""

from __future__ import annotations

import numpy as np
import pytest
from made_music import MAJOR, RATE_HZ, clicks, noise, progression, song
from sound_files import write_sound

from mien import artifacts
from mien.audio.analyze import SongAnalyzer, judge_again
from mien.audio.features import FEATURES, FEATURES_VERSION
from mien.audio.mood import MoodNetwork
from mien.audio.tags import TagReader
from mien.errors import DecodingError


@pytest.fixture(scope="module")
def analyzer():
    with TagReader() as tag_reader:
        yield SongAnalyzer(MoodNetwork(artifacts.shipped("mood")), tag_reader)


def flac(path, samples, **kwargs):
    return write_sound(path, samples[None], RATE_HZ, codec="flac", sample_format="s16", **kwargs)


def distance(a, b) -> float:
    """Half the sum of the differences of two estimates: 0 alike, 1 apart."""
    return sum(abs(p - b.probabilities[label]) for label, p in a.probabilities.items()) / 2


def test_a_song_says_its_length_tempo_key_tags_and_mood(analyzer, tmp_path):
    samples = 0.5 * (progression(60, MAJOR, 34.0) + 0.3 * clicks(120, 34.0))
    found = analyzer.analyze(
        flac(tmp_path / "song.flac", samples, tags={"title": "Made", "artist": "Nobody"})
    )
    assert found.path == tmp_path / "song.flac"
    assert found.duration_s == pytest.approx(34.0, abs=0.05)
    assert found.tempo_bpm == pytest.approx(120, rel=0.02)
    assert found.key == "C major"
    assert (found.tags.title, found.tags.artist) == ("Made", "Nobody")
    assert len(found.features) == len(FEATURES)
    assert found.features_version == FEATURES_VERSION
    assert found.artifact_version == artifacts.shipped("mood").version
    assert sum(found.mood.moods.probabilities.values()) == pytest.approx(1)
    assert found.cpu_s > 0


def test_the_curve_goes_through_the_song_in_order(analyzer, tmp_path):
    found = analyzer.analyze(flac(tmp_path / "song.flac", song(34.0)))
    assert [(s.start_s, round(s.end_s)) for s in found.curve] == [(0, 10), (10, 20), (20, 30), (30, 34)]
    assert all(0 < s.confidence <= 1 for s in found.curve)


def test_the_curve_moves_with_the_song(analyzer, tmp_path):
    soft = 0.2 * progression(60, MAJOR, 40.0, 2.0)
    harsh = progression(57, (0, 1, 6), 40.0, 0.25)
    loud = 0.5 * (harsh + (clicks(170, 40.0) + noise(40.0, 0.3))[: len(harsh)])
    found = analyzer.analyze(flac(tmp_path / "two.flac", np.concatenate([soft, loud])))
    assert found.curve[0].arousal < found.curve[-1].arousal - 0.3


def test_a_silent_stretch_is_left_out_of_the_curve(analyzer, tmp_path):
    samples = np.concatenate([song(10.0), np.zeros(20 * RATE_HZ, np.float32), song(10.0)])
    found = analyzer.analyze(flac(tmp_path / "gap.flac", samples))
    assert [s.start_s for s in found.curve] == [0, 30]
    assert found.duration_s == pytest.approx(40.0, abs=0.05)


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (np.zeros(12 * RATE_HZ, np.float32), "can't tell: silence"),
        (np.full(12 * RATE_HZ, 0.4, np.float32), "can't tell: silence"),
        (song(2.0), "can't tell: less than 3 s of sound"),
        (song(0.5), "can't tell: less than 3 s of sound"),
    ],
    ids=["silence", "offset", "two seconds", "half a second"],
)
def test_nothing_is_made_up_where_nothing_can_be_heard(analyzer, tmp_path, samples, reason):
    found = analyzer.analyze(flac(tmp_path / "little.flac", samples))
    assert not found.mood.moods.certain
    assert not found.mood.quadrants.certain
    assert found.mood.moods.reason == reason
    assert sum(found.mood.moods.probabilities.values()) == pytest.approx(1)
    assert found.features == ()
    assert found.tempo_bpm is None
    assert found.key is None
    (segment,) = found.curve
    assert (segment.start_s, segment.end_s) == (0, found.duration_s)


def test_a_recording_20_db_quieter_is_nearly_the_same_song(analyzer, tmp_path):
    loud = analyzer.analyze(flac(tmp_path / "loud.flac", song(20.0)))
    quiet = analyzer.analyze(flac(tmp_path / "quiet.flac", song(20.0) * np.float32(0.1)))
    assert distance(loud.mood.moods, quiet.mood.moods) < 0.05
    assert distance(loud.mood.quadrants, quiet.mood.quadrants) < 0.05


@pytest.mark.parametrize(
    ("name", "codec", "sample_format"),
    [("a.mp3", "libmp3lame", "fltp"), ("a.opus", "libopus", "flt"), ("a.m4a", "aac", "fltp")],
)
def test_a_codec_changes_little(analyzer, tmp_path, name, codec, sample_format):
    samples = song(20.0)
    at_48_khz = np.interp(np.arange(0, 20, 1 / 48_000), np.arange(len(samples)) / RATE_HZ, samples)
    path = write_sound(
        tmp_path / name, at_48_khz.astype(np.float32)[None], 48_000, codec=codec, sample_format=sample_format
    )
    exact, coded = analyzer.analyze(flac(tmp_path / "exact.flac", samples)), analyzer.analyze(path)
    assert distance(exact.mood.quadrants, coded.mood.quadrants) < 0.1


def test_the_same_file_gives_the_same_answer(analyzer, tmp_path):
    path = flac(tmp_path / "song.flac", song(20.0))
    first, second = analyzer.analyze(path), analyzer.analyze(path)
    assert first.mood == second.mood
    assert first.features == second.features
    assert first.curve == second.curve


def test_what_was_measured_once_is_judged_again_as_it_was_judged(analyzer, tmp_path):
    found = analyzer.analyze(flac(tmp_path / "song.flac", song(12)))
    network = MoodNetwork(artifacts.shipped("mood"))
    (again,) = judge_again(network, [found.features], [found.mood])
    assert distance(again.moods, found.mood.moods) < 1e-6
    assert (again.quadrants.top, again.moods.certain) == (found.mood.quadrants.top, found.mood.moods.certain)
    # ONNX Runtime sums a batch of one in another order; units reach 10, so this is float32's last digit.
    np.testing.assert_allclose(again.embedding, found.mood.embedding, rtol=1e-5, atol=1e-5)


def test_speech_noise_and_silence_stay_so_whatever_network_judges(analyzer, tmp_path):
    hiss = analyzer.analyze(flac(tmp_path / "hiss.flac", noise(12.0, 0.1)))
    silence = analyzer.analyze(flac(tmp_path / "silence.flac", np.zeros(12 * RATE_HZ, np.float32)))
    music = analyzer.analyze(flac(tmp_path / "song.flac", song(12)))
    all_three = (hiss, silence, music)
    again = judge_again(
        MoodNetwork(artifacts.shipped("mood")), [a.features for a in all_three], [a.mood for a in all_three]
    )
    assert [a.moods.reason for a in again] == [a.mood.moods.reason for a in all_three]
    assert [a.moods.reason for a in again[:2]] == ["can't tell: noise", "can't tell: silence"]
    assert again[1].embedding == ()


def test_what_is_not_audio_is_an_error(analyzer, tmp_path):
    path = tmp_path / "letter.mp3"
    path.write_text("Dear listener, this is no music at all.")
    with pytest.raises(DecodingError):
        analyzer.analyze(path)
