"""Listens that came from other services, so that they can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select

from mien.errors import NotFoundError
from mien.sentences import say
from mien.store.schema import imported_listens, imports, listens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mien.domain import Listen, Listener
    from mien.store.database import Database


@dataclass(frozen=True, slots=True)
class Import:
    """One import of listens.

    Attributes:
        id: the store's number for it.
        file: the name of the file.
        source: what it was exported from.
        imported_at: when.
        listens: how many of it are there.
    """

    id: int
    file: str
    source: str
    imported_at: datetime
    listens: int


class Imports:
    """Listens that came from other services."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, listener: Listener, file: str, source: str, new: Sequence[Listen]) -> Import | None:
        """Remember listens that are not known yet: a song that already began at that second is known.

        Returns:
            The import; None when every listen was known, and nothing was done.
        """
        known_query = select(listens.c.track_id, listens.c.started_at).where(
            listens.c.listener_id == listener.id
        )
        now = datetime.now(UTC)
        with self._database.writing() as connection:
            known = {(track_id, int(at.timestamp())) for track_id, at in connection.execute(known_query)}
            fresh: dict[tuple[int, int], Listen] = {}
            for listen in new:
                key = (listen.track_id, int(listen.started_at.timestamp()))
                if key not in known:
                    fresh.setdefault(key, listen)
            if not fresh:
                return None
            values = {"listener_id": listener.id, "file": file, "source": source, "imported_at": now}
            import_id = connection.scalars(insert(imports).values(values).returning(imports.c.id)).one()
            rows = [_row(listener, listen) for listen in sorted(fresh.values(), key=lambda it: it.started_at)]
            numbers = connection.scalars(insert(listens).returning(listens.c.id), rows).all()
            marks = [{"listen_id": number, "import_id": import_id} for number in numbers]
            connection.execute(insert(imported_listens), marks)
            return Import(import_id, file, source, now, len(fresh))

    def all(self, listener: Listener) -> list[Import]:
        """The listener's imports, the newest first."""
        query = (
            select(imports, func.count(imported_listens.c.listen_id).label("listens"))
            .outerjoin(imported_listens, imported_listens.c.import_id == imports.c.id)
            .where(imports.c.listener_id == listener.id)
            .group_by(imports.c.id)
            .order_by(imports.c.id.desc())
        )
        with self._database.reading() as connection:
            return [
                Import(row.id, row.file, row.source, row.imported_at, row.listens)
                for row in connection.execute(query)
            ]

    def undo(self, listener: Listener, import_id: int) -> int:
        """Take back the listens of an import.

        Returns:
            How many.

        Raises:
            NotFoundError: the listener has no such import.
        """
        this = (imports.c.id == import_id) & (imports.c.listener_id == listener.id)
        of_it = select(imported_listens.c.listen_id).where(imported_listens.c.import_id == import_id)
        with self._database.writing() as connection:
            if connection.execute(select(imports.c.id).where(this)).first() is None:
                raise NotFoundError(
                    say(
                        "no_import",
                        "{listener} has no import with the number {number}",
                        listener=listener.name,
                        number=import_id,
                    )
                )
            gone = connection.execute(delete(listens).where(listens.c.id.in_(of_it))).rowcount
            connection.execute(delete(imports).where(this))
            return gone


def _row(listener: Listener, listen: Listen) -> dict[str, object]:
    offset = listen.started_at.utcoffset() or timedelta()
    return {
        "listener_id": listener.id,
        "track_id": listen.track_id,
        "started_at": listen.started_at,
        "utc_offset_s": int(offset.total_seconds()),
        "played_s": listen.played_s,
        "policy": listen.policy,
        "skipped": listen.skipped,
    }
