"""More or less like a track; what a listener says they feel; and who has a password that an admin set.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make two tables and add to accounts; what is there is kept."""
    op.create_table(
        "wishes",
        sa.Column("listener_id", sa.Integer(), nullable=False),
        sa.Column("track_id", sa.Integer(), nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        _belongs("wishes", "listener"),
        _belongs("wishes", "track"),
        sa.PrimaryKeyConstraint("listener_id", "track_id", name="pk_wishes"),
    )
    op.create_index("wishes_by_track", "wishes", ["track_id"])
    op.create_table(
        "feelings",
        sa.Column("listener_id", sa.Integer(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        _belongs("feelings", "listener"),
        sa.PrimaryKeyConstraint("listener_id", name="pk_feelings"),
    )
    op.add_column("accounts", sa.Column("reset_at", sa.DateTime(timezone=True), nullable=True))


def _belongs(table: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [f"{to}_id"], [f"{to}s.id"], name=f"fk_{table}_{to}_id", ondelete="CASCADE"
    )
