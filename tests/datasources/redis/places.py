"""Clients of a Redis at some address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from datasources.redis.client import RedisClient


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[RedisClient]:
    client = RedisClient(url)
    await client.open()
    try:
        yield client
    finally:
        await client.close()
