"""Why a file failed, with the code of its sentence, for pages of other languages.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add to problems; what is there is kept and has no code."""
    op.add_column("problems", sa.Column("said", sa.JSON(), nullable=True))
