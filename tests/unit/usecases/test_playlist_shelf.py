from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mien.domain import Mood, Rating, Tags
from mien.errors import InteropError, NotFoundError, StoreError
from mien.usecases.playlists import PlaylistShelf

CALM = {"field": "mood", "is": "calm"}


@pytest.fixture
def shelf(store):
    return PlaylistShelf(store)


@pytest.fixture
def me(store):
    return store.listeners.default()


@pytest.fixture
def songs(add_song, tmp_path):
    return [
        add_song(tmp_path / f"{n}.flac", Tags(title=f"Song {n}", artist="Ana"), mood=mood)
        for n, mood in enumerate([Mood.CALM, Mood.SAD, Mood.CALM, Mood.ANGRY])
    ]


def ids(tracks):
    return [track.id for track in tracks]


class TestSmart:
    def test_its_songs_are_those_that_the_rules_choose_now(self, store, shelf, me, songs):
        smart = shelf.create_smart(me, "Calm", CALM)
        assert ids(shelf.tracks(me, smart)) == [songs[0], songs[2]]
        store.labels.label(me, songs[0], Mood.ANGRY)
        store.labels.label(me, songs[1], Mood.CALM)
        assert ids(shelf.tracks(me, smart)) == [songs[1], songs[2]]

    def test_rules_know_the_listeners_plays_and_ratings(self, store, shelf, me, songs, hear):
        hear(me, [songs[0], songs[0], songs[1]], start=datetime.now(UTC) - timedelta(days=10))
        hear(me, [songs[2]], played_s=3.0, start=datetime.now(UTC) - timedelta(days=1))
        store.ratings.rate(me, songs[1], Rating.LIKE)
        assert ids(shelf.preview(me, {"field": "plays", "at_least": 2})) == [songs[0]]
        assert ids(shelf.preview(me, {"field": "days_since_played", "above": 5})) == songs[:2]
        assert ids(shelf.preview(me, {"field": "rating", "is": "like"})) == [songs[1]]

    def test_rules_that_are_none_are_refused_and_nothing_is_made(self, store, shelf, me):
        with pytest.raises(InteropError):
            shelf.create_smart(me, "Bad", {"field": "mood", "is": "furious"})
        smart = shelf.create_smart(me, "Calm", CALM)
        with pytest.raises(InteropError):
            shelf.change_rules(smart, {"field": "colour", "is": "blue"})
        assert store.playlists.all(me) == [smart]

    def test_its_songs_are_not_put_in_by_hand(self, store, shelf, me, songs):
        smart = shelf.create_smart(me, "Calm", CALM)
        with pytest.raises(StoreError, match="chosen by its rules"):
            store.playlists.add(smart, songs)
        with pytest.raises(StoreError, match="chosen by its rules"):
            store.playlists.create(me, "Both", songs, rules=CALM)

    def test_a_plain_playlist_gets_no_rules(self, store, shelf, me):
        plain = store.playlists.create(me, "Plain")
        with pytest.raises(StoreError, match="not a smart playlist"):
            shelf.change_rules(plain, CALM)

    def test_other_rules_choose_other_songs_and_can_be_taken_back(self, store, shelf, me, songs):
        smart = shelf.change_rules(shelf.create_smart(me, "Mood", CALM), {"field": "mood", "is": "sad"})
        assert ids(shelf.tracks(me, smart)) == [songs[1]]
        store.playlists.undo(me)
        assert ids(shelf.tracks(me, store.playlists.named(me, "Mood"))) == [songs[0], songs[2]]

    def test_a_copy_stays_as_it_is(self, store, shelf, me, songs):
        copy = shelf.copy(me, shelf.create_smart(me, "Calm", CALM), "Then")
        store.labels.label(me, songs[0], Mood.SAD)
        assert ids(shelf.tracks(me, copy)) == [songs[0], songs[2]]


class TestMomentary:
    def test_it_goes_away_by_itself(self, store, shelf, me, songs):
        over = datetime.now(UTC) - timedelta(seconds=1)
        gone = store.playlists.create(me, "Now", songs, expires_at=over)
        assert store.playlists.all(me) == []
        with pytest.raises(NotFoundError):
            store.playlists.named(me, "Now")
        with pytest.raises(NotFoundError):
            store.playlists.get(me, gone.id)
        assert store.playlists.create(me, "Now").track_ids == ()

    def test_it_stays_a_day_and_for_good_when_it_is_kept(self, store, shelf, me, songs):
        moment = shelf.create_momentary(me, "Now", songs)
        assert timedelta(hours=23) < moment.expires_at - datetime.now(UTC) < timedelta(hours=25)
        assert store.playlists.keep(moment).expires_at is None


class TestMerging:
    def test_only_what_is_missing_is_added_and_once(self, store, shelf, me, songs):
        one = store.playlists.create(me, "One", [songs[1], songs[1], songs[0]])
        other = store.playlists.create(me, "Other", [songs[0], songs[3], songs[3]])
        assert shelf.merge(me, one, other).track_ids == (songs[1], songs[1], songs[0], songs[3])
        assert store.playlists.get(me, other.id) == other


class TestUndo:
    def test_every_change_is_taken_back_exactly_one_after_the_other(self, store, shelf, me, songs):
        lists = store.playlists
        states = []

        def then(change):
            states.append(lists.all(me))
            change()

        then(lambda: lists.create(me, "A", songs))
        then(lambda: lists.rename(lists.named(me, "A"), "B"))
        then(lambda: lists.add(lists.named(me, "B"), songs[:2]))
        then(lambda: lists.move(lists.named(me, "B"), 0, 3))
        then(lambda: lists.remove(lists.named(me, "B"), 1))
        then(lambda: shelf.create_momentary(me, "Now", songs[:1]))
        then(lambda: lists.keep(lists.named(me, "Now")))
        then(lambda: lists.replace(lists.named(me, "B"), songs[3:]))
        then(lambda: lists.delete(lists.named(me, "B")))
        for state in reversed(states):
            lists.undo(me)
            assert lists.all(me) == state
        with pytest.raises(NotFoundError, match="nothing to undo"):
            lists.undo(me)

    def test_it_says_what_it_took_back(self, store, me):
        store.playlists.delete(store.playlists.create(me, "Evening"))
        assert store.playlists.undo(me) == "removed Evening"
        assert store.playlists.undo(me) == "made Evening"

    def test_a_change_that_failed_is_nothing_to_take_back(self, store, me, songs):
        playlist = store.playlists.create(me, "A", songs)
        with pytest.raises(NotFoundError):
            store.playlists.remove(playlist, 99)
        assert store.playlists.undo(me) == "made A"

    def test_another_listeners_changes_are_left_alone(self, store, me):
        other = store.listeners.add("other")
        store.playlists.create(other, "Theirs")
        with pytest.raises(NotFoundError):
            store.playlists.undo(me)
        assert len(store.playlists.all(other)) == 1

    def test_songs_that_left_the_library_since_stay_away(self, store, me, songs, tmp_path):
        store.playlists.delete(store.playlists.create(me, "A", songs))
        store.tracks.forget([tmp_path / "1.flac"])
        store.playlists.undo(me)
        assert store.playlists.named(me, "A").track_ids == (songs[0], songs[2], songs[3])

    def test_only_so_many_changes_are_remembered(self, store, me, songs, monkeypatch):
        monkeypatch.setattr("mien.store.playlists._CHANGES_KEPT", 3)
        playlist = store.playlists.create(me, "A")
        for song in songs:
            store.playlists.add(playlist, [song])
        for _ in range(3):
            store.playlists.undo(me)
        assert store.playlists.named(me, "A").track_ids == (songs[0],)
        with pytest.raises(NotFoundError):
            store.playlists.undo(me)

    def test_forgetting_a_listener_forgets_their_changes(self, store, songs):
        other = store.listeners.add("other")
        store.playlists.delete(store.playlists.create(other, "Secret name", songs))
        store.listeners.forget(other)
        file = Path(store.playlists._database.name)
        assert b"Secret name" not in file.read_bytes()


class TestFiles:
    @pytest.mark.parametrize("ending", ["m3u8", "xspf", "jspf"])
    def test_a_playlist_comes_back_from_its_file(self, shelf, me, songs, tmp_path, ending):
        store = shelf._store
        playlist = store.playlists.create(me, "A", [songs[2], songs[0], songs[2]])
        file = tmp_path / f"list.{ending}"
        assert shelf.save(me, playlist, file, relative=True) == 3
        taken = shelf.take(me, file, "Again")
        assert (taken.playlist.name, taken.playlist.track_ids) == ("Again", playlist.track_ids)
        assert taken.left_out == ()

    def test_an_empty_file_is_said_to_be_empty(self, shelf, me, tmp_path):
        (tmp_path / "list.m3u8").write_text("#EXTM3U\n")
        with pytest.raises(InteropError, match="names no song: it is empty"):
            shelf.take(me, tmp_path / "list.m3u8")

    def test_songs_outside_the_library_are_named(self, shelf, me, songs, tmp_path):
        file = tmp_path / "list.m3u8"
        file.write_text("0.flac\nelsewhere.flac\nhttp://radio/\n")
        taken = shelf.take(me, file)
        assert (taken.playlist.name, taken.playlist.track_ids) == ("list", (songs[0],))
        assert [str(sentence).split(":")[0] for sentence in taken.left_out][1] == "not in the library"
        assert "line 3" in str(taken.left_out[0])

    def test_a_file_with_nothing_of_the_library_makes_no_playlist(self, store, shelf, me, songs, tmp_path):
        file = tmp_path / "list.m3u8"
        file.write_text("elsewhere.flac\n")
        with pytest.raises(InteropError, match="no song of"):
            shelf.take(me, file)
        assert store.playlists.all(me) == []

    def test_other_endings_are_refused(self, store, shelf, me, tmp_path):
        playlist = store.playlists.create(me, "A")
        with pytest.raises(InteropError, match=r"\.m3u8, \.xspf or \.jspf"):
            shelf.save(me, playlist, tmp_path / "list.pls")
        with pytest.raises(InteropError, match="is read from"):
            shelf.take(me, tmp_path / "list.pls")
