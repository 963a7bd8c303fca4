"""The tables, as the newest migration leaves them."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.types import TypeDecorator

from mien.domain import Emotion, Mood, Quadrant

if TYPE_CHECKING:
    from collections.abc import Iterable
    from enum import StrEnum

    from sqlalchemy import Dialect

REVISION = "0010"
"""The newest migration; a database that is there already needs none."""


class PathBytes(TypeDecorator[Path]):
    """A path as the bytes of its name, because a name on disk need not be text."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Path | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """To the database."""
        return None if value is None else os.fsencode(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Path | None:  # noqa: ARG002
        """From the database."""
        return None if value is None else Path(os.fsdecode(value))


# Titles, names and reasons are single lines that end up on terminals: no control character belongs there.
CONTROL_CHARACTERS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], " ")


def one_line(text: str) -> str:
    """A text that any database holds and any terminal may show."""
    return text.encode("utf-8", "replace").decode("utf-8").translate(CONTROL_CHARACTERS)


class Words(TypeDecorator[str]):
    """One line of text from outside (tags, names, reasons).

    Lone surrogates, which no database holds, become question marks, and control characters spaces.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """To the database."""
        return None if value is None else one_line(value)


class Instant(TypeDecorator[datetime]):
    """A moment, kept in UTC; what comes back carries its time zone also where the database keeps none."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """To the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def probability_columns(labels: Iterable[StrEnum], *, nullable: bool = False) -> list[Column[float]]:
    """One column a label, such as ``p_happy``."""
    return [Column(f"p_{label}", Float, nullable=nullable) for label in labels]


def _of_track(*, primary_key: bool = False) -> Column[int]:
    return Column(
        "track_id",
        ForeignKey("tracks.id", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
    )


def _of_listener(*, primary_key: bool = False) -> Column[int]:
    return Column(
        "listener_id",
        ForeignKey("listeners.id", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
    )


# Constraints have names, so that a later migration can change them.
metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

tracks = Table(
    "tracks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("path", PathBytes, nullable=False, unique=True),
    Column("words", Words, nullable=False),  # what a search looks through: see tracks.searchable
    Column("size_bytes", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("title", Words, nullable=False),
    Column("artist", Words, nullable=False),
    Column("album", Words, nullable=False),
    Column("genre", Words, nullable=False),
    Column("year", Integer),
    Column("track_number", Integer),
    Column("musicbrainz_recording_id", Words, nullable=False),
    Column("duration_s", Float, nullable=False),
    Column("tempo_bpm", Float),
    Column("key", Text),
    # Null where an older Mien analysed it, which the next scan does again.
    Column("analysis_version", Integer),
    Column("loudness_lufs", Float),
    Column("true_peak_dbtp", Float),
    Column("mixed", Float),
    Column("preview_s", Float),
    Column("key_clarity", Float),
    Column("tempo_candidates", JSON(none_as_null=True)),  # [[bpm, strength], ...]
    Column("cpu_s", Float, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("analysed_at", Instant, nullable=False),
    Index("tracks_by_analysis", "analysed_at"),
)

features = Table(
    "features",
    metadata,
    _of_track(primary_key=True),
    Column("version", Integer, nullable=False),
    Column("vector", LargeBinary, nullable=False),  # float32, little-endian
)

moods = Table(
    "moods",
    metadata,
    _of_track(primary_key=True),
    Column("artifact_version", Text, nullable=False),
    *probability_columns(Mood),
    Column("certain", Boolean, nullable=False),
    Column("reason", Words),
    *probability_columns(Quadrant),
    Column("quadrant_certain", Boolean, nullable=False),
    Column("quadrant_reason", Words),
    Column("valence", Float, nullable=False),
    Column("arousal", Float, nullable=False),
)

# Apart from moods, so that listing a library does not read past them on the disk.
mood_details = Table(
    "mood_details",
    metadata,
    _of_track(primary_key=True),
    Column("embedding", LargeBinary, nullable=False),  # float32, little-endian
    # [[start_s, end_s, mood, confidence, valence, arousal, certain, reason], ...]; old ones lack the last two
    Column("curve", JSON, nullable=False),
)

problems = Table(
    "problems",
    metadata,
    Column("path", PathBytes, primary_key=True),
    Column("reason", Words, nullable=False),
    Column("size_bytes", BigInteger),
    Column("mtime_ns", BigInteger),
    Column("failed_at", Instant, nullable=False),
    Column("said", JSON(none_as_null=True)),  # the reason with its code (Sentence.to_json)
)

listeners = Table(
    "listeners",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Words, nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    _of_listener(primary_key=True),
    Column("role", Text, nullable=False),
    Column("password_hash", Text),  # null: none is set, and nobody can sign in by it
    Column("changed_at", Instant, nullable=False),
    Column("reset_at", Instant),  # when an admin set the password, until the listener sets their own
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Integer, primary_key=True),
    _of_listener(),
    Column("token_hash", LargeBinary, nullable=False, unique=True),  # SHA-256: the token itself is not kept
    Column("device", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("sessions_by_listener", "listener_id"),
)

page_settings = Table(
    "page_settings",
    metadata,
    _of_listener(primary_key=True),
    Column("chosen", JSON, nullable=False),
)

folders = Table(
    "folders",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("path", PathBytes, nullable=False, unique=True),
    Column("added_at", Instant, nullable=False),
)

readings = Table(
    "readings",
    metadata,
    Column("id", Integer, primary_key=True),
    _of_listener(),
    Column("read_at", Instant, nullable=False),
    *probability_columns(Emotion, nullable=True),  # all null when no face was seen
    Column("emotion_certain", Boolean),
    Column("emotion_reason", Words),
    Column("certain", Boolean, nullable=False),
    Column("reason", Words),
    Column("frames", Integer, nullable=False),
    Column("reason_code", Text),
    Column("held", Text),  # the emotion that it stood for
    Index("readings_by_listener", "listener_id", "read_at"),
)

# What was learnt of a listener's face: added to the logarithm of each emotion's probability.
calibrations = Table(
    "calibrations",
    metadata,
    _of_listener(primary_key=True),
    Column("artifact_version", Text, nullable=False),
    Column("frames", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
    *(Column(f"offset_{emotion}", Float, nullable=False) for emotion in Emotion),
)

listens = Table(
    "listens",
    metadata,
    Column("id", Integer, primary_key=True),
    _of_listener(),
    _of_track(),
    Column("started_at", Instant, nullable=False),
    Column("utc_offset_s", Integer, nullable=False),  # so that the listener's time of day is not lost
    Column("played_s", Float, nullable=False),
    Column("policy", Text),
    Column("reading_id", ForeignKey("readings.id", ondelete="SET NULL")),
    Column("skipped", Boolean, nullable=False, server_default=false()),
    Index("listens_by_listener", "listener_id", "started_at"),
    Index("listens_by_track", "track_id"),
    Index("listens_by_reading", "reading_id"),
)

ratings = Table(
    "ratings",
    metadata,
    _of_listener(primary_key=True),
    _of_track(primary_key=True),
    Column("rating", Text, nullable=False),
    Column("rated_at", Instant, nullable=False),
    Index("ratings_by_track", "track_id"),
)

labels = Table(
    "labels",
    metadata,
    _of_listener(primary_key=True),
    _of_track(primary_key=True),
    Column("mood", Text, nullable=False),
    Column("labelled_at", Instant, nullable=False),
    Index("labels_by_track", "track_id"),
)

# "Not now": a track that is not to be recommended until a moment.
snoozes = Table(
    "snoozes",
    metadata,
    _of_listener(primary_key=True),
    _of_track(primary_key=True),
    Column("until", Instant, nullable=False),
    Index("snoozes_by_track", "track_id"),
)

# "More like this", "less like this".
wishes = Table(
    "wishes",
    metadata,
    _of_listener(primary_key=True),
    _of_track(primary_key=True),
    Column("wish", Text, nullable=False),
    Column("said_at", Instant, nullable=False),
    Index("wishes_by_track", "track_id"),
)

# "Not how I feel": what a listener says in place of their face, and what stood before, to go back to.
feelings = Table(
    "feelings",
    metadata,
    _of_listener(primary_key=True),
    Column("said", JSON, nullable=False),
    Column("said_at", Instant, nullable=False),
    Column("before", JSON, nullable=False),
)

# How a listener wants recommendations to be made; what they did not set is not in it.
preferences = Table(
    "preferences",
    metadata,
    _of_listener(primary_key=True),
    Column("choices", JSON, nullable=False),
)

playlists = Table(
    "playlists",
    metadata,
    Column("id", Integer, primary_key=True),
    _of_listener(),
    Column("name", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("rules", JSON(none_as_null=True)),  # of a smart one: see mien.recommend.rules
    Column("expires_at", Instant),  # of a momentary one
    UniqueConstraint("listener_id", "name"),
)

playlist_items = Table(
    "playlist_items",
    metadata,
    Column("playlist_id", ForeignKey("playlists.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    _of_track(),
    Index("playlist_items_by_track", "track_id"),
)

# What listeners did to their playlists, to be undone; the playlist may be gone, hence no foreign key.
playlist_changes = Table(
    "playlist_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    _of_listener(),
    Column("playlist_id", Integer, nullable=False),
    Column("did", Words, nullable=False),
    Column("before", JSON(none_as_null=True)),  # null where there was no such playlist
    Index("playlist_changes_by_listener", "listener_id"),
)

# Listeners who agreed that others' recommendations learn from what they play.
collaborators = Table(
    "collaborators",
    metadata,
    _of_listener(primary_key=True),
    Column("agreed_at", Instant, nullable=False),
)

imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True),
    _of_listener(),
    Column("file", Words, nullable=False),
    Column("source", Text, nullable=False),
    Column("imported_at", Instant, nullable=False),
    Index("imports_by_listener", "listener_id"),
)

imported_listens = Table(
    "imported_listens",
    metadata,
    Column("listen_id", ForeignKey("listens.id", ondelete="CASCADE"), primary_key=True),
    Column("import_id", ForeignKey("imports.id", ondelete="CASCADE"), nullable=False),
    Index("imported_listens_by_import", "import_id"),
)
