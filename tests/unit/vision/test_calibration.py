"""Offsets move a listener's resting face to neutral, within bounds."""

import math

import pytest

from mien.domain import Calibration, Emotion
from mien.errors import ArtifactError
from mien.vision.calibration import NO_OFFSETS, CalibrationRules, calibrate, calibrated, correct, typical

RULES = CalibrationRules()
SAD, NEUTRAL, HAPPY = Emotion.SAD, Emotion.NEUTRAL, Emotion.HAPPY


def shares(**given):
    rest = (1 - sum(given.values())) / (7 - len(given))
    return {e: given.get(e.value, rest) for e in Emotion}


def test_no_offsets_change_nothing():
    given = shares(sad=1.0)
    assert calibrated(given, NO_OFFSETS, 1e-4) == given


def test_an_offset_multiplies_the_odds():
    before = shares(sad=0.5, neutral=0.25)
    after = calibrated(before, {**NO_OFFSETS, NEUTRAL: math.log(4)}, 1e-4)
    assert after[NEUTRAL] / after[SAD] == pytest.approx(4 * 0.25 / 0.5)
    assert sum(after.values()) == pytest.approx(1)


def test_a_resting_face_that_looks_sad_reads_neutral_afterwards():
    resting = shares(sad=0.6, neutral=0.3)
    offsets = calibrate({NEUTRAL: [resting] * 100}, RULES)
    after = calibrated(resting, offsets, RULES.floor)
    assert max(after, key=after.__getitem__) is NEUTRAL


def test_a_typical_resting_face_is_left_as_it_is():
    typically = {e: math.exp(log) for e, log in RULES.typical_neutral.items()}
    offsets = calibrate({NEUTRAL: [typically] * 100}, RULES)
    assert offsets == pytest.approx(NO_OFFSETS, abs=0.05)


def test_few_frames_move_less_than_many():
    resting = shares(sad=0.6, neutral=0.3)
    moved = [calibrate({NEUTRAL: [resting] * n}, RULES)[NEUTRAL] for n in (1, 3, 30)]
    assert 0 < moved[0] < moved[1] < moved[2] <= RULES.bound


def test_no_offset_leaves_its_bound_however_often_it_is_pushed():
    offsets = dict(NO_OFFSETS)
    for _ in range(200):
        offsets = correct(offsets, shares(happy=0.99), SAD, RULES)
    assert offsets[SAD] == RULES.bound
    assert offsets[HAPPY] == -RULES.bound


def test_a_correction_that_agrees_hardly_moves_anything():
    offsets = correct(NO_OFFSETS, shares(happy=0.995), HAPPY, RULES)
    assert max(map(abs, offsets.values())) < 0.002


def test_an_expression_that_was_shown_is_read_more_readily():
    resting, glad = shares(neutral=0.9), shares(neutral=0.5, happy=0.45)
    plain = calibrate({NEUTRAL: [resting] * 50}, RULES)
    more = calibrate({NEUTRAL: [resting] * 50, HAPPY: [glad] * 10}, RULES)
    assert more[HAPPY] > plain[HAPPY]


def test_typical_is_the_mean_logarithm_with_its_floor():
    mean = typical([shares(neutral=0.5), shares(neutral=1.0)], RULES)
    assert mean[NEUTRAL] == pytest.approx(math.log(0.5) / 2)
    assert mean[SAD] == pytest.approx((math.log(0.5 / 6) + math.log(1e-4)) / 2)


def test_rules_come_from_the_artifact_and_have_defaults():
    assert CalibrationRules.from_artifact(None) == RULES
    assert CalibrationRules.from_artifact({"bound": 0.5}).bound == 0.5


@pytest.mark.parametrize(
    "values",
    [{"bound": 0}, {"step": "far"}, {"unknown": 1}, {"typical_neutral": {"sad": -1}}, {"floor": math.nan}],
)
def test_an_artifact_that_does_not_say_how_to_calibrate_is_refused(values):
    with pytest.raises(ArtifactError, match="train it again"):
        CalibrationRules.from_artifact(values)


@pytest.mark.parametrize("offsets", [{}, {SAD: 1.0}, {**NO_OFFSETS, SAD: math.inf}])
def test_a_calibration_has_a_finite_number_for_each_emotion(offsets):
    with pytest.raises(ValueError, match="one finite number"):
        Calibration(offsets, 1, "faces-1")
