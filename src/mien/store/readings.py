"""What was read from listeners' faces: numbers, never pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, insert, select, true

from mien.domain import Emotion, Estimate, Reading, Reason
from mien.errors import NotFoundError
from mien.sentences import say
from mien.store.schema import readings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row

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
        return self.record_all([(listener, reading, read_at)])[0]

    def record_all(self, read: Sequence[tuple[Listener, Reading, datetime]]) -> list[int]:
        """As :meth:`record`, of many at once, which costs little more than one.

        Raises:
            NotFoundError: there is no such listener as one of them; none is remembered.
        """
        rows = [_values(*one) for one in read]
        made = insert(readings).returning(readings.c.id, sort_by_parameter_order=True)
        with self._database.writing() as connection:
            return list(connection.execute(made, rows).scalars())

    def get(self, listener: Listener, reading_id: int) -> tuple[datetime, Reading]:
        """One of the listener's readings and when it was made (UTC).

        Raises:
            NotFoundError: they have none of that number.
        """
        for _, read_at, reading in self._where(listener, readings.c.id == reading_id, 1):
            return read_at, reading
        raise NotFoundError(
            say("no_reading", "there is no reading of the number {number}", number=reading_id)
        )

    def between(
        self, listener: Listener, since: datetime | None, until: datetime | None, most: int
    ) -> list[tuple[int, datetime, Reading]]:
        """Readings from ``since`` to before ``until`` with their numbers, ``most`` at most, newest first."""
        return self._where(listener, _within(since, until), most)

    def delete(self, listener: Listener, reading_id: int) -> None:
        """Erase one of the listener's readings; songs that were played for it stay in the journal.

        Raises:
            NotFoundError: they have none of that number.
        """
        if not self._delete(listener, readings.c.id == reading_id):
            raise NotFoundError(
                say("no_reading", "there is no reading of the number {number}", number=reading_id)
            )

    def delete_between(self, listener: Listener, since: datetime | None, until: datetime | None) -> int:
        """Erase the readings from ``since`` on and before ``until``, and say how many they were."""
        return self._delete(listener, _within(since, until))

    def _where(
        self, listener: Listener, criterion: ColumnElement[bool], most: int
    ) -> list[tuple[int, datetime, Reading]]:
        query = (
            select(readings)
            .where(readings.c.listener_id == listener.id, criterion)
            .order_by(readings.c.read_at.desc(), readings.c.id.desc())
            .limit(most)
        )
        with self._database.reading() as connection:
            return [(row.id, row.read_at, _reading(row)) for row in connection.execute(query)]

    def _delete(self, listener: Listener, criterion: ColumnElement[bool]) -> int:
        this = delete(readings).where(readings.c.listener_id == listener.id, criterion)
        with self._database.writing() as connection:
            return connection.execute(this).rowcount

    def recent(self, listener: Listener, most: int) -> list[tuple[datetime, Reading]]:
        """The listener's last readings and when they were made (UTC), at most ``most``, the newest first."""
        return [(read_at, reading) for _, read_at, reading in self._where(listener, true(), most)]


def _within(since: datetime | None, until: datetime | None) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = [true()]
    if since is not None:
        parts.append(readings.c.read_at >= since)
    if until is not None:
        parts.append(readings.c.read_at < until)
    return and_(*parts)


def _values(listener: Listener, reading: Reading, read_at: datetime) -> dict[str, Any]:
    return {
        "listener_id": listener.id,
        "read_at": read_at,
        "certain": reading.certain,
        "reason": reading.reason,
        "frames": reading.frames,
        "reason_code": reading.reason_code,
        "held": reading.held,
        **_emotion_values(reading.emotion),
    }


_NO_EMOTION = {**{f"p_{label}": None for label in Emotion}, "emotion_certain": None, "emotion_reason": None}


def _emotion_values(emotion: Estimate[Emotion] | None) -> dict[str, Any]:
    if emotion is None:
        return _NO_EMOTION
    probabilities = {f"p_{label}": emotion.probabilities.get(label, 0.0) for label in Emotion}
    return {**probabilities, "emotion_certain": emotion.certain, "emotion_reason": emotion.reason}


def _reading(row: Row[Any]) -> Reading:
    values = row._mapping  # noqa: SLF001  (public in spite of its name: SQLAlchemy's namedtuple convention)
    code = None if row.reason_code is None else Reason(row.reason_code)
    emotion = None
    if row.emotion_certain is not None:
        probabilities = {label: values[f"p_{label}"] for label in Emotion}
        why = None if row.emotion_certain else code
        emotion = Estimate(probabilities, row.emotion_certain, row.emotion_reason, why)
    held = None if row.held is None else Emotion(row.held)
    return Reading(emotion, row.certain, row.reason, row.frames, code, held)
