"""How good an estimate is: scores of estimated probabilities against reference labels."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mien.artifacts import apply_temperature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

CALIBRATION_BINS = 15
COVERAGES = tuple(round(0.1 * i, 1) for i in range(1, 11))


@dataclass(frozen=True, slots=True)
class Scores:
    """What a network reached on labelled data.

    Attributes:
        n: how many examples were scored.
        labels: the classes, in the order of ``confusion``.
        accuracy: share that is right, in [0, 1].
        accuracy_interval: 95% Wilson interval of it.
        unweighted_recall: mean recall over the classes that occur (unweighted average recall).
        macro_f1: mean F1 over the classes that occur.
        calibration_error: expected calibration error of the confidence, 15 equal-width bins.
        accuracy_on_surest: accuracy on the 80% with the highest confidence.
        log_loss: mean negative log probability of the reference, in nats.
        recall: for each class; None where it does not occur.
        precision: for each class; None where it is never estimated.
        confusion: counts, a row a reference class, a column an estimated one.
        calibration: mean confidence, accuracy and count of each bin of confidence that holds something.
        coverage: accuracy on the surest tenth, two tenths, ... and all; share and accuracy.
    """

    n: int
    labels: tuple[str, ...]
    accuracy: float
    accuracy_interval: tuple[float, float]
    unweighted_recall: float
    macro_f1: float
    calibration_error: float
    accuracy_on_surest: float
    log_loss: float
    recall: dict[str, float | None]
    precision: dict[str, float | None]
    confusion: tuple[tuple[int, ...], ...]
    calibration: tuple[tuple[float, float, int], ...]
    coverage: tuple[tuple[float, float], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As plain values for JSON, numbers rounded to five places."""
        return {name: _rounded(value) for name, value in asdict(self).items()}


def score(
    reference: NDArray[np.integer], probabilities: NDArray[np.floating], labels: Sequence[str]
) -> Scores:
    """Score estimates.

    Args:
        reference: shape ``[n]``, indices into ``labels``.
        probabilities: shape ``[n, len(labels)]``; each row sums to 1.
        labels: the classes.

    Raises:
        ValueError: there is nothing to score, the shapes disagree, or a reference is none of the labels.
    """
    n, k = len(reference), len(labels)
    if n == 0 or probabilities.shape != (n, k):
        raise ValueError(f"cannot score {probabilities.shape} against {n} references of {k} classes")
    if reference.min() < 0 or reference.max() >= k:
        raise ValueError(f"a reference is none of the {k} labels")
    estimated = probabilities.argmax(axis=1)
    confusion = np.zeros((k, k), dtype=np.int64)
    np.add.at(confusion, (reference, estimated), 1)
    right = confusion.diagonal()
    actual, chosen = confusion.sum(axis=1), confusion.sum(axis=0)
    occurs = actual > 0
    correct = estimated == reference
    confidence = probabilities.max(axis=1)
    surest = np.argsort(-confidence, kind="stable")
    f1 = 2 * right / np.maximum(actual + chosen, 1)
    likelihood = np.clip(probabilities[np.arange(n), reference], 1e-12, 1)
    return Scores(
        n=n,
        labels=tuple(labels),
        accuracy=float(correct.mean()),
        accuracy_interval=wilson_interval(int(correct.sum()), n),
        unweighted_recall=float((right[occurs] / actual[occurs]).mean()),
        macro_f1=float(f1[occurs].mean()),
        calibration_error=calibration_error(confidence, correct),
        accuracy_on_surest=_accuracy_on(0.8, correct[surest]),
        log_loss=float(-np.log(likelihood).mean()),
        recall={name: _ratio(right[i], actual[i]) for i, name in enumerate(labels)},
        precision={name: _ratio(right[i], chosen[i]) for i, name in enumerate(labels)},
        confusion=tuple(tuple(int(v) for v in row) for row in confusion),
        calibration=tuple(calibration_bins(confidence, correct)),
        coverage=tuple((share, _accuracy_on(share, correct[surest])) for share in COVERAGES),
    )


def _accuracy_on(share: float, correct: NDArray[np.bool_]) -> float:
    """Of ``correct``, the surest first, the first ``share``."""
    return float(correct[: max(1, round(share * len(correct)))].mean())


def wilson_interval(successes: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The interval of a proportion (Wilson 1927); 95% by default."""
    p, spread = successes / n, z * z / n
    centre = (p + spread / 2) / (1 + spread)
    half = z * ((p * (1 - p) / n + spread / (4 * n)) ** 0.5) / (1 + spread)
    return centre - half, centre + half


def calibration_bins(
    confidence: NDArray[np.floating], correct: NDArray[np.bool_]
) -> list[tuple[float, float, int]]:
    """Mean confidence, accuracy and count of each bin of equal width that holds something."""
    which = np.clip((confidence * CALIBRATION_BINS).astype(int), 0, CALIBRATION_BINS - 1)
    held = [which == b for b in range(CALIBRATION_BINS)]
    return [(float(confidence[h].mean()), float(correct[h].mean()), int(h.sum())) for h in held if h.any()]


def calibration_error(confidence: NDArray[np.floating], correct: NDArray[np.bool_]) -> float:
    """Expected calibration error (Naeini, Cooper and Hauskrecht 2015), 15 bins of equal width, in [0, 1]."""
    return sum(abs(c - a) * n for c, a, n in calibration_bins(confidence, correct)) / len(confidence)


def fit_temperature(reference: NDArray[np.integer], probabilities: NDArray[np.floating]) -> float:
    """The temperature with the least log loss (Guo et al. 2017), by golden-section search in [0.2, 5]."""

    def loss(log_temperature: float) -> float:
        scaled = apply_temperature(probabilities, float(np.exp(log_temperature)))
        return float(-np.log(np.clip(scaled[np.arange(len(reference)), reference], 1e-12, 1)).mean())

    low, high = np.log(0.2), np.log(5.0)
    golden = (5**0.5 - 1) / 2
    for _ in range(40):
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, right) if loss(left) < loss(right) else (left, high)
    return float(np.exp((low + high) / 2))


def _ratio(part: int, whole: int) -> float | None:
    return float(part / whole) if whole else None


def _rounded(value: Any) -> Any:  # noqa: ANN401  (a JSON value)
    if isinstance(value, float):
        return round(value, 5)
    if isinstance(value, dict):
        return {name: _rounded(v) for name, v in value.items()}
    if isinstance(value, (tuple, list)):
        return [_rounded(v) for v in value]
    return value
