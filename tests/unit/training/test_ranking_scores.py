import json

import numpy as np
import pytest

from mien.errors import DatasetError
from mien.training import recommend
from mien.training.ranking import (
    Case,
    Split,
    bootstrap,
    bootstrap_of_groups,
    leave_last,
    leave_listeners,
    leave_tail,
    ranked,
    score_recommender,
)
from mien.training.recommend_baselines import Bpr, Fixed, Popular, Random


class Told:
    """A recommender with scores that a test says."""

    def __init__(self, **scores):
        self.tracks = np.array([int(name[1:]) for name in scores], np.int64)
        self.values = np.array(list(scores.values()), np.float32)

    def fit(self, histories):
        return Fixed(self.tracks, self.values)


def scores(told, *cases, histories=((1, 2),), **options):
    split = Split(tuple(histories), tuple(cases))
    return score_recommender("told", lambda: told, [split], **options).means


def test_figures_of_a_case_are_those_worked_out_by_hand():
    means = scores(Told(t1=9, t2=8, t3=7, t4=6, t5=5), Case((1,), (4,)))
    assert means["recall@10"] == 1.0
    assert means["ndcg@10"] == pytest.approx(1 / np.log2(4))  # third of those that were not heard
    assert means["mrr"] == pytest.approx(1 / 3)


def test_a_target_beyond_the_tenth_place_is_found_among_twenty_only():
    told = Told(**{f"t{n}": 100 - n for n in range(1, 31)})
    means = scores(told, Case((1,), (14,)))
    assert (means["recall@10"], means["ndcg@10"], means["recall@20"]) == (0.0, 0.0, 1.0)


def test_several_targets_are_counted_against_what_could_be_found():
    told = Told(**{f"t{n}": 100 - n for n in range(1, 31)})
    means = scores(told, Case((1,), (2, 3, 30)))
    assert means["recall@10"] == pytest.approx(2 / 3)
    ideal = 1 + 1 / np.log2(3) + 1 / np.log2(4)
    assert means["ndcg@10"] == pytest.approx((1 + 1 / np.log2(3)) / ideal)


def test_an_unknown_target_is_not_found():
    assert scores(Told(t1=1, t2=2), Case((1,), (99,)))["recall@20"] == 0.0


def test_ties_go_against_the_recommender():
    told = Told(**{f"t{n}": 0 for n in range(1, 31)})
    assert scores(told, Case((1,), (2,)))["recall@20"] == 0.0


def test_what_was_heard_is_never_ranked():
    first, ranks = ranked(Told(t1=9, t2=8, t3=7).fit([]), Case((1, 2), (3,)))
    assert (first, ranks) == ([3], [0])


def test_coverage_novelty_and_diversity_are_those_worked_out_by_hand():
    histories = [(1, 2), (1, 2), (1, 3), (1, 4)]
    means = scores(Told(t1=0, t2=5, t3=4), Case((1,), (2,)), histories=histories)
    assert means["coverage"] == 2 / 4  # 2 and 3 of 1, 2, 3, 4
    assert means["novelty"] == pytest.approx((1 + 2) / 2)  # heard by a half and by a quarter
    assert means["diversity"] == 1.0  # nobody heard both 2 and 3


def test_the_mood_fit_is_the_share_in_the_mood_that_came_next():
    moods = {2: "sad", 3: "sad", 4: "calm", 5: "sad"}
    told = Told(t1=0, t2=5, t3=4, t4=3)
    assert scores(told, Case((1,), (5,)), moods=moods)["mood fit"] == pytest.approx(2 / 3)
    assert "mood fit" not in scores(told, Case((1,), (2,)))


def test_within_the_mood_its_tracks_come_first():
    moods = {2: "sad", 3: "calm", 4: "calm"}
    told = Told(t1=0, t2=9, t3=1, t4=0)
    assert scores(told, Case((1,), (4,)), moods=moods, within_mood=True)["mrr"] == 0.5
    assert scores(told, Case((1,), (4,)), moods=moods)["mrr"] == pytest.approx(1 / 3)


def test_leaving_out_the_last_leaves_what_came_before():
    split = leave_last([(1, 2, 3), (4, 5)])
    assert split == Split(((1, 2),), (Case((1, 2), (3,)),))


def test_leaving_out_the_tail_leaves_a_fifth():
    split = leave_tail([tuple(range(10)), (1, 2, 3)])
    assert [case.targets for case in split.cases] == [(8, 9), (3,)]


def test_listeners_are_asked_of_whom_nothing_was_learned():
    histories = [(n, 100 + n, 200 + n) for n in range(12)]
    splits = leave_listeners(histories)
    asked = [case.history + case.targets for split in splits for case in split.cases]
    assert sorted(asked) == histories
    for split in splits:
        assert not {case.history + case.targets for case in split.cases} & set(split.histories)


def test_intervals_hold_the_mean_and_narrow_with_more_listeners():
    rng = np.random.default_rng(5)
    few, many = rng.random(20), rng.random(2_000)
    assert bootstrap(few)[0] < few.mean() < bootstrap(few)[1]
    assert np.ptp(bootstrap(many)) < np.ptp(bootstrap(few))


def test_values_of_one_listener_are_drawn_together():
    values, groups = np.repeat([0.0, 1.0], 500), np.repeat([0, 1], 500)
    assert bootstrap_of_groups(values, groups) == (0.0, 1.0)


class TestBaselines:
    def test_popular_counts_listeners(self):
        fitted = Popular().fit([(1, 2), (2, 3), (2,) * 5])
        assert dict(zip(fitted.tracks.tolist(), fitted.scores([]).tolist(), strict=True))[2] == 2

    def test_random_is_the_same_for_one_history_and_another_for_another(self):
        fitted = Random().fit([tuple(range(50)), tuple(range(50))])
        assert fitted.scores([1]).tolist() == fitted.scores([1]).tolist()
        assert fitted.scores([1]).tolist() != fitted.scores([2]).tolist()

    def test_bpr_ranks_for_listeners_that_it_knows(self):
        histories = [tuple(range(8)), tuple(range(10, 18))] * 20
        histories = [tuple(np.roll(history, n)[:6].tolist()) for n, history in enumerate(histories)]
        fitted = Bpr(factors=8).fit(histories)
        assert np.isfinite(fitted.scores([999])).all()
        mine = fitted.scores(histories[0])[:8].mean()
        assert mine > fitted.scores(histories[0])[8:].mean()


def planted(listeners=40):
    rng = np.random.default_rng(1)
    worlds = [np.arange(0, 12), np.arange(20, 32)]
    return tuple(tuple(rng.permutation(worlds[n % 2])[:8].tolist()) for n in range(listeners))


class TestComparing:
    @pytest.mark.parametrize("split", recommend.SPLITS)
    def test_learning_from_others_beats_chance_on_planted_tastes(self, split):
        listening = recommend.Listening("planted", planted())
        found = {each.name: each.means["recall@10"] for each in recommend.compare(listening, split)}
        assert found["EASE"] > 0.9 > found["random"]
        assert found["EASE + time"] > 0.8
        assert ("BPR" in found) == (split != "listeners")

    def test_moods_add_the_ways_of_the_paper(self):
        listening = recommend.Listening(
            "planted", planted(), {n: "sad" if n < 20 else "calm" for n in range(40)}
        )
        found = {each.name: each for each in recommend.compare(listening, "last")}
        # Five of the twelve songs in the mood were not heard yet: they come first, and fill half of the list.
        assert found["popular within the mood"].means["mood fit"] == 0.5
        assert found["random in the mood's class (the paper)"].means["mood fit"] == 0.5
        assert found["random"].means["mood fit"] < 0.45

    def test_one_history_alone_is_not_compared_with_learning_from_others(self):
        listening = recommend.Listening("mine", (tuple(range(20)),))
        assert [each.name for each in recommend.compare(listening, "tail")] == ["random", "popular"]

    def test_too_short_histories_are_refused(self):
        with pytest.raises(DatasetError, match="nothing to ask"):
            list(recommend.compare(recommend.Listening("short", ((1, 2),)), "last"))

    def test_the_answer_is_json(self):
        listening = recommend.Listening("planted", planted(12))
        answer = recommend.as_json(listening, "last", list(recommend.compare(listening, "last")))
        assert json.loads(json.dumps(answer))["recommenders"][0]["name"] == "random"
        assert (answer["listeners"], answer["tracks"]) == (12, 24)


class TestReading:
    def read(self, tmp_path, text, **options):
        (tmp_path / "listens.csv").write_text(text)
        return recommend.read_sequences(tmp_path / "listens.csv", **options)

    def test_listens_are_read_in_order_each_track_once(self, tmp_path):
        read = self.read(tmp_path, "user,item,order\na,5,2\na,6,1\nb,7,1\na,6,3\n")
        assert read.histories == ((6, 5), (7,))

    def test_the_marked_test_can_be_left_out(self, tmp_path):
        text = "user,item,order,split\na,5,1,train\na,6,2,valid\na,7,3,test\n"
        assert self.read(tmp_path, text, part="valid").histories == ((5, 6),)
        assert self.read(tmp_path, text).histories == ((5, 6, 7),)

    @pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "user,item,order\na,x,1\n", "user,item,order\na,1\n"])
    def test_what_is_no_table_of_listens_is_refused(self, tmp_path, text):
        with pytest.raises(DatasetError):
            self.read(tmp_path, text)

    def test_files_that_cannot_be_read_are_named(self, tmp_path):
        with pytest.raises(DatasetError, match="cannot read"):
            recommend.read_sequences(tmp_path / "nothing.csv")
        with pytest.raises(DatasetError, match="cannot read"):
            recommend.read_export(tmp_path / "nothing.json")

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"tracks": [], "listens": [{"path": "/a"}]}'])
    def test_what_is_no_export_is_refused(self, tmp_path, text):
        (tmp_path / "me.json").write_text(text)
        with pytest.raises(DatasetError, match="mien export"):
            recommend.read_export(tmp_path / "me.json")


def test_on_real_listening_learning_from_others_beats_popularity(shared_data):
    listening = recommend.read_sequences(shared_data / "listening" / "lastfm_sequences.csv", part="valid")
    few = recommend.Listening("few", listening.histories[:300])
    split = [leave_last(few.histories)]
    popular = score_recommender("popular", Popular, split).means["recall@20"]
    assert score_recommender("open", lambda: recommend._OPEN, split).means["recall@20"] > popular
