"""Alembic's steps from each schema to the next; ``mien.store.migrate`` runs them."""
