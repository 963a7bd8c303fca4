"""Tracks that listeners do not want to hear now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from mien.store.database import upsert
from mien.store.schema import snoozes

if TYPE_CHECKING:
    from datetime import datetime

    from mien.domain import Listener
    from mien.store.database import Database


class Snoozes:
    """Tracks that listeners do not want to hear until a moment ("not now")."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def snooze(self, listener: Listener, track_id: int, until: datetime) -> None:
        """Leave a track out until a moment, with its time zone, in place of what was said before.

        Raises:
            NotFoundError: there is no such track or listener.
        """
        key = {"listener_id": listener.id, "track_id": track_id}
        with self._database.writing() as connection:
            upsert(connection, snoozes, key, {"until": until})

    def wake(self, listener: Listener, track_id: int) -> None:
        """Take "not now" back, if it was said."""
        this = (snoozes.c.listener_id == listener.id) & (snoozes.c.track_id == track_id)
        with self._database.writing() as connection:
            connection.execute(delete(snoozes).where(this))

    def of(self, listener: Listener, now: datetime) -> dict[int, datetime]:
        """What the listener does not want to hear now: track number to when it may come again (UTC)."""
        query = select(snoozes.c.track_id, snoozes.c.until).where(
            snoozes.c.listener_id == listener.id, snoozes.c.until > now
        )
        with self._database.reading() as connection:
            return {row.track_id: row.until for row in connection.execute(query)}
