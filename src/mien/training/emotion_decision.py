"""What is decided on a trained network's outputs: how sure it really is, and for which frequencies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mien.artifacts import apply_temperature
from mien.domain import Emotion
from mien.training.evaluate import fit_temperature
from mien.vision.calibration import typical
from mien.vision.reading import ReadingRules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# An estimate is acted on when its emotion is likelier than all others together.
LEAST_CONFIDENCE = 0.5
# An expression lasts from half a second to four (Ekman 2003); a reading follows it without flickering.
HALF_LIFE_S = 1.0
EXPONENTS = tuple(round(0.1 * i, 1) for i in range(11))
# A class that was hardly ever seen is lifted as far as this frequency asks for; one never seen not at all.
LEAST_FREQUENCY = 1e-3
# Fewer neutral faces do not say what is typical.
LEAST_NEUTRAL = 20


@dataclass(frozen=True, slots=True)
class Decision:
    """From the network's probabilities ``p`` to an estimate: softmax(log p / temperature + offsets).

    Attributes:
        temperature: above 1 softens, below 1 sharpens.
        prior_exponent: how far the frequencies in training are taken back, 0 to 1.
        offsets: one number a label; their mean is 0.
    """

    temperature: float
    prior_exponent: float
    offsets: tuple[float, ...]

    def __call__(self, raw: NDArray[np.floating]) -> NDArray[np.floating]:
        """Estimates, shape ``[n, labels]``, from the network's outputs of the same shape."""
        return apply_temperature(raw, self.temperature, np.array(self.offsets))

    def as_json(self, labels: Sequence[str], neutral: NDArray[np.floating] | None = None) -> dict[str, Any]:
        """The artifact's ``decision``, with all that shapes a reading.

        Args:
            labels: in the order of the network's outputs.
            neutral: its outputs for neutral faces of many people, shape ``[n, labels]``, which say what is
                typical of them; where there are few, the rules' default stands.
        """
        return {
            "temperature": self.temperature,
            "prior_exponent": self.prior_exponent,
            "offsets": dict(zip(labels, self.offsets, strict=True)),
            **self._rules(labels, neutral).as_json(),
        }

    def _rules(self, labels: Sequence[str], neutral: NDArray[np.floating] | None) -> ReadingRules:
        rules = ReadingRules(LEAST_CONFIDENCE, HALF_LIFE_S)
        if neutral is None or len(neutral) < LEAST_NEUTRAL or not set(Emotion) <= set(labels):
            return rules
        seven = self(neutral)[:, [labels.index(emotion) for emotion in Emotion]]
        seven = seven / seven.sum(axis=1, keepdims=True)
        frames = [dict(zip(Emotion, map(float, row), strict=True)) for row in seven]
        mean = {e: round(value, 4) for e, value in typical(frames, rules.calibration).items()}
        return replace(rules, calibration=replace(rules.calibration, typical_neutral=mean))


def fit_decision(
    reference: NDArray[np.integer],
    raw: NDArray[np.floating],
    prior: NDArray[np.floating],
    exponent: float | None = None,
) -> Decision:
    """Calibrate on the validation part, and settle for which frequencies of the classes to decide.

    The temperature is the one with the least log loss. Calibrated probabilities are then divided by
    ``prior ** exponent`` and normalised, which exchanges the prior that they stand on for a flatter one
    (Saerens et al. 2002; Menon et al. 2021) and leaves them calibrated for it.

    The exponent is what ``exponent`` says, else the one of 0, 0.1, ... 1 with the highest mean of accuracy
    and unweighted average recall: people at home show the classes neither as often as the data does, nor all
    alike, so the two count alike. Of equals, the smallest.

    Args:
        reference: shape ``[n]``, indices.
        raw: the network's outputs, shape ``[n, labels]``.
        prior: how often each class was drawn in training, shape ``[labels]``.
        exponent: from 0 to 1, or None to choose it.
    """
    temperature = fit_temperature(reference, raw)
    if exponent is None:
        exponent = max(EXPONENTS, key=lambda e: (_merit(reference, raw, _offsets(prior, e), temperature), -e))
    return Decision(temperature, exponent, tuple(_offsets(prior, exponent).tolist()))


def _offsets(prior: NDArray[np.floating], exponent: float) -> NDArray[np.float64]:
    seen = np.where(prior > 0, prior, prior.max()) / prior.sum()
    logs = np.log(np.clip(seen, LEAST_FREQUENCY, 1)).astype(np.float64)
    offsets: NDArray[np.float64] = np.round(-exponent * (logs - logs.mean()), 5) + 0.0
    return offsets


def _merit(
    reference: NDArray[np.integer],
    raw: NDArray[np.floating],
    offsets: NDArray[np.float64],
    temperature: float,
) -> float:
    right = apply_temperature(raw, temperature, offsets).argmax(axis=1) == reference
    recalls = [right[reference == label].mean() for label in np.unique(reference)]
    return round(float(right.mean() + np.mean(recalls)), 9)
