"""Not how I feel: what the listener says, which stands above what their face shows."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import model_validator

from mien import domain
from mien.domain import Listener
from mien.usecases.feeling import Said
from mien.web.parts import Me, Parts, PartsOf
from mien.web.schemas import Asked, Given, Id, Ok, Plane

router = APIRouter(prefix="/me/feeling", tags=["feeling"])


class Point(Asked):
    """A point of the valence-arousal plane."""

    valence: Plane
    arousal: Plane

    @property
    def pair(self) -> tuple[float, float]:
        """As numbers."""
        return self.valence, self.arousal


class NewFeeling(Asked):
    """What the listener feels: one of ``emotion``, ``mood`` and ``plane``."""

    emotion: domain.Emotion | None = None
    mood: domain.Mood | None = None
    plane: Point | None = None
    reading_id: Id | None = None
    """The reading that was wrong, to learn from it how this face is to be read."""

    @model_validator(mode="after")
    def _one(self) -> NewFeeling:
        if sum(value is not None for value in (self.emotion, self.mood, self.plane)) != 1:
            raise ValueError("give one of emotion, mood and plane")
        return self


class FeelingGiven(Given):
    """What the listener said they feel; queues are made for it until they say something else."""

    emotion: domain.Emotion | None
    mood: domain.Mood | None
    plane: Point | None
    said_at: datetime
    taught: domain.Emotion | None
    """How their face is read since as: read the calibration again. Null where nothing was learnt."""


class FeelingState(Given):
    """What the listener said they feel; null where their face speaks."""

    feeling: FeelingGiven | None


@router.get("")
def get_feeling(parts: PartsOf, me: Me) -> FeelingState:
    """What the listener said they feel, if anything."""
    return _state(parts.feelings.of(me))


@router.put("")
def say_feeling(asked: NewFeeling, parts: PartsOf, me: Me) -> FeelingState:
    """Say what one feels: it holds at once, on every page, until something else is said."""
    feeling = domain.Feeling(asked.emotion, asked.mood, asked.plane.pair if asked.plane else None)
    return _told(parts, me, parts.feelings.say(me, feeling, asked.reading_id))


@router.delete("")
def clear_feeling(parts: PartsOf, me: Me) -> Ok:
    """Let the face speak again; what was learnt from what was said stays."""
    done = parts.feelings.clear(me)
    _told(parts, me, None)
    return Ok(done=int(done))


@router.post("/undo")
def undo_feeling(parts: PartsOf, me: Me) -> FeelingState:
    """Take back what was said last and what was learnt from it; gives what holds again."""
    return _told(parts, me, parts.feelings.undo(me))


def feeling_of(said: Said) -> FeelingGiven:
    """As the API gives it."""
    feeling, plane = said.feeling, said.feeling.plane
    return FeelingGiven(
        emotion=feeling.emotion,
        mood=feeling.mood,
        plane=None if plane is None else Point(valence=plane[0], arousal=plane[1]),
        said_at=said.said_at,
        taught=said.taught,
    )


def _state(said: Said | None) -> FeelingState:
    return FeelingState(feeling=None if said is None else feeling_of(said))


def _told(parts: Parts, me: Listener, said: Said | None) -> FeelingState:
    state = _state(said)
    parts.live.tell("feeling", state.model_dump(mode="json"), to=me)
    return state
