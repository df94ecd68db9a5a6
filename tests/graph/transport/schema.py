"""A schema without a store: what its resolvers did can be read from its `World`, and what they wait for be given."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import strawberry
from strawberry.scalars import JSON

from datasources.errors import Unavailable
from datasources.events.queues import SlowSubscriber
from datasources.layers.round_trips import RoundTrips, round_trips
from datasources.records.ids import SessionId, UserId
from resolvers.errors import Unauthenticated
from resolvers.loaders import SharedLoaders
from resolvers.viewer import Viewer

ADA = Viewer(UserId("usr_ada"), SessionId("ses_ada"))


@dataclass
class World:
    """What the schema's resolvers did, and what the tests tell them."""

    sessions: dict[str, Viewer] = field(default_factory=lambda: {"ada-token": ADA})
    sessions_available: bool = True
    lookups: int = 0
    appended: list[str] = field(default_factory=list)
    contexts: list["Context"] = field(default_factory=list)
    begun: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    cancelled: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def viewer_of(self, token: str) -> Viewer | None:
        self.lookups += 1
        if not self.sessions_available:
            raise Unavailable("redis", "connection refused by 10.0.0.7")
        return self.sessions.get(token)

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Counts who began, and who was stopped before the end."""
        self.begun.release()
        try:
            yield
        except (asyncio.CancelledError, GeneratorExit):
            self.cancelled.release()
            raise


@dataclass
class Context:
    world: World
    viewer: Viewer | None
    trips: RoundTrips = field(default_factory=RoundTrips)
    session_token: str | None = None
    outages: frozenset[str] = frozenset()

    def borrow(self, common: SharedLoaders) -> None:
        del common
        raise AssertionError("this schema has no rooms to hear")


Info = strawberry.Info[Context, None]


def ask_store() -> None:
    """What a store's gate does around a statement."""
    trips = round_trips.get()
    assert trips is not None
    trips.begin("postgresql")
    trips.end("postgresql")


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"Hello, {name}"

    @strawberry.field
    def viewer(self, info: Info) -> str | None:
        return info.context.viewer.user_id if info.context.viewer else None

    @strawberry.field
    async def asked(self) -> int:
        ask_store()
        return 1

    @strawberry.field
    def secret(self) -> str | None:
        raise RuntimeError("the password is hunter2")

    @strawberry.field
    def away(self) -> str | None:
        raise Unavailable("cassandra", "no host at 10.0.0.9")

    @strawberry.field
    def huge(self) -> JSON:
        return JSON({"number": 2**70})

    @strawberry.field
    async def slow(self, info: Info) -> str:
        async with info.context.world.watched():
            await info.context.world.go_on.wait()
        return "done"


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def append(self, info: Info, value: str) -> list[str]:
        await asyncio.sleep(0)
        info.context.world.appended.append(value)
        return list(info.context.world.appended)

    @strawberry.mutation
    def sign_in(self, info: Info) -> bool:
        info.context.session_token = "ada-token"
        return True

    @strawberry.mutation
    def sign_out(self, info: Info) -> bool:
        info.context.session_token = ""
        return True


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int) -> AsyncGenerator[int, None]:
        for number in range(to):
            yield number

    @strawberry.subscription
    async def forever(self, info: Info) -> AsyncGenerator[int, None]:
        async with info.context.world.watched():
            yield 0
            await asyncio.Event().wait()

    @strawberry.subscription
    async def flood(self, info: Info) -> AsyncGenerator[str, None]:
        async with info.context.world.watched():
            while True:
                await asyncio.sleep(0)
                yield "x" * 100_000

    @strawberry.subscription
    async def overflowing(self) -> AsyncGenerator[int, None]:
        yield 0
        raise SlowSubscriber("1000 events of 9 bytes were waiting")

    @strawberry.subscription
    async def until_signed_out(self) -> AsyncGenerator[int, None]:
        yield 0
        raise Unauthenticated

    @strawberry.subscription
    async def refused(self) -> AsyncGenerator[int, None]:
        raise Unauthenticated
        yield 0


SCHEMA = strawberry.Schema(Query, Mutation, Subscription)
