"""Telling mood changes and own labels, on planted listeners."""

import csv

import numpy as np
import pytest

from mien.domain import Quadrant
from mien.errors import DatasetError
from mien.training import mood_change, own_labels
from mien.training.choice import by_alternative, choice_probabilities, fit_choice


class TestChoice:
    def test_planted_weights_are_found(self):
        rng = np.random.default_rng(0)
        features = rng.normal(size=(4_000, 3, 2))
        weights = np.array([1.5, -0.7])
        odds = choice_probabilities(features, weights)
        chosen = np.array([rng.choice(3, p=row) for row in odds])
        assert fit_choice(features, chosen, 1e-3) == pytest.approx(weights, abs=0.1)

    def test_probabilities_sum_to_one_whatever_the_size(self):
        p = choice_probabilities(np.array([[[1e6], [-1e6]]]), np.array([1.0]))
        assert p.tolist() == [[1.0, 0.0]]

    def test_a_ridge_holds_weights_back(self):
        features, chosen = np.array([[[1.0], [0.0]]] * 10), np.zeros(10, np.intp)
        assert 0 < fit_choice(features, chosen, 100.0)[0] < fit_choice(features, chosen, 1.0)[0]

    def test_each_alternative_weighs_facts_in_its_own_way(self):
        spread = by_alternative(np.array([[2.0, 3.0]]), 2)
        assert spread.tolist() == [[[2, 3, 0, 0], [0, 0, 2, 3]]]


COLUMNS = (
    "user_id item_id timestamp rating emo_post_valence emo_pre_valence emo_pre_arousal activity_type_major"
).split()


def write(file, columns, rows):
    with file.open("w", newline="") as stream:
        table = csv.DictWriter(stream, columns, restval="")
        table.writeheader()
        table.writerows(rows)


@pytest.fixture
def situnes(tmp_path):
    """Six listeners who come back to a mood of their own after every song, wherever they began."""
    rng = np.random.default_rng(1)
    rows = []
    for user in range(1, 7):
        usual = rng.uniform(-0.4, 0.4)
        rows.append({"user_id": user, "item_id": 1, "timestamp": 0, "rating": 3, "emo_post_valence": usual})
        for at in range(40):
            before = rng.uniform(-0.9, 0.9)
            rows.append(
                {
                    "user_id": user,
                    "item_id": 1 + at % 4,  # song 4 is in no table of songs
                    "timestamp": 1 + at,
                    "rating": 4,
                    "emo_pre_valence": before,
                    "emo_pre_arousal": 0.1,
                    "emo_post_valence": usual,
                    "activity_type_major": at % 3,
                }
            )
    write(tmp_path / mood_change.INTERACTIONS, COLUMNS, rows)
    songs = [{"item_id": n, **dict.fromkeys(mood_change._SOUND, n / 10)} for n in (1, 2, 3)]
    write(tmp_path / mood_change.SONGS, ["item_id", *mood_change._SOUND], songs)
    return tmp_path


class TestMoodChange:
    def test_a_planted_habit_is_told(self, situnes):
        scores = mood_change.evaluate_mood_change(situnes)["without walking"]
        assert scores.accuracy > scores.majority + 0.2
        assert scores.accuracy > 0.85
        assert (scores.n, scores.listeners) == (48, 6)  # the last 8 of each one's 40
        assert scores.interval[0] <= scores.accuracy <= scores.interval[1]
        assert scores.as_json()["n"] == 48

    def test_walking_is_counted_apart(self, situnes):
        assert set(mood_change.evaluate_mood_change(situnes)) == {"without walking", "with walking"}

    def test_missing_or_other_tables_are_refused(self, situnes):
        (situnes / mood_change.SONGS).unlink()
        with pytest.raises(DatasetError, match="cannot read"):
            mood_change.evaluate_mood_change(situnes)
        write(situnes / mood_change.SONGS, ["other"], [])
        write(situnes / mood_change.INTERACTIONS, ["other"], [{"other": 1}])
        with pytest.raises(DatasetError, match="SiTunes"):
            mood_change.evaluate_mood_change(situnes)


PLANE = {
    Quadrant.EXUBERANCE: (1, 1),
    Quadrant.ANXIETY: (-1, 1),
    Quadrant.DEPRESSION: (-1, -1),
    Quadrant.CONTENTMENT: (1, -1),
}


def trompa(file, *, contrary=0, listeners=12, pieces=24):
    """Pieces have a quadrant each; some listeners always hear the one across."""
    quadrants = list(Quadrant)
    rows = []
    for user in range(listeners):
        for piece in range(pieces):
            heard = quadrants[(piece + (2 if user < contrary else 0)) % 4]
            valence, arousal = PLANE[heard]
            rows.append(
                {
                    "user": user,
                    "item": f"R{piece}-0001",
                    "timestamp": 100,
                    "valence": valence,
                    "arousal": arousal,
                }
            )
    write(file, ["user", "item", "timestamp", "valence", "arousal"], rows)
    return own_labels.read_labels(file)


def leaning(file, listeners=12, pieces=60):
    """Listeners are of two minds about every piece, and one in four of them always takes the same side."""
    rng = np.random.default_rng(2)
    quadrants = list(Quadrant)
    rows = []
    for user in range(listeners):
        for piece in range(pieces):
            sides = (Quadrant.ANXIETY, quadrants[piece % 4])
            heard = sides[0] if user % 4 == 0 else sides[int(rng.random() < 0.6)]
            valence, arousal = PLANE[heard]
            row = {"user": user, "item": f"R{piece}-0001", "timestamp": 1}
            rows.append({**row, "valence": valence, "arousal": arousal})
    write(file, ["user", "item", "timestamp", "valence", "arousal"], rows)
    return own_labels.read_labels(file)


class TestOwnLabels:
    def test_where_all_agree_the_others_say_it(self, tmp_path):
        scores = own_labels.evaluate_own_labels(trompa(tmp_path / "t.csv"))
        assert scores.accuracy["majority of the others"] == 1.0
        assert scores.accuracy["a fitted blend of all"] == 1.0
        assert scores.accuracy["commonest"] < 0.5

    def test_a_listener_who_hears_the_contrary_is_learned(self, tmp_path):
        labels = trompa(tmp_path / "t.csv", contrary=3)
        scores = own_labels.evaluate_own_labels(labels)
        assert scores.accuracy["majority of the others"] == pytest.approx(9 / 12)
        assert scores.accuracy["a fitted blend of all"] > 0.95

    def test_the_personal_layer_learns_how_a_listener_uses_the_words(self, tmp_path):
        labels = leaning(tmp_path / "t.csv")
        scores = own_labels.evaluate_own_labels(labels)
        others, own = scores.accuracy["majority of the others"], scores.accuracy["Mien's personal layer"]
        assert own > others + 0.03
        few = own_labels.evaluate_own_labels(labels, few=1).accuracy["Mien's personal layer"]
        assert others <= few < own

    def test_of_few_own_labels_less_is_learned(self, tmp_path):
        labels = trompa(tmp_path / "t.csv", contrary=3)
        few = own_labels.evaluate_own_labels(labels, few=2).accuracy["a fitted blend of all"]
        assert few < own_labels.evaluate_own_labels(labels).accuracy["a fitted blend of all"]

    def test_only_the_last_of_several_labels_counts(self, tmp_path):
        rows = [
            {"user": 1, "item": "a", "timestamp": 2, "valence": 1, "arousal": 1},
            {"user": 1, "item": "a", "timestamp": 1, "valence": -1, "arousal": 1},
        ]
        write(tmp_path / "t.csv", ["user", "item", "timestamp", "valence", "arousal"], rows)
        labels = own_labels.read_labels(tmp_path / "t.csv")
        assert [list(Quadrant)[column] for column in labels.quadrant] == [Quadrant.EXUBERANCE]

    @pytest.mark.parametrize("text", ["user\n1\n", "user,item,timestamp,valence,arousal\n1,a,1,5,5\n"])
    def test_another_table_is_refused(self, tmp_path, text):
        (tmp_path / "t.csv").write_text(text)
        with pytest.raises(DatasetError, match="TROMPA"):
            own_labels.read_labels(tmp_path / "t.csv")

    def test_a_missing_table_is_named(self, tmp_path):
        with pytest.raises(DatasetError, match="cannot read"):
            own_labels.read_labels(tmp_path / "t.csv")

    def test_the_answer_is_json(self, tmp_path):
        answer = own_labels.evaluate_own_labels(trompa(tmp_path / "t.csv", listeners=5, pieces=8)).as_json()
        assert (answer["n"], answer["listeners"]) == (40, 5)
