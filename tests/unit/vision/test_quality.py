"""Each measure tells good faces from bad ones, and the gate never blanks an estimate."""

from dataclasses import asdict, replace

import numpy as np
import pytest

from mien.domain import Box, Emotion, Estimate, Quality, Reason
from mien.errors import ArtifactError
from mien.vision.quality import LEAST_QUALITY, gated, grey_square, measure, obstacle, thresholds, weight

BOX, PICTURE = Box(100, 90, 120, 120), (640, 480)
GOOD = Quality(180.0, 110.0, 0.3, 120.0, 0.97, 1.1, 0.5)
FLAT = np.full((64, 64), 100, dtype=np.uint8)


def stripes(*, rows=slice(None), columns=slice(None)):
    """Bright lines on grey, two pixels high and two apart: vertical detail wherever they are."""
    grey = FLAT.copy()
    lines = np.zeros((64, 64), dtype=bool)
    lines[0::4] = lines[1::4] = True
    area = np.zeros((64, 64), dtype=bool)
    area[rows, columns] = True
    grey[lines & area] = 160
    return grey


def measured(grey):
    return measure(grey, BOX, PICTURE)


@pytest.mark.parametrize(("light_pixels", "light"), [(115, 100.0), (116, 250.0)])
def test_light_is_what_the_lightest_twentieth_exceeds(light_pixels, light):
    middle = np.full(48 * 48, 100, dtype=np.uint8)  # a twentieth of 2,304 pixels is 115.2
    middle[:light_pixels] = 250
    grey = FLAT.copy()
    grey[8:56, 8:56] = middle.reshape(48, 48)
    assert measured(grey).light == light


def test_headroom_is_what_is_left_above_the_middle_level():
    assert measured(np.full((64, 64), 250, dtype=np.uint8)).headroom == 5.0


def test_corners_do_not_count():
    framed = np.full((64, 64), 255, dtype=np.uint8)
    framed[7:57, 7:57] = 20
    assert (measured(framed).light, measured(framed).sharpness) == (20.0, 0.0)


def test_sharpness_of_a_checkerboard_is_known_and_flat_grey_has_none():
    checkers = np.where(np.indices((64, 64)).sum(axis=0) % 2 == 0, 90, 110).astype(np.uint8)
    # each pixel differs from its four neighbours by 20: (4 * 20)^2 over a variance of 10^2
    assert measured(checkers).sharpness == pytest.approx(80**2 / 10**2)
    assert measured(FLAT).sharpness == 0.0


def test_sharpness_does_not_depend_on_contrast():
    noise = np.random.default_rng(1).integers(0, 100, (64, 64))
    strong, weak = (noise * 2 + 20).astype(np.uint8), (noise + 70).astype(np.uint8)
    assert measured(strong).sharpness == pytest.approx(measured(weak).sharpness)


def test_balance_is_one_where_detail_is_even_and_falls_to_the_side_it_is_on():
    assert measured(stripes()).balance == pytest.approx(1.0)
    assert measured(FLAT).balance == 1.0
    right = measured(stripes(columns=slice(32, 64))).balance
    left = measured(stripes(columns=slice(0, 32))).balance
    assert right == pytest.approx(left)
    assert right == pytest.approx(0.5)  # the middle of a half is half a half width away


@pytest.mark.parametrize(
    "covered", [(slice(16, 32), slice(8, 30)), (slice(16, 32), slice(34, 56)), (slice(40, 60), slice(0, 64))]
)
def test_a_covered_eye_or_mouth_has_no_detail(covered):
    grey = stripes()
    assert measured(grey).features == pytest.approx(1.0)
    grey[covered] = 128
    assert measured(grey).features == 0.0


@pytest.mark.parametrize(
    ("box", "edge"),
    [
        (Box(0, 90, 120, 120), 0.0),
        (Box(60, 90, 120, 120), 0.5),
        (Box(520, 200, 120, 120), 0.0),
        (Box(300, 342, 120, 120), 18 / 120),
    ],
)
def test_edge_is_the_nearest_edge_in_widths_of_the_box(box, edge):
    assert measure(FLAT, box, PICTURE).edge == pytest.approx(edge)


def test_a_picture_that_is_the_face_has_no_edge_to_be_near_to():
    quality = measure(stripes(), Box(0, 0, 48, 48), None)
    assert quality.edge is None
    assert obstacle(quality, LEAST_QUALITY) is None
    assert weight(quality, LEAST_QUALITY) == 1.0


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("light", Reason.TOO_DARK),
        ("headroom", Reason.TOO_BRIGHT),
        ("sharpness", Reason.BLURRED),
        ("size_px", Reason.TOO_SMALL),
        ("balance", Reason.TURNED_AWAY),
        ("features", Reason.COVERED),
        ("edge", Reason.AT_EDGE),
    ],
)
def test_what_is_below_its_threshold_is_named_and_counts_less(name, reason):
    least = getattr(LEAST_QUALITY, name)
    at, below = replace(GOOD, **{name: least}), replace(GOOD, **{name: least * 0.6})
    assert obstacle(at, LEAST_QUALITY) is None
    assert weight(at, LEAST_QUALITY) == 1.0
    assert obstacle(below, LEAST_QUALITY) is reason
    assert weight(below, LEAST_QUALITY) == pytest.approx(0.6)


def test_the_likelier_cause_is_named_first():
    assert obstacle(replace(GOOD, light=10, sharpness=0.001), LEAST_QUALITY) is Reason.TOO_DARK


def test_a_face_that_nobody_measured_counts_in_full():
    assert (obstacle(None, LEAST_QUALITY), weight(None, LEAST_QUALITY)) == (None, 1.0)


def test_the_gate_keeps_the_probabilities_and_says_why_not_to_act():
    sure = Estimate({e: float(e is Emotion.HAPPY) for e in Emotion})
    held_back = gated(sure, replace(GOOD, light=10), LEAST_QUALITY)
    assert held_back.probabilities == sure.probabilities
    assert (held_back.certain, held_back.reason_code) == (False, Reason.TOO_DARK)
    assert "turn on a light" in held_back.reason
    assert gated(sure, GOOD, LEAST_QUALITY) is sure


def test_a_face_of_any_size_and_colour_is_brought_to_grey():
    colours = np.zeros((200, 200, 3), dtype=np.uint8)
    colours[..., 1] = 200
    assert grey_square(colours).shape == (64, 64)
    assert np.unique(grey_square(colours)).tolist() == [round(0.587 * 200)]
    assert (grey_square(np.full((20, 20), 7, dtype=np.uint8)) == 7).all()


def test_thresholds_come_from_the_artifact_and_have_defaults():
    assert thresholds(None) == LEAST_QUALITY
    assert thresholds({"light": 30}) == replace(LEAST_QUALITY, light=30.0)
    assert thresholds(asdict(LEAST_QUALITY)) == LEAST_QUALITY


@pytest.mark.parametrize("values", [{"lightness": 3}, {"light": 0}, {"light": "dim"}, {"edge": None}])
def test_other_thresholds_are_refused(values):
    with pytest.raises(ArtifactError, match="quality thresholds"):
        thresholds(values)
