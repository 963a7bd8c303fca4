"""Care of the library: what failed, what is there twice, and taking songs out."""

from pathlib import Path
from shutil import copy2

import pytest
from program import Program
from test_songs import write_tune


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Two songs, a copy of one of them, and a file that is no music."""
    folder = tmp_path_factory.mktemp("cared-for")
    music = folder / "music"
    music.mkdir()
    write_tune(music / "low.mp3", 110, seconds=4)
    write_tune(music / "high.mp3", 440, seconds=4)
    copy2(music / "low.mp3", music / "low again.mp3")
    (music / "letter.mp3").write_text("Dear all, this is no song.\n" * 50)
    mien = Program(folder / "home")
    mien("scan", music)
    return mien, music


def test_what_failed_is_listed_and_read_again_once_it_is_mended(library):
    mien, music = library
    (problem,) = mien("library", "problems", "--json").json
    assert (Path(problem["file"]), problem["code"]) == (music / "letter.mp3", "song_not_read")
    assert f"{music / 'letter.mp3'}: " in mien("library", "problems").out
    assert mien("library", "retry").code == 1
    write_tune(music / "letter.mp3", 330, seconds=4)
    assert mien("library", "retry", music / "letter.mp3").out.strip() == "1 analysed, 0 unchanged, 0 failed"
    assert "every file of the library could be read" in mien("library", "problems").out
    assert "every file of the library could be read" in mien("library", "retry").out
    unknown = mien("library", "retry", music / "low.mp3")
    assert (unknown.code, "nothing is known to be wrong" in unknown.err) == (1, True)


def test_a_copy_of_a_song_is_a_duplicate_and_nothing_else_is(library):
    mien, music = library
    (alike,) = mien("library", "duplicates", "--json").json
    assert {Path(file["path"]).name for file in alike["files"]} == {"low.mp3", "low again.mp3"}
    assert alike["files"][0]["size_bytes"] == (music / "low.mp3").stat().st_size
    said = mien("library", "duplicates").out
    assert "2 files sound the same:" in said
    assert str(music / "low again.mp3") in said


def test_songs_are_taken_out_only_when_it_is_said_which_and_that_it_is_meant(library):
    mien, music = library
    mien("label", str(music / "high.mp3"), "calm")
    mien("rate", str(music / "high.mp3"), "like")
    assert "say which" in mien("library", "forget").err
    assert "not in the library" in mien("library", "forget", "--yes", music / "nowhere.mp3").err
    asked = mien("library", "forget", music / "high.mp3")
    assert (asked.code, "give --yes" in asked.err) == (1, True)
    assert "what was said of them: 1 label, 1 rating" in asked.err
    assert "nothing to take out" in mien("library", "forget", "--gone", "--yes").out
    (music / "high.mp3").unlink()
    assert "1 gone" in mien("scan", music).out
    (problem,) = mien("library", "problems", "--json").json
    assert problem["code"] == "song_gone"
    assert "1 file is not there" in mien("library", "retry").out
    taken = mien("library", "forget", "--gone", "--yes")
    assert taken.out.strip() == "1 file taken out; the disk was not touched"
    assert "every file of the library could be read" in mien("library", "problems").out
    assert mien("label", str(music / "high.mp3"), "calm").code == 1
