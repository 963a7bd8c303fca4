"""What is kept of a large library is given again only for as long as it is true."""

import pytest

from mien.domain import Mood, Rating
from mien.errors import NotFoundError
from mien.store import Order, Wanted
from mien.web.shelf import LibraryShelf

API = "/api/v1"


@pytest.fixture
def me(mien):
    return mien.store.listeners.default()


def titles(client, **query):
    return [track["title"] for track in client.get(f"{API}/tracks", params=query).json()["tracks"]]


def test_a_list_is_gathered_once_and_its_pages_are_the_stores(mien, me, monkeypatch):
    shelf, browse = LibraryShelf(mien.store), mien.store.browse
    gathered = []
    real = browse.ids
    monkeypatch.setattr(browse, "ids", lambda *a, **k: gathered.append(1) or real(*a, **k))
    for offset in (0, 2, 6, 99):
        page = {"order": Order.TITLE, "descending": True, "offset": offset, "limit": 3}
        assert shelf.tracks(me, Wanted(), **page) == browse.tracks(me, Wanted(), **page)
    assert gathered == [1]


def test_what_the_listener_says_is_seen_at_once(client):
    assert titles(client, mood="sad") == ["Song 4"]
    assert client.get(f"{API}/library").json()["moods"]["sad"] == 1
    client.put(f"{API}/tracks/1/label", json={"mood": "sad"})
    assert titles(client, mood="sad") == ["Song 0", "Song 4"]
    assert client.get(f"{API}/library").json()["moods"]["sad"] == 2
    client.delete(f"{API}/tracks/1/label")
    assert titles(client, mood="sad") == ["Song 4"]
    client.put(f"{API}/tracks/2/rating", json={"rating": "like"})
    assert titles(client, rating="like") == ["Song 1"]
    client.put(f"{API}/tracks/2/rating", json={"rating": "dislike"})
    assert titles(client, rating="like") == []


def test_a_song_that_a_scan_adds_is_seen_at_once(client, own_song):
    assert client.get(f"{API}/library").json()["tracks"] == 8
    assert "Own" in titles(client)


def test_a_playlist_is_followed_as_it_changes(client):
    made = client.post(f"{API}/playlists", json={"name": "mine", "track_ids": [1]}).json()["id"]
    assert titles(client, playlist=made) == ["Song 0"]
    client.post(f"{API}/playlists/{made}/tracks", json={"track_ids": [3]})
    assert titles(client, playlist=made) == ["Song 0", "Song 2"]


def test_each_listener_sees_their_own(house):
    for client, mood in ((house.ann, "calm"), (house.bo, "sad"), (house.ann, "calm")):
        assert "Song 2" in titles(client, mood=mood)


def test_only_so_much_is_kept(mien, me):
    shelf = LibraryShelf(mien.store)
    made = []
    for what in [*range(40), 39, 0]:
        shelf.once(me, what, lambda what=what: made.append(what))
    assert made == [*range(40), 0]


def test_warming_up_gathers_what_the_first_page_asks_for(app, mien, me, monkeypatch):
    app.state.parts.warm_up()

    def never(*_args, **_named):
        raise AssertionError("it was gathered again")

    monkeypatch.setattr(mien.store.browse, "ids", never)
    monkeypatch.setattr(mien.store.browse, "moods", never)
    shelf = app.state.parts.library
    total, _ = shelf.tracks(me, Wanted(), order=Order.TITLE, descending=False, offset=0, limit=100)
    assert (total, sum(shelf.moods(me).values())) == (7, 7)
    mien.store.ratings.rate(me, 1, Rating.LIKE)
    with pytest.raises(AssertionError, match="again"):
        shelf.moods(me)
    assert Mood.SAD in mien.store.browse.__class__.moods(mien.store.browse, me)


def test_where_a_song_is_is_looked_up_again_after_ten_seconds(mien, own_song, monkeypatch):
    number, path = own_song
    now, asked = [0.0], []
    real = mien.store.tracks.path
    monkeypatch.setattr(mien.store.tracks, "path", lambda n: asked.append(n) or real(n))
    shelf = LibraryShelf(mien.store, clock=lambda: now[0])
    for now[0] in (0.0, 9.9, 10.1):
        assert shelf.path(number) == path
    assert asked == [number] * 2
    for _ in range(2):
        with pytest.raises(NotFoundError):
            shelf.path(99)
    assert asked[2:] == [99] * 2
