"""Playlists that listeners keep."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, or_, select, update

from mien.errors import ConflictError, NotFoundError
from mien.sentences import say
from mien.store.schema import playlist_changes, playlist_items, playlists, tracks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection

    from mien.domain import Listener
    from mien.store.database import Database


# How many changes of one listener can be undone.
_CHANGES_KEPT = 200


@dataclass(frozen=True, slots=True)
class Playlist:
    """A listener's ordered list of tracks; a track may be in it more than once.

    Attributes:
        id: the store's number for it.
        name: unique among the listener's playlists.
        track_ids: in order; position 0 is the first. Empty for a smart one, whose tracks its rules choose.
        rules: of a smart playlist, as ``mien.recommend.rules`` reads them; None for a plain one.
        expires_at: when a momentary playlist goes away by itself; None for one that stays.
    """

    id: int
    name: str
    track_ids: tuple[int, ...]
    rules: Mapping[str, Any] | None = None
    expires_at: datetime | None = None


class Playlists:
    """Playlists that listeners keep. Every change returns the playlist as it is then, and can be undone.

    All of them raise ``NotFoundError`` when the playlist, or a track for it, is not there (any more), and
    ``StoreError`` for a name that is empty or taken, and for tracks put into a smart playlist.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, listener: Listener) -> list[Playlist]:
        """The listener's playlists, by name; momentary ones that are over are not among them."""
        with self._database.reading() as connection:
            return _playlists(connection, (playlists.c.listener_id == listener.id) & _current())

    def get(self, listener: Listener, playlist_id: int) -> Playlist:
        """The listener's playlist of that number."""
        this = (playlists.c.listener_id == listener.id) & (playlists.c.id == playlist_id) & _current()
        with self._database.reading() as connection:
            found = _playlists(connection, this)
        if not found:
            raise NotFoundError(
                say(
                    "no_playlist",
                    "{listener} has no playlist with the number {number}",
                    listener=listener.name,
                    number=playlist_id,
                )
            )
        return found[0]

    def named(self, listener: Listener, name: str) -> Playlist:
        """The listener's playlist of that name."""
        this = (playlists.c.listener_id == listener.id) & (playlists.c.name == name) & _current()
        with self._database.reading() as connection:
            found = _playlists(connection, this)
        if not found:
            raise NotFoundError(
                say(
                    "no_playlist_named",
                    "{listener} has no playlist named {name!r}",
                    listener=listener.name,
                    name=name,
                )
            )
        return found[0]

    def create(
        self,
        listener: Listener,
        name: str,
        track_ids: Sequence[int] = (),
        *,
        rules: Mapping[str, Any] | None = None,
        expires_at: datetime | None = None,
    ) -> Playlist:
        """Make a playlist: plain, smart (with rules), momentary (with an end), or both of the latter."""
        if rules is not None and track_ids:
            raise ConflictError(_SMART)
        new = insert(playlists).values(
            listener_id=listener.id,
            name=name,
            created_at=datetime.now(UTC),
            rules=rules,
            expires_at=expires_at,
        )
        with self._database.writing() as connection:
            _sweep(connection, listener.id)
            _check_name(connection, listener.id, name)
            playlist_id = connection.scalars(new.returning(playlists.c.id)).one()
            _write_items(connection, playlist_id, track_ids)
            _note(connection, listener.id, playlist_id, f"made {name}", None)
            return _get(connection, playlist_id)

    def rename(self, playlist: Playlist, name: str) -> Playlist:
        """Give a playlist another name."""
        with self._changing(playlist, f"renamed {playlist.name} to {name}") as connection:
            if _get(connection, playlist.id).name != name:
                _check_name(connection, _owner(connection, playlist.id), name)
            _set(connection, playlist.id, name=name)
            return _get(connection, playlist.id)

    def delete(self, playlist: Playlist) -> None:
        """Remove a playlist; its tracks stay in the library."""
        with self._changing(playlist, f"removed {playlist.name}") as connection:
            connection.execute(delete(playlists).where(playlists.c.id == playlist.id))

    def keep(self, playlist: Playlist) -> Playlist:
        """Let a momentary playlist stay."""
        with self._changing(playlist, f"kept {playlist.name}") as connection:
            _set(connection, playlist.id, expires_at=None)
            return _get(connection, playlist.id)

    def set_rules(self, playlist: Playlist, rules: Mapping[str, Any]) -> Playlist:
        """Give a smart playlist other rules."""
        with self._changing(playlist, f"changed the rules of {playlist.name}") as connection:
            if _get(connection, playlist.id).rules is None:
                raise ConflictError(
                    say(
                        "playlist_not_smart",
                        "{name} is not a smart playlist: make a new one with rules",
                        name=playlist.name,
                    )
                )
            _set(connection, playlist.id, rules=dict(rules))
            return _get(connection, playlist.id)

    def replace(self, playlist: Playlist, track_ids: Sequence[int]) -> Playlist:
        """Put these tracks, in this order, in place of what is in it."""
        return self._edit(playlist, f"changed {playlist.name}", lambda _: list(track_ids))

    def add(self, playlist: Playlist, track_ids: Sequence[int]) -> Playlist:
        """Add tracks at the end."""
        return self._edit(playlist, f"added to {playlist.name}", lambda items: [*items, *track_ids])

    def merge(self, playlist: Playlist, track_ids: Sequence[int]) -> Playlist:
        """Add those tracks at the end that are not in it yet, each once."""

        def merged(items: list[int]) -> list[int]:
            return [*items, *(track for track in dict.fromkeys(track_ids) if track not in set(items))]

        return self._edit(playlist, f"merged into {playlist.name}", merged)

    def remove(self, playlist: Playlist, position: int) -> Playlist:
        """Take out the track at a position, counted from 0."""

        def without(items: list[int]) -> list[int]:
            _check_position(items, position)
            return items[:position] + items[position + 1 :]

        return self._edit(playlist, f"took a song out of {playlist.name}", without)

    def move(self, playlist: Playlist, position: int, to: int) -> Playlist:
        """Move the track at a position so that it is at position ``to``, both counted from 0."""

        def moved(items: list[int]) -> list[int]:
            _check_position(items, position)
            _check_position(items, to)
            items.insert(to, items.pop(position))
            return items

        return self._edit(playlist, f"moved a song in {playlist.name}", moved)

    def undo(self, listener: Listener) -> str:
        """Take back the listener's last change to any of their playlists that was not taken back yet.

        The playlist is exactly as it was before, but for tracks that have left the library since.

        Returns:
            What was taken back, in words: "removed Evening".

        Raises:
            NotFoundError: there is nothing to take back.
        """
        last = (
            select(playlist_changes)
            .where(playlist_changes.c.listener_id == listener.id)
            .order_by(playlist_changes.c.id.desc())
            .limit(1)
        )
        with self._database.writing() as connection:
            change = connection.execute(last).first()
            if change is None:
                raise NotFoundError(
                    say(
                        "playlist_nothing_to_undo",
                        "{listener} has changed no playlist, so there is nothing to undo",
                        listener=listener.name,
                    )
                )
            connection.execute(delete(playlists).where(playlists.c.id == change.playlist_id))
            if change.before is not None:
                _restore(connection, listener.id, change.playlist_id, change.before)
            connection.execute(delete(playlist_changes).where(playlist_changes.c.id == change.id))
            return str(change.did)

    def _edit(self, playlist: Playlist, did: str, change: Callable[[list[int]], list[int]]) -> Playlist:
        with self._changing(playlist, did) as connection:
            now = _get(connection, playlist.id)
            if now.rules is not None:
                raise ConflictError(_SMART)
            _write_items(connection, playlist.id, change(list(now.track_ids)))
            return _get(connection, playlist.id)

    @contextmanager
    def _changing(self, playlist: Playlist, did: str) -> Iterator[Connection]:
        """A connection to change a playlist with; how it was is remembered."""
        with self._database.writing() as connection:
            before = _as_json(connection, playlist.id)
            _note(connection, _owner(connection, playlist.id), playlist.id, did, before)
            yield connection


_SMART = say(
    "playlist_smart",
    "the songs of a smart playlist are chosen by its rules: change those, or copy it into a plain one",
)


def _playlists(connection: Connection, criterion: ColumnElement[bool]) -> list[Playlist]:
    query = (
        select(
            playlists.c.id,
            playlists.c.name,
            playlists.c.rules,
            playlists.c.expires_at,
            playlist_items.c.track_id,
        )
        .outerjoin(playlist_items, playlist_items.c.playlist_id == playlists.c.id)
        .where(criterion)
        .order_by(playlists.c.name, playlists.c.id, playlist_items.c.position)
    )
    found: dict[int, Playlist] = {}
    items: dict[int, list[int]] = {}
    for playlist_id, name, rules, expires_at, track_id in connection.execute(query):
        found.setdefault(playlist_id, Playlist(playlist_id, name, (), rules, expires_at))
        if track_id is not None:
            items.setdefault(playlist_id, []).append(track_id)
    return [replace(each, track_ids=tuple(items.get(each.id, ()))) for each in found.values()]


def _current() -> ColumnElement[bool]:
    """Whether a playlist is not over."""
    return or_(playlists.c.expires_at.is_(None), playlists.c.expires_at > datetime.now(UTC))


def _sweep(connection: Connection, listener_id: int) -> None:
    """Remove momentary playlists that are over."""
    connection.execute(delete(playlists).where(playlists.c.listener_id == listener_id, ~_current()))


def _owner(connection: Connection, playlist_id: int) -> int:
    query = select(playlists.c.listener_id).where(playlists.c.id == playlist_id)
    return int(connection.scalars(query).one())


def _set(connection: Connection, playlist_id: int, **values: Any) -> None:  # noqa: ANN401  (any column's)
    connection.execute(update(playlists).where(playlists.c.id == playlist_id).values(**values))


def _as_json(connection: Connection, playlist_id: int) -> dict[str, Any]:
    """A playlist, to be restored from."""
    now = _get(connection, playlist_id)
    made = connection.scalars(select(playlists.c.created_at).where(playlists.c.id == playlist_id)).one()
    return {
        "name": now.name,
        "created_at": made.isoformat(),
        "rules": now.rules,
        "expires_at": now.expires_at and now.expires_at.isoformat(),
        "track_ids": list(now.track_ids),
    }


def _restore(connection: Connection, listener_id: int, playlist_id: int, before: Mapping[str, Any]) -> None:
    _check_name(connection, listener_id, before["name"])
    row = {
        "id": playlist_id,
        "listener_id": listener_id,
        "name": before["name"],
        "created_at": datetime.fromisoformat(before["created_at"]),
        "rules": before["rules"],
        "expires_at": before["expires_at"] and datetime.fromisoformat(before["expires_at"]),
    }
    connection.execute(insert(playlists).values(row))
    there = set(connection.scalars(select(tracks.c.id)))
    _write_items(connection, playlist_id, [track for track in before["track_ids"] if track in there])


def _note(
    connection: Connection, listener_id: int, playlist_id: int, did: str, before: Mapping[str, Any] | None
) -> None:
    """Remember how a playlist was before a change, and forget the oldest such memories."""
    values = {"listener_id": listener_id, "playlist_id": playlist_id, "did": did, "before": before}
    connection.execute(insert(playlist_changes).values(values))
    own = playlist_changes.c.listener_id == listener_id
    oldest_kept = (
        select(playlist_changes.c.id)
        .where(own)
        .order_by(playlist_changes.c.id.desc())
        .offset(_CHANGES_KEPT - 1)
        .limit(1)
        .scalar_subquery()
    )
    connection.execute(delete(playlist_changes).where(own, playlist_changes.c.id < oldest_kept))


def _get(connection: Connection, playlist_id: int) -> Playlist:
    found = _playlists(connection, playlists.c.id == playlist_id)
    if not found:
        raise NotFoundError(say("playlist_gone", "that playlist is not there any more"))
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
        raise ConflictError(say("playlist_needs_name", "a playlist needs a name"))
    taken = (playlists.c.listener_id == listener_id) & (playlists.c.name == name)
    if connection.execute(select(playlists.c.id).where(taken)).first():
        raise ConflictError(
            say(
                "playlist_name_taken",
                "there is a playlist named {name!r} already: choose another name",
                name=name,
            )
        )


def _check_position(items: Sequence[int], position: int) -> None:
    if not 0 <= position < len(items):
        raise NotFoundError(
            say(
                "no_position",
                "the playlist has no position {position}: it has {songs} tracks",
                position=position,
                songs=len(items),
            )
        )
