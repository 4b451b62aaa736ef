"""Run by Alembic: migrate over the connection, and in the transaction, that the store opened."""

from __future__ import annotations

from alembic import context

from models.tables import Base
from pipeline.store.version import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
