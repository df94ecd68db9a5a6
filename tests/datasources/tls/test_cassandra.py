import asyncio
from pathlib import Path
from typing import Final

import pytest

from datasources.cassandra.cluster import CassandraCluster, Statement
from datasources.cassandra.migrate import migrate
from datasources.cassandra.settings import CassandraSettings
from datasources.embedded import Endpoints
from datasources.errors import SettingRefused, Unavailable
from tests.datasources.tls.authorities import AUTHORITY, FOREIGN, SERVER_KEY
from tests.datasources.tls.relays import TlsRelay
from tests.datasources.tls.servers import TlsCassandra

SOON: Final = 20.0
LARGE: Final = "x" * 60_000  # a key is no longer than 64 KiB; a record of TLS is no longer than 16

# The migrations' own notes have a key of any text.
WRITE: Final = Statement("INSERT INTO $keyspace.schema_migrations (name) VALUES (?)")
READ: Final = Statement("SELECT name FROM $keyspace.schema_migrations WHERE name = ?")


def settings(contact_points: str, tls_ca: Path | None) -> CassandraSettings:
    return CassandraSettings(
        contact_points=contact_points, keyspace="homeroom_test_tls", tls_ca=tls_ca, request_seconds=20
    )


async def ping(contact_points: str, tls_ca: Path | None) -> None:
    """On a new connection."""
    cluster = CassandraCluster(settings(contact_points, tls_ca))
    async with asyncio.timeout(SOON):
        await cluster.open()
        try:
            await cluster.ping()
        finally:
            await cluster.close()


async def test_the_keyspace_is_migrated_and_statements_go_through(cassandra: TlsCassandra) -> None:
    place = settings(cassandra.url, AUTHORITY)
    assert await migrate(place)
    assert await migrate(place) == []
    cluster = CassandraCluster(place)
    cluster.declare(WRITE, READ)
    async with asyncio.timeout(SOON):
        await cluster.open()
        try:
            await cluster.execute(WRITE, LARGE)
            assert await cluster.execute(READ, LARGE) == [(LARGE,)]
        finally:
            await cluster.close()


async def test_a_foreign_certificate_is_refused(cassandra: TlsCassandra) -> None:
    with pytest.raises(SettingRefused, match="CASSANDRA_TLS_CA") as refused:
        await migrate(settings(cassandra.url, FOREIGN))
    assert "unable to get local issuer certificate" in str(refused.value)
    with pytest.raises(Unavailable, match="CASSANDRA_TLS_CA"):
        await ping(cassandra.url, FOREIGN)


async def test_another_hosts_certificate_is_refused(cassandra_elsewhere: TlsRelay) -> None:
    with pytest.raises(Unavailable, match=r"certificate does not hold.*127\.0\.0\.1"):
        await ping(f"127.0.0.1:{cassandra_elsewhere.port}", AUTHORITY)


async def test_plain_text_is_refused(endpoints: Endpoints, cassandra: TlsCassandra) -> None:
    with pytest.raises(Unavailable):
        await ping(endpoints.cassandra_contact_points or "", AUTHORITY)
    with pytest.raises(Unavailable):
        await ping(cassandra.url, None)


async def test_a_bundle_without_certificates_is_refused(cassandra: TlsCassandra) -> None:
    with pytest.raises(SettingRefused, match="CASSANDRA_TLS_CA"):
        await migrate(settings(cassandra.url, SERVER_KEY))
    with pytest.raises(Unavailable, match="CASSANDRA_TLS_CA"):
        await ping(cassandra.url, SERVER_KEY)
