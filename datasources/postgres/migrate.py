"""Brings a database's schema up to date: one cheap look where nothing is to do."""

import importlib
from pathlib import Path
from typing import Final

import asyncpg

from datasources.errors import SettingRefused, Unavailable
from datasources.postgres.database import CONNECT_SECONDS, tls_context
from datasources.postgres.outages import is_outage, is_refusal

_VERSIONS: Final = Path(__file__).parent / "migrations" / "versions"


def head() -> str:
    """The newest revision that this code knows: the files are named after their revisions, which ascend."""
    return max(path.name[1:5] for path in _VERSIONS.glob("r[0-9][0-9][0-9][0-9]_*.py"))


async def current(url: str, *, tls_ca: Path | None = None) -> str | None:
    """The revision that the database is at; None for one that is empty."""
    connection = await asyncpg.connect(url, ssl=tls_context(tls_ca), timeout=CONNECT_SECONDS)
    try:
        revision: str | None = await connection.fetchval(
            "SELECT version_num FROM alembic_version", timeout=CONNECT_SECONDS
        )
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close(timeout=CONNECT_SECONDS)
    return revision


async def migrate(url: str, *, tls_ca: Path | None = None) -> list[str]:
    """Applies the revisions that are missing and answers them; any number of processes may do so at once.

    A database that is ahead of this code, as while a new version is rolled out, is left alone. Raises `Unavailable`,
    and `SettingRefused` where the server does not accept the address's name, password or database.
    """
    try:
        revision = await current(url, tls_ca=tls_ca)
        if revision is not None and revision >= head():
            return []
        # Alembic and SQLAlchemy take longer to import than the server to start; most starts have nothing to apply.
        runner = importlib.import_module("datasources.postgres.migrations.upgrade")
        applied: list[str] = await runner.upgrade(url, tls_ca)
    except Exception as error:  # re-raised, only translated where it is an outage
        if is_refusal(error):
            raise SettingRefused("DATABASE_URL", str(error)) from error
        if is_outage(error):
            raise Unavailable("postgresql", str(error) or type(error).__name__) from error
        raise
    return applied
