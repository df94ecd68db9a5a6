"""The connection to Redis through outages."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

import pytest

from datasources.errors import SettingRefused, Unavailable
from datasources.redis.client import RedisClient
from tests.datasources.redis.valkey import DurableValkey


async def until_it_answers(ping: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(5):
        while True:
            try:
                await ping()
            except Unavailable:
                await asyncio.sleep(0.05)
            else:
                return


async def test_a_server_that_is_killed_is_used_again_when_it_is_back(
    valkey: DurableValkey, own_client: RedisClient
) -> None:
    await own_client.command("SET", "kept", "1")
    valkey.kill()
    for _ in range(5):
        with pytest.raises(Unavailable, match="redis"):
            await own_client.ping()
    await valkey.start()
    await until_it_answers(own_client.ping)
    assert await own_client.command("GET", "kept") == "1"


async def test_another_run_of_the_server_is_known_before_its_first_answer(
    valkey: DurableValkey, own_client: RedisClient
) -> None:
    run = own_client.run_id
    assert run is not None
    await own_client.ping()
    assert own_client.run_id == run
    valkey.kill()
    await valkey.start()
    await own_client.ping()
    assert own_client.run_id not in {None, run}


async def test_a_server_that_is_away_at_the_start_is_no_error(valkey: DurableValkey) -> None:
    valkey.kill()
    client = RedisClient(valkey.url)
    await client.open()
    assert client.run_id is None
    await valkey.start()
    await until_it_answers(client.ping)
    await client.close()


async def test_a_server_that_answers_nothing_costs_a_bounded_time_and_then_none(
    valkey: DurableValkey, own_client: RedisClient
) -> None:
    await own_client.ping()
    valkey.pause()
    try:
        started = monotonic()
        for _ in range(3):
            with pytest.raises(Unavailable):
                await own_client.ping()
        assert monotonic() - started < 10
        with pytest.raises(Unavailable, match="failed repeatedly"):
            await own_client.ping()
    finally:
        valkey.go_on()
    await until_it_answers(own_client.ping)


async def test_more_callers_than_connections_are_all_served(valkey: DurableValkey) -> None:
    client = RedisClient(valkey.url, max_connections=2)
    answers = await asyncio.gather(*(client.command("ECHO", str(number)) for number in range(50)))
    await client.close()
    assert answers == [str(number) for number in range(50)]


async def test_a_wrong_password_stops_the_start_and_names_the_setting(valkey: DurableValkey) -> None:
    with pytest.raises(SettingRefused) as refused:
        await RedisClient(valkey.url.replace(":drill@", ":wrong@")).open()
    assert refused.value.setting == "REDIS_URL"
