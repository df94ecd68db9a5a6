"""Who is here: seen by others, told to those whom one talks with, and forgotten."""

import pytest

from tests.client import Client
from tests.conftest import Newcomers
from tests.graph.test_viewer_events import begun, hearing, listening, named, until
from tests.server import Server, running_server

ONLINE = "query ($id: ID!) { node(id: $id) { ... on User { isOnline } } }"
PRESENCE = """subscription { viewerEvents {
  __typename
  ... on Event { cursor }
  ... on BelongingChanged { placeId }
  ... on PresenceChanged { online user { id } }
} }"""


@pytest.fixture
async def people(neighbours: Newcomers) -> list[Client]:
    """Two with a conversation, and one besides, who all share a workspace."""
    found = await neighbours(3)
    await found[0].done("start_conversation", userId=found[1].user_id)
    return found


async def online(asker: Client, of: Client) -> bool | None:
    found: bool | None = (await asker.data(ONLINE, id=of.user_id))["node"]["isOnline"]
    return found


async def test_without_redis_nobody_knows_who_is_here_and_all_else_goes_on(
    server: Server, environment: dict[str, str]
) -> None:
    del server
    async with (
        running_server(environment | {"REDIS_URL": "redis://127.0.0.1:1"}) as without,
        Client(without.url) as one,
        Client(without.url) as two,
    ):
        for person in (one, two):
            await person.sign_up()
        await one.invite(await one.workspace(), two)
        conversation = await begun(one, two)
        async with hearing(two) as socket:
            await listening(two, socket)
            await one.send(conversation, "hello")
            heard = await until(socket, named("UnreadCountChanged", roomId=conversation, unreadCount=1))
            typing = await one.done("start_typing", roomId=conversation)
            heard += await until(socket, named("TypingStarted"))
        asked = await one.answer(ONLINE, id=two.user_id)

    assert asked == {"data": {"node": {"isOnline": None}}}
    assert typing["told"] is True
    assert {"TypingStarted", "DirectMessageReceived"} <= {event["__typename"] for event in heard}


async def test_those_of_a_block_are_not_here_to_each_other(people: list[Client]) -> None:
    one, two, three = people
    await begun(two, three)
    async with one.socket() as ones, three.socket() as threes:
        for person, socket in ((one, ones), (three, threes)):
            await socket.subscribe(PRESENCE)
            await listening(person, socket)
        async with hearing(two) as known:
            await listening(two, known)
            await until(ones, named("PresenceChanged", online=True, user={"id": two.user_id}))
            before = [await online(one, two), await online(two, one)]
            await two.done("block_person", userId=one.user_id)
            went = (await until(ones, named("PresenceChanged")))[-1]
            after = [await online(one, two), await online(two, one), await online(three, two)]
        await until(threes, named("PresenceChanged", online=False, user={"id": two.user_id}))
        heard = await listening(one, ones)
        await two.done("unblock_person", userId=one.user_id)
        open_again = await online(two, one)

    assert (before, after, open_again) == ([True, True], [False, False, True], True)
    assert (went["online"], went["user"]) == (False, {"id": two.user_id})
    assert not [each for each in heard if each["__typename"] == "PresenceChanged"]


async def test_those_whom_one_talks_with_are_told(people: list[Client], other_server: Server) -> None:
    one, two, three = people
    async with one.socket() as socket, Client(other_server.url) as elsewhere:
        await socket.subscribe(PRESENCE)
        await listening(one, socket)
        elsewhere.token, elsewhere.user_id = two.token, two.user_id
        async with hearing(three) as strange, hearing(elsewhere) as known:
            await listening(three, strange)
            await listening(elsewhere, known)
            came = (await until(socket, named("PresenceChanged")))[-1]
            here = [await online(one, two), await online(two, one), await online(two, three)]
        went = (await until(socket, named("PresenceChanged")))[-1]
        gone = await online(one, two)

    assert (here, gone) == ([True, True, True], False)
    assert came == {"__typename": "PresenceChanged", "cursor": None, "online": True, "user": {"id": two.user_id}}
    assert went == {"__typename": "PresenceChanged", "cursor": None, "online": False, "user": {"id": two.user_id}}


async def test_a_stream_begins_with_those_who_are_here(people: list[Client]) -> None:
    one, two, _ = people
    async with hearing(two) as known:
        await listening(two, known)
        for _again in range(2):
            async with one.socket() as socket:
                await socket.subscribe(PRESENCE)
                heard = (await until(socket, named("PresenceChanged")))[-1]
                assert (heard["online"], heard["user"]) == (True, {"id": two.user_id})
