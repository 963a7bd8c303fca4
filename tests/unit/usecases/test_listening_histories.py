import json
from datetime import UTC, datetime

import pytest

from mien.domain import Mood, Rating, Tags
from mien.errors import NotFoundError
from mien.training.recommend import read_export
from mien.usecases.histories import Histories

UTS = 1_636_225_849


@pytest.fixture
def me(store):
    return store.listeners.default()


@pytest.fixture
def songs(add_song):
    return [add_song(f"/music/{n}.flac", Tags(title=f"Song {n}", artist="Ana")) for n in range(3)]


@pytest.fixture
def histories(store):
    return Histories(store)


def export(tmp_path, titles):
    rows = [{"artist": "Ana", "name": title, "date": UTS + n} for n, title in enumerate(titles)]
    (tmp_path / "lastfm.json").write_text(json.dumps(rows))
    return tmp_path / "lastfm.json"


def test_listens_of_songs_in_the_library_are_remembered_and_the_rest_reported(
    store, histories, me, songs, tmp_path
):
    file = export(tmp_path, ["Song 0", "song 2", "Elsewhere", "Elsewhere", "Nowhere"])
    imported = histories.take(me, file)
    assert (imported.plays, imported.matched, imported.done.listens) == (5, 2, 2)
    assert [(song.title, song.plays) for song in imported.missing] == [("Elsewhere", 2), ("Nowhere", 1)]
    last, first = store.listens.recent(me, 10)
    assert (first.track_id, last.track_id) == (songs[0], songs[2])
    assert first.started_at == datetime.fromtimestamp(UTS, UTC)
    assert first.played_s == 200.0  # the song's length: services do not say


def test_importing_again_adds_only_what_is_new(store, histories, me, songs, tmp_path):
    histories.take(me, export(tmp_path, ["Song 0"]))
    assert histories.take(me, export(tmp_path, ["Song 0"])).done is None
    assert histories.take(me, export(tmp_path, ["Song 0", "Song 1", "Song 1"])).done.listens == 2
    assert len(store.listens.recent(me, 10)) == 3
    assert [each.listens for each in store.imports.all(me)] == [2, 1]


def test_a_file_that_names_a_listen_twice_counts_it_once(store, histories, me, songs, tmp_path):
    rows = [{"artist": "Ana", "name": "Song 0", "date": UTS}] * 2
    (tmp_path / "twice.json").write_text(json.dumps(rows))
    assert histories.take(me, tmp_path / "twice.json").done.listens == 1


def test_an_import_can_be_taken_back_and_nothing_else_goes(store, me, songs, tmp_path, hear):
    histories = Histories(store)
    hear(me, songs[:1])
    done = histories.take(me, export(tmp_path, ["Song 0", "Song 1"])).done
    assert (done.source, done.file) == ("Last.fm", "lastfm.json")
    assert store.imports.undo(me, done.id) == 2
    assert [listen.track_id for listen in store.listens.recent(me, 10)] == songs[:1]
    assert store.imports.all(me) == []
    with pytest.raises(NotFoundError, match="no import with the number"):
        store.imports.undo(me, done.id)


def test_another_listeners_import_is_not_theirs_to_take_back(store, histories, me, songs, tmp_path):
    done = histories.take(me, export(tmp_path, ["Song 0"])).done
    with pytest.raises(NotFoundError):
        store.imports.undo(store.listeners.add("other"), done.id)


def test_nothing_is_remembered_where_nothing_matches(store, histories, me, songs, tmp_path):
    assert histories.take(me, export(tmp_path, ["Elsewhere"])).done is None
    assert store.imports.all(me) == []


def test_everything_that_a_listener_made_is_given(store, me, songs, hear, tmp_path):
    histories = Histories(store)
    hear(me, [songs[0], songs[1], songs[0]])
    store.ratings.rate(me, songs[1], Rating.LIKE)
    store.labels.label(me, songs[2], Mood.SAD)
    store.playlists.create(me, "Mine", [songs[2], songs[0]])
    store.collaborators.agree(me)
    content = json.loads(json.dumps(histories.give(me)))
    assert [listen["path"] for listen in content["listens"]] == [
        "/music/0.flac",
        "/music/1.flac",
        "/music/0.flac",
    ]
    assert content["ratings"] == {"/music/1.flac": "like"}
    assert content["labels"] == {"/music/2.flac": "sad"}
    assert content["playlists"] == [
        {"name": "Mine", "rules": None, "tracks": ["/music/2.flac", "/music/0.flac"], "expires_at": None}
    ]
    assert content["collaborative"]
    (tmp_path / "me.json").write_text(json.dumps(content))
    listening = read_export(tmp_path / "me.json")
    assert listening.histories == ((1, 0),)
    assert listening.moods == {0: "calm", 1: "calm", 2: "sad"}
