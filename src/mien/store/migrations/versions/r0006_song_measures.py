"""What is measured of a song besides its features: loudness, peak, preview, tempo candidates, clarity of key.

Older rows keep nulls, and no analysis version, until the next scan analyses their files again.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_NUMBERS = ("loudness_lufs", "true_peak_dbtp", "mixed", "preview_s", "key_clarity")


def upgrade() -> None:
    """Add the columns."""
    op.add_column("tracks", sa.Column("analysis_version", sa.Integer(), nullable=True))
    for name in _NUMBERS:
        op.add_column("tracks", sa.Column(name, sa.Float(), nullable=True))
    op.add_column("tracks", sa.Column("tempo_candidates", sa.JSON(), nullable=True))
