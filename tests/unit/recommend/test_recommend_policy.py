import math
from itertools import pairwise

import pytest

from mien.domain import EMOTION_PLANE, MOOD_PLANE, Emotion, Estimate, Mood, PolicyName
from mien.errors import ConfigurationError
from mien.recommend.policy import (
    POLICIES,
    READING_HALF_LIFE_S,
    along,
    certainly,
    chosen,
    chosen_point,
    moods_at,
    wanted,
)

MATCH = PolicyName.MATCH


def estimate(certain=True, reason=None, **probabilities):
    rest = (1 - sum(probabilities.values())) / (len(Emotion) - len(probabilities))
    return Estimate({e: probabilities.get(e, rest) for e in Emotion}, certain, reason)


@pytest.mark.parametrize("policy", POLICIES)
def test_every_table_has_a_row_for_each_emotion_that_sums_to_one(policy):
    matrix = POLICIES[policy]
    assert set(matrix) == set(Emotion)
    for row in matrix.values():
        assert sum(row.values()) == pytest.approx(1.0)
        assert all(weight >= 0 for weight in row.values())


@pytest.mark.parametrize(
    ("emotion", "mood"),
    [
        (Emotion.HAPPY, Mood.HAPPY),
        (Emotion.SURPRISE, Mood.ENERGETIC),
        (Emotion.ANGRY, Mood.ANGRY),
        (Emotion.FEAR, Mood.TENSE),
        (Emotion.SAD, Mood.SAD),
        (Emotion.NEUTRAL, Mood.CALM),
        (Emotion.DISGUST, Mood.TENDER),
    ],
)
def test_match_wants_the_mood_of_its_table(emotion, mood):
    assert wanted(certainly(emotion), MATCH).moods == {label: float(label is mood) for label in Mood}


def test_lift_always_wants_pleasanter_moods_than_match_and_calm_quieter_ones():
    for emotion in Emotion:
        places = {
            policy: [
                sum(share * MOOD_PLANE[mood][axis] for mood, share in POLICIES[policy][emotion].items())
                for axis in (0, 1)
            ]
            for policy in (MATCH, PolicyName.LIFT, PolicyName.CALM)
        }
        if emotion not in (Emotion.HAPPY, Emotion.NEUTRAL):  # these are pleasant already
            assert places[PolicyName.LIFT][0] > places[MATCH][0]
        assert places[PolicyName.LIFT][0] > EMOTION_PLANE[emotion][0] - 0.15
        assert places[PolicyName.CALM][1] < -0.5


def test_what_the_face_may_also_say_counts_but_less_than_its_probability():
    moods = wanted(estimate(happy=0.6, neutral=0.3), MATCH).moods
    assert moods[Mood.HAPPY] > 0.6
    assert 0 < moods[Mood.CALM] < 0.3
    assert sum(moods.values()) == pytest.approx(1)


def test_a_surer_face_wants_more_of_its_mood():
    shares = [wanted(estimate(sad=p), MATCH).moods[Mood.SAD] for p in (0.3, 0.5, 0.7, 0.9)]
    assert shares == sorted(set(shares))


def test_an_older_reading_counts_less_and_says_so():
    ages = (0, READING_HALF_LIFE_S, 3 * READING_HALF_LIFE_S)
    aims = [wanted(certainly(Emotion.SAD), MATCH, age_s=age) for age in ages]
    assert [aim.strength for aim in aims] == [1.0, 0.5, 0.125]
    assert aims[1].moods[Mood.SAD] == pytest.approx(0.5 + 0.5 / 7)
    assert aims[0].note is None
    assert str(aims[2].note) == "the face was read 90 minutes ago, so it counts less"


@pytest.mark.parametrize(
    ("emotion", "said"),
    [
        (None, "no face was seen, so taste chooses"),
        (estimate(False, "can't tell: between sad and fear", sad=0.3), "between sad and fear, so taste"),
        (estimate(False, sad=0.3), "cannot be read"),
    ],
)
def test_cannot_tell_leaves_it_to_taste_and_says_so(emotion, said):
    for policy in (MATCH, PolicyName.LIFT, PolicyName.CALM, PolicyName.OWN):
        aim = wanted(emotion, policy)
        assert aim.strength == 0
        assert aim.moods == pytest.approx(dict.fromkeys(Mood, 1 / 7))
        assert said in str(aim.note)


def test_random_is_the_papers_and_without_a_face_any_song():
    assert wanted(certainly(Emotion.SAD), PolicyName.RANDOM).at_random
    assert "any song may come" in str(wanted(None, PolicyName.RANDOM).note)


def test_the_listeners_own_table_is_used_and_match_where_it_has_no_row():
    own = {Emotion.SAD: {Mood.CALM: 0.75, Mood.TENDER: 0.25}}
    aim = wanted(certainly(Emotion.SAD), PolicyName.OWN, own=own)
    assert (aim.moods[Mood.CALM], aim.moods[Mood.TENDER]) == (0.75, 0.25)
    assert wanted(certainly(Emotion.HAPPY), PolicyName.OWN, own=own).moods[Mood.HAPPY] == 1
    with pytest.raises(ConfigurationError, match="no table of your own"):
        wanted(certainly(Emotion.SAD), PolicyName.OWN)


def test_the_reason_names_the_face_that_asks_most_for_a_mood():
    reasons = wanted(estimate(neutral=0.9), MATCH).reasons
    assert str(reasons[Mood.CALM]) == "fits a neutral face"
    assert str(reasons[Mood.ANGRY]) == "fits an angry face"


def test_the_reason_says_what_a_policy_means_to_do_with_a_face():
    sad, happy = certainly(Emotion.SAD), certainly(Emotion.HAPPY)
    own = {Emotion.SAD: {Mood.CALM: 1.0}}
    assert str(wanted(sad, PolicyName.LIFT).reasons[Mood.HAPPY]) == "is meant to lift a sad face"
    assert str(wanted(sad, PolicyName.CALM).reasons[Mood.CALM]) == "is meant to calm a sad face"
    assert str(wanted(sad, PolicyName.OWN, own=own).reasons[Mood.CALM]) == "you chose for a sad face"
    assert str(wanted(happy, PolicyName.LIFT).reasons[Mood.HAPPY]) == "fits a happy face"
    assert str(wanted(happy, PolicyName.OWN, own=own).reasons[Mood.HAPPY]) == "fits a happy face"


class TestJourney:
    def test_starts_where_the_listener_is_and_ends_at_the_chosen_mood(self):
        path = wanted(certainly(Emotion.SAD), PolicyName.JOURNEY, to=Mood.HAPPY).path
        assert path == (EMOTION_PLANE[Emotion.SAD], MOOD_PLANE[Mood.HAPPY])
        assert along(path, 0) == pytest.approx(path[0])
        assert along(path, 1) == pytest.approx(path[1])

    def test_goes_in_small_steps_and_never_back(self):
        path = wanted(certainly(Emotion.SAD), PolicyName.JOURNEY, to=Mood.HAPPY).path
        points = [along(path, step / 20) for step in range(21)]
        whole = math.dist(*path)
        steps = [math.dist(a, b) for a, b in pairwise(points)]
        assert max(steps) < 1.6 * whole / 20
        left = [math.dist(point, path[1]) for point in points]
        assert left == sorted(left, reverse=True)
        assert steps[0] < steps[10] > steps[-1]

    def test_wants_the_mood_that_is_nearest_at_each_mood_of_the_plane(self):
        for mood, place in MOOD_PLANE.items():
            shares = moods_at(place)
            assert max(shares, key=shares.__getitem__) is mood
            assert sum(shares.values()) == pytest.approx(1)

    def test_without_a_face_goes_straight_there_and_says_so(self):
        aim = wanted(None, PolicyName.JOURNEY, to=Mood.CALM)
        assert (aim.path, aim.moods[Mood.CALM], aim.strength) == (None, 1, 1)
        assert str(aim.note) == "no face was seen, so the journey goes straight to calm"

    def test_needs_an_end(self):
        with pytest.raises(ConfigurationError, match="--to"):
            wanted(certainly(Emotion.SAD), PolicyName.JOURNEY)


class TestChosen:
    def test_moods_are_weights_of_any_sum(self):
        assert chosen({Mood.CALM: 3, Mood.SAD: 1}).moods[Mood.CALM] == 0.75

    @pytest.mark.parametrize("weight", [0.0, -1.0, math.nan, math.inf])
    def test_what_is_no_weight_is_refused(self, weight):
        with pytest.raises(ConfigurationError, match="weights of 0 or more"):
            chosen({Mood.CALM: weight})

    def test_a_point_outside_the_plane_is_brought_to_its_edge(self):
        assert chosen_point(5, -0.5).path == ((1.0, -0.5), (1.0, -0.5))
