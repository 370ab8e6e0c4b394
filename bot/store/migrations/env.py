"""Alembic's entry: runs on the connection that `bot.store.migrate` hands over, in its transaction."""

from alembic import context

from bot.store import console_tables  # noqa: F401 - its tables are part of the metadata
from bot.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
