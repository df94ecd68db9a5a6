"""Each store behind TLS, once for this folder, and in front of each an impostor: another host's certificate."""

from collections.abc import AsyncIterator

import pytest

from datasources.embedded import Endpoints
from datasources.embedded.ports import choose
from tests.datasources.postgres.places import own_database
from tests.datasources.tls.authorities import ELSEWHERE, ELSEWHERE_KEY, server_context
from tests.datasources.tls.relays import PostgresTlsRelay, TlsRelay, tls_before, tls_before_postgres
from tests.datasources.tls.servers import TlsCassandra, TlsMongodb, running


@pytest.fixture(scope="session")
async def postgres_url(endpoints: Endpoints, run_id: str) -> AsyncIterator[str]:
    """A new database, without TLS."""
    async with own_database(endpoints.database_url or "", f"homeroom_test_{run_id}_tls") as url:
        yield url


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[PostgresTlsRelay]:
    async with tls_before_postgres(postgres_url) as relay:
        yield relay


@pytest.fixture
async def postgres_elsewhere(postgres_url: str) -> AsyncIterator[PostgresTlsRelay]:
    async with tls_before_postgres(postgres_url, server_context(ELSEWHERE, ELSEWHERE_KEY)) as relay:
        yield relay


@pytest.fixture
async def redis(endpoints: Endpoints) -> AsyncIterator[TlsRelay]:
    async with tls_before(endpoints.redis_url or "") as relay:
        yield relay


@pytest.fixture
async def redis_elsewhere(endpoints: Endpoints) -> AsyncIterator[TlsRelay]:
    async with tls_before(endpoints.redis_url or "", server_context(ELSEWHERE, ELSEWHERE_KEY)) as relay:
        yield relay


@pytest.fixture(scope="session")
async def mongodb(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TlsMongodb]:
    folder = tmp_path_factory.mktemp("mongodb")
    async with running(folder, lambda directory: TlsMongodb(directory, choose(None, ()))) as server:
        yield server


@pytest.fixture
async def mongodb_elsewhere(endpoints: Endpoints) -> AsyncIterator[TlsRelay]:
    async with tls_before(endpoints.mongodb_url or "", server_context(ELSEWHERE, ELSEWHERE_KEY)) as relay:
        yield relay


@pytest.fixture(scope="session")
async def cassandra(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TlsCassandra]:
    folder = tmp_path_factory.mktemp("cassandra")
    port = choose(None, ())
    storage_port = choose(None, (port,))
    async with running(folder, lambda files: TlsCassandra(files, port, storage_port, lambda _: None)) as server:
        yield server


@pytest.fixture
async def cassandra_elsewhere(endpoints: Endpoints) -> AsyncIterator[TlsRelay]:
    plain = f"//{endpoints.cassandra_contact_points}"
    async with tls_before(plain, server_context(ELSEWHERE, ELSEWHERE_KEY)) as relay:
        yield relay
