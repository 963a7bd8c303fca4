"""How sure, and for which frequencies: numbers that can be worked out by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mien.domain import Emotion
from mien.training.emotion_decision import EXPONENTS, Decision, fit_decision
from mien.training.evaluate import calibration_error, score
from mien.vision.reading import ReadingRules

PRIOR = np.array([0.7, 0.2, 0.1])


def world(n: int, prior: np.ndarray, seed: int, spread: float = 1.2) -> tuple[np.ndarray, np.ndarray]:
    """Pictures of classes as frequent as ``prior``, and how likely each class makes each (a bell a class)."""
    rng = np.random.default_rng(seed)
    reference = rng.choice(len(prior), n, p=prior)
    places = np.eye(len(prior))[reference] + rng.normal(0, spread / 2, (n, len(prior)))
    distances = ((places[:, None] - np.eye(len(prior))) ** 2).sum(axis=2)
    return reference, np.exp(-distances / (2 * (spread / 2) ** 2))


def posterior(likelihood: np.ndarray, prior: np.ndarray) -> np.ndarray:
    joint = likelihood * prior
    return joint / joint.sum(axis=1, keepdims=True)


def test_no_exponent_leaves_the_network_its_prior():
    reference, likelihood = world(4000, PRIOR, 1)
    decision = fit_decision(reference, posterior(likelihood, PRIOR), PRIOR, 0.0)
    assert decision.offsets == (0.0, 0.0, 0.0)
    assert decision.temperature == pytest.approx(1.0, abs=0.1)


def test_full_exponent_decides_as_if_all_classes_were_as_frequent():
    """Exactly what Bayes' rule gives with a flat prior, and calibrated where classes are alike."""
    reference, likelihood = world(20_000, PRIOR, 2)
    decision = fit_decision(reference, posterior(likelihood, PRIOR), PRIOR, 1.0)
    flat = np.full(3, 1 / 3)
    others, other_likelihood = world(20_000, flat, 3)
    decided = decision(posterior(other_likelihood, PRIOR))
    np.testing.assert_allclose(decided, posterior(other_likelihood, flat), atol=0.03)
    assert calibration_error(decided.max(axis=1), decided.argmax(axis=1) == others) < 0.02


def test_offsets_are_the_logs_of_the_prior_taken_back():
    decision = fit_decision(*tiny(), PRIOR, 0.5)
    assert np.diff(decision.offsets) == pytest.approx(-0.5 * np.diff(np.log(PRIOR)), abs=1e-4)
    assert sum(decision.offsets) == pytest.approx(0, abs=1e-4)


def tiny() -> tuple[np.ndarray, np.ndarray]:
    return np.array([0, 1, 2]), np.array([[0.8, 0.1, 0.1], [0.5, 0.4, 0.1], [0.6, 0.1, 0.3]])


def test_exponent_is_the_one_with_the_best_mean_of_accuracy_and_recall():
    reference, likelihood = world(3000, PRIOR, 4)
    raw = posterior(likelihood, PRIOR)
    merits = {}
    for exponent in EXPONENTS:
        scores = score(reference, fit_decision(reference, raw, PRIOR, exponent)(raw), ("a", "b", "c"))
        merits[exponent] = scores.accuracy + scores.unweighted_recall
    chosen = fit_decision(reference, raw, PRIOR).prior_exponent
    assert merits[chosen] == max(merits.values())
    assert chosen > 0.2


def test_exponent_stays_zero_where_it_changes_nothing():
    reference = np.array([0, 1, 2] * 10)
    sure = np.full((30, 3), 0.0005)
    sure[np.arange(30), reference] = 0.999
    assert fit_decision(reference, sure, PRIOR).prior_exponent == 0.0


def test_class_that_was_hardly_ever_drawn_is_not_lifted_beyond_measure():
    decision = fit_decision(*tiny(), np.array([0.5, 0.5 - 1e-6, 1e-6]), 1.0)
    assert decision.offsets[2] - decision.offsets[0] == pytest.approx(np.log(0.5 / 1e-3), abs=1e-3)


def test_class_that_was_never_drawn_is_not_lifted_at_all():
    decision = fit_decision(*tiny(), np.array([0.75, 0.25, 0.0]), 1.0)
    assert decision.offsets[2] == decision.offsets[0] < decision.offsets[1]


def test_decision_is_plain_numbers_by_label():
    told = Decision(0.8, 0.5, (0.1, -0.1)).as_json(("happy", "sad"))
    assert json.loads(json.dumps(told)) == told
    assert told["offsets"] == {"happy": 0.1, "sad": -0.1}
    assert told["temperature"] == 0.8


def test_decision_says_what_the_networks_own_neutral_faces_look_like():
    labels = tuple(Emotion)
    neutral = np.full((20, 7), 0.02)
    neutral[:, labels.index(Emotion.NEUTRAL)] = 0.88
    plain = Decision(1.0, 0.0, (0.0,) * 7)
    typical = plain.as_json(labels, neutral)["calibration"]["typical_neutral"]
    assert typical["neutral"] == pytest.approx(np.log(0.88), abs=1e-3)
    assert typical["sad"] == pytest.approx(np.log(0.02), abs=1e-3)
    assert plain.as_json(labels, neutral[:3]) == plain.as_json(labels)


def test_decision_is_what_readings_are_made_by():
    told = Decision(1.0, 0.0, (0.0,) * 7).as_json(tuple(Emotion))
    assert ReadingRules.from_artifact(told).as_json() == ReadingRules(0.5, 1.0).as_json()
