"""The folders that music is read from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from mien.errors import NotFoundError
from mien.sentences import say
from mien.store.database import upsert
from mien.store.schema import folders

if TYPE_CHECKING:
    from pathlib import Path

    from mien.store.database import Database


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that music is read from; ``path`` is absolute."""

    id: int
    path: Path


class Folders:
    """The folders that music is read from."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Folder]:
        """Every folder, by path."""
        query = select(folders.c.id, folders.c.path).order_by(folders.c.path)
        with self._database.reading() as connection:
            return [Folder(*row) for row in connection.execute(query)]

    def add(self, path: Path) -> Folder:
        """Remember a folder; nothing changes where it is known already."""
        with self._database.writing() as connection:
            upsert(connection, folders, {"path": path}, {"added_at": datetime.now(UTC)})
        return next(folder for folder in self.all() if folder.path == path)

    def remove(self, folder_id: int) -> None:
        """Read it no more; its tracks stay until they are forgotten.

        Raises:
            NotFoundError: there is none of that number.
        """
        with self._database.writing() as connection:
            if not connection.execute(delete(folders).where(folders.c.id == folder_id)).rowcount:
                raise NotFoundError(
                    say("no_folder", "there is no folder of the number {number}", number=folder_id)
                )
