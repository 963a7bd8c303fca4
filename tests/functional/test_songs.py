"""From nothing to a playlist: ``mien scan``, ``song``, ``label``, ``rate``, ``recommend`` and ``play``."""

import json
import os
from pathlib import Path
from shutil import copytree

import av
import numpy as np
import pytest
from program import Program

from mien import artifacts

MOODS = {"happy", "energetic", "angry", "tense", "sad", "tender", "calm"}
SONG_KEYS = [
    *("file", "duration_s", "mood", "confidence", "certain", "reason", "moods", "quadrant", "quadrants"),
    *("valence", "arousal", "tempo_bpm", "tempo_candidates", "key", "key_clarity", "loudness_lufs"),
    *("true_peak_dbtp", "mixed", "preview_s", "curve", "cpu_s", "error"),
]


def write_tune(path: Path, hz: float, seconds: float = 8.0) -> Path:
    """A few notes with a beat, encoded by what the ending says."""
    rate = 44_100
    time_s = np.arange(int(seconds * rate)) / rate
    beat = np.exp(-6 * (time_s % 0.5))
    wave = sum(np.sin(2 * np.pi * hz * ratio * time_s) for ratio in (1, 1.25, 1.5)) / 4 * beat
    codec, layout = {".mp3": ("libmp3lame", "fltp"), ".flac": ("flac", "s16"), ".ogg": ("libvorbis", "fltp")}[
        path.suffix
    ]
    with av.open(str(path), "w") as container:
        container.metadata.update({"title": path.stem.title(), "artist": "Test Tones"})
        stream = container.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(wave.astype(np.float32)[None], format="fltp", layout="mono")
        frame.rate = rate
        for part in av.AudioResampler(layout, "mono", rate, frame_size=1024).resample(frame):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def music(tmp_path_factory) -> Path:
    """A folder with good and bad music."""
    folder = tmp_path_factory.mktemp("music")
    good = write_tune(folder / "low tone.mp3", 110)
    write_tune(folder / "high tone.flac", 880)
    (folder / "sub").mkdir()
    write_tune(folder / "sub" / "middle tone.mp3", 330)
    content = good.read_bytes()
    (folder / "empty.mp3").write_bytes(b"")
    (folder / "text.ogg").write_text("not music")
    (folder / "mislabelled.wav").write_bytes(content)
    (folder / "truncated.flac").write_bytes((folder / "high tone.flac").read_bytes()[:60])
    return folder


@pytest.fixture(scope="module")
def scanned(music, tmp_path_factory):
    """A home in which that folder was scanned, and what the scan said."""
    program = Program(tmp_path_factory.mktemp("scanned") / "home")
    return program.home, program("scan", music)


@pytest.fixture
def library(scanned, tmp_path):
    """The program with a copy of that home, for one test alone."""
    return Program(copytree(scanned[0], tmp_path / "home"))


def test_a_scan_says_what_failed_and_why_and_the_rest_goes_on(scanned):
    _, answer = scanned
    assert answer.code == 0
    assert "4 analysed, 0 unchanged, 3 failed" in answer.out
    for name in ("empty.mp3", "text.ogg", "truncated.flac"):
        assert sum(name in line for line in answer.err.splitlines()) == 1


def test_a_second_scan_does_only_what_changed(library, music):
    assert "0 analysed, 4 unchanged, 3 failed" in library("scan", music).out


def test_another_network_judges_what_was_heard_and_no_song_is_read_again(tmp_path):
    (tmp_path / "music").mkdir()
    song = write_tune(tmp_path / "music" / "a tune.mp3", 220)
    mien = Program(tmp_path / "home")
    mien("scan", song.parent)
    ((before,),) = (said["tracks"] for said in mien("recommend", "--emotion", "happy", "--json").json)
    # The same network with its moods' names in another order, and a song that could not be read again.
    other = copytree(Path(artifacts.shipped("mood").folder), tmp_path / "other")
    card = json.loads((other / "artifact.json").read_text())
    moods = card["heads"]["moods"]
    card["heads"]["moods"] = [*moods[1:], moods[0]]
    card["version"] = "other"
    (other / "artifact.json").write_text(json.dumps(card))
    seen = song.stat()
    song.write_bytes(b"x" * seen.st_size)
    os.utime(song, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    said = mien("scan", song.parent, "--mood-artifact", other).out
    assert "1 judged anew" in said
    assert "0 analysed, 1 unchanged, 0 failed" in said
    ((after,),) = (said["tracks"] for said in mien("recommend", "--emotion", "happy", "--json").json)
    assert after["mood"] == card["heads"]["moods"][moods.index(before["mood"])]
    assert "judged anew" not in mien("scan", song.parent, "--mood-artifact", other).out


def test_a_song_says_everything_that_programs_rely_on(mien, music):
    answer = mien("song", music, "--json")
    lines = {Path(line["file"]).name: line for line in answer.json}
    assert answer.code == 0
    assert len(lines) == 7
    good = lines["high tone.flac"]
    assert list(good) == SONG_KEYS
    assert good["error"] is None
    assert good["duration_s"] == pytest.approx(8, abs=0.1)
    assert set(good["moods"]) == MOODS
    assert sum(good["moods"].values()) == pytest.approx(1, abs=1e-3)
    assert sum(good["quadrants"].values()) == pytest.approx(1, abs=1e-3)
    assert good["mood"] == max(good["moods"], key=good["moods"].get)
    assert good["curve"][0]["start_s"] == 0
    assert good["curve"][-1]["end_s"] == pytest.approx(good["duration_s"], abs=0.1)
    assert list(lines["empty.mp3"]) == SONG_KEYS
    assert "empty" in lines["empty.mp3"]["error"]


def test_exit_is_1_when_no_song_could_be_read(mien, music):
    assert mien("song", music / "text.ogg").code == 1
    assert mien("song", music / "nothing here").code == 1


def test_a_playlist_is_written_that_other_programs_open(library, tmp_path):
    out = tmp_path / "now.m3u8"
    answer = library("recommend", "--emotion", "sad", "-n", "3", "--out", out, "--json")
    (queue,) = answer.json
    assert answer.code == 0
    assert queue["reading"] is None
    assert queue["policy"] == "match"
    assert max(queue["moods"], key=queue["moods"].get) == "sad"
    assert len(queue["tracks"]) == 3
    for track in queue["tracks"]:
        assert set(track) == {"path", "title", "artist", "mood", "score", "why"}
        assert track["mood"] in MOODS
        assert track["why"]
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#EXTM3U"
    assert [line for line in lines if not line.startswith("#")] == [t["path"] for t in queue["tracks"]]
    assert all(Path(track["path"]).is_file() for track in queue["tracks"])


def test_a_reading_chooses_songs(library, photograph):
    (queue,) = library("recommend", "--face", photograph, "-n", "2", "--json").json
    assert queue["reading"]["emotion"] == "happy"
    assert queue["reading"]["certain"] is True
    assert max(queue["moods"], key=queue["moods"].get) == "happy"
    assert len(queue["tracks"]) == 2


def test_the_same_seed_gives_the_same_songs(library):
    lists = [
        [
            t["path"]
            for t in library("recommend", "--emotion", "happy", "--seed", "7", "--json").json[0]["tracks"]
        ]
        for _ in range(2)
    ]
    assert lists[0] == lists[1]


def test_a_label_wins_over_the_network_and_a_ban_is_absolute(library):
    assert library("label", "high tone", "angry").code == 0
    (queue,) = library("recommend", "--emotion", "angry", "-n", "9", "--json").json
    assert {track["title"]: track["mood"] for track in queue["tracks"]}["High Tone"] == "angry"
    assert library("rate", "high tone", "ban").code == 0
    (queue,) = library("recommend", "--emotion", "angry", "-n", "9", "--json").json
    assert "High Tone" not in {track["title"] for track in queue["tracks"]}
    assert len(queue["tracks"]) == 3


def test_a_name_that_fits_several_songs_is_an_error_that_lists_them(library):
    answer = library("label", "tone", "happy")
    assert answer.code == 1
    assert "High Tone" in answer.err
    assert "Low Tone" in answer.err


def test_an_empty_library_gives_an_empty_list_with_a_reason(mien):
    answer = mien("recommend", "--emotion", "happy", "--json")
    (queue,) = answer.json
    assert queue["tracks"] == []
    assert queue["note"]


def test_a_listener_who_is_not_known_is_an_error(mien):
    answer = mien("recommend", "--emotion", "happy", "--listener", "nobody")
    assert answer.code == 1
    assert "nobody" in answer.err


def test_playing_goes_on_or_says_what_it_would_play(mien, tmp_path):
    write_tune(tmp_path / "short.flac", 440, seconds=3.2)
    mien("scan", tmp_path)
    answer = mien("play", "--emotion", "happy", "--songs", "1", "--volume", "0")
    assert answer.code == 0
    assert "Short" in answer.out


def test_scanning_changes_no_file(mien, music):
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in music.rglob("*.*")}
    mien("scan", music)
    assert before == {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in music.rglob("*.*")}
