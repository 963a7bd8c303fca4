"""Readings: what the page's frames said, as numbers. No picture is ever sent here."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, field_validator

from mien import domain
from mien.errors import RequestError
from mien.sentences import say
from mien.web.parts import Me, PartsOf
from mien.web.schemas import Asked, Emotions, Moment, Ok, PathId, Reading, reading_of

router = APIRouter(prefix="/readings", tags=["readings"])
_MOST = 10_000
_SUM_TOLERANCE = 0.01


class NewReading(Asked):
    """What several frames said, smoothed over time. Numbers only."""

    probabilities: Emotions | None
    """They sum to 1; null when no face was seen."""
    certain: bool
    reason: Annotated[str | None, Field(max_length=300)] = None
    """Why not certain, in words for people; null when certain."""
    reason_code: domain.Reason | None = None
    """``reason`` for programs; null when certain."""
    held: domain.Emotion | None = None
    """What it stands for: held on to until another emotion has led for a while."""
    frames: Annotated[int, Field(ge=0, le=1_000_000)]
    """How many frames with a face went into it."""

    @field_validator("probabilities")
    @classmethod
    def _sum(cls, probabilities: Emotions | None) -> Emotions | None:
        if probabilities and not math.isclose(
            sum(probabilities.model_dump().values()), 1.0, abs_tol=_SUM_TOLERANCE
        ):
            raise ValueError("the probabilities do not sum to 1")
        return probabilities


@router.post("", status_code=201)
async def add_reading(asked: NewReading, parts: PartsOf, me: Me) -> Reading:
    """Keep a reading."""
    if asked.certain and asked.probabilities is None:
        raise RequestError(say("reading_without_face", "a reading without a face cannot be certain"))
    reading, now = _reading(asked), datetime.now(UTC)
    number = await asyncio.wrap_future(parts.reading_writer.record(me, reading, now))
    return reading_of(number, now, reading)


@router.get("")
def list_readings(
    parts: PartsOf,
    me: Me,
    since: Moment | None = None,
    until: Moment | None = None,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 1_000,
) -> list[Reading]:
    """The listener's readings from ``since`` to before ``until``, the newest first."""
    found = parts.store.readings.between(me, since, until, limit)
    return [reading_of(*reading) for reading in found]


@router.delete("")
def erase_readings(parts: PartsOf, me: Me, since: Moment | None = None, until: Moment | None = None) -> Ok:
    """Erase the readings from ``since`` to before ``until``, or all."""
    return Ok(done=parts.store.readings.delete_between(me, since, until))


@router.delete("/{reading_id}")
def erase_reading(reading_id: PathId, parts: PartsOf, me: Me) -> Ok:
    """Erase one reading."""
    parts.store.readings.delete(me, reading_id)
    return Ok()


def _reading(asked: NewReading) -> domain.Reading:
    code = None if asked.certain else asked.reason_code
    reason = None if asked.certain else asked.reason or (code and code.replace("_", " ")) or "can't tell"
    emotion = None
    if asked.probabilities is not None:
        given = asked.probabilities.model_dump()
        total = sum(given.values())
        shares = {domain.Emotion(name): share / total for name, share in given.items()}
        emotion = domain.Estimate(shares, asked.certain, reason, code)
    return domain.Reading(emotion, asked.certain, reason, asked.frames, code, asked.held)
