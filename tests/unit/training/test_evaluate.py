"""Scores that can be worked out by hand, and calibration that was planted."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mien.training.evaluate import (
    apply_temperature,
    calibration_bins,
    calibration_error,
    fit_temperature,
    score,
    wilson_interval,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

LABELS = ("a", "b", "c")


def sure(estimated: list[int], confidence: float = 0.8) -> NDArray[np.float64]:
    """Distributions over three labels that put ``confidence`` on the estimated one."""
    rows = np.full((len(estimated), 3), (1 - confidence) / 2)
    rows[np.arange(len(estimated)), estimated] = confidence
    return rows


def planted(n: int, seed: int = 1) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Distributions, and references drawn from them: calibrated by construction."""
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet((0.6, 0.6, 0.6), n)
    return (probabilities.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1), probabilities


def test_scores_of_a_small_case_are_those_worked_out_by_hand():
    #            a  a  a  a  b  b  c  c
    reference = np.array([0, 0, 0, 0, 1, 1, 2, 2])
    estimated = [0, 0, 0, 1, 1, 0, 2, 0]
    scores = score(reference, sure(estimated), LABELS)
    assert scores.n == 8
    assert scores.labels == LABELS
    assert scores.confusion == ((3, 1, 0), (1, 1, 0), (1, 0, 1))
    assert scores.accuracy == 5 / 8
    assert scores.recall == {"a": 0.75, "b": 0.5, "c": 0.5}
    assert scores.precision == {"a": 0.6, "b": 0.5, "c": 1.0}
    assert scores.unweighted_recall == pytest.approx((0.75 + 0.5 + 0.5) / 3)
    assert scores.macro_f1 == pytest.approx((2 * 3 / 9 + 2 * 1 / 4 + 2 * 1 / 3) / 3)
    assert scores.log_loss == pytest.approx(-(5 * math.log(0.8) + 3 * math.log(0.1)) / 8)
    assert scores.calibration_error == pytest.approx(0.8 - 5 / 8)
    assert scores.accuracy_interval == wilson_interval(5, 8)


def test_all_right_and_all_wrong_are_the_ends_of_the_scale():
    reference = np.array([0, 1, 2])
    right, wrong = (
        score(reference, sure([0, 1, 2], 1.0), LABELS),
        score(reference, sure([1, 2, 0], 1.0), LABELS),
    )
    assert (right.accuracy, right.macro_f1, right.unweighted_recall, right.log_loss) == (1, 1, 1, 0)
    assert (wrong.accuracy, wrong.macro_f1, wrong.unweighted_recall) == (0, 0, 0)
    assert wrong.log_loss == pytest.approx(-math.log(1e-12))
    assert right.calibration_error == 0
    assert wrong.calibration_error == 1


def test_class_that_does_not_occur_has_no_recall_and_does_not_count():
    scores = score(np.array([0, 0, 1]), sure([0, 2, 1]), LABELS)
    assert scores.recall == {"a": 0.5, "b": 1.0, "c": None}
    assert scores.precision == {"a": 1.0, "b": 1.0, "c": 0.0}
    assert scores.unweighted_recall == 0.75
    assert scores.macro_f1 == pytest.approx((2 / 3 + 1) / 2)
    assert score(np.array([0]), sure([0]), LABELS).precision["c"] is None


def test_accuracy_on_the_surest_leaves_out_the_fifth_that_is_least_sure():
    rows = np.vstack([sure([0] * 8, 0.9), sure([1] * 2, 0.4)])
    scores = score(np.zeros(10, dtype=int), rows, LABELS)
    assert scores.accuracy == 0.8
    assert scores.accuracy_on_surest == 1.0


def test_single_example_is_scored():
    scores = score(np.array([1]), sure([1]), LABELS)
    assert (scores.n, scores.accuracy, scores.accuracy_on_surest) == (1, 1.0, 1.0)


@pytest.mark.parametrize(
    ("reference", "rows"),
    [
        (np.array([], dtype=int), np.empty((0, 3))),
        (np.array([0, 1]), sure([0])),
        (np.array([0]), np.array([[0.5, 0.5]])),
        (np.array([-1]), sure([0])),
        (np.array([3]), sure([0])),
    ],
)
def test_nothing_or_what_does_not_fit_is_not_scored(reference: NDArray[np.int64], rows: NDArray[np.float64]):
    with pytest.raises(ValueError, match=r"cannot score|none of the 3 labels"):
        score(reference, rows, LABELS)


def test_scores_are_plain_values_for_json():
    values = json.loads(
        json.dumps(score(np.array([0, 0, 1]), sure([0, 1, 1]), LABELS).as_json(), allow_nan=False)
    )
    assert values["accuracy"] == 0.66667
    assert values["labels"] == ["a", "b", "c"]
    assert values["confusion"] == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]
    assert values["recall"]["c"] is None


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (50, 100, 0.4038, 0.5962), (81, 263, 0.2553, 0.3662)],
)
def test_wilson_interval_is_the_published_one(successes: int, n: int, low: float, high: float):
    """The last is Newcombe's (1998) worked example, table I, method 3."""
    assert wilson_interval(successes, n) == pytest.approx((low, high), abs=1e-4)


def test_interval_narrows_with_more_examples_and_stays_within_zero_and_one():
    few, many = wilson_interval(9, 10), wilson_interval(900, 1000)
    assert few[0] < many[0] < 0.9 < many[1] < few[1] <= 1


def test_calibrated_estimates_have_nearly_no_calibration_error():
    reference, probabilities = planted(40_000)
    assert score(reference, probabilities, LABELS).calibration_error < 0.01


def test_overconfident_estimates_have_as_much_calibration_error_as_they_boast():
    correct = np.arange(1000) % 2 == 0
    assert calibration_error(np.full(1000, 0.9), correct) == pytest.approx(0.4)


def test_calibration_bins_hold_every_example_once_and_the_last_holds_certainty():
    confidence = np.array([0.34, 0.35, 0.66, 1.0, 0.99])
    correct = np.array([True, False, True, True, False])
    bins = calibration_bins(confidence, correct)
    assert [n for _, _, n in bins] == [2, 1, 2]
    assert [accuracy for _, accuracy, _ in bins] == [0.5, 1.0, 0.5]
    assert [mean for mean, _, _ in bins] == pytest.approx([0.345, 0.66, 0.995])


@pytest.mark.parametrize("temperature", [0.5, 1.0, 1.7, 3.0])
def test_finds_the_temperature_that_was_planted(temperature: float):
    reference, probabilities = planted(20_000)
    distorted = apply_temperature(probabilities, 1 / temperature)
    assert fit_temperature(reference, distorted) == pytest.approx(temperature, rel=0.05)


def test_temperature_stays_within_its_bounds_however_wrong_the_estimates():
    reference = np.zeros(100, dtype=int)
    assert fit_temperature(reference, sure([1] * 100, 0.98)) == pytest.approx(5.0, rel=0.01)
    assert fit_temperature(reference, sure([0] * 100, 0.6)) == pytest.approx(0.2, rel=0.01)


def test_temperature_one_changes_nothing_and_no_temperature_changes_the_order():
    _, probabilities = planted(50)
    np.testing.assert_allclose(apply_temperature(probabilities, 1.0), probabilities, atol=1e-9)
    for temperature in (0.2, 5.0):
        changed = apply_temperature(probabilities, temperature)
        np.testing.assert_allclose(changed.sum(axis=1), 1)
        np.testing.assert_array_equal(changed.argmax(axis=1), probabilities.argmax(axis=1))


def test_temperature_bears_a_certain_estimate():
    answer = apply_temperature(np.array([[1.0, 0.0, 0.0]]), 0.2)
    np.testing.assert_allclose(answer, [[1, 0, 0]], atol=1e-9)


def test_coverage_tells_accuracy_on_the_surest_of_each_tenth():
    """Ten estimates, the less sure the worse: the five surest are right, the others wrong."""
    confidence = np.linspace(0.95, 0.55, 10)
    rows = np.stack([confidence, 1 - confidence], axis=1)
    scores = score(np.array([0] * 5 + [1] * 5), rows, ("a", "b"))
    assert dict(scores.coverage)[0.5] == 1.0
    assert dict(scores.coverage)[1.0] == scores.accuracy == 0.5
    assert dict(scores.coverage)[0.8] == scores.accuracy_on_surest == 5 / 8
