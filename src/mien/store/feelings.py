"""What listeners say they feel, in place of what their faces show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from mien.store.database import upsert
from mien.store.schema import feelings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mien.domain import Listener
    from mien.store.database import Database


@dataclass(frozen=True, slots=True)
class SavedFeeling:
    """What a listener said, as ``mien.usecases.feeling`` writes it.

    Attributes:
        said: the feeling.
        said_at: when, in UTC.
        before: what stood before, to go back to.
    """

    said: Mapping[str, Any]
    said_at: datetime
    before: Mapping[str, Any]


class Feelings:
    """What listeners say they feel: at most one thing each; it holds until they say something else."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, listener: Listener) -> SavedFeeling | None:
        """What the listener said last; None where their face speaks."""
        query = select(feelings).where(feelings.c.listener_id == listener.id)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else SavedFeeling(row.said, row.said_at, row.before)

    def keep(self, listener: Listener, feeling: SavedFeeling) -> None:
        """Remember what the listener says, in place of what they said before.

        Raises:
            NotFoundError: there is no such listener.
        """
        values = {
            "said": dict(feeling.said),
            "said_at": feeling.said_at,
            "before": dict(feeling.before),
        }
        with self._database.writing() as connection:
            upsert(connection, feelings, {"listener_id": listener.id}, values)

    def forget(self, listener: Listener) -> bool:
        """Let the listener's face speak again; False where it did."""
        with self._database.writing() as connection:
            gone = connection.execute(delete(feelings).where(feelings.c.listener_id == listener.id))
        return bool(gone.rowcount)
