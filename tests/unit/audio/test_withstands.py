"""What a song's answer withstands: other formats, and files that are broken or hold no music."""

from __future__ import annotations

import math
import shutil
from contextlib import suppress

import numpy as np
import pytest
from made_music import RATE_HZ, song
from sound_files import write_sound
from test_speech import coloured, talk

from mien import artifacts
from mien.audio.analyze import SongAnalyzer
from mien.audio.mood import MoodNetwork
from mien.audio.tags import TagReader
from mien.errors import DecodingError

SECONDS = 12.0


@pytest.fixture(scope="module")
def analyzer():
    with TagReader() as tag_reader:
        yield SongAnalyzer(MoodNetwork(artifacts.shipped("mood")), tag_reader)


@pytest.fixture(scope="module")
def plain(analyzer, tmp_path_factory):
    return analyzer.analyze(wav(tmp_path_factory.mktemp("plain") / "song.wav", both_sides()))


def both_sides(rate_hz: int = 44_100) -> np.ndarray:
    """A song in stereo, the right side a little later and softer."""
    mono = song(SECONDS)
    times_s = np.arange(0, SECONDS, 1 / rate_hz)
    side = np.interp(times_s, np.arange(len(mono)) / RATE_HZ, mono).astype(np.float32)
    return np.stack([side, 0.8 * np.roll(side, rate_hz // 1000)])


def wav(path, samples, rate_hz=44_100, codec="pcm_s16le", sample_format="s16", **more):
    return write_sound(path, samples, rate_hz, codec=codec, sample_format=sample_format, **more)


def distance(a, b) -> float:
    return sum(abs(p - b.probabilities[label]) for label, p in a.probabilities.items()) / 2


def sound_answer(found) -> bool:
    """Whether an analysis holds only numbers, and probabilities that sum to 1."""
    estimates = (found.mood.moods, found.mood.quadrants)
    numbers = (found.mood.valence, found.mood.arousal, *found.features, found.duration_s)
    return all(map(math.isfinite, numbers)) and all(
        sum(e.probabilities.values()) == pytest.approx(1) for e in estimates
    )


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("a.mp3", (44_100, "libmp3lame", "fltp")),
        ("a.ogg", (44_100, "vorbis", "fltp")),
        ("a.opus", (48_000, "libopus", "flt")),
        ("a.flac", (44_100, "flac", "s16")),
        ("a.wav", (96_000, "pcm_s24le", "s32")),
        ("b.wav", (22_050, "pcm_f32le", "flt")),
    ],
)
def test_another_format_gives_nearly_the_same_answer(analyzer, plain, tmp_path, name, way):
    found = analyzer.analyze(wav(tmp_path / name, both_sides(way[0]), *way))
    assert distance(plain.mood.moods, found.mood.moods) < 0.1
    assert distance(plain.mood.quadrants, found.mood.quadrants) < 0.1
    assert found.key == plain.key
    assert found.tempo_bpm == pytest.approx(plain.tempo_bpm, rel=0.02)
    assert found.loudness_lufs == pytest.approx(plain.loudness_lufs, abs=0.5)


def test_20_db_quieter_is_the_same_song_20_db_quieter(analyzer, plain, tmp_path):
    found = analyzer.analyze(wav(tmp_path / "quiet.wav", both_sides() * np.float32(0.1)))
    assert distance(plain.mood.moods, found.mood.moods) < 0.05
    assert found.loudness_lufs == pytest.approx(plain.loudness_lufs - 20, abs=0.1)
    assert found.true_peak_dbtp == pytest.approx(plain.true_peak_dbtp - 20, abs=0.1)


def test_mono_is_the_same_song(analyzer, plain, tmp_path):
    found = analyzer.analyze(wav(tmp_path / "mono.wav", both_sides().mean(axis=0, keepdims=True)))
    assert distance(plain.mood.moods, found.mood.moods) < 0.05


def test_surround_is_analysed(analyzer, tmp_path):
    samples = np.repeat(both_sides()[:1], 8, axis=0) * np.float32(0.3)
    found = analyzer.analyze(wav(tmp_path / "surround.flac", samples, codec="flac", layout="7.1"))
    assert sound_answer(found)
    assert found.loudness_lufs < 0


def test_a_song_clipped_hard_is_analysed(analyzer, tmp_path):
    found = analyzer.analyze(wav(tmp_path / "loud.wav", np.clip(20 * both_sides(), -1, 1)))
    assert sound_answer(found)
    assert found.true_peak_dbtp >= 0


@pytest.mark.parametrize(
    ("samples", "reason"),
    [(talk(25.0, 120.0), "speech"), (coloured(-0.5, 25.0), "noise"), (np.zeros(25 * RATE_HZ), "silence")],
    ids=["speech", "noise", "silence"],
)
def test_no_mood_is_made_up_for_what_is_no_music(analyzer, tmp_path, samples, reason):
    samples = (samples / max(1e-9, np.abs(samples).max()) * 0.5).astype(np.float32)
    found = analyzer.analyze(wav(tmp_path / "other.wav", samples[None], RATE_HZ))
    assert not found.mood.moods.certain
    assert found.mood.moods.reason == f"can't tell: {reason}"
    assert found.mood.quadrants.reason == f"can't tell: {reason}"
    assert not any(segment.certain for segment in found.curve)
    assert sound_answer(found)


def test_speech_by_telephone_is_speech(analyzer, tmp_path):
    samples = talk(25.0, 180.0, seed=5)
    at_8_khz = np.interp(np.arange(0, 25, 1 / 8_000), np.arange(len(samples)) / RATE_HZ, samples)
    path = wav(tmp_path / "call.wav", at_8_khz.astype(np.float32)[None], 8_000, "pcm_mulaw")
    assert analyzer.analyze(path).mood.moods.reason == "can't tell: speech"


def test_a_word_before_the_song_does_not_hide_it(analyzer, tmp_path):
    samples = np.concatenate([talk(10.0, 120.0), song(40.0)])
    found = analyzer.analyze(wav(tmp_path / "radio.wav", samples[None], RATE_HZ))
    assert "speech" not in (found.mood.moods.reason or "")


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_file_gives_an_answer_or_one_clear_error(analyzer, tmp_path, seed):
    rng = np.random.default_rng(seed)
    suffix, codec, sample_format = (("mp3", "libmp3lame", "fltp"), ("flac", "flac", "s16"))[seed % 2]
    path = wav(tmp_path / f"song.{suffix}", both_sides()[:, : 5 * 44_100], 44_100, codec, sample_format)
    content = bytearray(path.read_bytes())
    for at in rng.integers(0, 400 if seed < 6 else len(content), 20):
        content[at] = rng.integers(256)
    path.write_bytes(content)
    with suppress(DecodingError):
        assert sound_answer(analyzer.analyze(path))


def test_fifty_megabytes_of_cover_art_are_passed_over(analyzer, tmp_path):
    path = wav(tmp_path / "song.mp3", both_sides()[:, : 5 * 44_100], 44_100, "libmp3lame", "fltp")
    picture = b"\0image/jpeg\0\x03\0" + b"\xff\xd8" + bytes(50_000_000)
    size = len(picture)
    frame = b"APIC" + bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0)) + b"\0\0" + picture
    header = b"ID3\x04\0\0" + bytes((len(frame) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    with (tmp_path / "art.mp3").open("wb") as file:
        file.write(header + frame)
        with path.open("rb") as music:
            shutil.copyfileobj(music, file)
    found = analyzer.analyze(tmp_path / "art.mp3")
    assert sound_answer(found)
    assert found.duration_s == pytest.approx(5, abs=0.1)


@pytest.mark.parametrize("ending", ["wav", "flac", "txt"])
def test_a_wrong_ending_changes_nothing(analyzer, plain, tmp_path, ending):
    path = wav(tmp_path / "song.ogg", both_sides(), 44_100, "vorbis", "fltp")
    found = analyzer.analyze(path.rename(tmp_path / f"song.{ending}"))
    assert distance(plain.mood.moods, found.mood.moods) < 0.1
