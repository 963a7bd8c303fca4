"""What listeners want more of, and less."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from mien.domain import Wish
from mien.store.database import upsert
from mien.store.schema import wishes

if TYPE_CHECKING:
    from datetime import datetime

    from mien.domain import Listener
    from mien.store.database import Database


class Wishes:
    """What listeners want more of, and less ("more like this"); at most one wish a listener and track."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def say(self, listener: Listener, track_id: int, wish: Wish, said_at: datetime) -> None:
        """Remember a wish, in place of the one before.

        Raises:
            NotFoundError: there is no such track or listener.
        """
        key = {"listener_id": listener.id, "track_id": track_id}
        with self._database.writing() as connection:
            upsert(connection, wishes, key, {"wish": str(wish), "said_at": said_at})

    def take_back(self, listener: Listener, track_id: int) -> None:
        """Forget a wish, if there is one."""
        this = (wishes.c.listener_id == listener.id) & (wishes.c.track_id == track_id)
        with self._database.writing() as connection:
            connection.execute(delete(wishes).where(this))

    def of(self, listener: Listener) -> dict[int, tuple[Wish, datetime]]:
        """Everything the listener wished: track number to what, and when (UTC)."""
        query = select(wishes.c.track_id, wishes.c.wish, wishes.c.said_at).where(
            wishes.c.listener_id == listener.id
        )
        with self._database.reading() as connection:
            return {track_id: (Wish(wish), at) for track_id, wish, at in connection.execute(query)}
