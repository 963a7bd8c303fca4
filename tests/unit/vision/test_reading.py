"""A reading follows the face, whatever the frame rate, and says when it cannot tell."""

from __future__ import annotations

import math

import pytest

from mien.domain import Box, Emotion, Estimate, Face, FrameFaces, Reading, Reason
from mien.errors import ArtifactError
from mien.vision.reading import NO_FACE, ReadingRules, Smoother, undecided

RULES = ReadingRules(least_confidence=0.5, half_life_s=1.0)
HAPPY, SAD, NEUTRAL = Emotion.HAPPY, Emotion.SAD, Emotion.NEUTRAL


def showing(shares: dict[Emotion, float], size: int = 100) -> Face:
    return Face(Box(0, 0, size, size), Estimate({e: shares.get(e, 0.0) for e in Emotion}))


def frame(time_s: float | None, *faces: Face) -> FrameFaces:
    return FrameFaces(640, 480, faces, time_s)


def probability(reading: Reading, emotion: Emotion) -> float:
    assert reading.emotion is not None
    return reading.emotion.probabilities[emotion]


def watched(script: list[tuple[float, Emotion | None]], rate: int) -> Reading:
    """The reading at the end of a script of (seconds, emotion shown) at so many frames a second."""
    smoother, time_s = Smoother(RULES), 0.0
    for seconds, emotion in script:
        for _ in range(round(seconds * rate)):
            faces = [] if emotion is None else [showing({emotion: 1.0})]
            reading = smoother.add(frame(time_s, *faces))
            time_s += 1 / rate
    return reading


def test_one_picture_reads_as_its_face_does():
    face = showing({HAPPY: 0.8, NEUTRAL: 0.2})
    reading = Smoother(RULES).add(frame(None, face))
    assert reading.emotion is not None
    assert reading.emotion.probabilities == pytest.approx(face.emotion.probabilities)
    assert (reading.certain, reading.reason, reading.frames) == (True, None, 1)


def test_after_one_half_life_the_new_face_weighs_as_much_as_all_before():
    reading = watched([(4.0, HAPPY), (1.0, SAD)], 100)
    assert probability(reading, SAD) == pytest.approx(0.5, abs=0.02)
    assert probability(reading, HAPPY) == pytest.approx(0.5, abs=0.02)


def test_half_life_is_the_artifacts():
    slow = Smoother(ReadingRules(least_confidence=0.5, half_life_s=10.0))
    for time_s, emotion in ((0.0, HAPPY), (100.0, HAPPY), (110.0, SAD)):
        reading = slow.add(frame(time_s, showing({emotion: 1.0})))
    assert probability(reading, SAD) == pytest.approx(0.5, abs=0.001)


@pytest.mark.parametrize(
    "script",
    [
        [(2.0, HAPPY), (0.5, SAD)],
        [(1.0, SAD), (1.0, HAPPY), (1.0, NEUTRAL)],
        [(2.0, HAPPY), (3.0, None), (0.5, SAD)],
    ],
)
def test_reads_alike_at_ten_and_at_fifty_frames_a_second(script: list[tuple[float, Emotion | None]]):
    slow, fast = watched(script, 10), watched(script, 50)
    assert slow.emotion is not None
    assert fast.emotion is not None
    for emotion in Emotion:
        assert probability(slow, emotion) == pytest.approx(probability(fast, emotion), abs=0.05)
    assert slow.emotion.top == fast.emotion.top


def test_one_odd_frame_does_not_turn_a_reading():
    reading = watched([(2.0, NEUTRAL), (0.04, SAD)], 25)
    assert reading.emotion is not None
    assert reading.emotion.top is NEUTRAL
    assert reading.certain


def test_no_face_at_all_is_no_emotion_and_says_so():
    smoother = Smoother(RULES)
    for time_s in (0.0, 0.1, 5.0):
        reading = smoother.add(frame(time_s))
    nothing = Reading(None, False, NO_FACE, 0, reason_code=Reason.NO_FACE, held=None, clear=0.0, age_s=None)
    assert reading == nothing
    assert reading.valence is reading.arousal is None


def test_face_that_left_is_not_acted_on_any_more():
    reading = watched([(2.0, HAPPY), (2.0, None)], 20)
    assert (reading.certain, reading.reason, reading.frames) == (False, NO_FACE, 40)
    assert reading.emotion is not None
    assert not reading.emotion.certain
    assert reading.emotion.top is HAPPY


def test_face_that_was_missed_in_a_few_frames_is_still_there():
    reading = watched([(2.0, HAPPY), (0.3, None)], 20)
    assert reading.certain
    assert probability(reading, HAPPY) == pytest.approx(1.0)


def test_face_that_comes_back_after_long_counts_for_itself():
    reading = watched([(2.0, HAPPY), (8.0, None), (0.05, SAD)], 20)
    assert probability(reading, SAD) > 0.99
    assert reading.certain


def test_gap_reads_alike_with_and_without_empty_frames_in_it():
    with_frames, without = Smoother(RULES), Smoother(RULES)
    for smoother in (with_frames, without):
        smoother.add(frame(0.0, showing({HAPPY: 1.0})))
    for tenth in range(1, 20):
        with_frames.add(frame(tenth / 10))
    last = frame(2.0, showing({SAD: 1.0}))
    assert with_frames.add(last) == without.add(last)


def test_unsure_reading_names_the_two_it_hesitates_between():
    reading = Smoother(RULES).add(frame(0.0, showing({HAPPY: 0.4, NEUTRAL: 0.35, SAD: 0.25})))
    assert not reading.certain
    assert reading.reason == "can't tell: between happy and neutral"
    assert reading.emotion is not None
    assert reading.emotion.reason == reading.reason


def test_listener_is_the_first_and_largest_face():
    near, far = showing({HAPPY: 1.0}, 200), showing({SAD: 1.0}, 60)
    reading = Smoother(RULES).add(frame(0.0, near, far))
    assert probability(reading, HAPPY) == 1.0
    assert reading.frames == 1


def test_frames_without_a_clock_or_out_of_order_change_nothing():
    smoother = Smoother(RULES)
    first = smoother.add(frame(3.0, showing({HAPPY: 1.0})))
    again = smoother.add(frame(2.0, showing({SAD: 1.0})))
    assert again.emotion == first.emotion


def test_decides_at_the_threshold_and_not_below():
    shares = {HAPPY: 0.5, SAD: 0.3, NEUTRAL: 0.2}
    assert undecided(shares, 0.5) is None
    assert undecided(shares, 0.51) == "can't tell: between happy and sad"


def test_rules_come_from_the_artifact():
    decision = {"least_confidence": 0.4, "half_life_s": 2, "temperature": 1.2}
    assert ReadingRules.from_artifact(decision) == ReadingRules(0.4, 2.0)


@pytest.mark.parametrize(
    "decision",
    [
        {},
        {"least_confidence": 0.5},
        {"least_confidence": "half", "half_life_s": 1.0},
        {"least_confidence": None, "half_life_s": 1.0},
        {"least_confidence": 0.5, "half_life_s": 0.0},
        {"least_confidence": 0.5, "half_life_s": math.nan},
    ],
)
def test_artifact_that_does_not_say_how_to_read_frames_is_refused(decision: dict[str, object]):
    with pytest.raises(ArtifactError, match="train it again"):
        ReadingRules.from_artifact(decision)
