from datetime import timedelta

import pytest

from mien.domain import Rating
from mien.recommend.learned import load
from mien.usecases import collaborative as usecase
from mien.usecases.collaborative import FILE_NAME, Collaborative


@pytest.fixture
def songs(add_song):
    return [add_song(f"/music/{n}.flac", embedding=(1.0, 0.0) if n < 4 else (0.0, 1.0)) for n in range(8)]


@pytest.fixture
def people(store, songs, hear):
    """Six who take part: three heard songs 0 to 3, three heard 4 to 6; nobody heard song 7."""
    everyone = [store.listeners.add(f"listener {n}") for n in range(6)]
    for n, one in enumerate(everyone):
        hear(one, songs[:4] if n < 3 else songs[4:7])
        store.collaborators.agree(one)
    return everyone


@pytest.fixture
def together(store, tmp_path):
    return Collaborative(store, tmp_path)


def newcomer(store, hear, tracks):
    someone = store.listeners.add("newcomer")
    hear(someone, tracks)
    store.collaborators.agree(someone)
    return someone


def test_a_listener_is_told_what_others_with_the_same_songs_heard(store, songs, people, together, hear):
    assert together.refresh().trained
    someone = newcomer(store, hear, songs[:2])
    scores = together.scores(someone)
    assert max(set(scores) - set(songs[:2]), key=scores.__getitem__) in songs[2:4]
    assert max(scores[track] for track in songs[2:4]) == 1.0
    assert max(scores[track] for track in songs[4:7]) < 0.1


def test_a_song_that_nobody_heard_is_scored_by_its_sound(store, songs, people, together, hear):
    together.refresh()
    someone = newcomer(store, hear, songs[4:6])
    assert together.scores(someone)[songs[7]] > 0.1
    other = store.listeners.add("other")
    hear(other, songs[:2])
    store.collaborators.agree(other)
    assert together.scores(other)[songs[7]] < 0.05


def test_nobody_takes_part_before_they_agree(store, songs, together, hear):
    for n in range(4):
        hear(store.listeners.add(f"quiet {n}"), songs)
    answer = together.refresh()
    assert (answer.listeners, answer.tracks, answer.trained) == (0, 0, False)
    assert "at least 3 listeners" in answer.note


def test_who_does_not_take_part_is_told_nothing(store, songs, people, together):
    together.refresh()
    store.collaborators.leave(people[0])
    assert together.scores(people[0]) == {}


def test_who_leaves_is_in_nothing_that_is_learned_next(store, songs, people, together, tmp_path):
    together.refresh()
    store.collaborators.leave(people[0])
    together.refresh()
    # Two who heard songs 0 to 3 are left, too few for any of them to be known.
    assert load(tmp_path / FILE_NAME).linked.tracks.tolist() == songs[4:7]


def test_who_is_forgotten_is_in_nothing_that_is_learned_next(store, songs, people, together, tmp_path):
    together.refresh()
    before = load(tmp_path / FILE_NAME)
    assert set(songs[:4]) <= set(before.linked.tracks.tolist())
    store.listeners.forget(people[1])
    assert together.refresh().trained
    assert load(tmp_path / FILE_NAME).linked.tracks.tolist() == songs[4:7]


def test_when_too_few_are_left_what_was_learned_is_removed(store, people, together, tmp_path):
    together.refresh()
    for one in people[1:]:
        store.collaborators.leave(one)
    assert not together.refresh().trained
    assert not (tmp_path / FILE_NAME).exists()
    assert together.scores(people[0]) == {}


def test_nothing_is_learned_again_while_nobody_heard_anything_new(songs, people, together, hear, noon):
    assert together.refresh().trained
    assert not together.refresh().trained
    hear(people[0], [songs[5]], start=noon + timedelta(days=1))
    assert together.refresh().trained


def test_another_program_sees_what_was_learned_since(store, songs, people, together, hear):
    someone = newcomer(store, hear, songs[:2])
    other = Collaborative(store, together._file.parent)
    assert other.scores(someone) == {}
    together.refresh()
    assert other.scores(someone)


def test_nothing_is_said_where_everything_that_goes_with_it_was_heard(people, together):
    together.refresh()
    assert together.scores(people[0]) == {}


def test_damaged_learning_is_replaced(people, together, tmp_path):
    together.refresh()
    (tmp_path / FILE_NAME).write_bytes(b"nothing")
    assert together.refresh().trained
    assert load(tmp_path / FILE_NAME) is not None


def test_who_leaves_while_it_learns_is_in_nothing_of_it(
    store, songs, *, people, together, tmp_path, monkeypatch
):
    really_learn = usecase.learn

    def learn(histories, sound):
        learned = really_learn(histories, sound)
        store.collaborators.leave(people[0])
        return learned

    monkeypatch.setattr(usecase, "learn", learn)
    assert together.refresh().trained
    assert load(tmp_path / FILE_NAME).linked.tracks.tolist() == songs[4:7]


def test_what_was_worked_out_for_a_listener_is_worked_out_again_only_when_they_did_something(
    store, songs, *, people, together, hear, noon, monkeypatch
):
    together.refresh()
    someone = newcomer(store, hear, songs[:2])
    first = together.scores(someone)
    assert together.scores(someone) is first
    hear(someone, [songs[4]], start=noon + timedelta(days=1))
    after_a_listen = together.scores(someone)
    assert after_a_listen != first
    store.ratings.rate(someone, songs[4], Rating.DISLIKE)
    assert together.scores(someone) == first
    hear(people[3], [songs[7]], start=noon + timedelta(days=1))
    hear(people[4], [songs[7]], start=noon + timedelta(days=1))
    hear(people[0], [songs[7]], start=noon + timedelta(days=1))
    together.refresh()
    assert together.scores(someone) != first
    store.collaborators.leave(someone)
    assert together.scores(someone) == {}


def test_who_takes_part_is_seen_to_change(store, people):
    before = store.collaborators.members()
    assert store.collaborators.members() == before
    store.listeners.forget(people[0])
    after = store.collaborators.members()
    assert len(after) == len(before) - 1
    store.collaborators.leave(people[1])
    store.collaborators.agree(people[1])
    assert store.collaborators.members() != after


class TestWhatCounts:
    @pytest.fixture
    def me(self, store):
        return store.listeners.default()

    def test_songs_come_in_the_order_in_which_they_were_last_heard(self, store, me, songs, hear):
        hear(me, [songs[2], songs[0], songs[1], songs[2]])
        assert store.collaborators.history(me) == [songs[0], songs[1], songs[2]]

    def test_half_of_a_song_or_four_minutes_are_enough(self, store, songs, hear, add_song):
        me, long = store.listeners.default(), add_song("/music/long.flac", duration_s=3_600.0)
        hear(me, [songs[0]], played_s=99.0)
        hear(me, [songs[1]], played_s=100.0)
        hear(me, [long], played_s=240.0)
        assert store.collaborators.history(me) == sorted([songs[1], long])

    def test_what_is_disliked_or_banned_is_no_praise(self, store, me, songs, hear):
        hear(me, songs[:3])
        store.ratings.rate(me, songs[0], Rating.DISLIKE)
        store.ratings.rate(me, songs[1], Rating.BAN)
        store.ratings.rate(me, songs[2], Rating.LIKE)
        assert store.collaborators.history(me) == [songs[2]]

    def test_only_histories_of_those_who_take_part_are_read(self, store, me, songs, hear, people):
        hear(me, songs)
        assert sorted(map(tuple, store.collaborators.histories())) == sorted(
            [tuple(songs[:4])] * 3 + [tuple(songs[4:7])] * 3
        )

    def test_agreeing_twice_is_agreeing(self, store, me):
        assert not store.collaborators.has(me)
        store.collaborators.agree(me)
        store.collaborators.agree(me)
        assert store.collaborators.has(me)
        assert store.collaborators.count() == 1
