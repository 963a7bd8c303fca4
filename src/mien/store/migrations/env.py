"""How Alembic reaches the database: through the connection that it is given."""

from alembic import context

from mien.store.migrate import VERSION_TABLE
from mien.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
