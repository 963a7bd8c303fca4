"""What listeners played."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import bindparam, delete, func, insert, select, true

from mien.domain import Listen, PolicyName
from mien.store.schema import listens

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row

    from mien.domain import Listener
    from mien.store.database import Database

ListenRow: TypeAlias = tuple[int, int, float, int, float, bool]
"""Number, track number, start (Unix time), seconds east of UTC there, seconds played, whether skipped."""


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
            "skipped": listen.skipped,
        }
        with self._database.writing() as connection:
            connection.execute(insert(listens).values(values))

    def erase(self, listener: Listener, track_ids: Iterable[int]) -> int:
        """Remove the listener's playbacks of these tracks.

        Returns:
            How many were removed.
        """
        gone = [{"gone": track_id} for track_id in track_ids]
        if not gone:
            return 0
        this = (listens.c.listener_id == listener.id) & (listens.c.track_id == bindparam("gone"))
        with self._database.writing() as connection:
            return connection.execute(delete(listens).where(this), gone).rowcount

    def erase_between(self, listener: Listener, since: datetime | None, until: datetime | None) -> int:
        """Remove the playbacks that began from ``since`` to before ``until``; says how many they were."""
        within: ColumnElement[bool] = true()
        if since is not None:
            within &= listens.c.started_at >= since
        if until is not None:
            within &= listens.c.started_at < until
        with self._database.writing() as connection:
            return connection.execute(
                delete(listens).where(listens.c.listener_id == listener.id, within)
            ).rowcount

    def history(self, listener: Listener, after: int = 0) -> list[ListenRow]:
        """What the listener played, in the order in which it was remembered, in plain numbers.

        Args:
            listener: whose.
            after: leave out playbacks up to this number.
        """
        query = (
            select(
                listens.c.id,
                listens.c.track_id,
                listens.c.started_at,
                listens.c.utc_offset_s,
                listens.c.played_s,
                listens.c.skipped,
            )
            .where(listens.c.listener_id == listener.id, listens.c.id > after)
            .order_by(listens.c.id)
        )
        with self._database.reading() as connection:
            return [
                (number, track_id, started_at.timestamp(), offset_s, played_s, skipped)
                for number, track_id, started_at, offset_s, played_s, skipped in connection.execute(query)
            ]

    def count(self, listener: Listener) -> tuple[int, int]:
        """How many playbacks are remembered, and the number of the last one (0 when there is none)."""
        query = select(func.count(), func.coalesce(func.max(listens.c.id), 0)).where(
            listens.c.listener_id == listener.id
        )
        with self._database.reading() as connection:
            total, last = connection.execute(query).one()
        return int(total), int(last)

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
        skipped=row.skipped,
    )
