"""The one client of the tests: HTTP, websocket and SSE, as a front end would speak them."""

import itertools
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, Self

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

OPERATIONS: Final = Path(__file__).parent / "operations"
SECONDS: Final = 30
PASSWORD: Final = "correct horse"


class Client:
    """Somebody with a browser's worth of protocols. `token` is theirs once they have signed up or in."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.token: str | None = None
        self.user_id = ""
        self.email = ""
        self.http = httpx.AsyncClient(base_url=url, timeout=SECONDS)
        self._names = itertools.count(1)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def answer(
        self, document: str, /, extensions: dict[str, Any] | None = None, **variables: Any
    ) -> dict[str, Any]:
        """The whole response to a document, or to the operation of that name in `tests/operations`."""
        body = {"query": text_of(document), "variables": variables, "extensions": extensions or {}}
        response = await self.http.post("/graphql", json=body, headers=self._headers())
        answer: dict[str, Any] = response.json()
        return answer

    async def data(self, document: str, /, **variables: Any) -> dict[str, Any]:
        """The data of an operation in which nothing may go wrong."""
        answer = await self.answer(document, **variables)
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    async def done(self, document: str, /, **inputs: Any) -> dict[str, Any]:
        """The payload of a mutation with these inputs, which must not refuse."""
        payload = await self.payload(document, **inputs)
        assert payload["userErrors"] == [], payload
        return payload

    async def payload(self, document: str, /, **inputs: Any) -> dict[str, Any]:
        """The payload of the one mutation in this document."""
        (payload,) = (await self.data(document, input=inputs)).values()
        found: dict[str, Any] = payload
        return found

    async def sign_up(self, name: str = "Ada Quill") -> None:
        self.email = f"{secrets.token_hex(8)}@example.org"
        payload = await self.done("sign_up", email=self.email, password=PASSWORD, name=name)
        self.token, self.user_id = payload["token"], payload["user"]["id"]

    async def workspace(self, name: str = "A school") -> str:
        made: str = (await self.done("create_workspace", name=name))["workspace"]["id"]
        return made

    async def channel(self, workspace_id: str, name: str | None = None, **rest: Any) -> str:
        name = name or f"channel {next(self._names)}"
        payload = await self.done("create_channel", workspaceId=workspace_id, name=name, **rest)
        made: str = payload["channel"]["id"]
        return made

    async def send(self, room_id: str, content: str, **rest: Any) -> dict[str, Any]:
        message: dict[str, Any] = (await self.done("send_message", roomId=room_id, content=content, **rest))["message"]
        return message

    async def invite(self, workspace_id: str, *others: "Client", role: str = "MEMBER") -> None:
        """Lets these others join the workspace."""
        made = await self.done("create_invitation", workspaceId=workspace_id, role=role, uses=len(others), hours=1)
        for other in others:
            await other.done("accept_invitation", code=made["code"])

    @asynccontextmanager
    async def socket(self, **payload: Any) -> AsyncIterator["Socket"]:
        """An acknowledged `graphql-transport-ws` connection."""
        url = self.url.replace("http", "ws", 1) + "/graphql"
        async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")], open_timeout=SECONDS) as connection:
            socket = Socket(connection)
            if self.token is not None:
                payload.setdefault("authorization", f"Bearer {self.token}")
            await socket.tell(type="connection_init", payload=payload)
            assert (await socket.heard())["type"] == "connection_ack"
            yield socket

    @asynccontextmanager
    async def stream(self, document: str, **variables: Any) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """The results of a subscription as server-sent events."""
        headers = self._headers() | {"accept": "text/event-stream"}
        body = {"query": text_of(document), "variables": variables}
        async with self.http.stream("POST", "/graphql", json=body, headers=headers) as response:
            assert response.status_code == httpx.codes.OK, await response.aread()
            yield _events(response)

    def _headers(self) -> dict[str, str]:
        return {} if self.token is None else {"authorization": f"Bearer {self.token}"}


class Socket:
    """A websocket as a front end's library would use it."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._ids = itertools.count(1)

    async def tell(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def heard(self) -> dict[str, Any]:
        """The next message that is not a ping."""
        while True:
            message: dict[str, Any] = json.loads(await self.connection.recv())
            if message["type"] != "ping":
                return message
            await self.tell(type="pong")

    async def subscribe(self, document: str, **variables: Any) -> str:
        """Begins an operation; gives its id."""
        operation = str(next(self._ids))
        payload = {"query": text_of(document), "variables": variables}
        await self.tell(id=operation, type="subscribe", payload=payload)
        return operation

    async def result(self) -> dict[str, Any]:
        """The next result's data."""
        message = await self.heard()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        data: dict[str, Any] = message["payload"]["data"]
        return data


async def _events(response: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    name = ""
    async for line in response.aiter_lines():
        field, _, value = line.partition(":")
        if field == "event":
            name = value.strip()
            if name == "complete":
                return
        elif field == "data" and name == "next":
            yield json.loads(value)


def text_of(document: str) -> str:
    """The document itself, or what `tests/operations/<name>.graphql` says."""
    return document if "{" in document else (OPERATIONS / f"{document}.graphql").read_text(encoding="utf-8")
