"""From frames to a reading: what a listener's face says, smoothed over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mien.domain import Emotion, Estimate, Reading

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mien.domain import FrameFaces

NO_FACE = "no face in view"


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """What shapes a reading; it lies in the emotion artifact's ``decision``.

    Attributes:
        least_confidence: an estimate below it is not acted on, 0 to 1.
        half_life_s: the time after which a frame counts half as much.
    """

    least_confidence: float
    half_life_s: float

    @classmethod
    def from_artifact(cls, decision: Mapping[str, Any]) -> ReadingRules:
        """What an artifact says of it."""
        return cls(float(decision["least_confidence"]), float(decision["half_life_s"]))


class Smoother:
    """Adds frames up to a reading; its answer does not depend on how many frames a second there are.

    Each frame weighs by its age (half as much after each half-life) and by the time it stands for, which is
    the time since the frame before it. Of several faces the largest, nearest to the camera, is the
    listener's.
    """

    def __init__(self, rules: ReadingRules) -> None:
        self._rules = rules
        self._sums = dict.fromkeys(Emotion, 0.0)
        self._last_s: float | None = None
        self._frames = 0
        self._in_view = False

    def add(self, frame: FrameFaces) -> Reading:
        """Take one more frame, later than all before it, and say what they show together.

        A picture (``time_s`` is None) counts as a frame at 0 s.
        """
        now_s = frame.time_s or 0.0
        passed_s = self._rules.half_life_s if self._last_s is None else max(0.0, now_s - self._last_s)
        self._last_s = now_s
        decay = 0.5 ** (passed_s / self._rules.half_life_s)
        self._in_view = bool(frame.faces)
        if frame.faces:
            self._frames += 1
            for emotion, p in frame.faces[0].emotion.probabilities.items():
                self._sums[emotion] = self._sums[emotion] * decay + p * (1 - decay)
        return self.reading()

    def reading(self) -> Reading:
        """What the frames so far show."""
        total = sum(self._sums.values())
        if total == 0:
            return Reading(None, certain=False, reason=NO_FACE, frames=0)
        reason = undecided({e: s / total for e, s in self._sums.items()}, self._rules.least_confidence)
        if not self._in_view:
            reason = NO_FACE
        estimate = Estimate({e: s / total for e, s in self._sums.items()}, reason is None, reason)
        return Reading(estimate, certain=reason is None, reason=reason, frames=self._frames)


def undecided(probabilities: Mapping[Emotion, float], least_confidence: float) -> str | None:
    """Why a distribution is not sure enough to act on; None when it is."""
    first, second = sorted(probabilities, key=probabilities.__getitem__, reverse=True)[:2]
    if probabilities[first] >= least_confidence:
        return None
    return f"can't tell: between {first} and {second}"
