"""Listeners who take part in learning from each other, and what of theirs may be learned from."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from sqlalchemy import case, delete, func, select

from mien.domain import Rating
from mien.store.database import upsert
from mien.store.schema import collaborators, listens, ratings, tracks

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from mien.domain import Listener
    from mien.store.database import Database

# The rule of the services that count listens: half of the song, or four minutes of it.
_ENOUGH_S = 240.0
_ENOUGH_SHARE = 0.5


class Collaborators:
    """Who takes part. Nobody does until they agree, and may leave at any time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def agree(self, listener: Listener) -> None:
        """The listener takes part from now on, with all that they heard.

        Raises:
            NotFoundError: there is no such listener.
        """
        with self._database.writing() as connection:
            upsert(connection, collaborators, {"listener_id": listener.id}, {"agreed_at": datetime.now(UTC)})

    def leave(self, listener: Listener) -> None:
        """The listener takes part no more; the next training forgets theirs."""
        with self._database.writing() as connection:
            connection.execute(delete(collaborators).where(collaborators.c.listener_id == listener.id))

    def has(self, listener: Listener) -> bool:
        """Whether the listener takes part."""
        query = select(collaborators.c.listener_id).where(collaborators.c.listener_id == listener.id)
        with self._database.reading() as connection:
            return connection.execute(query).first() is not None

    def count(self) -> int:
        """How many take part."""
        with self._database.reading() as connection:
            return int(connection.scalar(select(func.count()).select_from(collaborators)) or 0)

    def members(self) -> frozenset[tuple[int, datetime]]:
        """Who takes part (the store's numbers), and since when: it changes when anybody joins or leaves."""
        query = select(collaborators.c.listener_id, collaborators.c.agreed_at)
        with self._database.reading() as connection:
            return frozenset((row.listener_id, row.agreed_at) for row in connection.execute(query))

    def histories(self) -> list[list[int]]:
        """What each of them heard far enough: the numbers of their tracks, each once, the longest ago first.

        A track counts where it was last heard. Those that they dislike or banned are left out.
        """
        return [
            [track_id for _, track_id in rows] for _, rows in groupby(self._rows(None), key=itemgetter(0))
        ]

    def history(self, listener: Listener) -> list[int]:
        """As :meth:`histories`, of one listener, whether or not they take part."""
        return [track_id for _, track_id in self._rows(listener)]

    def plays(self, listener: Listener) -> dict[int, int]:
        """How often a listener heard each track far enough, by its number."""
        query = (
            select(listens.c.track_id, func.count().label("plays"))
            .join(tracks, tracks.c.id == listens.c.track_id)
            .where(listens.c.listener_id == listener.id, _enough())
            .group_by(listens.c.track_id)
        )
        with self._database.reading() as connection:
            return {row.track_id: row.plays for row in connection.execute(query)}

    def _rows(self, listener: Listener | None) -> list[tuple[int, int]]:
        last = func.max(listens.c.started_at)
        unwanted = (
            select(ratings.c.track_id)
            .where(
                ratings.c.listener_id == listens.c.listener_id,
                ratings.c.track_id == listens.c.track_id,
                ratings.c.rating.in_([str(Rating.DISLIKE), str(Rating.BAN)]),
            )
            .exists()
        )
        query = (
            select(listens.c.listener_id, listens.c.track_id)
            .join(tracks, tracks.c.id == listens.c.track_id)
            .where(_enough(), ~unwanted)
            .group_by(listens.c.listener_id, listens.c.track_id)
            .order_by(listens.c.listener_id, last, listens.c.track_id)
        )
        if listener is None:
            query = query.join(collaborators, collaborators.c.listener_id == listens.c.listener_id)
        else:
            query = query.where(listens.c.listener_id == listener.id)
        with self._database.reading() as connection:
            return [(listener_id, track_id) for listener_id, track_id in connection.execute(query)]


def _enough() -> ColumnElement[bool]:
    """Whether a listen went far enough to count."""
    half = tracks.c.duration_s * _ENOUGH_SHARE
    return listens.c.played_s >= case((half < _ENOUGH_S, half), else_=_ENOUGH_S)
