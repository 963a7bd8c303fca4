"""Not how I feel: what a listener says stands above what their face shows, and teaches how to read it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mien.domain import MOOD_PLANE, Calibration, Emotion, Feeling, Mood, Reason
from mien.errors import NotFoundError
from mien.sentences import say
from mien.store import SavedFeeling
from mien.vision.calibration import calibrated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mien.domain import Listener
    from mien.store import Store
    from mien.usecases.calibrating import Calibrating

# What the face shows of someone who feels like such songs. Nothing is known to go with the two that are
# missing: energetic and tender people look in many ways.
FACES: Mapping[Mood, Emotion] = {
    Mood.HAPPY: Emotion.HAPPY,
    Mood.ANGRY: Emotion.ANGRY,
    Mood.TENSE: Emotion.FEAR,
    Mood.SAD: Emotion.SAD,
    Mood.CALM: Emotion.NEUTRAL,
}
# A face that was read longer ago says nothing of what is felt now.
TEACHES_FOR = timedelta(minutes=10)
# A point of the plane stands for the mood that is so near to it.
_NEAR = 0.4
# Why a reading may be uncertain and still show a face that can be learnt from.
_SEEN_WELL = {None, Reason.UNDECIDED, Reason.CHANGING}


@dataclass(frozen=True, slots=True)
class Said:
    """What a listener said, and what came of it.

    Attributes:
        feeling: what they feel.
        said_at: when they said so, in UTC.
        taught: how their face is read since as; None where nothing was learnt of it.
    """

    feeling: Feeling
    said_at: datetime
    taught: Emotion | None


class FeelingSaid:
    """What listeners say they feel: it holds until they say something else, or let their faces speak again.

    Args:
        store: keeps it.
        calibrating: learns from it.
        floor: a probability below it counts as it, as in calibrations.
        clock: tells the time, with its time zone.
    """

    def __init__(
        self,
        store: Store,
        calibrating: Calibrating,
        floor: float,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._calibrating = calibrating
        self._floor = floor
        self._clock = clock

    def of(self, listener: Listener) -> Said | None:
        """What the listener said last; None where their face speaks."""
        saved = self._store.feelings.of(listener)
        return None if saved is None else _said(saved)

    def say(self, listener: Listener, feeling: Feeling, reading_id: int | None = None) -> Said:
        """Put what the listener feels above what their face shows.

        Args:
            listener: who says so.
            feeling: what they feel.
            reading_id: the reading that was wrong; what it says is learnt from, if the face could be seen
                well a moment ago and is known to go with the feeling.

        Raises:
            NotFoundError: they have no such reading.
        """
        before = self._store.feelings.of(listener)
        calibration = self._store.calibrations.of(listener)
        taught = None if reading_id is None else self._teach(listener, feeling, reading_id)
        now = self._store.calibrations.of(listener)
        saved = SavedFeeling(
            said={**_to_json(feeling), "taught": taught},
            said_at=self._clock(),
            before={
                "said": None if before is None else [dict(before.said), before.said_at.isoformat()],
                "calibration": _calibration_to_json(calibration) if taught else None,
                "learnt": _calibration_to_json(now) if taught else None,
            },
        )
        self._store.feelings.keep(listener, saved)
        return _said(saved)

    def undo(self, listener: Listener) -> Said | None:
        """Take back what was said last, and what was learnt from it, as if it had never been said.

        A calibration that changed again since is left as it is.

        Returns:
            What they had said before, which holds again; None where their face speaks again.

        Raises:
            NotFoundError: nothing was said.
        """
        saved = self._store.feelings.of(listener)
        if saved is None:
            raise NotFoundError(say("no_feeling_to_undo", "there is nothing to take back: your face speaks"))
        self._unteach(listener, saved.before)
        earlier = saved.before["said"]
        if earlier is None:
            self._store.feelings.forget(listener)
            return None
        back = SavedFeeling(earlier[0], datetime.fromisoformat(earlier[1]), _NOTHING_BEFORE)
        self._store.feelings.keep(listener, back)
        return _said(back)

    def clear(self, listener: Listener) -> bool:
        """Let the listener's face speak again; what was learnt stays. False where it spoke already."""
        return self._store.feelings.forget(listener)

    def forget_calibration(self, listener: Listener) -> bool:
        """Erase what was learnt of the listener's face, here too where it is kept to go back to."""
        saved = self._store.feelings.of(listener)
        if saved is not None:
            said = {**saved.said, "taught": None}
            before = {**saved.before, "calibration": None, "learnt": None}
            self._store.feelings.keep(listener, SavedFeeling(said, saved.said_at, before))
        return self._store.calibrations.forget(listener)

    def _teach(self, listener: Listener, feeling: Feeling, reading_id: int) -> Emotion | None:
        read_at, reading = self._store.readings.get(listener, reading_id)
        felt = face_of(feeling)
        recent = self._clock() - read_at <= TEACHES_FOR
        if felt is None or reading.emotion is None or reading.reason_code not in _SEEN_WELL or not recent:
            return None
        # Readings are kept as they were after calibration: that is taken back first.
        offsets = self._calibrating.offsets(listener)
        undone = {emotion: -offset for emotion, offset in offsets.items()}
        seen = calibrated(reading.emotion.probabilities, undone, self._floor)
        self._calibrating.correct(listener, seen, felt)
        return felt

    def _unteach(self, listener: Listener, before: Mapping[str, Any]) -> None:
        learnt, calibration = before["learnt"], before["calibration"]
        if learnt is None or _calibration_to_json(self._store.calibrations.of(listener)) != learnt:
            return
        if calibration is None:
            self._store.calibrations.forget(listener)
        else:
            offsets = {Emotion(name): value for name, value in calibration["offsets"].items()}
            kept = Calibration(offsets, calibration["frames"], calibration["artifact_version"])
            self._store.calibrations.keep(listener, kept)


_NOTHING_BEFORE: Mapping[str, Any] = {"said": None, "calibration": None, "learnt": None}


def face_of(feeling: Feeling) -> Emotion | None:
    """What the face of someone who feels so shows; None where that is not known."""
    if feeling.emotion is not None:
        return feeling.emotion
    mood = _mood_at(feeling.plane) if feeling.plane is not None else feeling.mood
    return None if mood is None else FACES.get(mood)


def _mood_at(point: tuple[float, float]) -> Mood | None:
    nearest = min(Mood, key=lambda mood: math.dist(MOOD_PLANE[mood], point))
    return nearest if math.dist(MOOD_PLANE[nearest], point) <= _NEAR else None


def _said(saved: SavedFeeling) -> Said:
    said = saved.said
    feeling = Feeling(
        None if said["emotion"] is None else Emotion(said["emotion"]),
        None if said["mood"] is None else Mood(said["mood"]),
        None if said["plane"] is None else (said["plane"][0], said["plane"][1]),
    )
    return Said(feeling, saved.said_at, None if said["taught"] is None else Emotion(said["taught"]))


def _to_json(feeling: Feeling) -> dict[str, Any]:
    plane = None if feeling.plane is None else list(feeling.plane)
    return {"emotion": feeling.emotion, "mood": feeling.mood, "plane": plane}


def _calibration_to_json(calibration: Calibration | None) -> dict[str, Any] | None:
    if calibration is None:
        return None
    values = asdict(calibration)
    return {**values, "offsets": {str(name): offset for name, offset in calibration.offsets.items()}}
