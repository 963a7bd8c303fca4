from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from mien.domain import Estimate, Mood, Rating, Tags, Track
from mien.recommend.rank import recommend

ONLY_CALM = {Mood.CALM: 1.0}


def track(number, mood=Mood.CALM, probability=0.7):
    rest = (1 - probability) / (len(Mood) - 1)
    estimate = Estimate({label: probability if label is mood else rest for label in Mood})
    return Track(number, Path(f"/music/{number}"), Tags(), 200.0, estimate, 0.0, 0.0, None, None)


def labelled(number, mood):
    estimate = Estimate({label: float(label is mood) for label in Mood})
    return replace(track(number), mood=estimate, labelled=True)


def ids(recommendations):
    return [chosen.track.id for chosen in recommendations.tracks]


def first_of(tracks, seeds, **given):
    """How often each track came first."""
    arguments = {"n": 1, "ratings": {}, **given}
    return Counter(ids(recommend(tracks, ONLY_CALM, seed=seed, **arguments))[0] for seed in range(seeds))


@pytest.fixture
def mixed():
    """Three songs a mood; song n has mood n % 7."""
    moods = list(Mood)
    return [track(n, moods[n % 7]) for n in range(21)]


class TestTheSongs:
    def test_are_of_the_wanted_mood(self, mixed):
        for mood in Mood:
            for seed in range(50):
                chosen = recommend(mixed, {mood: 1.0}, n=3, seed=seed, ratings={})
                assert [c.track.mood.top for c in chosen.tracks] == [mood] * 3
                assert chosen.note is None

    def test_are_the_same_for_the_same_seed_and_others_for_others(self, mixed):
        lists = [
            ids(recommend(mixed, dict.fromkeys(Mood, 1.0), n=9, seed=seed, ratings={})) for seed in (5, 5, 6)
        ]
        assert lists[0] == lists[1] != lists[2]

    def test_come_each_once(self, mixed):
        for seed in range(50):
            chosen = ids(recommend(mixed, dict.fromkeys(Mood, 1.0), n=21, seed=seed, ratings={}))
            assert sorted(chosen) == list(range(21))

    def test_never_include_a_banned_track(self, mixed):
        banned = dict.fromkeys(range(0, 21, 2), Rating.BAN)
        wanted = {Mood.CALM: 0.5, Mood.SAD: 0.5}
        chosen = Counter()
        for seed in range(2_000):
            chosen.update(ids(recommend(mixed, wanted, n=5, seed=seed, ratings=banned, recent=[1, 2, 3])))
        assert chosen.total() == 10_000
        assert not chosen.keys() & banned.keys()

    def test_have_moods_in_the_shares_that_are_wanted(self, mixed):
        wanted = {Mood.HAPPY: 0.6, Mood.SAD: 0.3, Mood.CALM: 0.1}
        tops = Counter(
            recommend(mixed, wanted, n=1, seed=seed, ratings={}).tracks[0].track.mood.top
            for seed in range(3_000)
        )
        assert {mood: count / 3_000 for mood, count in tops.items()} == pytest.approx(wanted, abs=0.04)

    def test_come_in_proportion_to_how_sure_their_mood_is(self):
        came = first_of([track(1, probability=0.9), track(2, probability=0.3)], 3_000)
        assert came[1] / 3_000 == pytest.approx(0.9 / 1.2, abs=0.04)

    def test_that_are_liked_come_more_often_and_disliked_less(self):
        came = first_of([track(n) for n in range(3)], 3_000, ratings={0: Rating.LIKE, 2: Rating.DISLIKE})
        assert came[0] > 1.5 * came[1] > 3 * came[2] > 0

    def test_come_alike_where_nothing_tells_them_apart(self):
        came = first_of([track(n) for n in range(10)], 3_000)
        assert min(came.values()) > 200

    def test_that_the_listener_labelled_count_as_labelled(self):
        chosen = recommend(
            [labelled(1, Mood.CALM), labelled(2, Mood.ANGRY)], ONLY_CALM, n=2, seed=1, ratings={}
        )
        assert ids(chosen) == [1, 2]
        assert all(c.score > 0 for c in chosen.tracks)
        assert "calm, as you labelled it" in chosen.tracks[0].why


class TestRepeats:
    def test_what_was_heard_lately_waits_for_the_rest_of_its_mood(self):
        tracks = [track(n) for n in range(6)]
        for seed in range(50):
            chosen = ids(recommend(tracks, ONLY_CALM, n=6, seed=seed, ratings={}, recent=[5, 3, 4]))
            assert sorted(chosen[:3]) == [0, 1, 2]
            assert chosen[3:] == [4, 3, 5]

    def test_a_song_heard_twice_counts_as_heard_when_it_was_last(self):
        tracks = [track(n) for n in range(3)]
        chosen = ids(recommend(tracks, ONLY_CALM, n=3, seed=1, ratings={}, recent=[0, 1, 2, 1, 0]))
        assert chosen == [2, 1, 0]

    def test_the_mood_matters_more_than_having_been_heard(self, mixed):
        calm = [t.id for t in mixed if t.mood.top is Mood.CALM]
        chosen = recommend(mixed, ONLY_CALM, n=2, seed=1, ratings={}, recent=calm)
        assert ids(chosen) == [calm[2], calm[1]]
        assert "heard lately" in chosen.tracks[0].why

    def test_the_only_song_of_a_mood_is_not_played_twice_in_a_row(self):
        tracks = [track(1, Mood.CALM), track(2, Mood.TENDER)]
        assert ids(recommend(tracks, ONLY_CALM, n=1, seed=1, ratings={}, recent=[1])) == [2]

    def test_playing_on_and_on_goes_round_a_small_mood(self):
        tracks, recent = [track(n) for n in range(4)] + [track(9, Mood.SAD)], []
        for seed in range(40):
            recent[:0] = ids(recommend(tracks, ONLY_CALM, n=1, seed=seed, ratings={}, recent=recent[:50]))
        assert set(Counter(recent)) == {0, 1, 2, 3}
        assert all(a != b for a, b in pairwise(recent))

    def test_the_only_song_of_the_library_is_played_again(self):
        assert ids(recommend([track(1)], ONLY_CALM, n=1, seed=1, ratings={}, recent=[1])) == [1]


class TestFallingBack:
    def test_a_mood_without_songs_takes_those_with_most_of_it_and_says_so(self):
        tracks = [track(1, Mood.SAD, 0.9), track(2, Mood.SAD, 0.4), track(3, Mood.SAD, 0.65)]
        chosen = recommend(tracks, ONLY_CALM, n=2, seed=1, ratings={})
        assert ids(chosen) == [2, 3]
        assert chosen.note == "no song is calm, so the nearest to it were taken"
        assert chosen.tracks[0].why == "sad with 40%, but nearest to calm (10%)"

    @pytest.mark.parametrize(("count", "said"), [(1, "only one song is calm"), (2, "only 2 songs are calm")])
    def test_a_mood_with_too_few_songs_goes_on_with_the_nearest_and_says_so(self, count, said):
        tracks = [track(n) for n in range(count)] + [track(n, Mood.SAD) for n in range(5, 10)]
        chosen = recommend(tracks, ONLY_CALM, n=4, seed=1, ratings={})
        assert sorted(ids(chosen)[:count]) == list(range(count))
        assert len(ids(chosen)) == 4
        assert said in chosen.note

    def test_among_the_nearest_the_disliked_come_later(self):
        tracks = [track(n, Mood.SAD) for n in range(3)]
        assert ids(recommend(tracks, ONLY_CALM, n=3, seed=1, ratings={0: Rating.DISLIKE}))[-1] == 0

    def test_among_the_nearest_those_heard_lately_come_later(self):
        tracks = [track(1, Mood.SAD, 0.4), track(2, Mood.SAD, 0.9), track(3, Mood.SAD, 0.8)]
        assert ids(recommend(tracks, ONLY_CALM, n=3, seed=1, ratings={}, recent=[3, 1])) == [2, 1, 3]

    def test_a_small_library_gives_what_it_has_and_says_so(self, mixed):
        chosen = recommend(mixed[:4], dict.fromkeys(Mood, 1.0), n=10, seed=1, ratings={})
        assert sorted(ids(chosen)) == [0, 1, 2, 3]
        assert "only 4 songs of the library may be played" in chosen.note

    def test_an_empty_library_gives_nothing_and_says_why(self):
        chosen = recommend([], ONLY_CALM, n=5, seed=1, ratings={})
        assert (chosen.tracks, "library is empty" in chosen.note) == ((), True)

    def test_a_library_that_is_all_banned_gives_nothing_and_says_why(self):
        chosen = recommend([track(1)], ONLY_CALM, n=5, seed=1, ratings={1: Rating.BAN})
        assert (chosen.tracks, "banned" in chosen.note) == ((), True)


class TestWhy:
    def why(self, song, **given):
        return recommend([song], ONLY_CALM, **{"n": 1, "seed": 1, "ratings": {}, **given}).tracks[0].why

    def test_names_the_mood_its_probability_the_face_and_the_opinion(self):
        said = self.why(
            track(1, probability=0.81), reasons={Mood.CALM: "fits a neutral face"}, ratings={1: Rating.LIKE}
        )
        assert said == "calm with 81%, which fits a neutral face; you like it"

    def test_says_that_a_disliked_song_comes_seldom(self):
        assert "you dislike it" in self.why(track(1), ratings={1: Rating.DISLIKE})

    def test_says_perhaps_where_the_songs_mood_is_uncertain(self):
        song = replace(track(1), mood=replace(track(1).mood, certain=False, reason="mixed"))
        assert self.why(song).startswith("perhaps calm")


@pytest.mark.parametrize("n", [0, -1])
def test_a_list_of_no_songs_is_a_mistake_of_the_caller(n):
    with pytest.raises(ValueError, match="at least one"):
        recommend([track(1)], ONLY_CALM, n=n, seed=1, ratings={})
