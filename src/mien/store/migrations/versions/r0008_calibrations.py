"""What was learnt of listeners' faces, and of each reading the emotion that it held and why it was unsure.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")


def upgrade() -> None:
    """Make a table and add to readings; what is there is kept."""
    op.create_table(
        "calibrations",
        sa.Column("listener_id", sa.Integer(), nullable=False),
        sa.Column("artifact_version", sa.Text(), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(f"offset_{emotion}", sa.Float(), nullable=False) for emotion in _EMOTIONS),
        sa.ForeignKeyConstraint(
            ["listener_id"], ["listeners.id"], name="fk_calibrations_listener_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("listener_id", name="pk_calibrations"),
    )
    op.add_column("readings", sa.Column("reason_code", sa.Text(), nullable=True))
    op.add_column("readings", sa.Column("held", sa.Text(), nullable=True))
