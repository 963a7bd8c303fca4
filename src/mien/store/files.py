"""Where the library's files are: which moved, and which are gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from mien.sentences import say
from mien.store.schema import PathBytes, Words, features, labels, listens, problems, ratings, tracks
from mien.store.tracks import FileStamp, words_of
from mien.store.vectors import to_blob

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from mien.domain import SongAnalysis
    from mien.store.database import Database

GONE = say(
    "song_gone",
    "the file is not there any more: put it back and scan again, or take it out with mien library forget",
)
_AT_ONCE = 500
_SAID = {"label": labels, "rating": ratings, "listen": listens}


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A track's file, as it was when it was analysed."""

    track_id: int
    path: Path
    stamp: FileStamp
    duration_s: float


class Files:
    """Where the tracks' files are; what listeners said of a track holds wherever its file goes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self) -> list[KnownFile]:
        """The file of every track."""
        query = select(
            tracks.c.id, tracks.c.path, tracks.c.size_bytes, tracks.c.mtime_ns, tracks.c.duration_s
        ).order_by(tracks.c.id)
        with self._database.reading() as connection:
            return [
                KnownFile(track_id, path, FileStamp(size, mtime), duration_s)
                for track_id, path, size, mtime, duration_s in connection.execute(query)
            ]

    def move(self, moves: Mapping[int, Path]) -> None:
        """Give tracks other paths, by number; all else of them stays. They are problems no more.

        Raises:
            StoreError: there is a track of such a path already; none is moved.
        """
        numbers = list(moves)
        with self._database.writing() as connection:
            for first in range(0, len(numbers), _AT_ONCE):
                some = numbers[first : first + _AT_ONCE]
                _move(connection, {number: moves[number] for number in some})

    def sounding_like(self, analysis: SongAnalysis) -> list[int]:
        """The numbers of tracks of the same length whose stored features are the very same, ascending."""
        query = (
            select(tracks.c.id)
            .join(features, features.c.track_id == tracks.c.id)
            .where(
                tracks.c.duration_s == analysis.duration_s,
                features.c.version == analysis.features_version,
                features.c.vector == to_blob(analysis.features),
            )
            .order_by(tracks.c.id)
        )
        with self._database.reading() as connection:
            return list(connection.scalars(query))

    def same_sound(self) -> list[list[KnownFile]]:
        """Tracks of the same length and the very same stored features, two and more of a kind, by path."""
        query = (
            select(
                tracks.c.id,
                tracks.c.path,
                tracks.c.size_bytes,
                tracks.c.mtime_ns,
                tracks.c.duration_s,
                features.c.version,
                features.c.vector,
            )
            .join(features, features.c.track_id == tracks.c.id)
            .order_by(tracks.c.path)
        )
        kinds: dict[tuple[float, int, bytes], list[KnownFile]] = {}
        with self._database.reading() as connection:
            for track_id, path, size, mtime, duration_s, version, vector in connection.execute(query):
                kind = (duration_s, version, sha256(vector).digest())
                known = KnownFile(track_id, path, FileStamp(size, mtime), duration_s)
                kinds.setdefault(kind, []).append(known)
        return [alike for alike in kinds.values() if len(alike) > 1]

    def said_of(self, paths: Iterable[Path]) -> dict[str, int]:
        """How much listeners said of files' tracks: labels, ratings and listens, those that are not none."""
        wanted = set(paths)
        numbers = [file.track_id for file in self.known() if file.path in wanted]
        counts = dict.fromkeys(_SAID, 0)
        with self._database.reading() as connection:
            for first in range(0, len(numbers), _AT_ONCE):
                some = numbers[first : first + _AT_ONCE]
                for name, table in _SAID.items():
                    query = select(func.count()).select_from(table).where(table.c.track_id.in_(some))
                    counts[name] += connection.scalar(query) or 0
        return {name: count for name, count in counts.items() if count}

    def gone(self) -> list[Path]:
        """The files that are marked as gone, by path."""
        query = select(problems.c.path, problems.c.said).order_by(problems.c.path)
        with self._database.reading() as connection:
            rows: Sequence[Any] = connection.execute(query).all()
        return [row.path for row in rows if row.said and row.said["code"] == GONE.code]

    def mark_gone(self, paths: Iterable[Path]) -> None:
        """Note that files are not there any more: their tracks are not played until they are back."""
        gone = list(paths)
        values = {"reason": str(GONE), "said": GONE.to_json(), "failed_at": datetime.now(UTC)}
        if gone:
            with self._database.writing() as connection:
                _clear(connection, gone)
                connection.execute(insert(problems), [{"path": path, **values} for path in gone])

    def mark_back(self, paths: Iterable[Path]) -> None:
        """Note that nothing is wrong with files (any more); those that are tracks are played again."""
        back = list(paths)
        if back:
            with self._database.writing() as connection:
                _clear(connection, back)
                # Whoever keeps the library in memory reads again what was analysed since.
                changed = update(tracks).where(tracks.c.path == bindparam("here", type_=PathBytes))
                changed = changed.values(analysed_at=datetime.now(UTC))
                connection.execute(changed, [{"here": path} for path in back])


def _move(connection: Connection, moves: Mapping[int, Path]) -> None:
    columns = (tracks.c.id, tracks.c.path, tracks.c.title, tracks.c.artist, tracks.c.album)
    found = connection.execute(select(*columns).where(tracks.c.id.in_(moves))).all()
    if not found:
        return
    moved = update(tracks).where(tracks.c.id == bindparam("number"))
    moved = moved.values(
        path=bindparam("there", type_=PathBytes),
        words=bindparam("found_by", type_=Words),
        analysed_at=datetime.now(UTC),  # as in ``mark_back``
    )
    rows = [
        {"number": row.id, "there": path, "found_by": words_of(path, row.title, row.artist, row.album)}
        for row, path in ((row, moves[row.id]) for row in found)
    ]
    connection.execute(moved, rows)
    _clear(connection, [row.path for row in found] + [row["there"] for row in rows])


def _clear(connection: Connection, paths: list[Path]) -> None:
    here = bindparam("here", type_=PathBytes)
    connection.execute(delete(problems).where(problems.c.path == here), [{"here": path} for path in paths])
