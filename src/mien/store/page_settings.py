"""What listeners set in the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mien.store.database import upsert
from mien.store.schema import page_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mien.domain import Listener
    from mien.store.database import Database


class PageSettings:
    """What listeners set in the page, such as its theme; what it means is the page's business."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, listener: Listener) -> dict[str, Any]:
        """What the listener chose; what they did not choose is not in it."""
        query = select(page_settings.c.chosen).where(page_settings.c.listener_id == listener.id)
        with self._database.reading() as connection:
            return dict(connection.scalar(query) or {})

    def save(self, listener: Listener, chosen: Mapping[str, Any]) -> None:
        """Keep what the listener chose, in place of what they chose before.

        Raises:
            NotFoundError: there is no such listener.
        """
        with self._database.writing() as connection:
            upsert(connection, page_settings, {"listener_id": listener.id}, {"chosen": dict(chosen)})
