"""Bringing a database to the schema that this Mien uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, MetaData, Table, Text, inspect, select

from mien.errors import StoreError
from mien.store.schema import REVISION

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from mien.store.database import Database

VERSION_TABLE = "mien_version"
_version = Table(VERSION_TABLE, MetaData(), Column("version_num", Text))


def migrate(database: Database) -> None:
    """Make the tables, or bring older ones up to date.

    Raises:
        StoreError: the database belongs to a newer Mien or to another program.
        StoreBusyError: another program is changing it.
    """
    with database.reading() as connection:
        if _revision(connection) == REVISION:
            return
    # Alembic takes longer to import than most commands to run. Not under the lock either: others wait for it.
    from alembic import command, config, script  # noqa: PLC0415

    settings = config.Config()
    settings.set_main_option("script_location", "mien.store:migrations")
    known = {step.revision for step in script.ScriptDirectory.from_config(settings).walk_revisions()}
    with database.writing() as connection:
        _check_owner(connection, known, database.name)
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.scalar(select(_version.c.version_num))


def _check_owner(connection: Connection, known: Collection[str], name: str) -> None:
    revision = _revision(connection)
    if revision is None and inspect(connection).get_table_names():
        raise StoreError(f"{name} belongs to another program: choose another with MIEN_DATABASE_URL")
    if revision is not None and revision not in known:
        raise StoreError(f"{name} was made by a newer Mien ({revision}): update this one, or choose another")
