"""Runs the revisions that a database lacks, in one transaction and under a lock."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from datasources.postgres.database import CONNECT_SECONDS, tls_context

FOLDER: Final = Path(__file__).parent

# Any number, as long as all processes take the same.
_LOCK: Final = 0x686F6D65
_LOCK_SECONDS: Final = 60


async def upgrade(url: str, tls_ca: Path | None) -> list[str]:
    """Brings the database to the newest revision; answers the revisions that were applied, oldest first."""

    async def connect() -> asyncpg.Connection[asyncpg.Record]:
        return await asyncpg.connect(url, ssl=tls_context(tls_ca), timeout=CONNECT_SECONDS)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'")
            await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            return await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> list[str]:
    applied: list[str] = []

    def note(step: Any, **_: object) -> None:
        applied.append(step.up_revision_id)

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes.update(connection=connection, on_version_apply=note)
    command.upgrade(config, "head")
    return applied
