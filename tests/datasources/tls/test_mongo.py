import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from datasources.embedded import Endpoints
from datasources.errors import SettingRefused, Unavailable
from datasources.mongo.client import Mongo
from datasources.mongo.migrate import migrate
from tests.datasources.tls.authorities import AUTHORITY, FOREIGN, SERVER_KEY, UNTRUSTED
from tests.datasources.tls.relays import TlsRelay
from tests.datasources.tls.servers import TlsMongodb

SOON: Final = 10.0
LARGE: Final = "x" * 500_000

# PyMongo leaves the socket of a connection amid which it is closed to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


@pytest.fixture(autouse=True)
def no_half_made_connection_is_left() -> Iterator[None]:
    """The one thread of secantusd that accepts connections waits for each handshake, also for one that never comes."""
    yield
    gc.collect()


async def echo(url: str, tls_ca: Path | None = None) -> str:
    """What was written on a new connection, read again."""
    mongo = Mongo(url, tls_ca=tls_ca)
    async with asyncio.timeout(SOON):
        await mongo.open()
        try:
            papers = mongo.collection("tls")
            with mongo.statement():
                await papers.replace_one({"_id": 1}, {"text": LARGE}, upsert=True)
            with mongo.statement():
                paper = await papers.find_one({"_id": 1})
            assert paper is not None
            return str(paper["text"])
        finally:
            await mongo.close()


async def test_statements_go_through(mongodb: TlsMongodb) -> None:
    assert await echo(mongodb.url, AUTHORITY) == LARGE


async def test_the_database_is_migrated(mongodb: TlsMongodb) -> None:
    assert await migrate(mongodb.url, tls_ca=AUTHORITY)
    assert await migrate(mongodb.url, tls_ca=AUTHORITY) == []


async def test_a_foreign_certificate_is_refused(mongodb: TlsMongodb) -> None:
    with pytest.raises(Unavailable, match=UNTRUSTED):
        await echo(mongodb.url, FOREIGN)


async def test_migrations_refuse_a_foreign_certificate(mongodb: TlsMongodb) -> None:
    with pytest.raises(Unavailable, match=UNTRUSTED):
        await migrate(mongodb.url, tls_ca=FOREIGN)


async def test_another_hosts_certificate_is_refused(mongodb_elsewhere: TlsRelay) -> None:
    with pytest.raises(Unavailable, match=f"{UNTRUSTED}.*127.0.0.1"):
        await echo(mongodb_elsewhere.url, AUTHORITY)


async def test_plain_text_is_refused(endpoints: Endpoints) -> None:
    for url in (endpoints.mongodb_url or "", f"{endpoints.mongodb_url}&tls=false"):
        with pytest.raises(Unavailable):
            await echo(url, AUTHORITY)


async def test_the_address_alone_may_ask_for_it(mongodb: TlsMongodb) -> None:
    assert await echo(f"{mongodb.url}&tls=true&tlsCAFile={AUTHORITY}") == LARGE


async def test_the_address_alone_may_name_a_foreign_authority(mongodb: TlsMongodb) -> None:
    with pytest.raises(Unavailable, match=UNTRUSTED):
        await echo(f"{mongodb.url}&tls=true&tlsCAFile={FOREIGN}")


async def test_the_bundle_outweighs_an_address_without(mongodb: TlsMongodb) -> None:
    assert await echo(f"{mongodb.url}&tls=false", AUTHORITY) == LARGE


async def test_a_bundle_without_certificates_is_refused(mongodb: TlsMongodb) -> None:
    with pytest.raises(SettingRefused, match="MONGODB_TLS_CA"):
        await echo(mongodb.url, SERVER_KEY)
