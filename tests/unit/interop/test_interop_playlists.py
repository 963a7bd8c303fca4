import errno
import os
import stat
from pathlib import Path

import pytest

from mien.domain import Estimate, Mood, Tags, Track
from mien.errors import InteropError
from mien.interop.playlists import PlaylistEntry, read_m3u8, write_m3u8

ODD_NAMES = [
    "plain.mp3",
    "# not a remark.mp3",
    "#EXTINF:1,not a remark either",
    " leading and trailing ",
    "trailing tab\t",
    "line\nbreak.mp3",
    "carriage\rreturn.mp3",
    "line\u2028separator\x85.mp3",
    "100% %20 percent.mp3",
    "http://not-an-address.mp3".replace("//", "/"),
    "file:/neither.mp3",
    "Artist: Song?.mp3",
    "\U0001f9d1\u200d\U0001f3a4 emoji.mp3",
    "e\u0301.mp3",
    os.fsdecode(b"not utf-8 \xff.mp3"),
    "\ufeffmark.mp3",
    "back\\slash.mp3",
    "-n",
]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "list.m3u8"


def paths(file):
    return [entry.path for entry in read_m3u8(file).entries]


class TestWriting:
    def test_says_what_players_expect(self, file):
        write_m3u8(
            file,
            [
                PlaylistEntry(Path("/music/a b.mp3"), "Hyperballad", "Björk", 321.6),
                PlaylistEntry(Path("/music/c.mp3"), "Untitled"),
                PlaylistEntry(Path("/music/d.mp3")),
            ],
        )
        assert file.read_bytes().decode("utf-8") == (
            "#EXTM3U\n"
            "#EXTINF:322,Björk - Hyperballad\n/music/a b.mp3\n"
            "#EXTINF:-1,Untitled\n/music/c.mp3\n"
            "#EXTINF:-1,\n/music/d.mp3\n"
        )

    def test_an_entry_says_what_its_track_says(self):
        mood = Estimate(dict.fromkeys(Mood, 1 / 7))
        track = Track(1, Path("/music/a.mp3"), Tags(artist="Artist"), 12.5, mood, 0.0, 0.0, None, None)
        assert PlaylistEntry.of(track) == PlaylistEntry(Path("/music/a.mp3"), "a", "Artist", 12.5)

    def test_a_list_of_no_songs_is_a_list(self, file):
        write_m3u8(file, [])
        assert file.read_text() == "#EXTM3U\n"

    def test_titles_stay_on_their_line(self, file):
        write_m3u8(file, [PlaylistEntry(Path("/a"), "one\n/etc/passwd\r\u2028\udcff", "\x1b[31mred")])
        assert len(file.read_text(encoding="utf-8").splitlines()) == 3
        assert paths(file) == [Path("/a")]

    def test_relative_paths_move_with_their_folder(self, tmp_path):
        file = tmp_path / "here" / "lists" / "list.m3u8"
        file.parent.mkdir(parents=True)
        songs = [tmp_path / "here" / "song.mp3", file.parent / "b.mp3"]
        write_m3u8(file, [PlaylistEntry(song) for song in songs], relative=True)
        assert "../song.mp3\n" in file.read_text()
        (tmp_path / "here").rename(tmp_path / "there")
        moved = tmp_path / "there"
        assert paths(moved / "lists" / "list.m3u8") == [moved / "song.mp3", moved / "lists" / "b.mp3"]

    def test_relative_paths_lead_out_of_a_linked_folder(self, tmp_path):
        (tmp_path / "deep" / "er" / "real").mkdir(parents=True)
        (tmp_path / "link").symlink_to(tmp_path / "deep" / "er" / "real")
        file = tmp_path / "link" / "list.m3u8"
        song = tmp_path / "song.mp3"
        song.touch()
        write_m3u8(file, [PlaylistEntry(song)], relative=True)
        assert (file.parent / file.read_text().splitlines()[-1]).samefile(song)
        assert [path.resolve() for path in paths(file)] == [song.resolve()]

    @pytest.mark.parametrize("relative", [False, True])
    @pytest.mark.parametrize("folder", ["", "sub/"])
    def test_odd_names_survive(self, file, relative, folder):
        songs = [file.parent / folder / name for name in ODD_NAMES]
        write_m3u8(file, [PlaylistEntry(song) for song in songs], relative=relative)
        found = read_m3u8(file)
        assert [entry.path for entry in found.entries] == songs
        assert found.left_out == ()

    def test_no_line_ends_in_a_blank_that_players_would_cut_off(self, file):
        songs = [file.parent / name for name in ODD_NAMES]
        write_m3u8(file, [PlaylistEntry(song) for song in songs], relative=True)
        assert not [line for line in file.read_text("utf-8").split("\n") if line != line.rstrip()]

    def test_names_in_a_line_are_not_encoded(self, file):
        write_m3u8(file, [PlaylistEntry(Path("/music/100% #1.mp3"))])
        assert "\n/music/100% #1.mp3\n" in file.read_text()


class TestReplacing:
    def test_an_older_list_is_replaced_and_keeps_its_permissions(self, file):
        file.write_text("old")
        file.chmod(0o640)
        write_m3u8(file, [])
        assert file.read_text() == "#EXTM3U\n"
        assert stat.S_IMODE(file.stat().st_mode) == 0o640

    def test_a_link_stays_a_link(self, tmp_path, file):
        file.symlink_to(tmp_path / "target.m3u8")
        write_m3u8(file, [])
        assert file.is_symlink()
        assert (tmp_path / "target.m3u8").read_text() == "#EXTM3U\n"

    @pytest.mark.parametrize("step", ["fsync", "replace"])
    def test_a_failure_harms_nothing_and_leaves_nothing(self, file, monkeypatch, step):
        def fail(*_):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        file.write_text("old")
        monkeypatch.setattr(*((os, "fsync") if step == "fsync" else (Path, "replace")), fail)
        with pytest.raises(InteropError, match="No space left"):
            write_m3u8(file, [PlaylistEntry(Path("/a"))])
        assert file.read_text() == "old"
        assert list(file.parent.iterdir()) == [file]

    def test_a_missing_folder_is_an_error(self, tmp_path):
        with pytest.raises(InteropError, match=r"cannot write .*No such file"):
            write_m3u8(tmp_path / "none" / "list.m3u8", [])

    def test_what_is_not_a_file_is_not_replaced(self, tmp_path):
        with pytest.raises(InteropError, match="not a file"):
            write_m3u8(tmp_path, [])
        assert tmp_path.is_dir()


class TestReading:
    def test_what_was_written_comes_back(self, file):
        entries = (
            PlaylistEntry(Path("/music/a.mp3"), "Title - Part 2", "Artist", 200.0),
            PlaylistEntry(Path("/music/b.mp3"), "Title", "", None),
        )
        write_m3u8(file, entries)
        assert read_m3u8(file).entries == entries

    def test_other_programs_lists_are_understood(self, file):
        file.write_bytes(
            '\ufeff#EXTM3U\r\n#PLAYLIST:x\r\n\r\n#EXTINF:12.5 logo="x" a=b, A - B \r\nsub/a.mp3\r\n'
            "#EXTINF:nonsense\r\n../b.mp3\r\nFILE:///c%20d.mp3\r\nfile://localhost/e.mp3\r\n"
            "Artist: Song.mp3".encode()
        )
        here = file.parent
        assert read_m3u8(file).entries == (
            PlaylistEntry(here / "sub" / "a.mp3", "B", "A", 12.5),
            PlaylistEntry(here.parent / "b.mp3"),
            PlaylistEntry(Path("/c d.mp3")),
            PlaylistEntry(Path("/e.mp3")),
            PlaylistEntry(here / "Artist: Song.mp3"),
        )

    def test_what_is_no_file_of_this_machine_is_left_out_and_named(self, file):
        addresses = [
            "https://a.example/b.mp3",
            "file://server/b.mp3",
            "file:/a%00b",
            "a\0b",
            "file://[/x",
            "smb://x/y",
        ]
        file.write_text("\n".join(["#EXTINF:1,A - B", *addresses, "/kept.mp3"]))
        found = read_m3u8(file)
        assert found.entries == (PlaylistEntry(Path("/kept.mp3")),)
        assert len(found.left_out) == len(addresses)
        assert "line 2: not a file of this machine: 'https://a.example/b.mp3'" in str(found.left_out[0])

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"\xff\xfe#\0E\0", "not UTF-8"),
            (b"/music/caf\xe9.mp3", "not UTF-8"),
            (b"a" * 2000, "larger than any"),
        ],
    )
    def test_what_is_no_playlist_is_refused(self, file, monkeypatch, content, sentence):
        monkeypatch.setattr("mien.interop.playlists._LARGEST_BYTES", 1000)
        file.write_bytes(content)
        with pytest.raises(InteropError, match=sentence):
            read_m3u8(file)

    def test_a_missing_file_or_a_folder_is_refused(self, file):
        for path in (file, file.parent):
            with pytest.raises(InteropError, match="not a file"):
                read_m3u8(path)

    def test_a_file_that_cannot_be_read_is_refused(self, file, monkeypatch):
        def fail(*_, **__):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

        file.touch()
        monkeypatch.setattr(Path, "open", fail)
        with pytest.raises(InteropError, match="Permission denied"):
            read_m3u8(file)
