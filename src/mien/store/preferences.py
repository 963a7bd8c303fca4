"""How listeners want recommendations to be made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from mien.store.database import upsert
from mien.store.schema import preferences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mien.domain import Listener
    from mien.store.database import Database


class PreferenceChoices:
    """How listeners want recommendations to be made: JSON values by name, kept and not understood."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, listener: Listener) -> dict[str, Any]:
        """What the listener chose; empty when nothing."""
        query = select(preferences.c.choices).where(preferences.c.listener_id == listener.id)
        with self._database.reading() as connection:
            return dict(connection.scalar(query) or {})

    def keep(self, listener: Listener, choices: Mapping[str, Any]) -> None:
        """Remember what the listener chose, in place of what they chose before.

        Raises:
            NotFoundError: there is no such listener.
        """
        with self._database.writing() as connection:
            if choices:
                upsert(connection, preferences, {"listener_id": listener.id}, {"choices": dict(choices)})
            else:
                connection.execute(delete(preferences).where(preferences.c.listener_id == listener.id))
