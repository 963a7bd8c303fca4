from collections import Counter
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from made_library import MOODS, NOW, columns_of, ids, listens_of, view_of

from mien.domain import MOOD_PLANE, Emotion, Mood, PolicyName, Rating
from mien.recommend import places as places_module
from mien.recommend.policy import certainly, chosen, chosen_point, wanted
from mien.recommend.preferences import Weights
from mien.recommend.rank import PARTS, rank
from mien.recommend.taste import History
from mien.recommend.view import others_column
from mien.recommend.why import why
from mien.sentences import in_english

ONLY_CALM = chosen({Mood.CALM: 1})
TASTE_ALONE = wanted(None, PolicyName.MATCH)
CALM_SONGS = [Mood.CALM] * 12


def shares(view, aim, seeds, **given):
    """How often each track came first."""
    return Counter(ids(view, rank(view, aim, n=1, seed=seed, **given))[0] for seed in range(seeds))


@pytest.fixture
def mixed():
    """Three songs a mood; song n has mood (n - 1) % 7."""
    return view_of(columns_of([MOODS[n % 7] for n in range(21)]))


class TestTheSongs:
    def test_are_of_the_wanted_mood(self, mixed):
        for mood in Mood:
            for seed in range(10):
                ranking = rank(mixed, chosen({mood: 1}), n=3, seed=seed)
                assert {MOODS[(i - 1) % 7] for i in ids(mixed, ranking)} == {mood}
                assert ranking.notes == ()

    def test_are_the_same_for_the_same_seed_and_others_for_others(self, mixed):
        aim = chosen(dict.fromkeys(Mood, 1))
        lists = [rank(mixed, aim, n=9, seed=seed, exploration=0.3) for seed in (5, 5, 6)]
        assert lists[0] == lists[1]
        assert ids(mixed, lists[0]) != ids(mixed, lists[2])

    def test_come_each_once(self, mixed):
        for seed in range(20):
            for aim in (chosen(dict.fromkeys(Mood, 1)), ONLY_CALM, TASTE_ALONE, chosen_point(0.5, 0.5)):
                chosen_ids = ids(mixed, rank(mixed, aim, n=21, seed=seed, exploration=0.5))
                assert sorted(chosen_ids) == list(range(1, 22))

    def test_have_moods_in_the_shares_that_are_wanted(self, mixed):
        aim = chosen({Mood.HAPPY: 0.6, Mood.SAD: 0.3, Mood.CALM: 0.1})
        tops = Counter(MOODS[(ids(mixed, rank(mixed, aim, n=1, seed=s))[0] - 1) % 7] for s in range(500))
        assert {mood: count / 500 for mood, count in tops.items()} == pytest.approx(
            {Mood.HAPPY: 0.6, Mood.SAD: 0.3, Mood.CALM: 0.1}, abs=0.07
        )

    def test_share_the_list_between_moods_as_evenly_as_whole_songs_allow(self):
        view = view_of(columns_of([MOODS[n % 7] for n in range(140)]))
        ranking = rank(view, chosen({Mood.HAPPY: 0.5, Mood.SAD: 0.5}), n=10, seed=3)
        assert Counter(MOODS[(i - 1) % 7] for i in ids(view, ranking)) == {Mood.HAPPY: 5, Mood.SAD: 5}

    def test_that_the_mood_is_surest_of_come_first(self):
        columns = columns_of([Mood.CALM] * 2)
        columns.moods[1] = np.roll([0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], 6)
        assert shares(view_of(columns), ONLY_CALM, 100)[1] > 90

    def test_never_include_what_is_banned_not_wanted_now_or_excluded(self, mixed):
        history = History(
            ratings=dict.fromkeys(range(1, 22, 2), Rating.BAN),
            snoozes=dict.fromkeys((2, 4), NOW + timedelta(minutes=1)),
        )
        view = view_of(mixed.catalogue, history)
        for seed in range(300):
            aims = (ONLY_CALM, TASTE_ALONE, wanted(certainly(Emotion.SAD), PolicyName.RANDOM))
            ranking = rank(view, aims[seed % 3], n=20, seed=seed, exclude=[6, 99], exploration=0.5)
            assert sorted(ids(view, ranking)) == [8, 10, 12, 14, 16, 18, 20]

    def test_come_again_when_not_now_is_over(self):
        view = view_of(columns_of([Mood.CALM]), History(snoozes={1: NOW}))
        assert ids(view, rank(view, ONLY_CALM, n=1, seed=1)) == [1]

    def test_last_as_long_as_was_said(self, mixed):
        ranking = rank(mixed, ONLY_CALM, n=21, seed=1, minutes=15)
        assert len(ranking.picks) == 5  # of 200 s each: four are 13 minutes
        assert in_english(ranking.notes) == "only 3 songs are calm, so the nearest to it were taken"


class TestFallingBack:
    def test_a_mood_without_songs_takes_those_with_most_of_it_and_says_so(self):
        columns = columns_of([Mood.SAD] * 3)
        for row, calm in enumerate((0.05, 0.3, 0.1)):
            columns.moods[row] = 0
            columns.moods[row, [MOODS.index(Mood.SAD), MOODS.index(Mood.CALM)]] = 1 - calm, calm
        ranking = rank(view_of(columns), ONLY_CALM, n=1, seed=1, weights=Weights(variety=0))
        assert [pick.row for pick in ranking.picks] == [1]
        assert in_english(ranking.notes) == "no song is calm, so the nearest to it were taken"

    def test_a_small_library_gives_what_it_has_and_says_so(self):
        view = view_of(columns_of([Mood.CALM] * 4))
        ranking = rank(view, ONLY_CALM, n=10, seed=1)
        assert sorted(ids(view, ranking)) == [1, 2, 3, 4]
        assert in_english(ranking.notes) == "only 4 songs of the library may be played"

    def test_one_song_is_said_of_one(self):
        ranking = rank(view_of(columns_of([Mood.CALM])), ONLY_CALM, n=2, seed=1)
        assert in_english(ranking.notes) == "only one song of the library may be played"

    def test_songs_that_chance_passed_over_are_not_said_to_be_lacking(self):
        view = view_of(columns_of([Mood.CALM] * 3 + [Mood.SAD] * 9))
        ranking = rank(view, ONLY_CALM, n=3, seed=1, weights=Weights(variety=20))
        assert any(pick.row > 2 for pick in ranking.picks)
        assert ranking.notes == ()

    def test_only_one_song_of_a_mood_is_said(self, mixed):
        view = view_of(columns_of([Mood.CALM, Mood.SAD]))
        assert "only one song is calm" in in_english(rank(view, ONLY_CALM, n=2, seed=1).notes)

    @pytest.mark.parametrize(
        ("view", "exclude", "said"),
        [
            (view_of(columns_of([])), [], "library is empty"),
            (view_of(columns_of([Mood.CALM]), History(ratings={1: Rating.BAN})), [], "banned"),
            (view_of(columns_of([Mood.CALM])), [1], "in the queue already"),
        ],
    )
    def test_nothing_to_play_says_why(self, view, exclude, said):
        ranking = rank(view, ONLY_CALM, n=5, seed=1, exclude=exclude)
        assert ranking.picks == ()
        assert said in in_english(ranking.notes)

    @pytest.mark.parametrize("given", [{"n": 0}, {"n": 1, "minutes": 0}])
    def test_a_list_of_nothing_is_a_mistake_of_the_caller(self, mixed, given):
        with pytest.raises(ValueError, match=r"one song|0 minutes"):
            rank(mixed, ONLY_CALM, seed=1, **given)


class TestTaste:
    def test_liked_songs_come_more_often_and_disliked_less(self):
        history = History(ratings={1: Rating.LIKE, 3: Rating.DISLIKE})
        came = shares(
            view_of(columns_of([Mood.CALM] * 3), history), ONLY_CALM, 200, weights=Weights(variety=2)
        )
        assert came[1] > 1.5 * came[2] > 3 * came[3] > 0

    def test_ranks_alone_where_the_mood_cannot_be_told(self, mixed):
        view = view_of(mixed.catalogue, History(ratings={5: Rating.LIKE}))
        ranking = rank(view, TASTE_ALONE, n=3, seed=1)
        assert ids(view, ranking)[0] == 5
        assert "mood" not in ranking.picks[0].parts
        assert "taste chooses" in in_english(ranking.notes)

    def test_mood_matters_more_than_taste(self, mixed):
        view = view_of(mixed.catalogue, History(ratings={1: Rating.LIKE}))
        assert MOODS[0] is Mood.HAPPY
        for seed in range(20):
            assert 1 not in ids(view, rank(view, ONLY_CALM, n=3, seed=seed))

    def test_a_weight_of_zero_switches_a_part_off_and_a_negative_one_turns_it_round(self):
        view = view_of(columns_of(CALM_SONGS), History(listens_of((1, 3000, 200))))
        plain = Weights(variety=0, sound=0, song=0, artist=0, fatigue=0)
        heard = {
            novelty: ids(
                view, rank(view, ONLY_CALM, n=12, seed=1, weights=Weights(**vars_of(plain, novelty)))
            )
            for novelty in (-5.0, 5.0)
        }
        assert heard[-5.0][0] == 1
        assert heard[5.0][-1] == 1

    def test_what_others_think_speaks_for_a_song(self):
        catalogue = view_of(columns_of(CALM_SONGS)).catalogue
        others = others_column(catalogue, {7: 2.0, 3: 1.0, 99: 9.0, 4: float("nan")})
        assert others.tolist() == [0, 0, 0.5, 0, 0, 0, 1, 0, 0, 0, 0, 0]
        view = view_of(catalogue, others=others)
        assert shares(view, ONLY_CALM, 200)[7] > 60
        assert others_column(catalogue, {}) is None
        assert others_column(catalogue, {1: 0.0}).tolist() == [0] * 12

    def test_exploring_finds_songs_never_heard_whatever_the_taste(self):
        history = History(listens_of(*((n, 2000, 200) for n in range(1, 12))), ratings={12: Rating.DISLIKE})
        view = view_of(columns_of(CALM_SONGS), history)
        ranking = rank(view, ONLY_CALM, n=1, seed=1, exploration=1)
        assert ids(view, ranking) == [12]
        assert ranking.picks[0].explored
        assert not rank(view, ONLY_CALM, n=1, seed=1).picks[0].explored

    def test_exploring_where_all_is_known_goes_on_as_usual(self):
        view = view_of(columns_of([Mood.CALM]), History(listens_of((1, 99, 200))))
        ranking = rank(view, ONLY_CALM, n=1, seed=1, exploration=1)
        assert (ids(view, ranking), ranking.picks[0].explored) == ([1], False)


def vars_of(weights, novelty):
    return {name: getattr(weights, name) for name in weights.__slots__} | {"novelty": novelty}


class TestNeighbours:
    def test_an_artist_does_not_come_twice_in_a_row_where_there_are_others(self):
        view = view_of(columns_of(CALM_SONGS, artists=["one"] * 6 + ["two"] * 3 + ["three"] * 3))
        for seed in range(20):
            order = [view.catalogue.artists[pick.row] for pick in rank(view, ONLY_CALM, n=8, seed=seed).picks]
            assert all(a != b for a, b in pairwise(order))

    def test_nor_an_album(self):
        artists, albums = ["one"] * 12, ["a"] * 6 + ["b"] * 6
        view = view_of(columns_of(CALM_SONGS, artists=artists, albums=albums))
        order = [view.catalogue.albums[pick.row] for pick in rank(view, ONLY_CALM, n=10, seed=1).picks]
        assert sum(a != b for a, b in pairwise(order)) >= 6

    def test_tempo_key_and_energy_flow(self):
        tempos = np.tile(np.array([60, 75, 90, 110], np.float32), 10)
        columns = columns_of([Mood.CALM] * 40, tempos_bpm=tempos, keys=["C major", "F# major"] * 20)
        jumps = {}
        for flow in (0.0, 20.0):
            weights = Weights(flow=flow, variety=1, spacing=0)
            rows = [p.row for p in rank(view_of(columns), ONLY_CALM, n=20, seed=1, weights=weights).picks]
            jumps[flow] = sum(abs(np.log2(tempos[a] / tempos[b])) for a, b in pairwise(rows))
        assert jumps[20.0] < jumps[0.0] / 2

    def test_an_unknown_tempo_or_key_is_neither_good_nor_bad(self):
        tempos = np.array([100, 100, np.nan, 141], np.float32)
        columns = columns_of(
            [Mood.CALM] * 4, tempos_bpm=tempos, keys=["C major", "C major", None, "F# major"]
        )
        view = view_of(columns, History(listens_of((1, 0.1, 200))))
        weights = Weights(**dict.fromkeys(PARTS, 0.0), variety=0)
        weights = Weights(**{**{n: getattr(weights, n) for n in weights.__slots__}, "flow": 1.0})
        ranking = rank(view, ONLY_CALM, n=3, seed=1, weights=weights, exclude=[1])
        assert [pick.row for pick in ranking.picks][:1] == [1]
        flows = {
            pick.row: pick.parts.get("flow", 0)
            for pick in rank(view, ONLY_CALM, n=1, seed=1, weights=weights, exclude=[1, 2]).picks
        }
        assert -1 < flows[2] < 0


class TestRepeats:
    def test_what_was_heard_lately_waits_for_the_rest_of_its_mood(self):
        history = History(listens_of((4, 3, 200), (5, 2, 200), (6, 1, 200)))
        view = view_of(columns_of([Mood.CALM] * 6), history)
        for seed in range(20):
            assert sorted(ids(view, rank(view, ONLY_CALM, n=6, seed=seed))[:3]) == [1, 2, 3]

    def test_the_only_song_of_a_mood_is_not_played_twice_in_a_row(self):
        view = view_of(columns_of([Mood.CALM, Mood.TENDER]), History(listens_of((1, 0.05, 200))))
        assert ids(view, rank(view, ONLY_CALM, n=1, seed=1)) == [2]

    def test_the_only_song_of_the_library_is_played_again(self):
        view = view_of(columns_of([Mood.CALM]), History(listens_of((1, 0.05, 200))))
        assert ids(view, rank(view, ONLY_CALM, n=1, seed=1)) == [1]


class TestRandom:
    def test_is_any_song_of_the_class_alike_whatever_the_taste(self):
        history = History(ratings={1: Rating.LIKE, 8: Rating.DISLIKE})
        view = view_of(columns_of([MOODS[n % 7] for n in range(21)]), history)
        aim = wanted(certainly(Emotion.HAPPY), PolicyName.RANDOM)
        came = shares(view, aim, 600)
        assert set(came) == {1, 8, 15}
        assert min(came.values()) > 150

    def test_takes_the_songs_with_most_of_a_class_that_has_none(self):
        view = view_of(columns_of([Mood.SAD] * 5))
        ranking = rank(view, wanted(certainly(Emotion.HAPPY), PolicyName.RANDOM), n=2, seed=1)
        assert len(ranking.picks) == 2
        assert "no song is happy" in in_english(ranking.notes)


class TestJourney:
    @pytest.fixture
    def plane(self):
        """Songs all over the plane; what mood each has follows from where it lies."""
        axis = np.linspace(-1, 1, 15)
        places = np.array([(v, a) for v in axis for a in axis], np.float32)
        centres = np.array([MOOD_PLANE[mood] for mood in MOODS])
        nearest = np.linalg.norm(places[:, None] - centres[None], axis=2).argmin(axis=1)
        return view_of(columns_of([MOODS[i] for i in nearest], plane=places))

    def test_leads_from_the_mood_now_to_the_chosen_one_without_jumps(self, plane):
        aim = wanted(certainly(Emotion.SAD), PolicyName.JOURNEY, to=Mood.HAPPY)
        rows = [pick.row for pick in rank(plane, aim, n=12, seed=1).picks]
        places = plane.catalogue.plane[rows]
        assert np.linalg.norm(places[0] - aim.path[0]) < 0.45
        assert np.linalg.norm(places[-1] - aim.path[1]) < 0.45
        assert np.linalg.norm(np.diff(places, axis=0), axis=1).max() < 0.75
        assert np.corrcoef(np.arange(12), places[:, 0])[0, 1] > 0.9

    def test_arrives_when_the_time_is_over(self, plane):
        aim = wanted(certainly(Emotion.SAD), PolicyName.JOURNEY, to=Mood.HAPPY)
        picks = rank(plane, aim, n=99, seed=1, minutes=40).picks
        assert len(picks) == 12
        assert np.linalg.norm(plane.catalogue.plane[picks[-1].row] - aim.path[1]) < 0.6

    def test_in_a_large_library_only_songs_beside_the_line_are_looked_at(self, plane, monkeypatch):
        aim = wanted(certainly(Emotion.SAD), PolicyName.JOURNEY, to=Mood.HAPPY)
        monkeypatch.setattr(places_module, "_MOST_LOOKED_AT", 60)
        history = History(ratings=dict.fromkeys(range(1, 226, 3), Rating.BAN))
        view = view_of(plane.catalogue, history)
        rows = [pick.row for pick in rank(view, aim, n=12, seed=1, exploration=0.2).picks]
        (x0, y0), (x1, y1) = aim.path
        places = view.catalogue.plane[rows]
        off = np.abs((x1 - x0) * (places[:, 1] - y0) - (y1 - y0) * (places[:, 0] - x0)) / np.hypot(
            x1 - x0, y1 - y0
        )
        assert len(set(rows)) == 12
        assert off.max() < 0.5
        assert not view.taste.blocked[rows].any()

    def test_a_single_song_is_the_end_of_the_journey(self, plane):
        aim = wanted(certainly(Emotion.SAD), PolicyName.JOURNEY, to=Mood.ANGRY)
        (pick,) = rank(plane, aim, n=1, seed=1).picks
        assert np.linalg.norm(plane.catalogue.plane[pick.row] - MOOD_PLANE[Mood.ANGRY]) < 0.5

    def test_a_point_of_the_plane_is_kept_to(self, plane):
        rows = [pick.row for pick in rank(plane, chosen_point(-0.9, -0.9), n=6, seed=1).picks]
        assert np.linalg.norm(plane.catalogue.plane[rows] - [-0.9, -0.9], axis=1).max() < 0.6


class TestWhy:
    def said(self, columns, history=None, aim=ONLY_CALM, rating=None, **given):
        view = view_of(columns, history)
        (pick,) = rank(view, aim, n=1, seed=1, **given).picks
        return in_english(why(view, aim, pick, rating))

    def test_names_the_mood_who_wants_it_and_that_it_is_new(self):
        said = self.said(columns_of([Mood.CALM], probability=0.81))
        assert said == "calm with 81%, which you asked for; new to you"

    def test_counts_the_songs_of_the_artist_that_were_finished(self):
        listens = listens_of(*((2, 24 * day, 200) for day in range(2, 10)), (2, 999, 5, True))
        columns = columns_of([Mood.CALM] * 2, artists=["same"] * 2)
        said = self.said(columns, History(listens), exclude=[2])
        assert "you finished 8 of 9 songs by this artist" in said
        assert said.endswith("new to you")

    def test_says_what_the_listener_said(self):
        assert "you like it" in self.said(columns_of([Mood.CALM]), rating=Rating.LIKE)
        assert "you dislike it, so it comes seldom" in self.said(
            columns_of([Mood.CALM]), rating=Rating.DISLIKE
        )
        liked = self.said(
            columns_of([Mood.CALM] * 2, artists=["same"] * 2), History(ratings={2: Rating.LIKE}), exclude=[2]
        )
        assert "you like songs by this artist" in liked

    def test_says_that_it_was_heard_lately(self):
        said = self.said(columns_of([Mood.CALM]), History(listens_of((1, 0.2, 200))))
        assert "heard lately, for want of others" in said

    def test_says_that_it_is_to_be_found_out_about(self):
        assert "now and then you want something new" in self.said(columns_of([Mood.CALM]), exploration=1)

    def test_says_perhaps_and_nearest_where_the_mood_is_not_sure(self):
        columns = columns_of([Mood.SAD], probability=0.4, certain=np.zeros(1, np.bool_))
        said = self.said(columns, aim=wanted(certainly(Emotion.NEUTRAL), PolicyName.MATCH))
        assert said.startswith("perhaps sad with 40%, but nearest to calm (10%), which fits a neutral face")

    def test_says_whose_label_it_was(self):
        said = self.said(columns_of([Mood.SAD]), History(labels={1: Mood.CALM}))
        assert said.startswith("calm, as you labelled it, which you asked for")

    def test_says_what_it_sounds_like(self):
        columns = columns_of([*[Mood.CALM] * 6, *[Mood.SAD] * 6, Mood.CALM])
        for hours, said in ((1.0, "are enjoying now"), (999.0, "enjoy")):
            history = History(listens_of(*((n, hours, 200) for n in range(1, 7))))
            assert f"it sounds like what you {said}" in self.said(columns, history, exclude=range(1, 13))
        skipped = History(listens_of(*((n, 999, 2, True) for n in range(1, 7))))
        assert "it sounds like what you skip" in self.said(columns, skipped, exclude=range(1, 13))

    def test_parts_say_what_the_score_is_made_of(self):
        view = view_of(columns_of([Mood.CALM]), History(ratings={1: Rating.LIKE}))
        (pick,) = rank(view, ONLY_CALM, n=1, seed=1).picks
        assert set(pick.parts) <= set(PARTS)
        assert pick.parts["mood"] == pytest.approx(8 * 0.7)
        assert pick.parts["song"] == pytest.approx(2 * 2 / 3, abs=1e-4)
        assert pick.score == pytest.approx(1 / (1 + np.exp(-sum(pick.parts.values()))))
