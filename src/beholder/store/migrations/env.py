"""Run by Alembic with the connection that `beholder.store.database` hands over."""

from alembic import context

from beholder.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
