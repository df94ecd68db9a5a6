"""A socket that ends, seen from those who serve others as well: whatever they have for it, they go on."""

import asyncio
from typing import Any

import orjson
import pytest

from datasources.records.ids import new_channel_id, new_session_id, new_user_id
from graph.limits import Limits
from graph.transport.connection import Connection
from graph.transport.head import Head
from graph.transport.messages import Close, next_header
from graph.transport.payloads import Payload
from graph.transport.subscriber import Subscriber
from resolvers.holding import Right
from resolvers.room_streams import WAITING_MAXIMUM
from resolvers.viewer import Viewer


class NoOperations:
    """Of a socket that is asked for none."""

    limits = Limits()


async def silent() -> dict[str, Any]:
    await asyncio.Event().wait()
    return {}


async def deaf(_: object) -> None:
    raise OSError


def hearing(connection: Connection) -> Subscriber:
    """The operation "1" of the socket."""
    right = Right(Viewer(new_user_id(), new_session_id()), new_channel_id())
    return Subscriber(right, connection, "1", next_header("1").encode())


@pytest.mark.parametrize("turns", range(4))
async def test_whatever_is_sent_to_a_socket_while_it_ends_is_dropped(turns: int) -> None:
    head = Head({"type": "websocket", "headers": []})
    connection = Connection(NoOperations(), head, silent, deaf)  # type: ignore[arg-type] # all that it looks at
    running = asyncio.create_task(connection.run())
    await asyncio.sleep(0)
    subscriber = hearing(connection)
    connection.end(Close.RESTARTING, "Restarting")
    for _ in range(turns):
        await asyncio.sleep(0)
    subscriber.push(Payload(b'{"data":null}'))
    connection.finished("1", None)
    connection.end(Close.UNAUTHORIZED, "The session has ended")
    await running


async def test_an_operation_that_was_too_slow_says_nothing_once_it_is_cancelled() -> None:
    """By the time the socket takes something again, its id may be another operation's."""
    takes, told = asyncio.Event(), list[str]()

    async def slow(message: Any) -> None:
        await takes.wait()
        told.append(orjson.loads(message["text"])["type"])

    connection = Connection(NoOperations(), Head({"type": "websocket", "headers": []}), silent, slow)  # type: ignore[arg-type] # as above
    running = asyncio.create_task(connection.run())
    await asyncio.sleep(0)
    subscriber = hearing(connection)
    for _ in range(2):
        subscriber.push(Payload(b'{"data":null}'))
        await asyncio.sleep(0)  # the first is on its way
    for _ in range(WAITING_MAXIMUM):
        subscriber.push(Payload(b'{"data":null}'))
    subscriber.cancel()
    takes.set()
    for _ in range(5):
        await asyncio.sleep(0)
    assert told == ["next"]
    running.cancel()
    await asyncio.wait({running})
