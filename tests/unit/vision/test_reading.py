"""A reading follows the face, whatever the frame rate, and says when it cannot tell."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from mien.domain import Box, Emotion, Estimate, Face, FrameFaces, Quality, Reading, Reason
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


def at(x: int, y: int, size: int, emotion: Emotion, quality: Quality | None = None) -> Face:
    return Face(Box(x, y, size, size), Estimate({e: float(e is emotion) for e in Emotion}), quality)


def test_listener_is_the_larger_of_two():
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
        {"least_confidence": 0.5, "half_life_s": 1.0, "switch_s": -1},
        {"least_confidence": 0.5, "half_life_s": 1.0, "alike": math.inf},
    ],
)
def test_artifact_that_does_not_say_how_to_read_frames_is_refused(decision: dict[str, object]):
    with pytest.raises(ArtifactError, match="train it again"):
        ReadingRules.from_artifact(decision)


def test_of_two_of_one_size_the_one_in_the_middle_is_the_listener():
    corner, middle = at(0, 0, 100, SAD), at(270, 190, 100, HAPPY)
    reading = Smoother(RULES).add(frame(0.0, corner, middle))
    assert (reading.held, reading.certain) == (HAPPY, True)


def test_of_two_that_are_alike_it_cannot_tell_and_says_so():
    left, right = at(100, 190, 120, SAD), at(420, 190, 118, HAPPY)
    reading = Smoother(RULES).add(frame(None, left, right))
    assert (reading.certain, reading.reason_code) == (False, Reason.SEVERAL_FACES)
    assert reading.reason == "can't tell: several faces"
    assert reading.emotion is not None  # probabilities are never blanked
    assert probability(reading, SAD) == 1.0


def test_the_face_followed_so_far_stays_the_listener_among_others_alike():
    smoother = Smoother(RULES)
    smoother.add(frame(0.0, at(100, 190, 120, SAD)))
    reading = smoother.add(frame(0.1, at(420, 190, 125, HAPPY), at(110, 195, 118, SAD)))
    assert (reading.certain, probability(reading, SAD)) == (True, 1.0)


def test_where_it_could_not_tell_nobody_is_followed():
    smoother = Smoother(RULES)
    for tenth in range(3):
        two = (at(100, 190, 120, SAD), at(420, 190, 118, HAPPY))
        assert smoother.add(frame(tenth / 10, *two)).reason_code is Reason.SEVERAL_FACES


def test_a_face_elsewhere_is_not_the_one_followed_so_far():
    smoother = Smoother(replace(RULES, least_clear=1.0))
    smoother.add(frame(0.0, at(20, 350, 100, SAD)))
    reading = smoother.add(frame(0.5, at(250, 60, 110, SAD), at(420, 60, 108, HAPPY)))
    assert reading.reason_code is Reason.SEVERAL_FACES


def test_someone_far_nearer_takes_the_listeners_place():
    smoother = Smoother(RULES)
    smoother.add(frame(0.0, at(100, 190, 80, SAD)))
    reading = smoother.add(frame(4.0, at(100, 190, 80, SAD), at(200, 100, 300, HAPPY)))
    assert probability(reading, HAPPY) > 0.9


def test_nobody_is_followed_any_more_who_was_gone_for_a_half_life():
    smoother = Smoother(RULES)
    smoother.add(frame(0.0, at(100, 190, 120, SAD)))
    reading = smoother.add(frame(2.0, at(100, 190, 120, SAD), at(420, 190, 120, HAPPY)))
    assert reading.reason_code is Reason.SEVERAL_FACES


GOOD = Quality(180.0, 110.0, 0.3, 120.0, 0.97, 1.1, 0.5)
DARK = replace(GOOD, light=RULES.quality.light / 2)


def test_a_face_that_is_seen_badly_counts_less():
    for quality, odds in ((GOOD, 2.0), (DARK, 1.0)):  # half as light as wanted: half the weight
        smoother = Smoother(RULES)
        smoother.add(frame(0.0, at(260, 180, 100, HAPPY, GOOD)))
        reading = smoother.add(frame(1.0, at(260, 180, 100, SAD, quality)))
        assert probability(reading, SAD) / probability(reading, HAPPY) == pytest.approx(odds)


def test_one_bad_frame_does_not_make_it_doubtful_but_bad_light_that_stays_does():
    smoother = Smoother(RULES)
    for tenth in range(10):
        smoother.add(frame(tenth / 10, at(260, 180, 100, HAPPY, GOOD)))
    once = smoother.add(frame(1.0, at(260, 180, 100, HAPPY, DARK)))
    assert (once.certain, 0.8 < once.clear < 1.0) == (True, True)
    for tenth in range(11, 30):
        reading = smoother.add(frame(tenth / 10, at(260, 180, 100, HAPPY, DARK)))
    assert (reading.certain, reading.reason_code) == (False, Reason.TOO_DARK)
    assert reading.reason == "can't tell: the face is too dark; turn on a light"
    assert probability(reading, HAPPY) == pytest.approx(1.0)


def test_the_emotion_held_changes_only_after_another_has_led_for_a_while():
    smoother = Smoother(replace(RULES, switch_margin=0.1, switch_s=0.4))
    smoother.add(frame(0.0, showing({HAPPY: 1.0})))
    first_led = None
    for hundredth in range(1, 300):
        time_s = hundredth / 100
        reading = smoother.add(frame(time_s, showing({SAD: 1.0})))
        lead = probability(reading, SAD) - probability(reading, HAPPY)
        if lead >= 0.1 and first_led is None:
            first_led = time_s
        if reading.held is SAD:
            break
        assert reading.held is HAPPY
        if probability(reading, SAD) > 0.5:
            assert (reading.certain, reading.reason_code) == (False, Reason.CHANGING)
            assert reading.reason == "can't tell yet: it changes from happy to sad"
    assert first_led is not None
    assert time_s == pytest.approx(first_led + 0.4, abs=0.011)
    assert reading.certain


def test_two_emotions_that_take_turns_do_not_flicker():
    smoother, held = Smoother(RULES), set()
    for i in range(200):
        reading = smoother.add(frame(i / 20, showing({HAPPY if i // 3 % 2 else NEUTRAL: 1.0})))
        held.add(reading.held)
    assert held == {NEUTRAL}


def test_a_lead_that_breaks_off_starts_again():
    smoother = Smoother(replace(RULES, half_life_s=0.5, switch_s=0.5))
    script = [(0.0, HAPPY), (0.4, SAD), (0.8, SAD), (1.2, HAPPY), (1.6, SAD), (2.0, SAD), (2.4, SAD)]
    held = [smoother.add(frame(t, showing({e: 1.0}))).held for t, e in script]
    assert held == [HAPPY, HAPPY, HAPPY, HAPPY, HAPPY, HAPPY, SAD]


def test_age_is_how_long_ago_the_face_was_seen():
    smoother = Smoother(RULES)
    assert smoother.add(frame(0.0)).age_s is None
    assert smoother.add(frame(1.0, showing({HAPPY: 1.0}))).age_s == 0.0
    assert smoother.add(frame(1.4)).age_s == pytest.approx(0.4)


def test_valence_and_arousal_are_those_of_the_distribution():
    reading = Smoother(RULES).add(frame(None, showing({HAPPY: 0.5, SAD: 0.5})))
    assert reading.valence == pytest.approx((0.8 - 0.6) / 2)
    assert reading.arousal == pytest.approx((0.5 - 0.3) / 2)


def test_calibration_comes_before_smoothing():
    offsets = {e: math.log(9) if e is NEUTRAL else 0.0 for e in Emotion}
    reading = Smoother(RULES, offsets).add(frame(None, showing({SAD: 0.5, NEUTRAL: 0.5})))
    assert probability(reading, NEUTRAL) == pytest.approx(0.9, abs=0.001)


def test_what_rules_say_in_an_artifact_they_read_back():
    rules = replace(RULES, switch_s=0.7, alike=0.6, quality=GOOD)
    assert ReadingRules.from_artifact(json.loads(json.dumps(rules.as_json()))) == rules
