"""Copies of a library in SQLite: made while it is in use, and put back in its place."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy import URL, make_url

from mien.errors import StoreBusyError, StoreError
from mien.store.database import Database
from mien.store.migrate import VERSION_TABLE, migrate

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER = b"SQLite format 3\x00"
_HAS_VERSION = "SELECT 1 FROM sqlite_master WHERE name = ?"


def back_up(url: str, to: Path, *, replace: bool = False) -> int:
    """Copy the library into a file of its own, as it is at this moment, whoever uses it meanwhile.

    Args:
        url: of the library, in SQLite.
        to: the copy, readable by its owner only.
        replace: an older copy of that name.

    Returns:
        The copy's size in bytes.

    Raises:
        StoreError: it is not in SQLite, there is none yet, it is damaged, or the copy cannot be written.
    """
    source = _file_of(url)
    _require_library(source)
    if to.exists() and not replace:
        raise StoreError(f"{to} is there already: choose another name, or give --force")
    if to.exists() and to.samefile(source):
        raise StoreError(f"{to} is the library itself")
    with _beside(to) as copy:
        _copy(source, copy)
        copy.replace(to)
    return to.stat().st_size


def restore(backup: Path, url: str) -> Path | None:
    """Put a copy in the place of the library, brought up to date; nothing else may use the library.

    Returns:
        Where the library that was there is kept; None where there was none.

    Raises:
        StoreError: the file is no library, is damaged, or belongs to a newer Mien; nothing has changed.
        StoreBusyError: another program uses the library; nothing has changed.
    """
    library = _file_of(url)
    _require_library(backup)
    with _beside(library) as copy:
        _copy(backup, copy)
        _bring_up_to_date(copy, backup)
        kept = None
        if library.exists():
            _require_alone(library)
            kept = library.with_name(f"{library.stem} before {datetime.now():%Y-%m-%d %H.%M.%S}.db")  # noqa: DTZ005
            library.rename(kept)
        copy.replace(library)
    return kept


def _file_of(url: str) -> Path:
    parsed: URL = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise StoreError(
            f"the library is in {parsed.get_backend_name()}, which has copies of its own: see its pg_dump"
        )
    return Path(parsed.database)


def _require_library(file: Path) -> None:
    try:
        with file.open("rb") as opened:
            header = opened.read(len(_HEADER))
    except OSError as error:
        raise StoreError(f"{file} cannot be read: {error.strerror}") from None
    if header != _HEADER:
        raise StoreError(f"{file} is no library of Mien")
    try:
        with closing(_opened(file)) as connection:
            found = connection.execute(
                "SELECT 1 FROM sqlite_master WHERE name = ?", (VERSION_TABLE,)
            ).fetchone()
    except sqlite3.DatabaseError as error:
        raise _damaged(file, error) from None
    if not found:
        raise StoreError(f"{file} is no library of Mien")


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode=ro", uri=True)


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """An empty file in the same folder, for the owner only; gone afterwards, unless it was put in place."""
    copy = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL, 0o600))
        yield copy
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {error.strerror}") from None
    finally:
        for left in (copy, *(copy.with_name(copy.name + end) for end in ("-wal", "-shm", "-journal"))):
            with suppress(OSError):
                left.unlink(missing_ok=True)


def _copy(source: Path, copy: Path) -> None:
    try:
        with closing(_opened(source)) as old, closing(sqlite3.connect(copy)) as new:
            old.backup(new)
            new.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
            (verdict,) = new.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        raise _damaged(source, error) from None
    if verdict != "ok":
        raise _damaged(source, verdict)


def _damaged(file: Path, fault: object) -> StoreError:
    return StoreError(
        f"{file} is damaged or cannot be read ({' '.join(str(fault).split())}): use another copy"
    )


def _bring_up_to_date(copy: Path, backup: Path) -> None:
    database = Database(f"sqlite:///{copy}")
    try:
        migrate(database)
    except StoreError as error:
        raise StoreError(str(error).replace(str(copy), str(backup))) from None
    finally:
        database.close()


def _require_alone(library: Path) -> None:
    """Leave SQLite's write-ahead log, which it allows only where no other program has the file open."""
    try:
        with closing(sqlite3.connect(library, timeout=2)) as connection:
            (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    except sqlite3.OperationalError:
        mode = "wal"
    except sqlite3.DatabaseError:
        return  # it is damaged: that is what a copy is for
    if mode != "delete":
        raise StoreBusyError(f"another program uses {library}: stop mien serve and mien scan first")
