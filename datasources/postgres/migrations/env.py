"""Alembic's environment: runs revisions on the connection that `upgrade.py` hands over."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    on_version_apply=context.config.attributes["on_version_apply"],
)
context.run_migrations()
