"""A listener's calibration is learnt from what can be seen of their own face, kept, used and forgotten."""

from dataclasses import replace

import pytest

from mien.domain import Box, Emotion, Estimate, Face, FrameFaces, Quality
from mien.errors import ImageError
from mien.usecases.calibrating import Calibrating
from mien.vision.calibration import NO_OFFSETS, calibrate
from mien.vision.reading import ReadingRules

RULES = ReadingRules(least_confidence=0.5, half_life_s=1.0)
GOOD = Quality(180.0, 110.0, 0.3, 120.0, 0.97, 1.1, 0.5)
SAD, NEUTRAL, HAPPY = Emotion.SAD, Emotion.NEUTRAL, Emotion.HAPPY
RESTING = {e: {SAD: 0.55, NEUTRAL: 0.4}.get(e, 0.01) for e in Emotion}
GLAD = {e: {HAPPY: 0.94}.get(e, 0.01) for e in Emotion}


def seen(shares, *, x=260, size=120, quality=GOOD):
    return Face(Box(x, 180, size, size), Estimate(shares), quality)


def frame(*faces):
    return FrameFaces(640, 480, faces)


@pytest.fixture
def me(store):
    return store.listeners.default()


@pytest.fixture
def calibrating(store):
    return Calibrating(store, RULES, "faces-1")


def test_nothing_is_shifted_before_anything_was_learnt(calibrating, me):
    assert calibrating.offsets(me) == NO_OFFSETS


def test_what_was_learnt_of_a_resting_face_is_kept_and_used(calibrating, store, me):
    learnt = calibrating.learn(me, {NEUTRAL: [frame(seen(RESTING))] * 20})
    assert learnt.offsets == calibrate({NEUTRAL: [RESTING] * 20}, RULES.calibration)
    assert learnt.offsets[NEUTRAL] > 0.5 > learnt.offsets[SAD]
    assert (learnt.frames, learnt.artifact_version) == (20, "faces-1")
    assert calibrating.offsets(me) == store.calibrations.of(me).offsets == learnt.offsets


def test_frames_that_show_the_face_badly_and_other_faces_are_left_out(calibrating, me):
    dark = seen(GLAD, quality=replace(GOOD, light=10.0))
    behind = seen(GLAD, x=20, size=50)
    frames = [frame(seen(RESTING)), frame(dark), frame(), frame(behind, seen(RESTING))]
    learnt = calibrating.learn(me, {NEUTRAL: iter(frames)})
    assert learnt.frames == 2
    assert learnt.offsets == calibrate({NEUTRAL: [RESTING] * 2}, RULES.calibration)


@pytest.mark.parametrize(
    ("frames", "why"),
    [
        ([frame(seen(GLAD, quality=replace(GOOD, light=10.0)))] * 3 + [frame()], "too dark"),
        ([frame(), frame()], "no face in view"),
        ([], "no face in view"),
        ([frame(seen(GLAD, x=100), seen(GLAD, x=420))], "several faces"),
    ],
)
def test_where_no_frame_shows_the_face_the_error_says_why_and_nothing_changes(
    calibrating, store, me, frames, why
):
    before = calibrating.learn(me, {NEUTRAL: [frame(seen(RESTING))]})
    with pytest.raises(ImageError, match=f"nothing was learnt of the neutral face: .*{why}"):
        calibrating.learn(me, {NEUTRAL: frames})
    assert store.calibrations.of(me) == before


def test_what_another_network_learnt_is_not_used(calibrating, store, me):
    calibrating.learn(me, {NEUTRAL: [frame(seen(RESTING))] * 20})
    newer = Calibrating(store, RULES, "faces-2")
    assert newer.offsets(me) == NO_OFFSETS
    assert newer.correct(me, RESTING, NEUTRAL).frames == 0


def test_a_correction_moves_a_little_towards_what_was_felt_and_can_be_undone(calibrating, store, me):
    before = calibrating.learn(me, {NEUTRAL: [frame(seen(RESTING))]})
    after = calibrating.correct(me, GLAD, SAD)
    assert 0 < after.offsets[SAD] - before.offsets[SAD] < 0.3
    assert after.offsets[HAPPY] < before.offsets[HAPPY]
    assert after.frames == before.frames
    store.calibrations.keep(me, before)
    assert calibrating.offsets(me) == before.offsets
