"""Signs of who is here."""

from datasources.records.ids import new_channel_id, new_user_id
from datasources.redis.client import RedisClient
from datasources.redis.presence import SECONDS, TYPING_MS, RedisPresence


async def test_somebody_is_here_by_as_many_processes_as_they_listen_on(client: RedisClient) -> None:
    one, other = RedisPresence(client, "one"), RedisPresence(client, "other")
    user_id, somebody = new_user_id(), new_user_id()

    assert await one.here(user_id) is True
    assert await one.here(user_id) is False
    assert await other.here(user_id) is False
    assert await one.by_users([user_id, somebody, user_id]) == [True, False, True]
    await one.gone(user_id)
    assert await one.by_users([user_id]) == [True]
    await other.gone(user_id)
    assert await one.by_users([user_id]) == [False]
    assert await one.here(user_id) is True


async def test_a_sign_runs_out_by_itself(client: RedisClient) -> None:
    presence = RedisPresence(client, "one")
    user_id = new_user_id()
    await presence.here(user_id)

    assert 0 < await client.command("TTL", f"presence:{user_id}") <= SECONDS
    # A process that died left a sign that has run out, beside one that renews its own.
    await client.command("ZADD", f"presence:{user_id}", 1, "died")
    await presence.gone(user_id)
    assert await presence.by_users([user_id]) == [False]
    assert await presence.here(user_id) is True


async def test_writing_is_noted_once_in_a_while_for_each_room(client: RedisClient) -> None:
    one, other = RedisPresence(client, "one"), RedisPresence(client, "other")
    user_id, room_id, elsewhere = new_user_id(), new_channel_id(), new_channel_id()

    assert await one.types(room_id, user_id) is True
    assert await other.types(room_id, user_id) is False
    assert await other.types(elsewhere, user_id) is True
    assert 0 < await client.command("PTTL", f"typing:{room_id}:{user_id}") <= TYPING_MS
