"""Files that could not be analysed, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mien.sentences import Sentence
from mien.store.database import upsert
from mien.store.schema import one_line, problems
from mien.store.tracks import FileStamp

if TYPE_CHECKING:
    from pathlib import Path

    from mien.store.database import Database


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that could not be analysed.

    Attributes:
        path: the file.
        reason: what is wrong with it, in English.
        said: the same with its code; None where an older Mien wrote it.
        stamp: how it looked then; None when not even that could be seen.
        failed_at: when, in UTC.
    """

    path: Path
    reason: str
    said: Sentence | None
    stamp: FileStamp | None
    failed_at: datetime


class Problems:
    """Files that could not be analysed or are gone.

    ``Tracks.save``, ``Tracks.forget`` and ``Files`` clear them.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, path: Path, reason: Sentence, stamp: FileStamp | None) -> None:
        """Remember that ``path`` failed, in place of an earlier failure of it."""
        values = {
            "reason": str(reason),
            "said": _storable(reason.to_json()),
            "size_bytes": stamp and stamp.size_bytes,
            "mtime_ns": stamp and stamp.mtime_ns,
            "failed_at": datetime.now(UTC),
        }
        with self._database.writing() as connection:
            upsert(connection, problems, {"path": path}, values)

    def all(self) -> list[Problem]:
        """Every file that failed and has not succeeded since, by path."""
        with self._database.reading() as connection:
            rows = connection.execute(select(problems).order_by(problems.c.path)).all()
        return [
            Problem(
                row.path,
                row.reason,
                None if row.said is None else Sentence.of_json(row.said),
                None if row.size_bytes is None else FileStamp(row.size_bytes, row.mtime_ns),
                row.failed_at,
            )
            for row in rows
        ]


def _storable(value: Any) -> Any:  # noqa: ANN401  (of JSON)
    if isinstance(value, dict):
        return {name: _storable(each) for name, each in value.items()}
    return one_line(value) if isinstance(value, str) else value
