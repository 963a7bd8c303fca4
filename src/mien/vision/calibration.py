"""What one listener's face looks like at rest: learning it, applying it, and being corrected.

A calibration is one number for each emotion, added to the logarithm of its probability. It is arithmetic on
numbers alone, so that a page can do the same; ``docs/reading.md`` says why it is as it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mien.domain import Emotion
from mien.errors import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    Offsets = Mapping[Emotion, float]
    Probabilities = Mapping[Emotion, float]

# The mean logarithm of each emotion's probability over neutral faces of many people, as the shipped network
# saw FER2013's (docs/reading.md); for artifacts that do not name their own.
_TYPICAL_NEUTRAL: Mapping[Emotion, float] = {
    Emotion.ANGRY: -5.6,
    Emotion.DISGUST: -7.7,
    Emotion.FEAR: -8.1,
    Emotion.HAPPY: -6.5,
    Emotion.SAD: -3.3,
    Emotion.SURPRISE: -6.9,
    Emotion.NEUTRAL: -0.3,
}
NO_OFFSETS: Offsets = dict.fromkeys(Emotion, 0.0)


@dataclass(frozen=True, slots=True)
class CalibrationRules:
    """How offsets are learnt; it lies in the emotion artifact's ``decision["calibration"]``.

    Attributes:
        typical_neutral: the mean logarithm of each emotion's probability over many people's neutral faces.
        floor: a probability below it counts as it, so that no logarithm runs away.
        strength: how much of the way to ``typical_neutral`` many frames go, 0 to 1.
        frames: so many frames go half as far as many do.
        step: how far one correction goes.
        rounds: how many corrections a shown expression stands for.
        bound: no offset is further from 0.
    """

    typical_neutral: Offsets = field(default_factory=lambda: dict(_TYPICAL_NEUTRAL))
    floor: float = 1e-4
    strength: float = 0.7
    frames: float = 2.0
    step: float = 0.2
    rounds: int = 5
    bound: float = 1.5

    def __post_init__(self) -> None:
        numbers = (self.floor, self.strength, self.frames, self.step, self.rounds, self.bound)
        if not all(0 < number < math.inf for number in numbers):
            raise ValueError(f"not numbers above 0: {numbers}")

    @classmethod
    def from_artifact(cls, values: Mapping[str, Any] | None) -> CalibrationRules:
        """What an artifact says of it; the defaults where it says nothing.

        Raises:
            ArtifactError: it says it in another way.
        """
        given = dict(values or {})
        try:
            if "typical_neutral" in given:
                typical = given["typical_neutral"]
                given["typical_neutral"] = {emotion: float(typical[emotion]) for emotion in Emotion}
            return cls(**given)
        except (KeyError, TypeError, ValueError) as error:
            raise ArtifactError(
                f"the emotion artifact does not say how to calibrate ({error}); train it again"
            ) from None


def calibrated(probabilities: Probabilities, offsets: Offsets, floor: float) -> dict[Emotion, float]:
    """``softmax(log p + offset)``; unchanged where every offset is 0."""
    if not any(offsets.values()):
        return dict(probabilities)
    logits = {e: math.log(max(p, floor)) + offsets[e] for e, p in probabilities.items()}
    return _softmax(logits)


def calibrate(
    shown: Mapping[Emotion, Sequence[Probabilities]], rules: CalibrationRules
) -> dict[Emotion, float]:
    """Learn a listener's offsets from frames in which they show what they were asked to.

    The neutral face is moved towards what is typical of neutral faces, the further the more frames there
    are; each other expression that was shown then corrects the result.

    Args:
        shown: for each emotion that was asked for, the network's probabilities frame by frame; without
            ``neutral`` only the corrections are made.
        rules: how.

    Returns:
        The offset of each emotion, within ``rules.bound`` of 0.
    """
    offsets = dict(NO_OFFSETS)
    neutral = shown.get(Emotion.NEUTRAL)
    if neutral:
        seen = _mean_log(neutral, rules.floor)
        share = rules.strength * len(neutral) / (len(neutral) + rules.frames)
        moves = {e: share * (rules.typical_neutral[e] - seen[e]) for e in Emotion}
        middle = sum(moves.values()) / len(moves)
        offsets = {e: _bounded(move - middle, rules.bound) for e, move in moves.items()}
    others = {e: _softmax(_mean_log(shown[e], rules.floor)) for e in Emotion if shown.get(e)}
    others.pop(Emotion.NEUTRAL, None)
    for _ in range(rules.rounds):
        for emotion, probabilities in others.items():
            offsets = correct(offsets, probabilities, emotion, rules)
    return offsets


def correct(
    offsets: Offsets, probabilities: Probabilities, felt: Emotion, rules: CalibrationRules
) -> dict[Emotion, float]:
    """Learn from one correction ("not how I feel: I'm ...").

    One step up the gradient of the log-probability of ``felt``: ``offset += step * (1 or 0 - p)``. To undo
    it, keep the offsets from before.

    Args:
        offsets: before.
        probabilities: the network's for the face, before calibration.
        felt: what the listener says it was.
        rules: the size of the step, and the bound.
    """
    now = calibrated(probabilities, offsets, rules.floor)
    return {e: _bounded(offsets[e] + rules.step * ((e is felt) - now[e]), rules.bound) for e in Emotion}


def _mean_log(frames: Sequence[Probabilities], floor: float) -> dict[Emotion, float]:
    return {e: sum(math.log(max(p[e], floor)) for p in frames) / len(frames) for e in Emotion}


def typical(frames: Iterable[Probabilities], rules: CalibrationRules) -> dict[Emotion, float]:
    """``typical_neutral`` of a network: from its probabilities for neutral faces of many people."""
    return _mean_log(list(frames), rules.floor)


def _softmax(logits: Mapping[Emotion, float]) -> dict[Emotion, float]:
    highest = max(logits.values())
    values = {e: math.exp(logit - highest) for e, logit in logits.items()}
    total = sum(values.values())
    return {e: value / total for e, value in values.items()}


def _bounded(value: float, bound: float) -> float:
    return min(bound, max(-bound, value))
