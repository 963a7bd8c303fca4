"""What a listener made leaves one library and comes back, into the same or another."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from mien.domain import Listen, Mood, PolicyName, Rating, Tags, Wish
from mien.errors import InteropError
from mien.store import open_store
from mien.usecases.histories import Histories

LATER = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def me(store):
    return store.listeners.default()


@pytest.fixture
def songs(add_song):
    return [add_song(f"/music/{n}.flac", Tags(title=f"Song {n}", artist="Ana")) for n in range(4)]


def make_everything(store, me, songs):
    home = timezone(timedelta(hours=5, minutes=30))
    store.listens.record(me, Listen(songs[0], datetime(2026, 3, 1, 23, tzinfo=home), 12.5, skipped=True))
    store.listens.record(me, Listen(songs[1], datetime(2026, 3, 2, 1, tzinfo=home), 200.0, PolicyName.LIFT))
    store.ratings.rate(me, songs[0], Rating.BAN)
    store.labels.label(me, songs[1], Mood.TENDER)
    store.wishes.say(me, songs[2], Wish.MORE, datetime(2026, 3, 1, tzinfo=UTC))
    store.snoozes.snooze(me, songs[3], LATER)
    store.playlists.create(me, "Mine", [songs[2], songs[0], songs[2]])
    store.playlists.create(me, "Tonight", [songs[1]], expires_at=LATER)
    store.playlists.create(me, "Calm", rules={"field": "mood", "is": "calm"})
    store.preferences.keep(me, {"exploration": 0.3, "weights": {"mood": 3.0}})
    store.collaborators.agree(me)


def written(histories, me, tmp_path, **changes):
    file = tmp_path / "me.json"
    file.write_text(json.dumps(histories.give(me) | changes))
    return file


def without_time(export):
    return {name: value for name, value in export.items() if name != "exported_at"}


def test_what_is_erased_and_imported_again_is_as_it_was(store, me, songs, tmp_path):
    histories = Histories(store)
    make_everything(store, me, songs)
    before = histories.give(me)
    file = written(histories, me, tmp_path)
    store.listeners.erase_taste(me)
    for playlist in store.playlists.all(me):
        store.playlists.delete(playlist)
    store.collaborators.agree(me)  # to be agreed to anew; see below
    imported = histories.take(me, file)
    assert without_time(histories.give(me)) == without_time(before)
    assert (imported.source, imported.plays, imported.matched, imported.done.listens) == ("Mien", 2, 2, 2)
    assert imported.restored.playlists == ("Calm", "Mine", "Tonight")
    assert imported.restored.left_out == ()


def test_importing_ones_own_export_where_all_of_it_is_changes_nothing(store, me, songs, tmp_path):
    histories = Histories(store)
    make_everything(store, me, songs)
    before = histories.give(me)
    imported = histories.take(me, written(histories, me, tmp_path))
    assert without_time(histories.give(me)) == without_time(before)
    assert imported.done is None
    assert imported.restored.ratings == imported.restored.labels == imported.restored.wishes == 0
    assert imported.restored.playlists == imported.restored.preferences == ()


def test_in_another_library_songs_are_found_by_their_tags_and_the_rest_is_reported(
    store, me, songs, tmp_path, add_song
):
    make_everything(store, me, songs)
    content = Histories(store).give(me)
    for number, song in enumerate(content["tracks"]):  # there they lay elsewhere, and song 0 is not here
        song["title"] = "Nowhere" if number == 0 else song["title"]
    moved = json.loads(json.dumps(content).replace("/music/", "/elsewhere/"))
    file = tmp_path / "moved.json"
    file.write_text(json.dumps(moved))
    someone = store.listeners.add("someone")
    imported = Histories(store).take(someone, file)
    assert imported.matched == 1
    assert [(song.title, song.plays) for song in imported.missing] == [("Nowhere", 1)]
    assert store.labels.of(someone) == {songs[1]: Mood.TENDER}
    assert store.ratings.of(someone) == {}
    assert store.playlists.named(someone, "Mine").track_ids == (songs[2], songs[2])
    (lost,) = imported.restored.left_out
    assert str(lost) == "1 songs of the playlist 'Mine' are not in this library"


class TestWithoutWholePaths:
    def test_it_tells_nothing_of_the_machine_and_lists_what_is_spoken_of(self, store, me, songs, add_song):
        add_song("/music/never heard.flac", Tags(title="Never"))
        add_song("/music/Folk/Other/1.flac", Tags(title="Other"))
        store.folders.add(Path("/music"))
        store.folders.add(Path("/music/Folk"))
        make_everything(store, me, songs)
        store.ratings.rate(me, 6, Rating.LIKE)
        given = Histories(store).give(me, whole_paths=False)
        assert "/music" not in json.dumps(given)
        assert [song["path"] for song in given["tracks"]] == [
            *(f"{n}.flac" for n in range(4)),
            "Other/1.flac",
        ]

    def test_songs_without_tags_and_of_one_name_come_back_to_themselves(self, store, me, add_song, tmp_path):
        same = [add_song(f"/music/{album}/01.flac", Tags()) for album in ("A", "B", "C")]
        for song, rating in zip(same, (Rating.LIKE, Rating.DISLIKE, Rating.BAN), strict=True):
            store.ratings.rate(me, song, rating)
        before = store.ratings.of(me)
        file = tmp_path / "me.json"
        file.write_text(json.dumps(Histories(store).give(me, whole_paths=False)))
        store.listeners.erase_taste(me)
        assert Histories(store).take(me, file).restored.ratings == 3
        assert store.ratings.of(me) == before


def test_what_was_said_here_stays(store, me, songs, tmp_path):
    histories = Histories(store)
    make_everything(store, me, songs)
    file = written(histories, me, tmp_path)
    store.ratings.rate(me, songs[0], Rating.LIKE)
    store.labels.label(me, songs[1], Mood.ANGRY)
    store.preferences.keep(me, {"exploration": 0.9})
    store.playlists.replace(store.playlists.named(me, "Mine"), [songs[1]])
    imported = histories.take(me, file)
    assert store.ratings.of(me) == {songs[0]: Rating.LIKE}
    assert store.labels.of(me) == {songs[1]: Mood.ANGRY}
    assert store.preferences.of(me) == {"exploration": 0.9, "weights": {"mood": 3.0}}
    assert store.playlists.named(me, "Mine").track_ids == (songs[1],)
    assert store.playlists.named(me, "Mine (2)").track_ids == (songs[2], songs[0], songs[2])
    assert imported.restored.playlists == ("Mine (2)",)


def test_taking_part_in_learning_from_each_other_is_never_brought_in(store, me, songs, tmp_path):
    make_everything(store, me, songs)
    file = written(Histories(store), me, tmp_path)
    someone = store.listeners.add("someone")
    Histories(store).take(someone, file)
    assert not store.collaborators.has(someone)


def test_the_listens_of_an_own_export_can_be_taken_back(store, me, songs, tmp_path):
    make_everything(store, me, songs)
    file = written(Histories(store), me, tmp_path)
    someone = store.listeners.add("someone")
    done = Histories(store).take(someone, file).done
    assert store.imports.undo(someone, done.id) == 2
    assert store.listens.recent(someone, 10) == []


def test_a_momentary_playlist_that_is_over_is_not_brought_in(store, me, songs, tmp_path):
    over = {"name": "Over", "rules": None, "tracks": [], "expires_at": "2026-01-01T00:00:00+00:00"}
    file = written(Histories(store), me, tmp_path, playlists=[over])
    assert Histories(store).take(me, file).restored.playlists == ()


def test_what_is_no_longer_not_wanted_is_not_brought_in(store, me, songs, tmp_path):
    file = written(Histories(store), me, tmp_path, not_now={"/music/0.flac": "2026-01-01T00:00:00+00:00"})
    assert Histories(store).take(me, file).restored.not_now == 0


def test_rules_and_choices_that_are_not_understood_are_left_out_and_named(store, me, songs, tmp_path):
    smart = {"name": "Odd", "rules": {"field": "shoe size", "is": 1}, "tracks": []}
    file = written(Histories(store), me, tmp_path, playlists=[smart], preferences={"volume": 11})
    imported = Histories(store).take(me, file)
    assert [str(sentence).split(":")[0] for sentence in imported.restored.left_out] == [
        "the playlist 'Odd'",
        "how recommendations are made",
    ]
    assert store.playlists.all(me) == []
    assert store.preferences.of(me) == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"listens": [{"path": "/music/0.flac"}]},
        {
            "listens": [
                {"path": 1, "started_at": "2026-01-01", "utc_offset_s": 0, "played_s": 1, "skipped": 0}
            ]
        },
        {"ratings": {"/music/0.flac": "adore"}},
        {"labels": []},
        {"wishes": {"/music/0.flac": {"wish": "more", "said_at": "2026-01-01"}}},
        {"playlists": [{"name": 5, "rules": None, "tracks": []}]},
        {"tracks": [{"path": "/music/0.flac"}]},
        {"preferences": 3},
    ],
)
def test_a_damaged_export_is_named_and_nothing_of_it_taken(store, me, songs, tmp_path, changes):
    file = written(Histories(store), me, tmp_path, **changes)
    with pytest.raises(InteropError, match="damaged export of Mien"):
        Histories(store).take(me, file)
    assert store.listens.recent(me, 10) == []
    assert store.ratings.of(me) == {}


def test_an_export_that_was_cut_off_or_is_of_another_version_is_named(store, me, songs, tmp_path):
    file = written(Histories(store), me, tmp_path)
    text = file.read_text()
    file.write_text(text[: len(text) // 2])
    with pytest.raises(InteropError, match="damaged export of Mien"):
        Histories(store).take(me, file)
    file.write_text(text.replace('"mien_export": 1', '"mien_export": 99'))
    with pytest.raises(InteropError, match="another version"):
        Histories(store).take(me, file)


def test_an_export_goes_from_one_database_to_another(store, me, songs, tmp_path, add_song):
    make_everything(store, me, songs)
    file = written(Histories(store), me, tmp_path)
    with open_store(f"sqlite:///{tmp_path / 'other.db'}") as other:
        imported = Histories(other).take(other.listeners.default(), file)
        assert imported.matched == 0
        assert {song.title for song in imported.missing} == {"Song 0", "Song 1"}
