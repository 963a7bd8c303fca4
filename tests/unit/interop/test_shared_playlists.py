import json
import os
from pathlib import Path

import pytest

from mien.errors import InteropError
from mien.interop import playlists
from mien.interop.playlists import PlaylistEntry
from mien.interop.shared_playlists import read_jspf, read_xspf, write_jspf, write_xspf

ODD_NAMES = [
    "plain.flac",
    "with space.flac",
    "100%25.flac",
    "#1 hit.flac",
    "what?.flac",
    "a:b.flac",
    "C:\\song.flac",
    "c:/song.flac",
    "line\nbreak.flac",
    "tab\t end .flac ",
    "Ærø – 日本.flac",
    "e\u0301.flac",
    "<&>\"'.flac",
    os.fsdecode(b"not-utf8-\xff.flac"),
    "~home.flac",
    "%2e%2e.flac",
]
FORMATS = {"xspf": (write_xspf, read_xspf), "jspf": (write_jspf, read_jspf)}


@pytest.fixture(params=FORMATS)
def form(request):
    return request.param


@pytest.mark.parametrize("relative", [False, True], ids=["absolute", "relative"])
@pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
def test_any_name_comes_back(tmp_path, form, name, relative):
    write, read = FORMATS[form]
    file, path = tmp_path / f"list.{form}", tmp_path / "songs" / name
    write(file, [PlaylistEntry(path)], relative=relative)
    assert [entry.path for entry in read(file).entries] == [path]


def test_relative_addresses_move_with_their_folder(tmp_path, form):
    write, read = FORMATS[form]
    (tmp_path / "old" / "lists").mkdir(parents=True)
    write(tmp_path / "old" / "lists" / "a", [PlaylistEntry(tmp_path / "old" / "x y.ogg")], relative=True)
    (tmp_path / "old").rename(tmp_path / "new")
    (entry,) = read(tmp_path / "new" / "lists" / "a").entries
    assert entry.path == tmp_path / "new" / "x y.ogg"


def test_title_artist_and_length_come_back(tmp_path, form):
    write, read = FORMATS[form]
    entry = PlaylistEntry(Path("/music/a.ogg"), "Tom & <Jerry>", "Björk", 61.5)
    write(tmp_path / "list", [entry], title="Évening")
    assert read(tmp_path / "list").entries == (entry,)
    assert "vening" in (tmp_path / "list").read_text(encoding="utf-8")


def test_characters_that_xml_cannot_hold_become_blanks(tmp_path, form):
    write, read = FORMATS[form]
    write(tmp_path / "list", [PlaylistEntry(Path("/a.ogg"), "bell\x07", "lone\ud800")])
    (entry,) = read(tmp_path / "list").entries
    assert (entry.title.strip(), entry.artist.strip()) == ("bell", "lone")


def test_an_empty_playlist_is_one(tmp_path, form):
    write, read = FORMATS[form]
    write(tmp_path / "list", [])
    assert read(tmp_path / "list").entries == ()


@pytest.mark.parametrize(
    "location",
    [
        *("http://radio/a.ogg", "file://server/a.ogg", "file:///C:/Music/a.ogg", "C:\\Music\\a.ogg"),
        *("", "file:///a%00b", "file:relative.ogg", "http://[", "\\\\server\\share"[:0]),
    ],
    ids=ascii,
)
def test_what_is_no_file_of_this_machine_is_left_out_and_named(tmp_path, location):
    content = {"playlist": {"track": [{"location": location}, {"location": "/a.ogg"}]}}
    (tmp_path / "list").write_text(json.dumps(content))
    read = read_jspf(tmp_path / "list")
    assert [entry.path for entry in read.entries] == [Path("/a.ogg")]
    assert len(read.left_out) == 1
    assert "song 1: not a file of this machine" in str(read.left_out[0])


def xspf(tmp_path, text):
    (tmp_path / "list.xspf").write_text(text, encoding="utf-8")
    return read_xspf(tmp_path / "list.xspf")


BOMB = """<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<playlist version="1"><trackList><track><title>&b;</title></track></trackList></playlist>"""
OUTSIDE = """<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<playlist version="1"><trackList><track><title>&x;</title></track></trackList></playlist>"""


@pytest.mark.parametrize(
    "text", [BOMB, OUTSIDE, '<!DOCTYPE p SYSTEM "http://example.org/x.dtd"><playlist/>'], ids=str
)
def test_xml_that_declares_a_document_type_is_refused(tmp_path, text):
    with pytest.raises(InteropError, match="declares a document type"):
        xspf(tmp_path, text)


@pytest.mark.parametrize(
    "text", ["", "<playlist>", "no xml", "<playlist>&x;</playlist>", "<a/><b/>"], ids=str
)
def test_what_is_not_xml_is_refused(tmp_path, text):
    with pytest.raises(InteropError, match="is not XML"):
        xspf(tmp_path, text)


def test_other_xml_is_refused(tmp_path):
    with pytest.raises(InteropError, match="its root is 'rss'"):
        xspf(tmp_path, "<rss/>")


def test_xml_that_is_very_deep_is_refused(tmp_path):
    with pytest.raises(InteropError, match="nested deeper"):
        xspf(tmp_path, "<a>" * 100_000)


def test_a_playlist_without_a_namespace_is_read_and_the_first_address_counts(tmp_path):
    read = xspf(
        tmp_path,
        "<playlist><trackList><track><location>/a</location><location>/b</location>"
        "<duration>nonsense</duration></track><track/></trackList></playlist>",
    )
    assert [(entry.path, entry.duration_s) for entry in read.entries] == [(Path("/a"), None)]
    assert "song 2" in str(read.left_out[0])


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"playlist": {"track": 7}}', '{"playlist": {"track": [7]}}', "[" * 100_000, '"x"'],
    ids=lambda text: text[:20],
)
def test_what_is_not_jspf_is_refused(tmp_path, text):
    (tmp_path / "list").write_text(text)
    with pytest.raises(InteropError, match="is not JSPF"):
        read_jspf(tmp_path / "list")


def test_values_of_the_wrong_kind_are_passed_over(tmp_path):
    song = {"location": ["/a", "/b"], "title": 7, "creator": None, "duration": "inf"}
    (tmp_path / "list").write_text(
        json.dumps({"playlist": {"track": [song, {"location": []}, {"location": 5}]}})
    )
    read = read_jspf(tmp_path / "list")
    assert read.entries == (PlaylistEntry(Path("/a")),)
    assert len(read.left_out) == 2


def test_a_file_larger_than_any_playlist_is_refused(tmp_path, form, monkeypatch):
    monkeypatch.setattr(playlists, "_LARGEST_BYTES", 10)
    (tmp_path / "list").write_text("x" * 11)
    with pytest.raises(InteropError, match="larger than any playlist"):
        FORMATS[form][1](tmp_path / "list")
