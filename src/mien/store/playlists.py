"""Playlists that listeners keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from mien.errors import ConflictError, NotFoundError, StoreError
from mien.store.schema import playlist_items, playlists

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import ColumnElement, Connection

    from mien.domain import Listener
    from mien.store.database import Database


@dataclass(frozen=True, slots=True)
class Playlist:
    """A listener's ordered list of tracks; a track may be in it more than once.

    Attributes:
        id: the store's number for it.
        name: unique among the listener's playlists.
        track_ids: in order; position 0 is the first.
    """

    id: int
    name: str
    track_ids: tuple[int, ...]


class Playlists:
    """Playlists that listeners keep. Every change returns the playlist as it is then.

    All of them raise ``NotFoundError`` when the playlist, or a track for it, is not there (any more).
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, listener: Listener) -> list[Playlist]:
        """The listener's playlists, by name."""
        with self._database.reading() as connection:
            return _playlists(connection, playlists.c.listener_id == listener.id)

    def named(self, listener: Listener, name: str) -> Playlist:
        """The listener's playlist of that name."""
        this = (playlists.c.listener_id == listener.id) & (playlists.c.name == name)
        with self._database.reading() as connection:
            found = _playlists(connection, this)
        if not found:
            raise NotFoundError(f"{listener.name} has no playlist named {name!r}")
        return found[0]

    def create(self, listener: Listener, name: str, track_ids: Sequence[int] = ()) -> Playlist:
        """Make a playlist.

        Raises:
            StoreError: the name is empty or taken.
        """
        new = insert(playlists).values(listener_id=listener.id, name=name, created_at=datetime.now(UTC))
        with self._database.writing() as connection:
            _check_name(connection, listener.id, name)
            playlist_id = connection.scalars(new.returning(playlists.c.id)).one()
            _write_items(connection, playlist_id, track_ids)
            return _get(connection, playlist_id)

    def rename(self, playlist: Playlist, name: str) -> Playlist:
        """Give a playlist another name.

        Raises:
            StoreError: the name is empty or taken.
        """
        this = playlists.c.id == playlist.id
        with self._database.writing() as connection:
            if _get(connection, playlist.id).name != name:
                listener_id = connection.scalars(select(playlists.c.listener_id).where(this)).one()
                _check_name(connection, listener_id, name)
            connection.execute(update(playlists).where(this).values(name=name))
            return _get(connection, playlist.id)

    def delete(self, playlist: Playlist) -> None:
        """Remove a playlist; its tracks stay in the library."""
        with self._database.writing() as connection:
            _get(connection, playlist.id)
            connection.execute(delete(playlists).where(playlists.c.id == playlist.id))

    def replace(self, playlist: Playlist, track_ids: Sequence[int]) -> Playlist:
        """Put these tracks, in this order, in place of what is in it."""
        return self._edit(playlist, lambda _: list(track_ids))

    def add(self, playlist: Playlist, track_ids: Sequence[int]) -> Playlist:
        """Add tracks at the end."""
        return self._edit(playlist, lambda items: [*items, *track_ids])

    def remove(self, playlist: Playlist, position: int) -> Playlist:
        """Take out the track at a position, counted from 0."""

        def without(items: list[int]) -> list[int]:
            _check_position(items, position)
            return items[:position] + items[position + 1 :]

        return self._edit(playlist, without)

    def move(self, playlist: Playlist, position: int, to: int) -> Playlist:
        """Move the track at a position so that it is at position ``to``, both counted from 0."""

        def moved(items: list[int]) -> list[int]:
            _check_position(items, position)
            _check_position(items, to)
            items.insert(to, items.pop(position))
            return items

        return self._edit(playlist, moved)

    def _edit(self, playlist: Playlist, change: Callable[[list[int]], list[int]]) -> Playlist:
        with self._database.writing() as connection:
            now = _get(connection, playlist.id)
            _write_items(connection, playlist.id, change(list(now.track_ids)))
            return _get(connection, playlist.id)


def _playlists(connection: Connection, criterion: ColumnElement[bool]) -> list[Playlist]:
    query = (
        select(playlists.c.id, playlists.c.name, playlist_items.c.track_id)
        .outerjoin(playlist_items, playlist_items.c.playlist_id == playlists.c.id)
        .where(criterion)
        .order_by(playlists.c.name, playlists.c.id, playlist_items.c.position)
    )
    items: dict[tuple[int, str], list[int]] = {}
    for playlist_id, name, track_id in connection.execute(query):
        tracks = items.setdefault((playlist_id, name), [])
        if track_id is not None:
            tracks.append(track_id)
    return [Playlist(playlist_id, name, tuple(tracks)) for (playlist_id, name), tracks in items.items()]


def _get(connection: Connection, playlist_id: int) -> Playlist:
    found = _playlists(connection, playlists.c.id == playlist_id)
    if not found:
        raise NotFoundError("that playlist is not there any more")
    return found[0]


def _write_items(connection: Connection, playlist_id: int, track_ids: Sequence[int]) -> None:
    connection.execute(delete(playlist_items).where(playlist_items.c.playlist_id == playlist_id))
    rows: list[dict[str, Any]] = [
        {"playlist_id": playlist_id, "position": position, "track_id": track_id}
        for position, track_id in enumerate(track_ids)
    ]
    if rows:
        connection.execute(insert(playlist_items), rows)


def _check_name(connection: Connection, listener_id: int, name: str) -> None:
    if not name.strip():
        raise StoreError("a playlist needs a name")
    taken = (playlists.c.listener_id == listener_id) & (playlists.c.name == name)
    if connection.execute(select(playlists.c.id).where(taken)).first():
        raise ConflictError(f"there is a playlist named {name!r} already: choose another name")


def _check_position(items: Sequence[int], position: int) -> None:
    if not 0 <= position < len(items):
        raise NotFoundError(f"the playlist has no position {position}: it has {len(items)} tracks")
