from datetime import UTC, datetime
from pathlib import Path

import pytest

from mien.domain import Estimate, Mood, Tags, Track
from mien.interop.histories import Play
from mien.interop.matching import Matcher

MBID = "b1a9c0e9-d987-4042-ae91-78d6a3267d69"
MOODS = Estimate(dict.fromkeys(Mood, 1 / 7))


def track(number, title, artist, album="", mbid=""):
    tags = Tags(title, artist, album, musicbrainz_recording_id=mbid)
    return Track(number, Path(f"/music/{number}.flac"), tags, 100.0, MOODS, 0.0, 0.0, None, None)


def play(title, artist, album="", recordings=()):
    return Play(title, artist, album, datetime(2021, 1, 1, tzinfo=UTC), recordings)


def number(tracks, played):
    found = Matcher(tracks).find(played)
    return found and found.id


@pytest.mark.parametrize(
    ("title", "artist"),
    [
        ("Hyperballad", "Björk"),
        ("HYPERBALLAD", "bjork"),
        ("Hyperballad!", "Björk"),
        ("Hyperballad (2015 Remaster)", "Björk"),
        ("Hyperballad [Remastered]", "Björk"),
        ("Hyperballad - 2015 Remastered Version", "Björk"),
        ("Hyperballad (feat. Someone)", "Björk"),
        ("Hyperballad ft. Someone Else", "Björk"),
        ("Hyperballad", "Björk feat. Someone"),
        ("Hyperballad", "Björk & Someone"),
        ("Hyperballad", "Björk, Someone"),
    ],
)
def test_another_spelling_is_the_same_song(title, artist):
    assert number([track(1, "Hyperballad", "Björk")], play(title, artist)) == 1


@pytest.mark.parametrize(
    ("title", "artist"),
    [
        ("Hyperballad (Live)", "Björk"),
        ("Hyperballad (Brodsky Quartet Version)", "Björk"),
        ("Hyperballad", "Somebody"),
        ("Jóga", "Björk"),
        ("", "Björk"),
    ],
)
def test_another_song_is_not(title, artist):
    assert number([track(1, "Hyperballad", "Björk")], play(title, artist)) is None


def test_the_library_may_have_the_longer_spelling():
    tracks = [
        track(1, "Come Together - Remastered 2009", "The Beatles"),
        track(2, "Say (feat. B)", "A feat. B"),
    ]
    assert number(tracks, play("Come Together", "Beatles")) == 1
    assert number(tracks, play("Say", "A")) == 2


def test_the_recording_wins_over_names():
    tracks = [track(1, "A", "X"), track(2, "B", "Y", mbid=MBID.upper())]
    assert number(tracks, play("A", "X", recordings=(MBID,))) == 2
    assert number(tracks, play("A", "X", recordings=("0" * 36,))) == 1


def test_of_several_the_one_of_the_same_album_is_taken_else_the_first():
    tracks = [track(1, "A", "X", "Best of"), track(2, "A", "X", "First Album")]
    assert number(tracks, play("A", "X", "first album")) == 2
    assert number(tracks, play("A", "X", "Another")) == 1


def test_names_in_signs_alone_are_told_apart():
    tracks = [track(1, "!!!", "†††"), track(2, "???", "†††")]
    assert number(tracks, play("???", "†††")) == 2


def test_other_scripts_are_matched():
    assert number([track(1, "東京", "椎名林檎")], play("東京", "椎名林檎")) == 1


def test_songs_without_an_artist_match_nothing():
    assert number([track(1, "A", "")], play("A", "X")) is None
