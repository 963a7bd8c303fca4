"""The audio files of the library."""

from __future__ import annotations

from dataclasses import asdict, astuple, dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, delete, exists, insert, select, update

from mien.domain import Estimate, Mood, SongAnalysis, Tags, TempoCandidate, Track
from mien.errors import NotFoundError
from mien.sentences import say
from mien.store.features import save_features
from mien.store.moods import curve_of, judge_anew, mood_of, save_mood
from mien.store.schema import PathBytes, features, labels, mood_details, moods, problems, tracks
from mien.store.search import criteria, only_one, searchable
from mien.store.vectors import from_blob

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import ColumnElement, Connection, Row, Select

    from mien.domain import Listener, MoodEstimate
    from mien.store.database import Database

_LABELLED = {label: Estimate({mood: float(mood is label) for mood in Mood}) for label in Mood}
_MOODS = tuple(Mood)
_TAGS = tuple(field.name for field in fields(Tags))
_MEASURES = ("loudness_lufs", "true_peak_dbtp", "mixed", "preview_s")
_TAGS_FROM = len(_MEASURES)
_MOODS_FROM = _TAGS_FROM + len(_TAGS)


@dataclass(frozen=True, slots=True)
class FileStamp:
    """How a file looked when it was analysed; as long as it looks so, it need not be analysed again."""

    size_bytes: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> FileStamp:
        """How the file looks now.

        Raises:
            OSError: it is not there or may not be looked at.
        """
        found = path.stat()
        return cls(found.st_size, found.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Judged:
    """What was measured of a track, and what a network said of it."""

    track_id: int
    features: tuple[float, ...]
    mood: MoodEstimate


class Tracks:
    """The audio files of the library, one row a path."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, analysis: SongAnalysis, stamp: FileStamp) -> int:
        """Save what an audio file says, in place of what it said before; it is a problem no more.

        Args:
            analysis: of the file; its path is absolute.
            stamp: how the file looked before it was analysed.

        Returns:
            The track's number, which stays when it is analysed again.
        """
        if not analysis.path.is_absolute():
            raise ValueError(f"not an absolute path: {analysis.path}")
        with self._database.writing() as connection:
            track_id = _save_row(connection, analysis, stamp)
            save_features(connection, track_id, analysis)
            save_mood(connection, track_id, analysis)
            connection.execute(delete(problems).where(problems.c.path == analysis.path))
        return track_id

    def stamps(
        self, *, analysis_version: int, features_version: int, artifact_version: str
    ) -> dict[Path, FileStamp]:
        """How each file looked that was analysed with these versions: a scan skips those that still do."""
        query = (
            select(tracks.c.path, tracks.c.size_bytes, tracks.c.mtime_ns)
            .join(features, features.c.track_id == tracks.c.id)
            .join(moods, moods.c.track_id == tracks.c.id)
            .where(
                tracks.c.analysis_version == analysis_version,
                features.c.version == features_version,
                moods.c.artifact_version == artifact_version,
            )
        )
        with self._database.reading() as connection:
            return {path: FileStamp(size, mtime) for path, size, mtime in connection.execute(query)}

    def judged_by_others(
        self, *, analysis_version: int, features_version: int, artifact_version: str, most: int
    ) -> list[Judged]:
        """Tracks that were measured with these versions, but judged by another network; ``most`` at once."""
        query = (
            select(tracks.c.id, features.c.vector, moods, mood_details.c.embedding)
            .join(features, features.c.track_id == tracks.c.id)
            .join(moods, moods.c.track_id == tracks.c.id)
            .join(mood_details, mood_details.c.track_id == tracks.c.id)
            .where(
                tracks.c.analysis_version == analysis_version,
                features.c.version == features_version,
                moods.c.artifact_version != artifact_version,
            )
            .order_by(tracks.c.id)
            .limit(most)
        )
        with self._database.reading() as connection:
            return [Judged(row.id, from_blob(row.vector), mood_of(row)) for row in connection.execute(query)]

    def judge(self, estimates: Mapping[int, MoodEstimate], artifact_version: str) -> None:
        """Keep what another network says of tracks, by number; all else of them stays, their curves too."""
        with self._database.writing() as connection:
            for track_id, mood in estimates.items():
                judge_anew(connection, track_id, mood, artifact_version)
            now = {"analysed_at": datetime.now(UTC)}
            connection.execute(update(tracks).where(tracks.c.id.in_(estimates)).values(now))

    def paths(self) -> list[Path]:
        """Every file that the library knows of, with those that could not be read."""
        query = select(tracks.c.path).union(select(problems.c.path))
        with self._database.reading() as connection:
            return list(connection.scalars(query))

    def forget(self, paths: Iterable[Path]) -> int:
        """Remove files from the library, with all that listeners said of them.

        Returns:
            How many tracks were removed.
        """
        gone = [{"gone": path} for path in paths]
        if not gone:
            return 0
        these = bindparam("gone", type_=PathBytes)
        with self._database.writing() as connection:
            connection.execute(delete(problems).where(problems.c.path == these), gone)
            return connection.execute(delete(tracks).where(tracks.c.path == these), gone).rowcount

    def all(self, listener: Listener) -> list[Track]:
        """Every track that can be played, the listener's own labels applied, in the order they were added.

        A track whose file could not be read at the last attempt is left out until it can.
        """
        broken = exists().where(problems.c.path == tracks.c.path)
        return self._where(~broken, listener)

    def get(self, track_id: int, listener: Listener) -> Track:
        """The track of that number, the listener's own label applied.

        Raises:
            NotFoundError: there is none.
        """
        found = self._where(tracks.c.id == track_id, listener)
        if not found:
            raise NotFoundError(say("no_track", "no track has the number {number}", number=track_id))
        return found[0]

    def many(self, track_ids: Sequence[int], listener: Listener) -> list[Track]:
        """The tracks of these numbers, in this order, as :meth:`get` gives them; those gone are left out."""
        found = {track.id: track for track in self._where(tracks.c.id.in_(track_ids), listener)}
        return [found[track_id] for track_id in track_ids if track_id in found]

    def find(self, text: str, listener: Listener) -> Track:
        """The track that ``text`` names.

        Args:
            text: its path, else its number (``7`` or ``#7``), else words of its title, artist, album or file
                name; a title that is exactly ``text`` wins over others that contain it.
            listener: whose labels are applied.

        Raises:
            NotFoundError: no track is named so.
            StoreError: several are; the message lists them.
        """
        for criterion in criteria(text):
            found = self._where(criterion, listener)
            if found:
                return only_one(found, text)
        raise NotFoundError(f"no track of the library is named {text!r}: use other words, or scan its folder")

    def path(self, track_id: int) -> Path:
        """Where a track's file is: all that playing it needs.

        Raises:
            NotFoundError: there is no such track.
        """
        with self._database.reading() as connection:
            found: Path | None = connection.scalar(select(tracks.c.path).where(tracks.c.id == track_id))
        if found is None:
            raise NotFoundError(say("no_track", "no track has the number {number}", number=track_id))
        return found

    def analysis(self, track_id: int) -> SongAnalysis:
        """All that was saved of a track; vectors come back with the precision of float32.

        Raises:
            NotFoundError: there is none of that number.
        """
        query = (
            select(tracks, features, moods, mood_details)
            .join(features, features.c.track_id == tracks.c.id)
            .join(moods, moods.c.track_id == tracks.c.id)
            .join(mood_details, mood_details.c.track_id == tracks.c.id)
            .where(tracks.c.id == track_id)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise NotFoundError(say("no_track", "no track has the number {number}", number=track_id))
        return SongAnalysis(
            path=row.path,
            duration_s=row.duration_s,
            tags=Tags(*(getattr(row, name) for name in _TAGS)),
            features=from_blob(row.vector),
            features_version=row.version,
            mood=mood_of(row),
            artifact_version=row.artifact_version,
            curve=curve_of(row),
            tempo_bpm=row.tempo_bpm,
            key=row.key,
            cpu_s=row.cpu_s,
            analysis_version=row.analysis_version or 0,
            tempo_candidates=tuple(TempoCandidate(*pair) for pair in row.tempo_candidates or ()),
            key_clarity=row.key_clarity,
            **{name: getattr(row, name) for name in _MEASURES},
        )

    def _where(self, criterion: ColumnElement[bool], listener: Listener) -> list[Track]:
        query = of_listener(listener).where(criterion).order_by(tracks.c.id)
        with self._database.reading() as connection:
            return [track_of(row) for row in connection.execute(query)]


def _save_row(connection: Connection, analysis: SongAnalysis, stamp: FileStamp) -> int:
    now = datetime.now(UTC)
    tags = analysis.tags
    values = {
        **asdict(stamp),
        **asdict(tags),
        "words": words_of(analysis.path, tags.title, tags.artist, tags.album),
        "duration_s": analysis.duration_s,
        "tempo_bpm": analysis.tempo_bpm,
        "key": analysis.key,
        "cpu_s": analysis.cpu_s,
        "analysis_version": analysis.analysis_version,
        "tempo_candidates": [astuple(candidate) for candidate in analysis.tempo_candidates],
        "key_clarity": analysis.key_clarity,
        **{name: getattr(analysis, name) for name in _MEASURES},
        "analysed_at": now,
    }
    there = update(tracks).where(tracks.c.path == analysis.path).values(values).returning(tracks.c.id)
    track_id = connection.scalar(there)
    if track_id is None:
        new = insert(tracks).values(path=analysis.path, added_at=now, **values).returning(tracks.c.id)
        track_id = connection.scalars(new).one()
    return int(track_id)


def words_of(path: Path, title: str, artist: str, album: str) -> str:
    """What a search for a track looks through."""
    return searchable(" ".join((path.stem, title, artist, album)))


def of_listener(listener: Listener) -> Select[Any]:
    """All tracks with what ``track_of`` needs, the listener's labels beside them."""
    own_label = and_(labels.c.track_id == tracks.c.id, labels.c.listener_id == listener.id)
    return (
        select(
            tracks.c.id,
            tracks.c.path,
            tracks.c.duration_s,
            tracks.c.tempo_bpm,
            tracks.c.key,
            moods.c.certain,
            moods.c.reason,
            moods.c.valence,
            moods.c.arousal,
            labels.c.mood,
            *(tracks.c[name] for name in _MEASURES),
            *(tracks.c[name] for name in _TAGS),
            *(moods.c[f"p_{mood}"] for mood in Mood),
        )
        .join(moods, moods.c.track_id == tracks.c.id)
        .outerjoin(labels, own_label)
    )


def track_of(row: Row[Any]) -> Track:
    """The track in a row of ``of_listener``."""
    values: tuple[Any, ...] = tuple(row)
    track_id, path, duration_s, tempo_bpm, key, certain, reason, valence, arousal, label, *rest = values
    measures, tags, probabilities = rest[:_TAGS_FROM], rest[_TAGS_FROM:_MOODS_FROM], rest[_MOODS_FROM:]
    mood = (
        _LABELLED[label]
        if label
        else Estimate(dict(zip(_MOODS, probabilities, strict=True)), certain, reason)
    )
    return Track(
        id=track_id,
        path=path,
        tags=Tags(*tags),
        duration_s=duration_s,
        mood=mood,
        valence=valence,
        arousal=arousal,
        tempo_bpm=tempo_bpm,
        key=key,
        labelled=label is not None,
        **dict(zip(_MEASURES, measures, strict=True)),
    )
