"""``mien demo``: the whole path with nothing at hand."""

from collections import Counter

import av


def test_it_ends_in_a_playlist_for_a_real_photograph(demo_home):
    _, answer = demo_home
    assert answer.code == 0, answer.err
    assert "21 songs, composed and rendered by Mien" in answer.out
    assert "21 analysed, 0 unchanged, 0 failed" in answer.out
    assert "Expression: happy" in answer.out
    assert "Wanted mood: happy" in answer.out
    assert "policy match" in answer.out
    rows = [line for line in answer.out.splitlines() if line[:1].isdigit() and "Mien" in line]
    assert len(rows) == 5


def test_its_songs_are_real_tagged_and_long_enough(demo_home):
    home, _ = demo_home
    songs = sorted((home / "demo" / "music").iterdir())
    assert len(songs) == 21
    for song in songs:
        with av.open(str(song)) as container:
            tags = {name.lower(): value for name, value in container.metadata.items()}
            stream_tags = {n.lower(): v for n, v in container.streams.audio[0].metadata.items()}
            assert container.duration / av.time_base >= 40
            assert {**stream_tags, **tags}["artist"] == "Mien"


def test_the_ordinary_scan_hears_different_moods_in_them(demo_home, mien):
    home, _ = demo_home
    lines = mien("song", home / "demo" / "music", "--json").json
    moods = Counter(line["mood"] for line in lines)
    assert len(lines) == 21
    assert len(moods) >= 4, moods


def test_the_demo_keeps_apart_from_the_library(demo_home):
    home, _ = demo_home
    assert (home / "demo" / "mien.db").is_file()
    assert not (home / "mien.db").exists()
