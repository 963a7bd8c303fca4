"""A listener's calibration: frames in which they show what they were asked to -> numbers, kept and used."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mien.domain import Calibration, Emotion
from mien.errors import ImageError
from mien.vision.calibration import NO_OFFSETS, calibrate, correct
from mien.vision.quality import WORDS, obstacle
from mien.vision.reading import NO_FACE, SEVERAL_FACES, listener_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mien.domain import Box, FrameFaces, Listener
    from mien.store import Store
    from mien.vision.calibration import Offsets, Probabilities
    from mien.vision.reading import ReadingRules


class Calibrating:
    """Learning what listeners' faces look like.

    Args:
        store: keeps the numbers.
        rules: of the network that reads faces.
        artifact_version: of that network; what was learnt with another is not used.
    """

    def __init__(self, store: Store, rules: ReadingRules, artifact_version: str) -> None:
        self._store = store
        self._rules = rules
        self._version = artifact_version

    def offsets(self, listener: Listener) -> Offsets:
        """What is added to the logarithms of the listener's probabilities; zeros where nothing was learnt."""
        kept = self._store.calibrations.of(listener)
        return NO_OFFSETS if kept is None or not self.is_for_this_network(kept) else kept.offsets

    def is_for_this_network(self, calibration: Calibration) -> bool:
        """Whether it was learnt with the network that reads now."""
        return calibration.artifact_version == self._version

    def learn(self, listener: Listener, shown: Mapping[Emotion, Iterable[FrameFaces]]) -> Calibration:
        """Learn from frames of the listener's face and keep the result in place of the one before.

        Args:
            listener: whose face it is.
            shown: for each emotion that was asked for, frames in which it is shown; each is read through
                once, one after another, so that frames may come from a camera.

        Raises:
            ImageError: for one of the emotions, no frame shows the face well enough; nothing is changed.
        """
        seen = {emotion: self._faces(emotion, frames) for emotion, frames in shown.items()}
        learnt = calibrate(seen, self._rules.calibration)
        calibration = Calibration(learnt, sum(map(len, seen.values())), self._version)
        self._store.calibrations.keep(listener, calibration)
        return calibration

    def correct(self, listener: Listener, probabilities: Probabilities, felt: Emotion) -> Calibration:
        """Learn a little from "not how I feel: I'm ..." and keep the result.

        To undo it, keep the calibration from before again, or forget it where there was none.

        Args:
            listener: who says so.
            probabilities: the network's for the face, before calibration.
            felt: what the listener says it was.
        """
        kept = self._store.calibrations.of(listener)
        frames = kept.frames if kept is not None and self.is_for_this_network(kept) else 0
        offsets = correct(self.offsets(listener), probabilities, felt, self._rules.calibration)
        calibration = Calibration(offsets, frames, self._version)
        self._store.calibrations.keep(listener, calibration)
        return calibration

    def _faces(self, emotion: Emotion, frames: Iterable[FrameFaces]) -> list[Probabilities]:
        """The probabilities of the listener's face in each frame in which it can be seen well."""
        useful: list[Probabilities] = []
        reasons: Counter[str] = Counter()
        followed: Box | None = None
        for frame in frames:
            if not frame.faces:
                reasons[NO_FACE] += 1
                continue
            face, is_listener = listener_of(frame, followed, self._rules)
            followed = face.box if is_listener else None
            hindered = obstacle(face.quality, self._rules.quality)
            if is_listener and hindered is None:
                useful.append(face.emotion.probabilities)
            else:
                reasons[WORDS[hindered] if hindered and is_listener else SEVERAL_FACES] += 1
        if not useful:
            why = reasons.most_common(1)[0][0] if reasons else NO_FACE
            raise ImageError(f"nothing was learnt of the {emotion} face: {why}")
        return useful
