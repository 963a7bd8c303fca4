import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from alembic.config import Config

from mien.domain import Emotion, Estimate, Mood, Rating, Reading
from mien.errors import NotFoundError
from mien.store import Order, Role, Wanted, open_store
from mien.store.database import Database

MONTH = timedelta(days=30)


@pytest.fixture
def store(tmp_path):
    with open_store(f"sqlite:///{tmp_path / 'library.db'}") as opened:
        yield opened


@pytest.fixture
def me(store):
    return store.listeners.default()


def test_a_library_of_an_older_schema_keeps_its_data_and_its_first_listener_becomes_admin(tmp_path):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    database = Database(url)
    settings = Config()
    settings.set_main_option("script_location", "mien.store:migrations")
    with database.writing() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0004")
    database.close()
    with sqlite3.connect(tmp_path / "old.db") as connection:
        connection.execute(
            "INSERT INTO listeners (name, created_at) VALUES ('ann', '2026-01-01'), ('bo', '2026-01-02')"
        )
    connection.close()
    with open_store(url) as store:
        accounts = store.accounts.all()
    assert [(a.listener.name, a.role, a.password_hash) for a in accounts] == [
        ("ann", Role.ADMIN, None),
        ("bo", Role.LISTENER, None),
    ]


def test_a_role_and_a_password_are_kept(store, me):
    other = store.listeners.add("other")
    store.accounts.set_role(other, Role.ADMIN)
    store.accounts.set_password(other, "hash")
    account = store.accounts.of(other)
    assert (account.role, account.password_hash) == (Role.ADMIN, "hash")
    assert store.accounts.of(me).password_hash is None


def test_a_session_is_found_by_its_token_until_it_is_over(store, me):
    store.sessions.open(me, b"long", "a phone", lasts=MONTH)
    store.sessions.open(me, b"over", "a laptop", lasts=timedelta(0))
    found = store.sessions.find(b"long")
    assert found is not None
    assert (found[0], found[1].device) == (me, "a phone")
    assert store.sessions.find(b"over") is None
    assert store.sessions.find(b"never") is None


def test_a_new_password_ends_every_session_of_that_listener_only(store, me):
    other = store.listeners.add("other")
    store.sessions.open(me, b"mine", "", lasts=MONTH)
    store.sessions.open(other, b"theirs", "", lasts=MONTH)
    store.accounts.set_password(me, "new")
    assert store.sessions.find(b"mine") is None
    assert store.sessions.find(b"theirs") is not None


def test_nobody_ends_anothers_session(store, me):
    other = store.listeners.add("other")
    store.sessions.open(other, b"theirs", "", lasts=MONTH)
    (session,) = store.sessions.of(other)
    with pytest.raises(NotFoundError):
        store.sessions.close(me, session.id)
    store.sessions.close(other, session.id)
    assert store.sessions.of(other) == []


def test_forgetting_a_listener_ends_their_sessions_and_settings(store):
    other = store.listeners.add("other")
    store.accounts.set_password(other, "hash")
    store.sessions.open(other, b"theirs", "", lasts=MONTH)
    store.page_settings.save(other, {"theme": "dark"})
    store.listeners.forget(other)
    assert store.sessions.find(b"theirs") is None
    assert store.page_settings.of(other) == {}


def test_folders_are_remembered_once(store, tmp_path):
    first = store.folders.add(tmp_path)
    assert store.folders.add(tmp_path) == first
    store.folders.remove(first.id)
    assert store.folders.all() == []
    with pytest.raises(NotFoundError):
        store.folders.remove(first.id)


def test_a_reading_is_its_listeners_alone(store, me):
    other = store.listeners.add("other")
    reading = Reading(Estimate(dict.fromkeys(Emotion, 1 / 7)), certain=True, reason=None, frames=3)
    number = store.readings.record(me, reading, datetime.now(UTC))
    assert store.readings.get(me, number)[1] == reading
    with pytest.raises(NotFoundError):
        store.readings.get(other, number)
    with pytest.raises(NotFoundError):
        store.readings.delete(other, number)
    store.readings.delete(me, number)
    assert store.readings.between(me, None, None, 9) == []


def test_readings_are_erased_by_a_stretch_of_time(store, me):
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for hours in range(4):
        store.readings.record(
            me, Reading(None, certain=False, reason="no", frames=0), noon + timedelta(hours=hours)
        )
    erased = store.readings.delete_between(me, noon + timedelta(hours=1), noon + timedelta(hours=3))
    assert erased == 2
    left = [read_at.hour for _, read_at, _ in store.readings.between(me, None, None, 9)]
    assert left == [15, 12]


def test_a_label_moves_a_track_to_another_mood_for_that_listener_only(store, me, save_song):
    other = store.listeners.add("other")
    number = save_song(store)
    before = store.browse.version(me)
    store.labels.label(me, number, Mood.SAD)
    assert store.browse.version(me) != before
    assert store.browse.version(other) == before
    assert store.browse.moods(me)[Mood.SAD] == 1
    assert store.browse.moods(other)[Mood.HAPPY] == 1  # all alike: the first
    assert [spot.mood for spot in store.browse.map(me)] == [Mood.SAD]
    assert store.browse.tracks(me, Wanted(mood=Mood.SAD, labelled=True))[0] == 1
    assert store.browse.tracks(other, Wanted(mood=Mood.SAD))[0] == 0


def test_a_list_is_searched_filtered_sorted_and_paged(store, me, save_song):
    number = save_song(store)
    store.ratings.rate(me, number, Rating.LIKE)
    playlist = store.playlists.create(me, "mine", [number])
    other = store.listeners.add("other")
    wanted = [
        Wanted(words="A"),
        Wanted(rating=Rating.LIKE),
        Wanted(playlist_id=playlist.id),
        Wanted(artist=""),
    ]
    for order in Order:
        assert [store.browse.tracks(me, w, order=order, descending=True)[0] for w in wanted] == [1, 1, 1, 1]
    assert [store.browse.tracks(other, w)[0] for w in wanted] == [1, 0, 0, 1]
    assert store.browse.tracks(me, Wanted(words="nothing like it"))[0] == 0
    assert store.browse.tracks(me, Wanted(), offset=1) == (1, [])
    assert [track.id for track in store.browse.some(me, [number, 99, number])] == [number, number]
    assert (store.browse.artists(), store.browse.genres(), store.browse.albums()) == ([], [], [])
    assert store.browse.size() == (1, 1.0)
