"""What was played, and the journal of the listener's days."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from mien import domain
from mien.web.parts import Me, PartsOf
from mien.web.routes.tracks import shown
from mien.web.schemas import Asked, Given, Id, Moment, Ok, Reading, Track, reading_of

router = APIRouter(tags=["journal"])
_MOST = 5_000


class NewListen(Asked):
    """A playback that ended, or that the listener ended."""

    track_id: Id
    started_at: Moment
    played_s: Annotated[float, Field(ge=0, le=1e6)]
    policy: domain.PolicyName | None = None
    """What chose it; null when the listener did."""
    reading_id: Id | None = None
    skipped: bool = False


class Heard(Given):
    """A playback."""

    track: Track
    started_at: datetime
    played_s: float
    policy: domain.PolicyName | None
    reading_id: int | None
    skipped: bool


class Journal(Given):
    """What was read and played; the listener's alone."""

    readings: list[Reading]
    listens: list[Heard]


@router.post("/listens", status_code=201)
def add_listen(asked: NewListen, parts: PartsOf, me: Me) -> Ok:
    """Remember a playback."""
    if asked.reading_id is not None:
        parts.store.readings.get(me, asked.reading_id)  # nobody refers to another's
    listen = domain.Listen(
        asked.track_id, asked.started_at, asked.played_s, asked.policy, asked.reading_id, asked.skipped
    )
    parts.listening.heard(me, listen)
    return Ok()


@router.delete("/listens")
def erase_listens(parts: PartsOf, me: Me, since: Moment | None = None, until: Moment | None = None) -> Ok:
    """Erase the playbacks that began from ``since`` to before ``until``, or all, and what they taught."""
    return Ok(done=parts.store.listens.erase_between(me, since, until))


@router.get("/journal")
def get_journal(
    parts: PartsOf,
    me: Me,
    since: Moment | None = None,
    until: Moment | None = None,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 500,
) -> Journal:
    """Readings and playbacks from ``since`` to before ``until``, the newest first."""
    start, end = since or datetime(1970, 1, 2, tzinfo=UTC), until or datetime(2200, 1, 1, tzinfo=UTC)
    listens = [
        listen for listen in parts.store.listens.recent(me, _MOST) if start <= listen.started_at < end
    ][:limit]
    tracks = shown(parts, me, parts.store.browse.some(me, list({listen.track_id for listen in listens})))
    by_id = {track.id: track for track in tracks}
    return Journal(
        readings=[reading_of(*found) for found in parts.store.readings.between(me, since, until, limit)],
        listens=[
            Heard(
                track=by_id[listen.track_id],
                started_at=listen.started_at,
                played_s=listen.played_s,
                policy=listen.policy,
                reading_id=listen.reading_id,
                skipped=listen.skipped,
            )
            for listen in listens
            if listen.track_id in by_id
        ],
    )
