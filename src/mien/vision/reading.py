"""From frames to a reading: what a listener's face says, smoothed over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mien.domain import Emotion, Estimate, Reading, undecided
from mien.errors import ArtifactError

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
        """What an artifact says of it.

        Raises:
            ArtifactError: it does not say it, or no half-life above 0.
        """
        try:
            rules = cls(float(decision["least_confidence"]), float(decision["half_life_s"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ArtifactError(
                f"the emotion artifact does not say how to read frames ({error}); train it again"
            ) from None
        if not rules.half_life_s > 0:
            raise ArtifactError(f"the emotion artifact's half-life is {rules.half_life_s} s; train it again")
        return rules


class Smoother:
    """Adds frames up to a reading; its answer does not depend on how many frames a second there are.

    Each frame with a face weighs by its age (half as much after each half-life) and by the time it stands
    for, which is the time since the face was seen before; so a face that comes back after a while counts
    for itself. Of several faces the largest, nearest to the camera, is the listener's.
    """

    def __init__(self, rules: ReadingRules) -> None:
        self._rules = rules
        self._sums = dict.fromkeys(Emotion, 0.0)
        self._seen_s: float | None = None
        self._now_s = 0.0
        self._frames = 0

    def add(self, frame: FrameFaces) -> Reading:
        """Take one more frame, later than all before it, and say what they show together.

        A picture (``time_s`` is None) counts as a frame at 0 s.
        """
        self._now_s = frame.time_s or 0.0
        if frame.faces:
            passed_s = self._rules.half_life_s if self._seen_s is None else self._unseen_s()
            decay = 0.5 ** (passed_s / self._rules.half_life_s)
            for emotion, p in frame.faces[0].emotion.probabilities.items():
                self._sums[emotion] = self._sums[emotion] * decay + p * (1 - decay)
            self._seen_s = self._now_s
            self._frames += 1
        return self.reading()

    def reading(self) -> Reading:
        """What the frames so far show; not to be acted on once no face was seen for a half-life."""
        if self._seen_s is None:
            return Reading(None, certain=False, reason=NO_FACE, frames=0)
        total = sum(self._sums.values())
        probabilities = {emotion: value / total for emotion, value in self._sums.items()}
        reason = undecided(probabilities, self._rules.least_confidence)
        if self._unseen_s() > self._rules.half_life_s:
            reason = NO_FACE
        estimate = Estimate(probabilities, reason is None, reason)
        return Reading(estimate, certain=reason is None, reason=reason, frames=self._frames)

    def _unseen_s(self) -> float:
        return max(0.0, self._now_s - (self._seen_s or 0.0))
