"""The demo library on disk: real files, read back with PyAV."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from small_song import SMALL_SONG

from mien.demo import compose_library
from mien.demo.library import tags_of
from mien.demo.render import duration_s
from mien.demo.songs import SONGS
from mien.domain import Mood, Quadrant
from mien.errors import InteropError

if TYPE_CHECKING:
    from pathlib import Path

PAIR = (SMALL_SONG, replace(SMALL_SONG, title="Four Others", tempo_bpm=150, seed=2))


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> list[Path]:
    return compose_library(tmp_path_factory.mktemp("library"), songs=PAIR)


def read(path: Path) -> tuple[np.ndarray, dict[str, str], int]:
    """Sound ``[2, samples]``, tags and sample rate of a file."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        tags = dict(container.metadata | stream.metadata)
        sound = np.concatenate([frame.to_ndarray() for frame in container.decode(stream)], axis=1)
        return sound, tags, stream.rate


def test_every_mood_has_three_songs_of_forty_to_fifty_seconds():
    assert Counter(song.mood for song in SONGS) == dict.fromkeys(Mood, 3)
    assert all(40 <= duration_s(song) <= 50 for song in SONGS)


def test_the_songs_of_a_mood_differ_in_key_tempo_harmony_and_instruments():
    for mood in Mood:
        songs = [song for song in SONGS if song.mood == mood]
        assert len({song.tempo_bpm for song in songs}) == 3
        assert len({song.key % 12 for song in songs}) == 3
        assert len({song.sections[1].chords for song in songs}) == 3
        assert len({frozenset(voice.instrument for voice in song.voices) for song in songs}) == 3


def test_song_is_written_in_stereo_as_long_as_it_was_composed(library):
    sound, _, rate = read(library[0])
    assert sound.shape[0] == 2
    assert sound.shape[1] / rate == pytest.approx(duration_s(SMALL_SONG), abs=0.05)
    assert 0.1 < np.abs(sound).max() <= 1.0
    assert not np.allclose(sound[0], sound[1])


def test_song_says_its_title_and_that_mien_made_it(library):
    _, tags, _ = read(library[0])
    assert tags_of(SMALL_SONG).items() <= {key.lower(): value for key, value in tags.items()}.items()
    assert tags_of(SMALL_SONG)["artist"] == "Mien"
    assert tags_of(SMALL_SONG)["title"] == "Four Bars"
    assert "CC0" in tags_of(SMALL_SONG)["comment"]


def test_neither_tags_nor_names_give_a_mood_away():
    answers = {str(word) for word in (*Mood, *Quadrant)}
    for song in SONGS:
        said = " ".join(tags_of(song).values()).lower()
        assert not answers & set(said.replace("-", " ").split()), song.title


def test_titles_are_names_that_every_file_system_takes():
    assert len({song.title.casefold() for song in SONGS}) == len(SONGS)
    assert all(song.title.replace(" ", "").isalpha() and song.title.isascii() for song in SONGS)


def test_the_same_songs_give_the_same_bytes(library, tmp_path):
    again = compose_library(tmp_path, songs=PAIR[:1])
    assert again[0].read_bytes() == library[0].read_bytes()


def test_other_songs_give_other_files(library):
    assert len({path.read_bytes() for path in library}) == 2


def test_song_that_is_there_is_left_as_it_is(library):
    before = [path.stat().st_mtime_ns for path in library]
    assert compose_library(library[0].parent, songs=PAIR) == library
    assert [path.stat().st_mtime_ns for path in library] == before


@pytest.mark.parametrize("kept", [0, 30, 0.6])
def test_song_that_was_cut_short_is_made_again(library, tmp_path, kept):
    whole = library[0].read_bytes()
    cut = tmp_path / library[0].name
    cut.write_bytes(whole[: int(kept * len(whole)) if kept < 1 else kept])
    compose_library(tmp_path, songs=PAIR[:1])
    assert cut.read_bytes() == whole


def test_another_song_under_the_same_name_is_made_again(library, tmp_path):
    wrong = tmp_path / library[0].name
    wrong.write_bytes(library[1].read_bytes())
    compose_library(tmp_path, songs=PAIR[:1])
    assert wrong.read_bytes() == library[0].read_bytes()


def test_touches_no_other_file_and_leaves_none_behind(tmp_path):
    mine = tmp_path / "My Own Song.opus"
    mine.write_bytes(b"not audio at all")
    written = compose_library(tmp_path, songs=PAIR[:1])
    assert mine.read_bytes() == b"not audio at all"
    assert sorted(tmp_path.iterdir()) == sorted([mine, *written])


def test_tells_of_each_song_before_it_and_of_the_end(tmp_path):
    told = []
    compose_library(tmp_path, songs=PAIR, progress=lambda *step: told.append(step))
    assert told == [(0, 2, "Four Bars"), (1, 2, "Four Others"), (2, 2, "")]


def test_makes_the_folder_where_it_is_missing(tmp_path):
    (path,) = compose_library(tmp_path / "a" / "b", songs=PAIR[:1])
    assert path.parent == tmp_path / "a" / "b"
    assert path.is_file()


def test_a_run_that_was_stopped_goes_on(tmp_path):
    def stop(done: int, _total: int, _title: str) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compose_library(tmp_path, songs=PAIR, progress=stop)
    (first,) = tmp_path.iterdir()
    made = first.stat().st_mtime_ns
    assert len(compose_library(tmp_path, songs=PAIR)) == 2
    assert first.stat().st_mtime_ns == made


def test_folder_that_cannot_be_made_is_one_clear_sentence(tmp_path):
    file = tmp_path / "file"
    file.write_text("in the way")
    with pytest.raises(InteropError, match=r"cannot write the demo library to .*; choose a folder"):
        compose_library(file / "library", songs=PAIR[:1])


def test_song_that_cannot_be_put_in_place_leaves_nothing_half_done(tmp_path):
    in_the_way = tmp_path / "Mien - Four Bars.opus"
    in_the_way.mkdir()
    with pytest.raises(InteropError):
        compose_library(tmp_path, songs=PAIR[:1])
    assert list(tmp_path.iterdir()) == [in_the_way]
