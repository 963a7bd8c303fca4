"""What listeners say that the mood of a track is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from mien.domain import Mood
from mien.store.database import upsert
from mien.store.schema import labels

if TYPE_CHECKING:
    from mien.domain import Listener
    from mien.store.database import Database


class Labels:
    """What listeners say that the mood of a track is; it wins over the network, for them only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def label(self, listener: Listener, track_id: int, mood: Mood) -> None:
        """Remember what the listener says, in place of what they said before.

        Raises:
            NotFoundError: there is no such track or listener.
        """
        key = {"listener_id": listener.id, "track_id": track_id}
        with self._database.writing() as connection:
            upsert(connection, labels, key, {"mood": str(mood), "labelled_at": datetime.now(UTC)})

    def unlabel(self, listener: Listener, track_id: int) -> None:
        """Take a label back, if there is one; the network's estimate counts again."""
        this = (labels.c.listener_id == listener.id) & (labels.c.track_id == track_id)
        with self._database.writing() as connection:
            connection.execute(delete(labels).where(this))

    def of(self, listener: Listener) -> dict[int, Mood]:
        """Everything the listener labelled: track number to mood."""
        query = select(labels.c.track_id, labels.c.mood).where(labels.c.listener_id == listener.id)
        with self._database.reading() as connection:
            return {track_id: Mood(mood) for track_id, mood in connection.execute(query)}
