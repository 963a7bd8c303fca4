"""Who takes part in learning from each other, imported listens, smart and momentary playlists, undo.

Revision ID: 0004
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables and the new columns; no row that is there changes."""
    _collaborators()
    _imports()
    _imported_listens()
    op.add_column("playlists", sa.Column("rules", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("playlists", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    _playlist_changes()


def _collaborators() -> None:
    op.create_table(
        "collaborators",
        sa.Column("listener_id", sa.Integer(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("listener_id", name="pk_collaborators"),
        sa.ForeignKeyConstraint(
            ["listener_id"], ["listeners.id"], name="fk_collaborators_listener_id", ondelete="CASCADE"
        ),
    )


def _imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listener_id", sa.Integer(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
        sa.ForeignKeyConstraint(
            ["listener_id"], ["listeners.id"], name="fk_imports_listener_id", ondelete="CASCADE"
        ),
    )
    op.create_index("imports_by_listener", "imports", ["listener_id"])


def _imported_listens() -> None:
    op.create_table(
        "imported_listens",
        sa.Column("listen_id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("listen_id", name="pk_imported_listens"),
        sa.ForeignKeyConstraint(
            ["listen_id"], ["listens.id"], name="fk_imported_listens_listen_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name="fk_imported_listens_import_id", ondelete="CASCADE"
        ),
    )
    op.create_index("imported_listens_by_import", "imported_listens", ["import_id"])


def _playlist_changes() -> None:
    op.create_table(
        "playlist_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listener_id", sa.Integer(), nullable=False),
        sa.Column("playlist_id", sa.Integer(), nullable=False),
        sa.Column("did", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_playlist_changes"),
        sa.ForeignKeyConstraint(
            ["listener_id"], ["listeners.id"], name="fk_playlist_changes_listener_id", ondelete="CASCADE"
        ),
    )
    op.create_index("playlist_changes_by_listener", "playlist_changes", ["listener_id"])
