"""What listeners think of tracks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from mien.domain import Rating
from mien.store.database import upsert
from mien.store.schema import ratings

if TYPE_CHECKING:
    from mien.domain import Listener
    from mien.store.database import Database


class Ratings:
    """What listeners think of tracks; at most one rating a listener and track."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rate(self, listener: Listener, track_id: int, rating: Rating) -> None:
        """Remember what the listener thinks of a track, in place of what they thought before.

        Raises:
            NotFoundError: there is no such track or listener.
        """
        key = {"listener_id": listener.id, "track_id": track_id}
        with self._database.writing() as connection:
            upsert(connection, ratings, key, {"rating": str(rating), "rated_at": datetime.now(UTC)})

    def unrate(self, listener: Listener, track_id: int) -> None:
        """Take a rating back, if there is one."""
        this = (ratings.c.listener_id == listener.id) & (ratings.c.track_id == track_id)
        with self._database.writing() as connection:
            connection.execute(delete(ratings).where(this))

    def of(self, listener: Listener) -> dict[int, Rating]:
        """Everything the listener rated: track number to rating."""
        query = select(ratings.c.track_id, ratings.c.rating).where(ratings.c.listener_id == listener.id)
        with self._database.reading() as connection:
            return {track_id: Rating(rating) for track_id, rating in connection.execute(query)}
