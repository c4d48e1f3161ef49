"""Alembic's way in: runs on the connection that `gateway.store.migrate` hands over, in its transaction."""

from alembic import context

settings = context.config
context.configure(
    connection=settings.attributes["connection"],
    version_table=settings.attributes["version_table"],
)
context.run_migrations()
