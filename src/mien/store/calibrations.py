"""What Mien learnt of listeners' faces: numbers, never pictures."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from mien.domain import Calibration, Emotion
from mien.store.database import upsert
from mien.store.schema import calibrations

if TYPE_CHECKING:
    from mien.domain import Listener
    from mien.store.database import Database


class Calibrations:
    """What Mien learnt of listeners' faces: at most one calibration each."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, listener: Listener) -> Calibration | None:
        """The listener's; None when they have none."""
        query = select(calibrations).where(calibrations.c.listener_id == listener.id)
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        offsets = {emotion: row[f"offset_{emotion}"] for emotion in Emotion}
        return Calibration(offsets, row["frames"], row["artifact_version"])

    def keep(self, listener: Listener, calibration: Calibration) -> None:
        """Remember a calibration, in place of the one before.

        Raises:
            NotFoundError: there is no such listener.
        """
        values = {
            "artifact_version": calibration.artifact_version,
            "frames": calibration.frames,
            "made_at": datetime.now(UTC),
            **{f"offset_{emotion}": offset for emotion, offset in calibration.offsets.items()},
        }
        with self._database.writing() as connection:
            upsert(connection, calibrations, {"listener_id": listener.id}, values)

    def forget(self, listener: Listener) -> bool:
        """Erase the listener's calibration, so that no trace is left on the disk; False when they had none.

        Raises:
            StoreBusyError: it is deleted, but another program is using the database, so that traces may be
                left in its files until it is closed and the next one is erased.
        """
        with self._database.writing() as connection:
            gone = connection.execute(delete(calibrations).where(calibrations.c.listener_id == listener.id))
        if gone.rowcount:
            self._database.erase_what_was_deleted()
        return bool(gone.rowcount)
