"""What recommending learns from: skips, "not now", and how a listener wants it done.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add to listens, and make two tables; what is there is kept."""
    op.add_column("listens", sa.Column("skipped", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("tracks_by_analysis", "tracks", ["analysed_at"])
    op.create_table(
        "snoozes",
        sa.Column("listener_id", sa.Integer(), nullable=False),
        sa.Column("track_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["listener_id"], ["listeners.id"], name="fk_snoozes_listener_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["track_id"], ["tracks.id"], name="fk_snoozes_track_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("listener_id", "track_id", name="pk_snoozes"),
    )
    op.create_index("snoozes_by_track", "snoozes", ["track_id"])
    op.create_table(
        "preferences",
        sa.Column("listener_id", sa.Integer(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listener_id"], ["listeners.id"], name="fk_preferences_listener_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("listener_id", name="pk_preferences"),
    )
