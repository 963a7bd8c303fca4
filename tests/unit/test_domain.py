"""The words of Mien, as types that refuse what cannot be."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path

import pytest

from mien import domain, errors
from mien.domain import EMOTION_PLANE, Box, Emotion, Estimate, Face, Mood, Quadrant, Tags, Track


def all_on(emotion: Emotion) -> dict[Emotion, float]:
    return {e: float(e is emotion) for e in Emotion}


def face(probabilities: dict[Emotion, float]) -> Face:
    return Face(Box(0, 0, 10, 10), Estimate(probabilities))


def test_labels_are_the_papers_seven_emotions_seven_moods_and_thayers_four_quadrants():
    assert " ".join(Emotion) == "angry disgust fear happy sad surprise neutral"
    assert " ".join(Mood) == "happy energetic angry tense sad tender calm"
    assert " ".join(Quadrant) == "exuberance anxiety depression contentment"


def test_estimate_names_the_most_probable_label_and_its_probability():
    estimate = Estimate({Mood.SAD: 0.2, Mood.CALM: 0.7, Mood.TENDER: 0.1})
    assert estimate.top is Mood.CALM
    assert estimate.confidence == 0.7
    assert estimate.certain
    assert estimate.reason is None


@pytest.mark.parametrize(
    "probabilities",
    [
        {},
        {Mood.SAD: 0.4, Mood.CALM: 0.4},
        {Mood.SAD: 0.8, Mood.CALM: 0.8},
        {Mood.SAD: -0.2, Mood.CALM: 0.6, Mood.HAPPY: 0.6},
        {Mood.SAD: float("nan"), Mood.CALM: 1.0},
        {Mood.SAD: float("inf"), Mood.CALM: 1.0},
    ],
)
def test_estimate_refuses_what_is_not_a_distribution(probabilities: dict[Mood, float]):
    with pytest.raises(ValueError, match=r"not a distribution|sum to"):
        Estimate(probabilities)


def test_estimate_bears_the_rounding_of_single_precision():
    third = float.fromhex("0x1.5555560000000p-2")  # 1/3 as a float32
    assert Estimate({Mood.SAD: third, Mood.CALM: third, Mood.HAPPY: third}).confidence == third


def test_box_area_is_width_times_height():
    assert Box(5, 7, 20, 30).area == 600


@pytest.mark.parametrize("emotion", Emotion)
def test_face_that_shows_one_emotion_lies_where_that_emotion_does(emotion: Emotion):
    only = face(all_on(emotion))
    assert (only.valence, only.arousal) == EMOTION_PLANE[emotion]


def test_valence_and_arousal_are_expected_values_of_the_distribution():
    half_happy = face({**all_on(Emotion.NEUTRAL), Emotion.HAPPY: 0.5, Emotion.NEUTRAL: 0.5})
    assert half_happy.valence == pytest.approx(0.4)
    assert half_happy.arousal == pytest.approx(0.25)


def test_emotions_lie_in_the_quadrants_that_their_names_mean():
    signs = {e: (v > 0, a > 0) for e, (v, a) in EMOTION_PLANE.items() if e is not Emotion.NEUTRAL}
    assert signs.pop(Emotion.HAPPY) == signs.pop(Emotion.SURPRISE) == (True, True)
    assert signs.pop(Emotion.SAD) == (False, False)
    assert set(signs.values()) == {(False, True)}
    assert all(-1 <= value <= 1 for point in EMOTION_PLANE.values() for value in point)


def test_track_without_a_title_is_called_by_its_file():
    track = Track(1, Path("/music/Nocturne.flac"), Tags(), 60, Estimate({Mood.CALM: 1.0}), 0, 0, None, None)
    assert track.title == "Nocturne"
    assert dataclasses.replace(track, tags=Tags(title="Op. 9")).title == "Op. 9"


def test_every_value_of_the_domain_is_frozen():
    values = [c for _, c in inspect.getmembers(domain, dataclasses.is_dataclass)]
    assert len(values) > 10
    for value in values:
        assert value.__dataclass_params__.frozen, value  # type: ignore[attr-defined]


def test_error_tree_drawn_in_the_docstring_is_the_real_one():
    drawn, branch = {}, ["MienError"]
    for line in (errors.__doc__ or "").splitlines():
        before, arm, after = line.partition("── ")
        if arm:
            depth = len(before) // 4
            branch[depth:] = [after.split()[0]]
            drawn[branch[depth]] = branch[depth - 1]
    real = {c.__name__: c.__base__.__name__ for c in vars(errors).values() if inspect.isclass(c)}
    assert drawn | {"MienError": "Exception"} == real
