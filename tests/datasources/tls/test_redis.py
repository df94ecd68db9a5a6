import asyncio
import secrets
from pathlib import Path
from typing import Final

import pytest

from datasources.embedded import Endpoints
from datasources.errors import SettingRefused, Unavailable
from datasources.redis.client import RedisClient
from tests.datasources.tls.authorities import AUTHORITY, FOREIGN, SERVER_KEY, UNTRUSTED
from tests.datasources.tls.relays import TlsRelay

SOON: Final = 10.0
LARGE: Final = "x" * 500_000


async def echo(url: str, tls_ca: Path | None = None) -> str:
    """What was written on a new connection, read again."""
    client = RedisClient(url, tls_ca=tls_ca)
    key = f"homeroom:test:tls:{secrets.token_hex(4)}"
    async with asyncio.timeout(SOON):
        await client.open()
        try:
            await client.command("SET", key, LARGE, "EX", 60)
            return str(await client.command("GETDEL", key))
        finally:
            await client.close()


def over_tls(url: str) -> str:
    return url.replace("redis://", "rediss://")


async def test_commands_go_through(redis: TlsRelay) -> None:
    assert await echo(redis.url, AUTHORITY) == LARGE
    assert await echo(over_tls(redis.url), AUTHORITY) == LARGE


async def test_a_foreign_certificate_is_refused(redis: TlsRelay) -> None:
    for url in (redis.url, over_tls(redis.url)):
        with pytest.raises(Unavailable, match=UNTRUSTED):
            await echo(url, FOREIGN)


async def test_another_hosts_certificate_is_refused(redis_elsewhere: TlsRelay) -> None:
    with pytest.raises(Unavailable, match=f"{UNTRUSTED}.*127.0.0.1"):
        await echo(redis_elsewhere.url, AUTHORITY)


async def test_plain_text_is_refused(endpoints: Endpoints) -> None:
    with pytest.raises(Unavailable):
        await echo(endpoints.redis_url or "", AUTHORITY)


async def test_the_address_alone_may_ask_for_it(redis: TlsRelay) -> None:
    verified = f"{over_tls(redis.url)}?ssl_ca_certs="
    assert await echo(f"{verified}{AUTHORITY}") == LARGE
    with pytest.raises(Unavailable, match=UNTRUSTED):
        await echo(f"{verified}{FOREIGN}")


async def test_a_bundle_without_certificates_is_refused(redis: TlsRelay) -> None:
    with pytest.raises(SettingRefused, match="REDIS_TLS_CA"):
        await echo(redis.url, SERVER_KEY)
