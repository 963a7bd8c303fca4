"""A library that moves, shrinks and comes back: what ``mien scan`` makes of it, with real songs."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from shutil import copy2, copytree

import pytest
from mutagen.id3 import ID3, TIT2
from program import Program
from test_songs import write_tune

from mien.store import open_store


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    """A home in which four songs were scanned; one is banned, one labelled."""
    folder = tmp_path_factory.mktemp("library")
    (folder / "old").mkdir()
    for number, hz in enumerate((110, 220, 330, 440)):
        write_tune(folder / "old" / f"tune {number}.mp3", hz, seconds=4)
    mien = Program(folder / "home")
    mien("scan", folder / "old")
    mien("rate", "tune 1", "ban")
    mien("label", "tune 2", "sad")
    return folder


@pytest.fixture
def library(scanned, tmp_path):
    """The program with a library of its own at ``old``, as it was scanned there."""
    mien = Program(copytree(scanned / "home", tmp_path / "home"))
    copytree(scanned / "old", tmp_path / "old")
    # The same songs at another place: moved, as far as the program can tell, and the first place is no more.
    with store_of(mien) as store:
        known = store.files.known()
        store.files.move({file.track_id: tmp_path / "old" / file.path.name for file in known})
    return mien


def store_of(mien):
    return open_store(f"sqlite:///{mien.home / 'mien.db'}")


def recommended(mien):
    (queue,) = mien("recommend", "--emotion", "happy", "-n", "20", "--json").json
    return {track["title"]: Path(track["path"]) for track in queue["tracks"]}


def test_a_library_that_was_renamed_keeps_what_was_said_of_it(library, tmp_path):
    (tmp_path / "old").rename(tmp_path / "new")
    assert library("scan", tmp_path / "new").out.strip() == "0 analysed, 0 unchanged, 0 failed, 4 moved"
    songs = recommended(library)
    assert songs == {f"Tune {n}": tmp_path / "new" / f"tune {n}.mp3" for n in (0, 2, 3)}
    assert library("scan", tmp_path / "new").out.strip() == "0 analysed, 4 unchanged, 0 failed"


def test_a_song_that_was_tagged_anew_and_moved_is_known_by_its_sound(library, tmp_path):
    song = tmp_path / "old" / "tune 1.mp3"
    tags = ID3(song)
    tags.add(TIT2(encoding=3, text="Another Name"))
    tags.save(song)
    song.rename(tmp_path / "old" / "renamed.mp3")
    said = library("scan", tmp_path / "old").out.strip()
    assert said == "1 analysed, 3 unchanged, 0 failed, 1 moved"
    assert recommended(library).keys() == {"Tune 0", "Tune 2", "Tune 3"}
    assert library("rate", "another name", "like").code == 0


def test_a_copy_is_a_song_of_its_own(library, tmp_path):
    copy2(tmp_path / "old" / "tune 1.mp3", tmp_path / "old" / "a copy.mp3")
    assert "1 analysed, 4 unchanged, 0 failed\n" in library("scan", tmp_path / "old").out
    assert recommended(library)["Tune 1"] == tmp_path / "old" / "a copy.mp3"


def test_a_deleted_song_is_not_played_until_it_is_back(library, tmp_path):
    song = tmp_path / "old" / "tune 2.mp3"
    song.rename(tmp_path / "kept.mp3")
    assert library("scan", tmp_path / "old").out.strip() == "0 analysed, 3 unchanged, 0 failed, 1 gone"
    assert recommended(library).keys() == {"Tune 0", "Tune 3"}
    (tmp_path / "kept.mp3").rename(song)
    assert library("scan", tmp_path / "old").out.strip() == "0 analysed, 4 unchanged, 0 failed"
    assert recommended(library).keys() == {"Tune 0", "Tune 2", "Tune 3"}


@pytest.mark.parametrize("is_there", [False, True])
def test_a_drive_that_is_not_plugged_in_loses_nothing(library, tmp_path, is_there):
    (tmp_path / "old").rename(tmp_path / "away")
    if is_there:
        (tmp_path / "old").mkdir()
    answer = library("scan", tmp_path / "old")
    assert (answer.code, answer.out.strip()) == (1, "0 analysed, 0 unchanged, 1 failed")
    why = "is its drive plugged in?" if is_there else "cannot be opened"
    assert f"{tmp_path / 'old'}: " in answer.err
    assert why in answer.err
    assert len(recommended(library)) == 3


@pytest.mark.parametrize("command", ["scan", "song"])
def test_a_folder_without_music_is_said_to_be_one(mien, tmp_path, command):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("no music")
    answer = mien(command, tmp_path / "empty")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == f"mien: {tmp_path / 'empty'}: there is no music in it that Mien reads\n"


@pytest.mark.parametrize("command", ["scan", "song"])
def test_what_failed_is_named_by_its_whole_path(mien, tmp_path, command):
    folder = tmp_path.joinpath(*["a folder with quite a long name"] * 6)
    folder.mkdir(parents=True)
    (folder / "bad [1].mp3").write_bytes(b"")
    answer = mien(command, tmp_path)
    (line,) = answer.err.splitlines()
    assert answer.code == 1
    assert line.startswith(f"{folder / 'bad [1].mp3'}: ")
    assert "0 bytes" in line


def test_a_scan_that_is_interrupted_says_what_is_kept_and_goes_on_where_it_was(mien, tmp_path):
    music = tmp_path / "music"
    music.mkdir()
    for number in range(12):
        write_tune(music / f"{number:02}.mp3", 110 + 40 * number, seconds=20)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MIEN_")}
    environment = {**kept, "MIEN_HOME": str(mien.home)}
    command = [sys.executable, "-m", "mien", "scan", str(music), "--workers", "1"]
    with (
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        ) as scan,
        store_of(mien) as store,
    ):
        wait_until(store.files.known)
        scan.send_signal(signal.SIGINT)
        out, err = scan.communicate(timeout=60)
        stored = len(store.files.known())
    assert (scan.returncode, out) == (130, "")
    assert f"stopped: {stored} of 12 new files are stored" in err
    assert f"{12 - stored} analysed, {stored} unchanged" in mien("scan", music).out


def wait_until(true, most_s=120):
    end = time.monotonic() + most_s
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
