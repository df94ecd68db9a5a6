"""The connection: what its users see while Cassandra is away, and after."""

import asyncio
from dataclasses import replace
from time import monotonic

import pytest

from datasources.cassandra.cluster import STATEMENTS_UNDER_WAY, CassandraCluster, Statement
from datasources.cassandra.migrate import migrate
from datasources.cassandra.rooms import CassandraRooms
from datasources.cassandra.settings import CassandraSettings
from datasources.errors import DatasourceError, Unavailable
from datasources.layers.round_trips import RoundTrips, round_trips
from datasources.records.pages import PageArguments
from tests.contracts.rooms.keyspaces import drop_keyspace
from tests.contracts.rooms.scenes import Scene
from tests.datasources.cassandra.relays import Relay

# Generous on a noisy machine; what is asserted is that the wait ends by itself.
PATIENCE_SECONDS = 20.0


async def answers(cluster: CassandraCluster) -> None:
    """Returns when the store can be used again."""
    deadline = monotonic() + PATIENCE_SECONDS
    while True:
        try:
            await cluster.ping()
        except Unavailable:
            assert monotonic() < deadline
            await asyncio.sleep(0.02)
        else:
            return


async def fails(cluster: CassandraCluster) -> None:
    """Returns when the store is seen to be away."""
    deadline = monotonic() + PATIENCE_SECONDS
    while monotonic() < deadline:
        try:
            await cluster.ping()
        except Unavailable:
            return
    pytest.fail("the store still answers")


async def test_a_store_that_is_away_at_open_is_used_when_it_comes(behind_relay: CassandraCluster, relay: Relay) -> None:
    messages = CassandraRooms(behind_relay)
    await behind_relay.open()
    scene = Scene(messages)
    with pytest.raises(Unavailable) as away:
        await scene.send()
    assert (away.value.store, away.value.reason) == ("cassandra", "no node answers")
    (page,) = await messages.pages([(scene.room_id, PageArguments())])
    assert isinstance(page, Unavailable)
    with pytest.raises(Unavailable):
        await behind_relay.ping()
    await relay.up()
    await answers(behind_relay)
    message = await scene.send()
    assert await scene.shown() == [message]


async def test_a_store_that_goes_and_comes_back_is_used_again(behind_relay: CassandraCluster, relay: Relay) -> None:
    messages = CassandraRooms(behind_relay)
    await relay.up()
    await behind_relay.open()
    scene = Scene(messages)
    sent = [await scene.send()]
    for _ in range(2):
        await relay.down()
        await fails(behind_relay)
        refusals = await asyncio.gather(*(scene.send() for _ in range(50)), return_exceptions=True)
        assert {type(refusal) for refusal in refusals} == {Unavailable}
        await relay.up()
        await answers(behind_relay)
        sent.append(await scene.send())
        assert await scene.shown() == sent


async def test_a_cut_under_way_is_an_answer_and_loses_nothing_acknowledged(
    behind_relay: CassandraCluster, relay: Relay
) -> None:
    messages = CassandraRooms(behind_relay)
    await relay.up()
    await behind_relay.open()
    scenes = [Scene(messages) for _ in range(200)]
    sends = [asyncio.create_task(scene.send()) for scene in scenes]
    await asyncio.wait(sends, return_when=asyncio.FIRST_COMPLETED)
    await relay.down()
    outcomes = await asyncio.gather(*sends, return_exceptions=True)
    await relay.up()
    await answers(behind_relay)
    for scene, outcome in zip(scenes, outcomes, strict=True):
        if isinstance(outcome, BaseException):
            assert isinstance(outcome, Unavailable)
        else:
            assert await scene.stored(outcome) == outcome


async def test_whoever_is_cancelled_leaves_the_connection_in_order(cluster: CassandraCluster) -> None:
    messages = CassandraRooms(cluster)
    await cluster.open()
    scene = Scene(messages)
    for _ in range(3):
        tasks = [asyncio.create_task(scene.send()) for _ in range(STATEMENTS_UNDER_WAY + 100)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {asyncio.CancelledError}
    message = await scene.send()
    assert await scene.stored(message) == message


async def test_more_statements_than_may_be_under_way_wait_their_turn(cluster: CassandraCluster) -> None:
    one = Statement("SELECT key FROM system.local WHERE key = 'local'")
    cluster.declare(one)
    await cluster.open()
    trips = RoundTrips()
    token = round_trips.set(trips)
    try:
        rows = await asyncio.gather(*(cluster.execute(one) for _ in range(3 * STATEMENTS_UNDER_WAY)))
    finally:
        round_trips.reset(token)
    assert rows == [[("local",)]] * (3 * STATEMENTS_UNDER_WAY)
    assert trips.report() == {"cassandra": {"waves": 1, "statements": 3 * STATEMENTS_UNDER_WAY}}


async def test_a_keyspace_that_is_made_later_is_used_then(settings: CassandraSettings) -> None:
    own = replace(settings, keyspace=f"{settings.keyspace}_late")
    cluster = CassandraCluster(own)
    scene = Scene(CassandraRooms(cluster))
    try:
        await cluster.open()
        with pytest.raises(Unavailable, match="keyspace"):
            await scene.send()
        await migrate(own)
        await answers(cluster)
        assert await scene.stored(await scene.send()) is not None
    finally:
        await cluster.close()
        await asyncio.to_thread(drop_keyspace, own)


async def test_a_statement_that_is_wrong_is_no_outage(cluster: CassandraCluster) -> None:
    limited = Statement("SELECT key FROM system.local WHERE key = ? LIMIT ?")
    cluster.declare(limited)
    await cluster.open()
    for _ in range(5):
        with pytest.raises(DatasourceError, match="LIMIT") as refused:
            await cluster.execute(limited, "local", 0)
        assert not isinstance(refused.value, Unavailable)
    assert await cluster.execute(limited, "local", 1) == [("local",)]


async def test_a_closed_connection_says_so(settings: CassandraSettings) -> None:
    cluster = CassandraCluster(settings)
    with pytest.raises(Unavailable, match="not been opened"):
        await cluster.ping()
    await cluster.open()
    await cluster.ping()
    with pytest.raises(RuntimeError):
        cluster.declare()
    await cluster.close()
    with pytest.raises(Unavailable, match="closed"):
        await cluster.ping()
