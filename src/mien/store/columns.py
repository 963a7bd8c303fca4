"""The library as columns of numbers, for ranking: read without making an object a track."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import exists, func, select

from mien.domain import Mood, TrackColumns
from mien.store.schema import mood_details, moods, problems, tracks

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray
    from sqlalchemy import Select

    from mien.store.database import Database

_BROKEN = exists().where(problems.c.path == tracks.c.path)


@dataclass(frozen=True, slots=True)
class LibraryStamp:
    """How the library looked; as long as it looks so, columns that were read need not be read again.

    Attributes:
        tracks: how many there are.
        analysed_at: when the last one was analysed; None when there is none.
        problems: how many files could not be read.
        failed_at: when the last of them failed; None when there is none.
    """

    tracks: int
    analysed_at: datetime | None
    problems: int
    failed_at: datetime | None


class LibraryColumns:
    """The tracks that can be played, as columns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def stamp(self) -> LibraryStamp:
        """How the library looks now."""
        analysed = select(func.count(tracks.c.id)).scalar_subquery()
        failed = select(func.count(problems.c.path)).scalar_subquery()
        query = select(
            analysed,
            select(func.max(tracks.c.analysed_at)).scalar_subquery(),
            failed,
            select(func.max(problems.c.failed_at)).scalar_subquery(),
        )
        with self._database.reading() as connection:
            return LibraryStamp(*connection.execute(query).one())

    def ids(self) -> NDArray[np.int64]:
        """The numbers of all tracks that can be played, ascending, shape ``[n]``."""
        query = select(tracks.c.id).where(~_BROKEN).order_by(tracks.c.id)
        with self._database.reading() as connection:
            return np.fromiter(connection.scalars(query), np.int64)

    def read(self, since: datetime | None = None) -> TrackColumns:
        """The tracks that can be played.

        Args:
            since: leave out those that were analysed before this moment.
        """
        criterion = ~_BROKEN if since is None else ~_BROKEN & (tracks.c.analysed_at >= since)
        with self._database.reading() as connection:
            rows = connection.execute(_query().where(criterion).order_by(tracks.c.id)).all()
        columns = list(zip(*rows, strict=True)) or [()] * len(_query().selected_columns)
        ids, certain, valence, arousal, durations, tempos, keys, artists, albums, vectors, *probabilities = (
            columns
        )
        return TrackColumns(
            ids=np.array(ids, np.int64),
            moods=np.array(probabilities, np.float32).T.copy(),
            certain=np.array(certain, np.bool_),
            plane=np.array([valence, arousal], np.float32).T.copy(),
            durations_s=np.array(durations, np.float32),
            tempos_bpm=np.array(tempos, np.float32),
            keys=list(keys),
            artists=list(artists),
            albums=list(albums),
            embeddings=[np.frombuffer(blob, "<f4") for blob in vectors],
        )


def _query() -> Select[Any]:
    return (
        select(
            tracks.c.id,
            moods.c.certain,
            moods.c.valence,
            moods.c.arousal,
            tracks.c.duration_s,
            tracks.c.tempo_bpm,
            tracks.c.key,
            tracks.c.artist,
            tracks.c.album,
            mood_details.c.embedding,
            *(moods.c[f"p_{mood}"] for mood in Mood),
        )
        .join(moods, moods.c.track_id == tracks.c.id)
        .join(mood_details, mood_details.c.track_id == tracks.c.id)
    )
