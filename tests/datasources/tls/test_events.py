import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from datasources.embedded import Endpoints
from datasources.errors import Unavailable
from datasources.events.backend import RedisBackend
from tests.datasources.tls.authorities import AUTHORITY, FOREIGN, UNTRUSTED
from tests.datasources.tls.relays import TlsRelay
from tests.datasources.tls.test_redis import over_tls

SOON: Final = 10.0
LARGE: Final = b"x" * 200_000


class Confirmations:
    def __init__(self) -> None:
        self.confirmed = asyncio.Event()
        self.lost = asyncio.Event()

    def topic_confirmed(self, topic: str) -> None:
        del topic
        self.confirmed.set()

    def connection_lost(self) -> None:
        self.lost.set()


@asynccontextmanager
async def subscribed(url: str, ca_file: Path | None = None) -> AsyncIterator[tuple[RedisBackend, Confirmations, str]]:
    """A backend that asks for one topic, whether it is given it or not."""
    backend, confirmations = RedisBackend(url, ca_file=ca_file), Confirmations()
    backend.observer = confirmations
    topic = f"homeroom:test:tls:{secrets.token_hex(4)}"
    async with asyncio.timeout(SOON):
        await backend.connect()
        try:
            await backend.subscribe(topic)
            yield backend, confirmations, topic
        finally:
            await backend.disconnect()


async def assert_delivers(url: str, ca_file: Path | None = None) -> None:
    async with subscribed(url, ca_file) as (backend, confirmations, topic):
        await confirmations.confirmed.wait()
        # A publication has half a second: on a busy machine that can be over before the handshake is.
        while True:
            try:
                await backend.publish(topic, LARGE)
                break
            except Unavailable:
                await asyncio.sleep(0.05)  # the gate may be shut for half a second
        event = await backend.next_published()
        assert (event.channel, event.message) == (topic, LARGE)  # type: ignore[comparison-overlap]  # broadcaster says str


async def assert_refuses(url: str, ca_file: Path | None, *, reason: str) -> None:
    async with subscribed(url, ca_file) as (backend, confirmations, topic):
        await confirmations.lost.wait()
        assert not confirmations.confirmed.is_set()
        assert not backend.connected
        # A publication has half a second: on a busy machine that can be over before the handshake is.
        while not re.search(reason, await refusal_of(backend, topic)):
            assert not confirmations.confirmed.is_set()
            await asyncio.sleep(0.05)  # the gate may be shut for half a second


async def refusal_of(backend: RedisBackend, topic: str) -> str:
    with pytest.raises(Unavailable) as refused:
        await backend.publish(topic, LARGE)
    return str(refused.value)


async def test_what_is_published_arrives(redis: TlsRelay) -> None:
    await assert_delivers(redis.url, AUTHORITY)
    await assert_delivers(over_tls(redis.url), AUTHORITY)


async def test_a_foreign_certificate_is_refused(redis: TlsRelay) -> None:
    await assert_refuses(redis.url, FOREIGN, reason=UNTRUSTED)


async def test_another_hosts_certificate_is_refused(redis_elsewhere: TlsRelay) -> None:
    await assert_refuses(redis_elsewhere.url, AUTHORITY, reason=UNTRUSTED)


async def test_plain_text_is_refused(endpoints: Endpoints) -> None:
    await assert_refuses(endpoints.redis_url or "", AUTHORITY, reason="redis is unavailable")


async def test_the_address_alone_may_ask_for_it(redis: TlsRelay) -> None:
    verified = f"{over_tls(redis.url)}?ssl_ca_certs="
    await assert_delivers(f"{verified}{AUTHORITY}")
    await assert_refuses(f"{verified}{FOREIGN}", None, reason=UNTRUSTED)
