"""A socket that ends, seen from those who serve others as well: whatever they have for it, they go on."""

import asyncio
from typing import Any

import pytest

from datasources.records.ids import new_channel_id, new_session_id, new_user_id
from graph.limits import Limits
from graph.transport.connection import Connection
from graph.transport.head import Head
from graph.transport.messages import Close, next_header
from graph.transport.payloads import Payload
from graph.transport.subscriber import Subscriber
from resolvers.holding import Right
from resolvers.viewer import Viewer


class NoOperations:
    """Of a socket that is asked for none."""

    limits = Limits()


async def silent() -> dict[str, Any]:
    await asyncio.Event().wait()
    return {}


async def deaf(_: object) -> None:
    raise OSError


@pytest.mark.parametrize("turns", range(4))
async def test_whatever_is_sent_to_a_socket_while_it_ends_is_dropped(turns: int) -> None:
    head = Head({"type": "websocket", "headers": []})
    connection = Connection(NoOperations(), head, silent, deaf)  # type: ignore[arg-type] # all that it looks at
    running = asyncio.create_task(connection.run())
    await asyncio.sleep(0)
    right = Right(Viewer(new_user_id(), new_session_id()), new_channel_id())
    subscriber = Subscriber(right, connection, "1", next_header("1").encode())
    connection.end(Close.RESTARTING, "Restarting")
    for _ in range(turns):
        await asyncio.sleep(0)
    subscriber.push(Payload(b'{"data":null}'))
    connection.finished("1", None)
    connection.end(Close.UNAUTHORIZED, "The session has ended")
    await running
