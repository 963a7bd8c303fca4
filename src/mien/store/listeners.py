"""The people who use Mien."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from mien.domain import Listener
from mien.errors import ConflictError, NotFoundError, StoreError
from mien.sentences import say
from mien.store.schema import (
    feelings,
    imports,
    labels,
    listeners,
    listens,
    preferences,
    ratings,
    readings,
    snoozes,
    wishes,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mien.store.database import Database

DEFAULT_NAME = "me"
# What a listener did and chose.
_TASTE = (imports, listens, ratings, labels, snoozes, wishes, feelings, preferences, readings)


class Listeners:
    """The people who use Mien; there is always at least one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def default(self) -> Listener:
        """The first listener, who is made where there is none."""
        first = select(listeners.c.id, listeners.c.name).order_by(listeners.c.id).limit(1)
        with self._database.reading() as connection:
            found = connection.execute(first).first()
        if found is not None:
            return Listener(*found)
        with self._database.writing() as connection:
            found = connection.execute(first).first()  # another process may have been quicker
            return Listener(*found) if found else _insert(connection, DEFAULT_NAME)

    def all(self) -> list[Listener]:
        """Everyone, in the order in which they came."""
        rows = select(listeners.c.id, listeners.c.name).order_by(listeners.c.id)
        with self._database.reading() as connection:
            return [Listener(*row) for row in connection.execute(rows)]

    def named(self, name: str) -> Listener:
        """The listener of that name.

        Raises:
            NotFoundError: there is none.
        """
        everyone = self.all()
        for listener in everyone:
            if listener.name == name:
                return listener
        known = ", ".join(listener.name for listener in everyone)
        raise NotFoundError(f"no listener is named {name!r}; there is {known or 'nobody yet'}")

    def add(self, name: str) -> Listener:
        """Make a listener.

        Raises:
            StoreError: the name is empty.
            ConflictError: it is taken.
        """
        if not name.strip():
            raise StoreError(say("listener_needs_name", "a listener needs a name"))
        with self._database.writing() as connection:
            taken = connection.execute(select(listeners.c.id).where(listeners.c.name == name)).first()
            if taken:
                raise ConflictError(
                    say(
                        "listener_name_taken",
                        "there is a listener named {name!r} already: choose another name",
                        name=name,
                    )
                )
            return _insert(connection, name)

    def forget(self, listener: Listener) -> None:
        """Erase a listener and everything of theirs, so that no trace is left on the disk.

        Raises:
            NotFoundError: there is no such listener.
            StoreBusyError: they are deleted, but another program is using the database, so that traces may be
                left in its files until it is closed and the next listener is forgotten.
        """
        with self._database.writing() as connection:
            gone = connection.execute(delete(listeners).where(listeners.c.id == listener.id))
            if not gone.rowcount:
                raise NotFoundError(
                    say("no_listener_named", "no listener is named {name!r}", name=listener.name)
                )
        self._database.erase_what_was_deleted()

    def erase_taste(self, listener: Listener) -> None:
        """Erase what a listener did and chose, without a trace; who they are and their playlists stay.

        Raises:
            StoreBusyError: as :meth:`forget`.
        """
        with self._database.writing() as connection:
            for table in _TASTE:
                connection.execute(delete(table).where(table.c.listener_id == listener.id))
        self._database.erase_what_was_deleted()


def _insert(connection: Connection, name: str) -> Listener:
    made = insert(listeners).values(name=name, created_at=datetime.now(UTC))
    return Listener(*connection.execute(made.returning(listeners.c.id, listeners.c.name)).one())
