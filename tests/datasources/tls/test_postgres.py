import asyncio
from pathlib import Path
from typing import Final

import pytest

from datasources.errors import SettingRefused, Unavailable
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.migrate import migrate
from tests.datasources.tls.authorities import AUTHORITY, FOREIGN, SERVER_KEY, UNTRUSTED
from tests.datasources.tls.relays import PostgresTlsRelay

SOON: Final = 10.0


async def answer(url: str, tls_ca: Path | None = None) -> int:
    """What a statement on a new connection comes to, as `41 + 1`."""
    database = PostgresDatabase(url, tls_ca=tls_ca)
    async with asyncio.timeout(SOON):
        await database.open()
        try:
            row = await database.fetchrow("SELECT 41 + $1::int AS sum", 1)
            assert row is not None
            return int(row["sum"])
        finally:
            await database.close()


async def test_a_statement_goes_through(postgres: PostgresTlsRelay) -> None:
    assert await answer(postgres.url, AUTHORITY) == 42
    assert postgres.in_plain_text == 0


async def test_the_database_is_migrated(postgres: PostgresTlsRelay) -> None:
    assert await migrate(postgres.url, tls_ca=AUTHORITY)
    assert await migrate(postgres.url, tls_ca=AUTHORITY) == []
    assert postgres.in_plain_text == 0


async def test_a_foreign_certificate_is_refused(postgres: PostgresTlsRelay) -> None:
    with pytest.raises(Unavailable, match=UNTRUSTED):
        await answer(postgres.url, FOREIGN)
    with pytest.raises(Unavailable, match=UNTRUSTED):
        await migrate(postgres.url, tls_ca=FOREIGN)
    assert postgres.in_plain_text == 0


async def test_another_hosts_certificate_is_refused(postgres_elsewhere: PostgresTlsRelay) -> None:
    with pytest.raises(Unavailable, match=f"{UNTRUSTED}.*127.0.0.1"):
        await answer(postgres_elsewhere.url, AUTHORITY)
    assert postgres_elsewhere.in_plain_text == 0


@pytest.mark.parametrize("mode", ["", "?sslmode=prefer", "?sslmode=disable"])
async def test_plain_text_is_refused(postgres_url: str, mode: str) -> None:
    with pytest.raises(Unavailable, match="rejected SSL"):
        await answer(postgres_url + mode, AUTHORITY)
    with pytest.raises(Unavailable, match="rejected SSL"):
        await migrate(postgres_url + mode, tls_ca=AUTHORITY)


async def test_the_address_alone_may_ask_for_it(postgres: PostgresTlsRelay) -> None:
    assert await answer(f"{postgres.url}?sslmode=require") == 42
    verified = f"{postgres.url}?sslmode=verify-full&sslrootcert="
    assert await answer(f"{verified}{AUTHORITY}") == 42
    with pytest.raises(Unavailable, match=UNTRUSTED):
        await answer(f"{verified}{FOREIGN}")
    assert postgres.in_plain_text == 0


async def test_the_migrations_heed_the_address_too(postgres: PostgresTlsRelay) -> None:
    verified = f"{postgres.url}?sslmode=verify-full&sslrootcert="
    assert await migrate(f"{verified}{AUTHORITY}") == []
    with pytest.raises(Unavailable, match=UNTRUSTED):
        await migrate(f"{verified}{FOREIGN}")
    assert postgres.in_plain_text == 0


async def test_a_bundle_without_certificates_is_refused(postgres: PostgresTlsRelay) -> None:
    with pytest.raises(SettingRefused, match="DATABASE_TLS_CA"):
        await answer(postgres.url, SERVER_KEY)
    with pytest.raises(SettingRefused, match="DATABASE_TLS_CA"):
        await migrate(postgres.url, tls_ca=SERVER_KEY)
