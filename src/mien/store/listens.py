"""What listeners played."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from mien.domain import Listen, PolicyName
from mien.store.schema import listens

if TYPE_CHECKING:
    from sqlalchemy import Row

    from mien.domain import Listener
    from mien.store.database import Database


class Listens:
    """What listeners played, one row a playback."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, listener: Listener, listen: Listen) -> None:
        """Remember a playback; the time of day where the listener was is kept with it.

        Raises:
            NotFoundError: there is no such track, listener or reading.
        """
        offset = listen.started_at.utcoffset() or timedelta()
        values = {
            "listener_id": listener.id,
            "track_id": listen.track_id,
            "started_at": listen.started_at,
            "utc_offset_s": int(offset.total_seconds()),
            "played_s": listen.played_s,
            "policy": listen.policy,
            "reading_id": listen.reading_id,
        }
        with self._database.writing() as connection:
            connection.execute(insert(listens).values(values))

    def recent(self, listener: Listener, most: int) -> list[Listen]:
        """What the listener played last, at most ``most`` playbacks, the newest first."""
        query = (
            select(listens)
            .where(listens.c.listener_id == listener.id)
            .order_by(listens.c.started_at.desc(), listens.c.id.desc())
            .limit(most)
        )
        with self._database.reading() as connection:
            return [_listen(row) for row in connection.execute(query)]


def _listen(row: Row[Any]) -> Listen:
    return Listen(
        track_id=row.track_id,
        started_at=row.started_at.astimezone(timezone(timedelta(seconds=row.utc_offset_s))),
        played_s=row.played_s,
        policy=row.policy and PolicyName(row.policy),
        reading_id=row.reading_id,
    )
