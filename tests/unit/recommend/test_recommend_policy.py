import pytest

from mien.domain import Emotion, Estimate, Mood, PolicyName
from mien.recommend.policy import POLICIES, certainly, reasons, wanted_moods

MATCH = PolicyName.MATCH


def estimate(certain=True, **probabilities):
    rest = (1 - sum(probabilities.values())) / (len(Emotion) - len(probabilities))
    return Estimate({emotion: probabilities.get(emotion, rest) for emotion in Emotion}, certain)


@pytest.mark.parametrize("policy", PolicyName)
def test_every_policy_has_a_row_for_each_emotion_that_sums_to_one(policy):
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
    assert wanted_moods(certainly(emotion), MATCH) == {label: float(label is mood) for label in Mood}


@pytest.mark.parametrize(
    "emotion", [None, certainly(Emotion.SAD), estimate(happy=0.6), estimate(False, sad=0.3)]
)
def test_wanted_moods_are_a_distribution_over_all_moods(emotion):
    wanted = wanted_moods(emotion, MATCH)
    assert set(wanted) == set(Mood)
    assert sum(wanted.values()) == pytest.approx(1.0)
    assert min(wanted.values()) >= 0


def test_what_the_face_may_also_say_counts_but_less_than_its_probability():
    wanted = wanted_moods(estimate(happy=0.6, neutral=0.3), MATCH)
    assert wanted[Mood.HAPPY] > 0.6
    assert 0 < wanted[Mood.CALM] < 0.3


def test_a_surer_face_wants_more_of_its_mood():
    shares = [wanted_moods(estimate(sad=p), MATCH)[Mood.SAD] for p in (0.3, 0.5, 0.7, 0.9)]
    assert shares == sorted(set(shares))


def test_an_uncertain_face_wants_flatter_moods_but_leans_the_same_way():
    sure, unsure = (wanted_moods(estimate(certain, sad=0.5), MATCH) for certain in (True, False))
    assert max(unsure, key=unsure.__getitem__) is Mood.SAD
    assert unsure[Mood.SAD] < sure[Mood.SAD]
    assert min(unsure.values()) > min(sure.values())
    assert unsure[Mood.SAD] == pytest.approx(0.5 * 0.5 + 0.5 / 7)


def test_no_face_wants_all_moods_alike():
    assert wanted_moods(None, MATCH) == pytest.approx(dict.fromkeys(Mood, 1 / 7))


def test_the_reason_names_the_face_that_asks_most_for_a_mood():
    said = reasons(estimate(neutral=0.9), MATCH)
    assert said[Mood.CALM] == "fits a neutral face"
    assert said[Mood.ANGRY] == "fits an angry face"
    assert set(said) == set(Mood)


@pytest.mark.parametrize(("emotion", "word"), [(None, "no face"), (estimate(False, sad=0.4), "certain")])
def test_the_reason_says_when_the_emotion_is_not_known(emotion, word):
    assert all(word in sentence for sentence in reasons(emotion, MATCH).values())


def test_a_face_that_is_no_face_of_a_mood_still_has_a_reason_for_it():
    assert set(reasons(certainly(Emotion.HAPPY), MATCH)) == set(Mood)
