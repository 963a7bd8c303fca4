import io
import struct
import zlib

import pytest
from PIL import Image

from mien.errors import ImageError
from mien.interop.lyrics import parse_lyrics
from mien.usecases.sleeves import thumbnail

TRACKS = "/api/v1/tracks"


def png_bomb() -> bytes:
    """A small file that claims 40,000 x 40,000 pixels and would unpack to 5 GB."""

    def chunk(kind, content):
        crc = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(20_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def picture(kind="JPEG", size=(900, 600), colour="red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def test_a_bomb_is_refused_before_it_is_unpacked():
    with pytest.raises(ImageError, match="too large"):
        thumbnail(png_bomb(), 96)


def test_a_picture_that_is_only_somewhat_too_large_is_refused_too():
    with pytest.raises(ImageError, match="7000x6000"):
        thumbnail(picture("PNG", (7_000, 6_000)), 96)


@pytest.mark.parametrize("content", [b"", b"no picture", picture()[:700], b"<svg/>"])
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(ImageError, match="damaged or no picture"):
        thumbnail(content, 96)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP"])
def test_a_cover_is_as_large_as_asked_and_keeps_its_shape(kind):
    made = Image.open(io.BytesIO(thumbnail(picture(kind), 96)))
    assert (made.format, made.size) == ("WEBP", (96, 64))


def test_a_picture_beside_the_song_is_its_cover_and_one_that_is_none_is_passed_over(client, own_song):
    number, path = own_song
    assert client.get(f"{TRACKS}/{number}/cover").status_code == 404
    path.write_bytes(path.read_bytes() + b"\0")  # a changed file is looked at again
    (path.parent / "cover.jpg").write_bytes(b"no picture")
    (path.parent / "Folder.PNG").write_bytes(picture("PNG"))
    answer = client.get(f"{TRACKS}/{number}/cover", params={"side": 96})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert Image.open(io.BytesIO(answer.content)).size == (96, 64)
    tag = answer.headers["etag"]
    again = client.get(f"{TRACKS}/{number}/cover", params={"side": 96}, headers={"If-None-Match": tag})
    assert again.status_code == 304


def test_whoever_asks_quietly_for_a_cover_that_is_not_there_meets_no_error(client, own_song):
    number, path = own_song
    answer = client.get(f"{TRACKS}/{number}/cover", params={"quiet": True})
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.get(f"{TRACKS}/999999/cover", params={"quiet": True}).status_code == 404
    path.write_bytes(path.read_bytes() + b"\0")  # a changed file is looked at again
    (path.parent / "cover.png").write_bytes(picture("PNG"))
    assert client.get(f"{TRACKS}/{number}/cover", params={"quiet": True}).status_code == 200


def test_words_beside_the_song_are_found(client, own_song):
    number, path = own_song
    assert client.get(f"{TRACKS}/{number}/lyrics").json() == {"timed": False, "lines": []}
    path.with_suffix(".lrc").write_text(
        "[ti:Own]\n[00:01.50][00:03.00]la la\n[00:00.10]<00:00.20>begin", "utf-8"
    )
    lyrics = client.get(f"{TRACKS}/{number}/lyrics").json()
    assert lyrics["timed"]
    assert [(line["start_s"], line["text"]) for line in lyrics["lines"]] == [
        (0.1, "begin"),
        (1.5, "la la"),
        (3.0, "la la"),
    ]


def test_plain_words_have_no_times():
    lyrics = parse_lyrics("\n\nfirst\n\nsecond\x1b[31m\n\n")
    assert not lyrics.timed
    assert [line.text for line in lyrics.lines] == ["first", "", "second[31m"]
    assert parse_lyrics("").lines == ()


def test_an_offset_moves_the_times_and_none_is_before_the_beginning():
    assert [line.start_s for line in parse_lyrics("[offset:+500]\n[00:00.20]a\n[00:02.00]b").lines] == [
        0.0,
        1.5,
    ]


def test_the_outline_shows_where_it_is_loud(client):
    peaks = client.get(f"{TRACKS}/1/outline").json()["peaks"]
    assert 50 <= len(peaks) <= 1_000
    assert 140 <= max(peaks) <= 170  # 20,000 of 32,768
