"""One connection to the database: how it is opened, how it is read and written, and what its errors mean."""

from __future__ import annotations

import os
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from shutil import disk_usage
from threading import RLock
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from mien.errors import NotFoundError, StoreBusyError, StoreError
from mien.sentences import Sentence, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import Connection, Engine, Table

_BUSY_TIMEOUT_MS = 10_000
_THREADS = 40
_FULL_BYTES = 128 * 1024  # SQLite makes files of up to 32 KiB beside the database, several at once
_BEGIN = "mien_begin"  # an execution option: how SQLite is told to begin
_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
_INSERTS: Mapping[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}

_ADDRESSES = "write sqlite:///PATH or postgresql://..."

# A row refers to one that is not there: SQLite's code, and PostgreSQL's.
_NOT_THERE = {"SQLITE_CONSTRAINT_FOREIGNKEY", "23503"}

# What SQLite's result codes (the part after SQLITE_) mean for people.
_SENTENCES = {
    "FULL": say("store_full", "the disk is full, so nothing was saved: free some space and try again"),
    "NOTADB": say("store_no_database", "this file is not a database: choose another with MIEN_DATABASE_URL"),
    "CORRUPT": say("store_damaged", "the database is damaged: put a copy of it back with mien restore"),
    "CANTOPEN": say(
        "store_not_opened",
        "the database cannot be opened: check that it is a file and that you may write to its folder",
    ),
    "READONLY": say(
        "store_read_only", "the database may not be written to: check its permissions and those of its folder"
    ),
    "PERM": say("store_denied", "the database may not be opened: check its permissions"),
    "IOERR": say(
        "store_disk_failed",
        "the disk failed while the database was read or written: check the disk and try again",
    ),
}


class Database:
    """A database and how to talk to it.

    Args:
        url: ``sqlite:///PATH`` or ``postgresql://...``. The SQLite file is made where it is missing, readable
            by its owner only, and so is its folder.

    Raises:
        StoreError: the address is malformed, names another kind of database, or its folder cannot be made.
    """

    def __init__(self, url: str) -> None:
        parsed = _parsed(url)
        self.name = (parsed.database or "") if _is_sqlite(parsed) else parsed.render_as_string()
        if _is_sqlite(parsed):
            _make_file(Path(self.name))
        self._engine = _engine(parsed)
        self._turn = RLock()

    @property
    def dialect(self) -> str:
        """``"sqlite"`` or ``"postgresql"``."""
        return self._engine.dialect.name

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with."""
        with self._explained(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose changes are saved together at the end, or not at all after an error."""
        # A writer takes its turn at once: a reader that turns writer half-way can only fail.
        engine = self._engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
        # SQLite has those who wait sleep longer and longer; threads of one process wake each other at once.
        turn = self._turn if self.dialect == "sqlite" else nullcontext()
        with turn, self._explained(), engine.begin() as connection:
            yield connection

    def use_write_ahead_log(self) -> None:
        """Let others read while one writes; SQLite notes it in the file, PostgreSQL does so anyway."""
        if self.dialect == "sqlite":
            with self._without_transaction() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")

    def erase_what_was_deleted(self) -> None:
        """Rebuild the file so that no byte of what was deleted is left in it or beside it.

        PostgreSQL reclaims and overwrites deleted rows by itself, in its own time.

        Raises:
            StoreBusyError: another program is still reading; traces may be left until this succeeds.
        """
        if self.dialect != "sqlite":
            return
        with self._without_transaction() as connection:
            connection.exec_driver_sql("VACUUM")
            if connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one():
                raise self._busy()

    @contextmanager
    def _without_transaction(self) -> Iterator[Connection]:
        engine = self._engine.execution_options(**{_BEGIN: ""})
        with self._explained(), engine.connect() as connection:
            yield connection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise self._store_error(error) from error
        except (SQLAlchemyError, OverflowError) as error:
            raise StoreError(self._failed(str(error))) from error

    def _store_error(self, error: DBAPIError) -> StoreError:
        code = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None) or ""
        if code in _NOT_THERE:
            return NotFoundError(
                say("track_or_listener_gone", "that track or listener is not in the library (any more)")
            )
        family = code.removeprefix("SQLITE_").split("_")[0]
        if family in {"BUSY", "LOCKED"}:
            return self._busy()
        if family == "IOERR" and self._disk_is_full():
            family = "FULL"  # not even the files beside the database could grow
        return StoreError(self._failed(_SENTENCES.get(family) or " ".join(str(error.orig).split())))

    def _disk_is_full(self) -> bool:
        try:
            return disk_usage(Path(self.name).parent).free < _FULL_BYTES
        except OSError:  # it is gone, or fails indeed
            return False

    def _failed(self, fault: Sentence | str) -> Sentence:
        return say("store_failed", "{name}: {fault}", name=self.name, fault=fault)

    def _busy(self) -> StoreBusyError:
        return StoreBusyError(
            say(
                "store_busy", "{name}: another program is using the database: try again later", name=self.name
            )
        )


def upsert(connection: Connection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Insert a row, or change the one that has this key."""
    # The two dialects agree in how they say it, but not in a common type.
    statement: sqlite.Insert | postgresql.Insert = _INSERTS[connection.dialect.name](table)
    statement = statement.values(**key, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=dict(values)))


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(f"the database address is malformed: {_ADDRESSES}") from None
    driver = _DRIVERS.get(parsed.get_backend_name())
    if driver is None:
        raise StoreError(
            f"Mien keeps its library in SQLite or PostgreSQL, not in {parsed.get_backend_name()}"
        )
    if _is_sqlite(parsed) and (parsed.database in {None, "", ":memory:"} or parsed.query):
        raise StoreError(f"{url!r} names no file: {_ADDRESSES}")
    return parsed.set(drivername=driver)


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _make_file(path: Path) -> None:
    # Never opened when it is there: closing it would drop the locks that SQLite holds on it in this process.
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise StoreError(
            f"{path}: the database cannot be made ({error.strerror}): set MIEN_HOME to a folder that can be"
            " written, or MIEN_DATABASE_URL"
        ) from None


def _engine(url: URL) -> Engine:
    try:
        # As many as a server has threads: one too many would be opened and closed for every request.
        engine = create_engine(url, pool_size=_THREADS)
    except ModuleNotFoundError as error:
        raise StoreError(
            f"{url.get_backend_name()} needs the Python package {error.name}: install it"
        ) from None
    if _is_sqlite(url):
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401  (sqlite3's own, behind SQLAlchemy)
    # The driver would begin transactions late and not at all around DDL; _begin_sqlite does it instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {_BUSY_TIMEOUT_MS}",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        "secure_delete = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    begin = connection.get_execution_options().get(_BEGIN, "BEGIN")
    if begin:
        connection.exec_driver_sql(begin)
