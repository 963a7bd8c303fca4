"""What was read from listeners' faces: numbers, never pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from mien.domain import Emotion, Estimate, Reading
from mien.store.schema import readings

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row

    from mien.domain import Listener
    from mien.store.database import Database


class Readings:
    """What was read from listeners' faces: numbers, never pictures."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, listener: Listener, reading: Reading, read_at: datetime) -> int:
        """Remember a reading.

        Args:
            listener: whose.
            reading: what was read.
            read_at: when, with its time zone.

        Returns:
            The reading's number, for ``Listen.reading_id``.

        Raises:
            NotFoundError: there is no such listener.
        """
        values = {
            "listener_id": listener.id,
            "read_at": read_at,
            "certain": reading.certain,
            "reason": reading.reason,
            "frames": reading.frames,
            **_emotion_values(reading.emotion),
        }
        with self._database.writing() as connection:
            made = connection.execute(insert(readings).values(values).returning(readings.c.id))
            return int(made.scalar_one())

    def recent(self, listener: Listener, most: int) -> list[tuple[datetime, Reading]]:
        """The listener's last readings and when they were made (UTC), at most ``most``, the newest first."""
        query = (
            select(readings)
            .where(readings.c.listener_id == listener.id)
            .order_by(readings.c.read_at.desc(), readings.c.id.desc())
            .limit(most)
        )
        with self._database.reading() as connection:
            return [(row.read_at, _reading(row)) for row in connection.execute(query)]


def _emotion_values(emotion: Estimate[Emotion] | None) -> dict[str, Any]:
    if emotion is None:
        return {}
    probabilities = {f"p_{label}": emotion.probabilities.get(label, 0.0) for label in Emotion}
    return {**probabilities, "emotion_certain": emotion.certain, "emotion_reason": emotion.reason}


def _reading(row: Row[Any]) -> Reading:
    values = row._mapping  # noqa: SLF001  (public in spite of its name: SQLAlchemy's namedtuple convention)
    emotion = None
    if row.emotion_certain is not None:
        probabilities = {label: values[f"p_{label}"] for label in Emotion}
        emotion = Estimate(probabilities, row.emotion_certain, row.emotion_reason)
    return Reading(emotion, row.certain, row.reason, row.frames)
