"""Songs for this moment."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field, model_validator

from mien import domain
from mien.usecases.answers import Queue
from mien.web.parts import COSTLY, Me, Parts, PartsOf
from mien.web.routes.feeling import FeelingGiven, Point, feeling_of
from mien.web.schemas import Asked, Given, Id, Moods, Opinions, Said, Track, moods_of, said, track_values

router = APIRouter(tags=["queue"])
_MOST = 200


class QueueAsked(Asked):
    """What the songs are for: a reading, an emotion, a mood or a point of the plane; else taste alone.

    What the listener said they feel (``/me/feeling``) counts in place of a reading, and of nothing.
    """

    reading_id: Id | None = None
    emotion: domain.Emotion | None = None
    mood: domain.Mood | None = None
    plane: Point | None = None
    policy: domain.PolicyName | None = None
    """By default the one that the listener chose."""
    to: domain.Mood | None = None
    """Where a journey leads."""
    minutes: Annotated[float | None, Field(gt=0, le=1_440)] = None
    """How long the queue or journey shall be; else ``n`` counts."""
    n: Annotated[int, Field(ge=1, le=_MOST)] = 20
    exclude: Annotated[list[Id], Field(max_length=1_000)] = []
    """Tracks to leave out, such as those that are queued already."""
    seed: Annotated[int | None, Field(ge=0, le=2**32 - 1)] = None
    """Makes the draw repeatable."""

    @model_validator(mode="after")
    def _one(self) -> QueueAsked:
        if sum(value is not None for value in (self.reading_id, self.emotion, self.mood, self.plane)) > 1:
            raise ValueError("give at most one of reading_id, emotion, mood and plane")
        return self


class QueuedTrack(Given):
    """A track, and why it was chosen."""

    track: Track
    score: float
    why: str
    why_said: list[Said]
    parts: dict[str, float] = {}
    """What the score is made of."""


class QueueGiven(Given):
    """Songs in order."""

    policy: domain.PolicyName | None
    """None where moods were asked for."""
    moods: Moods
    """How much of each mood is wanted; they sum to 1."""
    note: str | None
    """What to tell the listener of the list as a whole."""
    notes_said: list[Said]
    feeling: FeelingGiven | None
    """What the listener said they feel, where the songs are for that."""
    offer: str | None
    """Something else that is offered, in a sentence, and never forced."""
    offer_said: Said | None
    offer_policy: domain.PolicyName | None
    """The policy to ask for to take the offer up."""
    offer_to: domain.Mood | None
    """Where it leads."""
    seed: int
    """Gives the same list again, as long as nothing was learned."""
    tracks: list[QueuedTrack]


@router.post("/queue", dependencies=[COSTLY])
def make_queue(asked: QueueAsked, parts: PartsOf, me: Me) -> QueueGiven:
    """Choose songs."""
    named = _named(asked)
    spoken = None if named else parts.feelings.of(me)
    queue = _queue(parts, me, asked, spoken.feeling if spoken else named)
    opinions, chosen = Opinions.of(parts.store, me), queue.recommended
    return QueueGiven(
        policy=queue.policy,
        moods=moods_of(queue.moods),
        note=chosen.note,
        notes_said=[said(note) for note in chosen.notes],
        feeling=feeling_of(spoken) if spoken else None,
        offer=str(queue.offer.sentence) if queue.offer else None,
        offer_said=said(queue.offer.sentence) if queue.offer else None,
        offer_policy=queue.offer.policy if queue.offer else None,
        offer_to=queue.offer.to if queue.offer else None,
        seed=queue.seed,
        tracks=[_queued(one, opinions) for one in chosen.tracks],
    )


def _queue(parts: Parts, me: domain.Listener, asked: QueueAsked, felt: domain.Feeling | None) -> Queue:
    read_at, reading = parts.store.readings.get(me, asked.reading_id) if asked.reading_id else (None, None)
    return parts.listening.recommend(
        me,
        emotion=felt.emotion if felt else None,
        reading=None if felt else reading,
        reading_id=None if felt else asked.reading_id,
        read_at=None if felt else read_at,
        moods={felt.mood: 1.0} if felt and felt.mood else None,
        plane=felt.plane if felt else None,
        policy=asked.policy,
        n=asked.n,
        to=asked.to,
        minutes=asked.minutes,
        seed=asked.seed,
        exclude=asked.exclude,
    )


def _named(asked: QueueAsked) -> domain.Feeling | None:
    if asked.emotion or asked.mood or asked.plane:
        return domain.Feeling(asked.emotion, asked.mood, asked.plane.pair if asked.plane else None)
    return None


def _queued(one: domain.Recommendation, opinions: Opinions) -> QueuedTrack:
    values: dict[str, Any] = track_values(one.track, opinions)
    return QueuedTrack(
        track=Track(**values),
        score=one.score,
        why=one.why,
        why_said=[said(reason) for reason in one.reasons],
        parts=dict(one.parts),
    )
