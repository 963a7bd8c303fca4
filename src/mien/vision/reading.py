"""From frames to a reading: what a listener's face says, smoothed over time."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from mien.domain import Emotion, Estimate, Quality, Reading, Reason, undecided
from mien.errors import ArtifactError
from mien.vision.calibration import NO_OFFSETS, CalibrationRules, calibrated
from mien.vision.quality import LEAST_QUALITY, WORDS, obstacle, thresholds, weight

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mien.domain import Box, Face, FrameFaces

NO_FACE = "no face in view"
SEVERAL_FACES = "can't tell: several faces"


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """What shapes a reading; it lies in the emotion artifact's ``decision``.

    Attributes:
        least_confidence: an estimate below it is not acted on, 0 to 1.
        half_life_s: the time after which a frame counts half as much.
        switch_margin: by how much another emotion must lead before it takes over, 0 to 1.
        switch_s: and for how long, in seconds.
        least_weight: what the worst face counts, 0 to 1; the best counts 1.
        least_clear: the share of the recent time in which the face must be seen well, 0 to 1.
        alike: a face with this share of the most prominent one's prominence might be the listener as well.
        follow_share: the face followed so far stays the listener's down to this share of it.
        follow_reach: how far a face can move between two looks, in widths of its box.
        quality: what a face must reach to be read.
        calibration: how a listener's resting face is learnt.
    """

    least_confidence: float
    half_life_s: float
    switch_margin: float = 0.1
    switch_s: float = 0.4
    least_weight: float = 0.05
    least_clear: float = 0.5
    alike: float = 0.8
    follow_share: float = 0.5
    follow_reach: float = 0.75
    quality: Quality = LEAST_QUALITY
    calibration: CalibrationRules = field(default_factory=CalibrationRules)

    def __post_init__(self) -> None:
        if not self.half_life_s > 0:
            raise ValueError(f"a half-life of {self.half_life_s} s")
        wrong = [name for name in _OPTIONAL if not 0 <= getattr(self, name) < math.inf]
        if wrong:
            raise ValueError(f"{', '.join(wrong)} is not a number from 0 up")

    @classmethod
    def from_artifact(cls, decision: Mapping[str, Any]) -> ReadingRules:
        """What an artifact says of it; older ones name only the first two, the rest then has its defaults.

        Raises:
            ArtifactError: it does not say it, or not in numbers that make sense.
        """
        try:
            return cls(
                float(decision["least_confidence"]),
                float(decision["half_life_s"]),
                **{name: float(decision[name]) for name in _OPTIONAL if name in decision},
                quality=thresholds(decision.get("quality")),
                calibration=CalibrationRules.from_artifact(decision.get("calibration")),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ArtifactError(
                f"the emotion artifact does not say how to read frames ({error}); train it again"
            ) from None

    def as_json(self) -> dict[str, Any]:
        """As an artifact's ``decision`` says it."""
        return asdict(self)


_OPTIONAL = (
    *("switch_margin", "switch_s", "least_weight", "least_clear"),
    *("alike", "follow_share", "follow_reach"),
)


def prominence(face: Face, frame: FrameFaces) -> float:
    """The width of a face's box, down to half of it in the picture's corners; in pixels."""
    x, y = _centre(face.box)
    away = math.hypot(x - frame.width / 2, y - frame.height / 2)
    return face.box.width * (1 - 0.5 * away / (math.hypot(frame.width, frame.height) / 2))


def listener_of(frame: FrameFaces, followed: Box | None, rules: ReadingRules) -> tuple[Face, bool]:
    """Whose face of several is the listener's.

    Args:
        frame: with at least one face.
        followed: where the listener's face was last; None where nobody is followed.
        rules: what counts as alike and as near.

    Returns:
        The face, and whether it is clear that it is the listener's.
    """
    ranked = sorted(frame.faces, key=lambda face: prominence(face, frame), reverse=True)
    most = prominence(ranked[0], frame)
    if followed is not None:
        nearest = min(ranked, key=lambda face: _distance(face.box, followed))
        near = _distance(nearest.box, followed) <= rules.follow_reach * followed.width
        if near and prominence(nearest, frame) >= rules.follow_share * most:
            return nearest, True
    return ranked[0], len(ranked) == 1 or prominence(ranked[1], frame) < rules.alike * most


def _centre(box: Box) -> tuple[float, float]:
    return box.x + box.width / 2, box.y + box.height / 2


def _distance(box: Box, other: Box) -> float:
    (x, y), (other_x, other_y) = _centre(box), _centre(other)
    return math.hypot(x - other_x, y - other_y)


class Smoother:
    """Adds frames up to a reading; its answer does not depend on how many frames a second there are.

    Each frame with a face weighs by its age (half as much after each half-life), by how well the face can
    be seen, and by the time it stands for, which is the time since the face was seen before; so a face that
    comes back after a while counts for itself.

    Args:
        rules: the numbers.
        offsets: the listener's calibration.
    """

    def __init__(self, rules: ReadingRules, offsets: Mapping[Emotion, float] = NO_OFFSETS) -> None:
        self._rules = rules
        self._offsets = offsets
        self._sums = dict.fromkeys(Emotion, 0.0)
        self._clear_s = self._whole_s = 0.0
        self._obstacle: Reason | None = None
        self._followed: Box | None = None
        self._seen_s: float | None = None
        self._now_s = 0.0
        self._frames = 0
        self._held: Emotion | None = None
        self._rival: tuple[Emotion, float] | None = None

    def add(self, frame: FrameFaces) -> Reading:
        """Take one more frame, later than all before it, and say what they show together.

        A picture (``time_s`` is None) counts as a frame at 0 s.
        """
        self._now_s = max(self._now_s, frame.time_s or 0.0)
        if self._gone():
            self._followed = self._held = self._rival = None
        if frame.faces:
            self._add_face(*listener_of(frame, self._followed, self._rules))
        return self.reading()

    def _add_face(self, face: Face, is_listener: bool) -> None:  # noqa: FBT001  (as listener_of gives it)
        rules = self._rules
        passed_s = rules.half_life_s if self._seen_s is None else self._unseen_s()
        decay = 0.5 ** (passed_s / rules.half_life_s)
        obstacle_now = obstacle(face.quality, rules.quality) if is_listener else Reason.SEVERAL_FACES
        share = (1 - decay) * max(rules.least_weight, weight(face.quality, rules.quality))
        shown = calibrated(face.emotion.probabilities, self._offsets, rules.calibration.floor)
        for emotion, p in shown.items():
            self._sums[emotion] = self._sums[emotion] * decay + p * share
        self._whole_s = self._whole_s * decay + (1 - decay)
        self._clear_s = self._clear_s * decay + (1 - decay) * (obstacle_now is None)
        self._obstacle = obstacle_now or self._obstacle
        self._followed = face.box if is_listener else None
        self._seen_s = self._now_s
        self._frames += 1
        self._hold(self._probabilities())

    def _hold(self, probabilities: Mapping[Emotion, float]) -> None:
        """Let another emotion take over once it has led clearly for long enough."""
        top = max(probabilities, key=probabilities.__getitem__)
        if self._held is None:
            self._held = top
        lead = probabilities[top] - probabilities[self._held]
        if top is self._held or lead < self._rules.switch_margin:
            self._rival = None
        elif self._rival is None or self._rival[0] is not top:
            self._rival = (top, self._now_s)
        if self._rival is not None and self._now_s - self._rival[1] >= self._rules.switch_s:
            self._held, self._rival = top, None

    def reading(self) -> Reading:
        """What the frames so far show; not to be acted on once no face was seen for a half-life."""
        if self._seen_s is None:
            return Reading(None, False, NO_FACE, 0, Reason.NO_FACE, clear=0.0)  # noqa: FBT003
        probabilities = self._probabilities()
        clear = self._clear_s / self._whole_s
        code, words = self._doubt(probabilities, clear)
        estimate = Estimate(probabilities, code is None, words, code)
        return Reading(estimate, code is None, words, self._frames, code, self._held, clear, self._unseen_s())

    def _doubt(
        self, probabilities: Mapping[Emotion, float], clear: float
    ) -> tuple[Reason | None, str | None]:
        """Why not to act on it, as a code and in words; what a listener can mend comes first."""
        if self._gone():
            return Reason.NO_FACE, NO_FACE
        if clear < self._rules.least_clear and self._obstacle is not None:
            return self._obstacle, WORDS.get(self._obstacle, SEVERAL_FACES)
        words = undecided(probabilities, self._rules.least_confidence)
        if words is not None:
            return Reason.UNDECIDED, words
        top = max(probabilities, key=probabilities.__getitem__)
        if top is not self._held:
            return Reason.CHANGING, f"can't tell yet: it changes from {self._held} to {top}"
        return None, None

    def _probabilities(self) -> dict[Emotion, float]:
        total = sum(self._sums.values())
        return {emotion: value / total for emotion, value in self._sums.items()}

    def _gone(self) -> bool:
        return self._seen_s is not None and self._unseen_s() > self._rules.half_life_s

    def _unseen_s(self) -> float:
        return max(0.0, self._now_s - (self._seen_s or 0.0))
