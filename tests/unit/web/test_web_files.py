import os

import pytest

from mien.web.files import Span, UnsatisfiableError, parse_range

AUDIO = "/api/v1/tracks/1/audio"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("bytes=0-", Span(0, 100)),
        ("bytes=5-9", Span(5, 10)),
        ("Bytes = 5 - 9", Span(5, 10)),
        ("bytes=90-1000", Span(90, 100)),
        ("bytes=-10", Span(90, 100)),
        ("bytes=-1000", Span(0, 100)),
        ("bytes=9-5", None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=0-4,6-9", None),
        ("items=0-4", None),
        ("bytes=١-٢", None),
        ("bytes=" + "9" * 5_000 + "-", None),
    ],
)
def test_a_range_is_read_as_the_standard_has_it(header, expected):
    assert parse_range(header, 100) == expected


@pytest.mark.parametrize(("header", "size"), [("bytes=100-", 100), ("bytes=-0", 100), ("bytes=-1", 0)])
def test_a_range_beyond_the_end_cannot_be_satisfied(header, size):
    with pytest.raises(UnsatisfiableError):
        parse_range(header, size)


@pytest.fixture
def content(mien):
    return next(track.path for track in mien.store.tracks.all(mien.listener) if track.id == 1).read_bytes()


def test_a_song_comes_whole_and_in_parts(client, content):
    whole = client.get(AUDIO)
    assert (whole.status_code, whole.headers["content-type"]) == (200, "audio/wav")
    assert (whole.content, whole.headers["accept-ranges"]) == (content, "bytes")
    part = client.get(AUDIO, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, content[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(content)}"


def test_head_says_the_length_and_sends_nothing(client, content):
    answer = client.head(AUDIO, headers={"Range": "bytes=0-9"})
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (206, b"", "10")
    assert client.head(AUDIO).headers["content-length"] == str(len(content))


def test_a_range_beyond_the_end_is_416_with_the_size(client, content):
    answer = client.get(AUDIO, headers={"Range": "bytes=99999999-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(content)}")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_part_of_an_older_file_is_not_mixed_with_the_newer(client, content):
    tag = client.get(AUDIO).headers["etag"]
    same = client.get(AUDIO, headers={"Range": "bytes=0-9", "If-Range": tag})
    assert same.status_code == 206
    for other in ('"another"', "W/" + tag, "Thu, 01 Jan 1970 00:00:00 GMT", "nonsense"):
        answer = client.get(AUDIO, headers={"Range": "bytes=0-9", "If-Range": other})
        assert (answer.status_code, answer.content) == (200, content)


def test_what_the_browser_has_is_not_sent_again(client):
    tag = client.get(AUDIO).headers["etag"]
    assert client.get(AUDIO, headers={"If-None-Match": f'"x", W/{tag}'}).status_code == 304
    assert client.get(AUDIO, headers={"If-None-Match": "*"}).status_code == 304


def test_a_song_whose_file_went_away_is_404_with_what_to_do(client, own_song):
    number, path = own_song
    path.unlink()
    answer = client.get(f"/api/v1/tracks/{number}/audio")
    assert answer.status_code == 404
    assert "scan again" in answer.json()["detail"]


def test_a_pipe_in_the_place_of_a_song_is_refused_at_once(client, own_song):
    number, path = own_song
    path.unlink()
    os.mkfifo(path)
    assert client.get(f"/api/v1/tracks/{number}/audio").status_code == 404


def test_a_song_is_converted_for_browsers_that_cannot_play_it(client):
    answer = client.get(AUDIO, params={"as": "opus"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/ogg")
    assert answer.content.startswith(b"OggS")
    assert b"OpusHead" in answer.content
    later = client.get(AUDIO, params={"as": "opus", "start_s": 0.9})
    assert len(later.content) < len(answer.content)


def test_what_cannot_be_converted_says_why(client, own_song):
    number, path = own_song
    path.write_bytes(b"this is no song" * 100)
    answer = client.get(f"/api/v1/tracks/{number}/audio", params={"as": "opus"})
    assert (answer.status_code, answer.json()["status"]) == (422, 422)
    assert "cannot be read" in answer.json()["detail"]
    assert answer.json()["said"]["code"] == "song_not_read"
