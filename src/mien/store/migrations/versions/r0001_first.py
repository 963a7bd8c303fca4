"""The first schema.

Revision ID: 0001
Revises: nothing
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables, those that others refer to first."""
    _listeners()
    _problems()
    _tracks()
    _features()
    _labels()
    _moods()
    _mood_details()
    _playlists()
    _ratings()
    _readings()
    _listens()
    _playlist_items()


def _listeners() -> None:
    op.create_table(
        "listeners",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_listeners"),
        sa.UniqueConstraint("name", name="uq_listeners_name"),
    )


def _problems() -> None:
    op.create_table(
        "problems",
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("path", name="pk_problems"),
    )


def _tracks() -> None:
    op.create_table(
        "tracks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("artist", sa.Text(), nullable=False),
        sa.Column("album", sa.Text(), nullable=False),
        sa.Column("genre", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("track_number", sa.Integer(), nullable=True),
        sa.Column("musicbrainz_recording_id", sa.Text(), nullable=False),
        sa.Column("duration_s", sa.Float(), nullable=False),
        sa.Column("tempo_bpm", sa.Float(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("cpu_s", sa.Float(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("analysed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tracks"),
        sa.UniqueConstraint("path", name="uq_tracks_path"),
    )


def _features() -> None:
    op.create_table(
        "features",
        sa.Column("track_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["track_id"], ["tracks.id"], name="fk_features_track_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("track_id", name="pk_features"),
    )


def _labels() -> None:
    op.create_table(
        "labels",
        sa.Column("listener_id", sa.Integer(), nullable=False),
        sa.Column("track_id", sa.Integer(), nullable=False),
        sa.Column("mood", sa.Text(), nullable=False),
        sa.Column("labelled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["listener_id"], ["listeners.id"], name="fk_labels_listener_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["track_id"], ["tracks.id"], name="fk_labels_track_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("listener_id", "track_id", name="pk_labels"),
    )
    op.create_index("labels_by_track", "labels", ["track_id"])


def _moods() -> None:
    op.create_table(
        "moods",
        sa.Column("track_id", sa.Integer(), nullable=False),
        sa.Column("artifact_version", sa.Text(), nullable=False),
        sa.Column("p_happy", sa.Float(), nullable=False),
        sa.Column("p_energetic", sa.Float(), nullable=False),
        sa.Column("p_angry", sa.Float(), nullable=False),
        sa.Column("p_tense", sa.Float(), nullable=False),
        sa.Column("p_sad", sa.Float(), nullable=False),
        sa.Column("p_tender", sa.Float(), nullable=False),
        sa.Column("p_calm", sa.Float(), nullable=False),
        sa.Column("certain", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("p_exuberance", sa.Float(), nullable=False),
        sa.Column("p_anxiety", sa.Float(), nullable=False),
        sa.Column("p_depression", sa.Float(), nullable=False),
        sa.Column("p_contentment", sa.Float(), nullable=False),
        sa.Column("quadrant_certain", sa.Boolean(), nullable=False),
        sa.Column("quadrant_reason", sa.Text(), nullable=True),
        sa.Column("valence", sa.Float(), nullable=False),
        sa.Column("arousal", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["track_id"], ["tracks.id"], name="fk_moods_track_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("track_id", name="pk_moods"),
    )


def _mood_details() -> None:
    op.create_table(
        "mood_details",
        sa.Column("track_id", sa.Integer(), nullable=False),
        sa.Column("embedding", sa.LargeBinary(), nullable=False),
        sa.Column("curve", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name="fk_mood_details_track_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("track_id", name="pk_mood_details"),
    )


def _playlists() -> None:
    op.create_table(
        "playlists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listener_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["listener_id"], ["listeners.id"], name="fk_playlists_listener_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_playlists"),
        sa.UniqueConstraint("listener_id", "name", name="uq_playlists_listener_id_name"),
    )


def _ratings() -> None:
    op.create_table(
        "ratings",
        sa.Column("listener_id", sa.Integer(), nullable=False),
        sa.Column("track_id", sa.Integer(), nullable=False),
        sa.Column("rating", sa.Text(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["listener_id"], ["listeners.id"], name="fk_ratings_listener_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["track_id"], ["tracks.id"], name="fk_ratings_track_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("listener_id", "track_id", name="pk_ratings"),
    )
    op.create_index("ratings_by_track", "ratings", ["track_id"])


def _readings() -> None:
    op.create_table(
        "readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listener_id", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("p_angry", sa.Float(), nullable=True),
        sa.Column("p_disgust", sa.Float(), nullable=True),
        sa.Column("p_fear", sa.Float(), nullable=True),
        sa.Column("p_happy", sa.Float(), nullable=True),
        sa.Column("p_sad", sa.Float(), nullable=True),
        sa.Column("p_surprise", sa.Float(), nullable=True),
        sa.Column("p_neutral", sa.Float(), nullable=True),
        sa.Column("emotion_certain", sa.Boolean(), nullable=True),
        sa.Column("emotion_reason", sa.Text(), nullable=True),
        sa.Column("certain", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listener_id"], ["listeners.id"], name="fk_readings_listener_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_readings"),
    )
    op.create_index("readings_by_listener", "readings", ["listener_id", "read_at"])


def _listens() -> None:
    op.create_table(
        "listens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listener_id", sa.Integer(), nullable=False),
        sa.Column("track_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("utc_offset_s", sa.Integer(), nullable=False),
        sa.Column("played_s", sa.Float(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=True),
        sa.Column("reading_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["listener_id"], ["listeners.id"], name="fk_listens_listener_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reading_id"], ["readings.id"], name="fk_listens_reading_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["track_id"], ["tracks.id"], name="fk_listens_track_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_listens"),
    )
    op.create_index("listens_by_listener", "listens", ["listener_id", "started_at"])
    op.create_index("listens_by_reading", "listens", ["reading_id"])
    op.create_index("listens_by_track", "listens", ["track_id"])


def _playlist_items() -> None:
    op.create_table(
        "playlist_items",
        sa.Column("playlist_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("track_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["playlist_id"], ["playlists.id"], name="fk_playlist_items_playlist_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name="fk_playlist_items_track_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("playlist_id", "position", name="pk_playlist_items"),
    )
    op.create_index("playlist_items_by_track", "playlist_items", ["track_id"])
