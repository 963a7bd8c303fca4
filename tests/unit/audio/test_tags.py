"""Reading tags in a process apart: real tagged files, odd values, and files that mean harm."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from sound_files import write_sine

from mien.audio import tag_process
from mien.audio.tags import TagReader, clean_tags
from mien.domain import Tags

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MBID = "b1a9c0e9-d987-4042-ae91-78d6a3267d69"
# Musepack's stream version 8 is a row of packets, each with a key and a size that counts the key. A packet
# that says that its size is 0 sends mutagen 1.48 back to where it began, for ever.
ENDLESS = b"MPCKAA\0" + bytes(36)


@pytest.fixture(scope="module")
def reader() -> Iterator[TagReader]:
    with TagReader(timeout_s=20.0) as reader:  # a busy machine shall not fail these
        yield reader


def tag(path: Path, kind: str) -> Path:
    """Write the same tags to a file in the way of its kind, with mutagen."""
    import mutagen
    from mutagen import id3, mp4

    file = mutagen.File(path)
    if file.tags is None:
        file.add_tags()
    tags = file.tags
    if kind == "id3":
        tags.add(id3.TIT2(text="Blå himmel"))
        tags.add(id3.TPE1(text=["Anna", "Bo"]))
        tags.add(id3.TALB(text="Sky"))
        tags.add(id3.TCON(text="(17)"))
        tags.add(id3.TDRC(text="1999-05-12"))
        tags.add(id3.TRCK(text="3/12"))
        tags.add(id3.UFID(owner="http://musicbrainz.org", data=MBID.encode()))
    elif kind == "mp4":
        tags["\xa9nam"], tags["\xa9ART"], tags["\xa9alb"] = "Blå himmel", ["Anna", "Bo"], "Sky"
        tags["\xa9gen"], tags["\xa9day"], tags["trkn"] = "Rock", "1999-05-12", [(3, 12)]
        tags["----:com.apple.iTunes:MusicBrainz Track Id"] = mp4.MP4FreeForm(MBID.encode())
    elif kind == "asf":
        tags["Title"], tags["Author"], tags["WM/AlbumTitle"] = "Blå himmel", ["Anna", "Bo"], "Sky"
        tags["WM/Genre"], tags["WM/Year"], tags["WM/TrackNumber"] = "Rock", "1999", 3
        tags["MusicBrainz/Track Id"] = MBID
    else:
        track = "Track" if kind == "ape" else "tracknumber"
        tags["Title"], tags["Artist"], tags["Album"] = "Blå himmel", ["Anna", "Bo"], "Sky"
        tags["Genre"], tags["date" if kind == "vorbis" else "Year"] = "Rock", "1999-05-12"
        tags[track], tags["MUSICBRAINZ_TRACKID"] = "3/12", MBID
    file.save()
    return path


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        ("mp3", "id3"),
        ("wav", "id3"),
        ("aiff", "id3"),
        ("flac", "vorbis"),
        ("ogg", "vorbis"),
        ("opus", "vorbis"),
        ("m4a", "mp4"),
        ("wma", "asf"),
        ("wv", "ape"),
    ],
)
def test_reads_the_same_tags_from_every_format(
    tmp_path: Path, reader: TagReader, ending: str, kind: str
) -> None:
    reading = reader.read(tag(write_sine(tmp_path / f"a.{ending}"), kind))
    assert reading.problem is None
    assert reading.tags == Tags(
        title="Blå himmel",
        artist="Anna, Bo",
        album="Sky",
        genre="Rock",
        year=1999,
        track_number=3,
        musicbrainz_recording_id=MBID,
    )


def test_reads_what_ffmpeg_wrote(tmp_path: Path, reader: TagReader) -> None:
    path = write_sine(
        tmp_path / "a.mp3", tags={"title": "One", "artist": "Two", "track": "7", "date": "2001"}
    )
    assert reader.read(path).tags == Tags(title="One", artist="Two", track_number=7, year=2001)


@pytest.mark.parametrize("ending", ["wav", "aac", "webm", "mka"])
def test_a_file_without_tags_has_empty_ones_and_no_problem(
    tmp_path: Path, reader: TagReader, ending: str
) -> None:
    reading = reader.read(write_sine(tmp_path / f"a.{ending}"))
    assert reading.tags == Tags()
    assert reading.problem is None


def test_a_title_of_a_megabyte_is_cut(tmp_path: Path, reader: TagReader) -> None:
    path = write_sine(tmp_path / "a.flac")
    import mutagen

    file = mutagen.File(path)
    file["title"] = "la " * 350_000
    file.save()
    title = reader.read(path).tags.title
    assert title.startswith("la la")
    assert len(title) <= 500


def test_importing_tags_does_not_import_mutagen() -> None:
    code = (
        "import sys, mien.audio.tags, mien.audio.decode, mien.audio.playback; print('mutagen' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_file_that_makes_mutagen_loop_for_ever_costs_only_itself(tmp_path: Path) -> None:
    endless = tmp_path / "endless.mpc"
    endless.write_bytes(ENDLESS)
    good = tag(write_sine(tmp_path / "a.flac"), "vorbis")
    with TagReader(timeout_s=2.0) as reader:
        assert reader.read(good).tags.title == "Blå himmel"
        hung = reader.read(endless)
        assert hung.tags == Tags()
        assert str(hung.problem) == "its tags cannot be read: it took longer than 2 s"
        assert reader.read(good).tags.title == "Blå himmel"


def test_the_endless_file_is_still_endless_for_mutagen(tmp_path: Path) -> None:
    path = tmp_path / "endless.mpc"
    path.write_bytes(ENDLESS)
    assert len(ENDLESS) == 43
    code = "import sys, mutagen; print('ready', flush=True); mutagen.File(sys.argv[1])"
    with subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1.0)
        process.kill()


CHILD = """
import sys, os, time, signal
print('{"texts": {}}', flush=True)
for line in sys.stdin:
    if "hang" in line: time.sleep(1000)
    if "die" in line: os.kill(os.getpid(), signal.SIGKILL)
    if "half" in line: print('{"texts"', end="", flush=True); os._exit(0)
    if "complain" in line: print('{"problem": "no\\\\n\\\\u001b[2J good"}', flush=True); continue
    print('{"texts": {"title": ["%d"]}}' % os.getpid(), flush=True)
"""


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("hang", "its tags cannot be read: it took longer than 1 s"),
        ("die", "its tags cannot be read: the reader broke down on it"),
        ("half", "its tags cannot be read: the reader broke down on it"),
        ("complain", "its tags cannot be read: no [2J good"),
    ],
)
def test_a_child_that_misbehaves_gives_a_reason_and_the_next_file_is_read(
    tmp_path: Path, name: str, problem: str
) -> None:
    for file in (name, "good"):
        (tmp_path / file).write_text("x")
    with TagReader(timeout_s=1.0, command=[sys.executable, "-c", CHILD]) as reader:
        reading = reader.read(tmp_path / name)
        assert str(reading.problem) == problem
        assert reading.tags == Tags()
        assert reader.read(tmp_path / "good").problem is None


def test_one_child_reads_many_files_and_ends_when_closed(tmp_path: Path) -> None:
    (tmp_path / "good").write_text("x")
    with TagReader(command=[sys.executable, "-c", CHILD]) as reader:
        children = {reader.read(tmp_path / "good").tags.title for _ in range(20)}
        assert len(children) == 1
    with pytest.raises(ProcessLookupError):
        os.kill(int(children.pop()), 0)


def test_a_child_killed_between_files_costs_one_answer_at_most(tmp_path: Path) -> None:
    (tmp_path / "good").write_text("x")
    with TagReader(command=[sys.executable, "-c", CHILD]) as reader:
        first = int(reader.read(tmp_path / "good").tags.title)
        os.kill(first, 9)
        reader.read(tmp_path / "good")
        assert int(reader.read(tmp_path / "good").tags.title) != first


def test_says_so_when_the_child_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "good").write_text("x")
    with TagReader(command=[sys.executable, "-c", "import sys; sys.exit(1)"]) as reader:
        problem = reader.read(tmp_path / "good").problem
    assert (
        str(problem)
        == "its tags cannot be read: the process that reads tags does not start; install Mien again"
    )


def test_what_is_no_plain_file_is_never_given_to_the_child(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp3")
    with TagReader() as reader:
        reading = reader.read(tmp_path / "pipe.mp3")
    assert str(reading.problem) == "pipe.mp3 is a device, pipe or socket, not an audio file"


def test_a_folder_of_music_cannot_lend_the_child_a_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mutagen.py").write_text("raise SystemExit")
    path = tag(write_sine(tmp_path / "a.flac"), "vorbis")
    monkeypatch.chdir(tmp_path)
    with TagReader() as reader:
        assert reader.read(path).tags.title == "Blå himmel"


def test_reads_a_name_that_is_not_utf8(tmp_path: Path, reader: TagReader) -> None:
    path = tag(write_sine(tmp_path / "a.flac"), "vorbis").rename(tmp_path / os.fsdecode(b"caf\xe9\n.flac"))
    assert reader.read(path).tags.title == "Blå himmel"


def test_the_child_ends_itself_when_it_hangs_and_nobody_is_left_to_kill_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "endless.mpc"
    path.write_bytes(ENDLESS)
    code = (
        "import sys; from mien.audio import tag_process; tag_process._LONGEST_S = 0.5;"
        "tag_process.main(sys.stdin, sys.stdout)"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b'{"texts": {}}\n'
        process.stdin.write(json.dumps(str(path)).encode() + b"\n")
        process.stdin.flush()
        try:
            assert process.wait(30) == 1
        finally:
            process.kill()


def answers_to(*paths: Path) -> list[dict]:
    output = io.StringIO()
    tag_process.main(io.StringIO("".join(json.dumps(str(path)) + "\n" for path in paths)), output)
    return [json.loads(line) for line in output.getvalue().splitlines()]


def test_the_child_answers_every_line_and_names_what_it_cannot_read(tmp_path: Path) -> None:
    broken = tmp_path / "a.m4a"
    broken.write_bytes(b"\0\0\0\x20ftypM4A " + bytes(100))
    ready, bad, unknown = answers_to(broken, write_sine(tmp_path / "a.webm"))
    assert ready == unknown == {"texts": {}}
    assert bad["problem"].startswith("MP4StreamInfoError: ")


def test_the_child_gives_plain_texts_for_every_kind_of_tags(tmp_path: Path) -> None:
    kinds = {"mp3": "id3", "flac": "vorbis", "m4a": "mp4", "wma": "asf", "wv": "ape"}
    files = [tag(write_sine(tmp_path / f"a.{ending}"), kind) for ending, kind in kinds.items()]
    for answer in answers_to(*files)[1:]:
        assert answer["texts"]["artist"] == ["Anna", "Bo"]
        assert answer["texts"]["genre"] == ["Rock"]
        assert answer["texts"]["musicbrainz_recording_id"] == [MBID]


@pytest.mark.parametrize(
    ("date", "year"),
    [
        ("1999", 1999),
        ("1999-05-12T10:11:12", 1999),
        ("12.05.1999", 1999),
        ("19990512", 1999),
        ("May 1723", 1723),
        ("(c) 2024 someone", 2024),
        ("0000", None),
        ("99", None),
        ("123456", None),
        ("3001", None),
        ("", None),
    ],
)
def test_finds_the_year_in_a_date(date: str, year: int | None) -> None:
    assert clean_tags({"year": [date]}).year == year


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3", 3),
        ("03/12", 3),
        (" 7 of 9", 7),
        ("0", None),
        ("A3", None),
        ("", None),
        ("-1", None),
        ("123456", None),
    ],
)
def test_finds_the_track_number(text: str, number: int | None) -> None:
    assert clean_tags({"track_number": [text]}).track_number == number


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  two\n\twords\0 ", "two words"),
        ("\x1b[2Jclear", "[2Jclear"),
        ("line\u2028break", "line break"),
        ("\u202eevil\u202c", "evil"),
        ("cafe\u0301", "café"),
        ("a\ud800b", "a\ufffdb"),
        ("\ud83d\ude00", "😀"),
        ("👩‍🎤", "👩‍🎤"),
        ("x" * 1000, "x" * 500),
        ("\0\x07", ""),
    ],
)
def test_a_text_becomes_one_line_that_can_be_stored(text: str, cleaned: str) -> None:
    title = clean_tags({"title": [text]}).title
    assert title == cleaned
    title.encode("utf-8")


def test_several_artists_are_joined_once_each_and_the_first_title_wins() -> None:
    tags = clean_tags({"artist": ["Anna", "", "Bo", "Anna"], "title": ["", "First", "Second"], "genre": []})
    assert tags == Tags(artist="Anna, Bo", title="First")


def test_an_identifier_that_is_none_is_left_out() -> None:
    assert clean_tags({"musicbrainz_recording_id": ["not one"]}).musicbrainz_recording_id == ""
    assert clean_tags({"musicbrainz_recording_id": [MBID.upper()]}).musicbrainz_recording_id == MBID
