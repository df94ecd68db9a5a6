"""The composition root: settings to connections, connections to stores, stores to services, services to routes."""

import asyncio
import os
import secrets
from contextlib import AsyncExitStack, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from datasources.events.heartbeats import Heartbeats
from datasources.events.hub import Hub
from datasources.layers.sessions import LayeredSessions
from datasources.mongo.channels import MongoChannels
from datasources.mongo.claims import MongoCreationClaims
from datasources.mongo.invitations import MongoInvitations
from datasources.mongo.memberships import MongoMemberships
from datasources.mongo.workspaces import MongoWorkspaces
from datasources.postgres.sessions import PostgresSessions
from datasources.postgres.users import PostgresUsers
from datasources.postgres.worker_keeper import WorkerKeeper
from datasources.postgres.worker_slots import WorkerSlots
from datasources.redis.presence import RedisPresence
from datasources.redis.rate_limits import RedisRateLimits
from datasources.redis.sessions import RedisSessions
from datasources.stores import Store, Stores
from graph.auth import Authenticator
from graph.connections import Step, broker_of, cassandra_of, mongo_of, postgres_of, redis_of
from graph.context import Context, Services, new_context, shared_context
from graph.execution.executor import Executor
from graph.graphiql.routes import GraphiQL
from graph.health import Health
from graph.limits import Limits
from graph.revocations import Revocations
from graph.room_stores import RoomStores
from graph.schema import core_schema
from graph.settings import Settings
from graph.transport.fanout import Fanout
from graph.transport.head import Head
from graph.transport.http import HTTPEndpoint
from graph.transport.operations import Operations
from graph.transport.routes import Shortcut, graphql_routes
from graph.transport.websocket import WebSocketEndpoint
from resolvers.audiences import Audiences
from resolvers.channels import Channels
from resolvers.conversations import Conversations
from resolvers.demo import Planted, plant
from resolvers.gradings import Gradings
from resolvers.identity import Identity
from resolvers.live import Live
from resolvers.messages import Messages
from resolvers.participants import Groups
from resolvers.pins import Pins
from resolvers.presence import Presence
from resolvers.rate_limits import RateLimits
from resolvers.reactions import Reactions
from resolvers.reading import Reading
from resolvers.recording import Recorder
from resolvers.rights import Rights
from resolvers.room_feeds import RoomFeeds
from resolvers.sending import Sending
from resolvers.typing import Typists
from resolvers.viewer import Viewer
from resolvers.viewer_events import ViewerEvents
from resolvers.watch import Watch
from resolvers.work import Work
from resolvers.workspaces import Workspaces


class Application:
    """One process: made from settings in which every store has its address; used with `async with`.

    `worker` is its number among the workers of one server.
    """

    def __init__(self, settings: Settings, *, worker: int | None = None) -> None:
        self._settings = settings
        self._worker = worker
        self.limits = Limits()
        self._exit = AsyncExitStack()

        self._postgres, self._mongo = postgres_of(settings), mongo_of(settings)
        self._redis, self._cassandra = redis_of(settings), cassandra_of(settings)
        self._connections: list[Store] = [self._postgres, self._mongo, self._redis]
        if self._cassandra is not None:
            self._connections.append(self._cassandra)

        self._hub = Hub(broker_of(settings))
        self._keeper = WorkerKeeper(WorkerSlots(self._postgres), settings.data_dir / "workers")
        self._sessions = LayeredSessions(PostgresSessions(self._postgres), RedisSessions(self._redis))
        self._room_stores = RoomStores(
            self._postgres,
            self._mongo,
            self._cassandra,
            next_snowflake=self._keeper.next,
            tell=lambda event: self._live.publish(event),  # noqa: PLW0108 - what is live is made of these stores
        )
        self.stores = Stores(
            users=PostgresUsers(self._postgres),
            sessions=self._sessions,
            workspaces=MongoWorkspaces(self._mongo),
            memberships=MongoMemberships(self._mongo),
            invitations=MongoInvitations(self._mongo),
            channels=MongoChannels(self._mongo),
            creation_claims=MongoCreationClaims(self._mongo),
            rooms=self._room_stores.rooms,
            conversations=self._room_stores.conversations,
            presence=RedisPresence(self._redis, secrets.token_hex(8)),
        )
        self._live = Live(self._hub, self.stores.rooms)
        self._room_feeds = RoomFeeds(self._live)
        self._presence = Presence(self.stores.presence, self._hub)
        self._recorder = Recorder(self.stores.rooms, self._live, self._keeper.next)
        self._work = Work()
        self._heartbeats = Heartbeats(self._hub)
        rights = Rights(self.stores)
        self._watch = Watch(rights)
        self._audiences = Audiences(self._live, self._watch)
        self._revocations = Revocations(self._hub, self._watch, rights, self._heartbeats, lambda: self._websocket)
        limits = RateLimits(RedisRateLimits(self._redis), settings.rates, limited=settings.rate_limits)
        self._identity = Identity(
            self.stores.users,
            self.stores.sessions,
            limits,
            secret=_session_secret(settings),
            announce=self._revocations.announce_sessions,
        )
        self._services = Services(
            stores=self.stores,
            identity=self._identity,
            workspaces=Workspaces(self.stores, self._recorder, self._revocations.announce),
            channels=Channels(self.stores, self._recorder, self._revocations.announce),
            conversations=Conversations(self.stores, self._recorder),
            groups=Groups(self.stores, self._recorder, self._revocations.announce),
            sending=Sending(self.stores.rooms, self.stores.memberships, self._recorder),
            messages=Messages(self.stores.rooms, self._recorder),
            reactions=Reactions(self.stores.rooms, self._recorder),
            pins=Pins(self._recorder),
            gradings=Gradings(self.stores.rooms, self._recorder),
            reading=Reading(self.stores.rooms, self._recorder),
            typists=Typists(self.stores.presence, self._live),
            viewer_events=ViewerEvents(self.stores, self._live, self._watch, self._room_feeds, self._presence),
            limits=limits,
            audiences=self._audiences,
            work=self._work,
        )
        self._graphiql = GraphiQL(self._identity)
        schema = core_schema()
        operations = Operations(
            executor=Executor(
                schema,
                self.limits,
                introspection=not settings.production,
                suggestions=not settings.production,
            ),
            authenticator=Authenticator(self._identity.viewer, settings.allowed_origins),
            new_context=self._context,
            limits=self.limits,
            fanout=Fanout(schema, partial(shared_context, self._services)),
        )
        self._http = HTTPEndpoint(
            operations,
            secure_cookies=settings.production,
            page=None if settings.production else self._graphiql.page,
        )
        self._websocket = WebSocketEndpoint(operations)
        self.asgi = Shortcut(Starlette(routes=self._routes()), "/graphql")

    def _routes(self) -> list[BaseRoute]:
        routes: list[BaseRoute] = [
            *graphql_routes("/graphql", self._http, self._websocket, self._settings.allowed_origins),
            *Health(self._connections, self._room_stores.handoffs, worker=self._worker).routes(),
        ]
        if not self._settings.production:
            routes += [Route("/", _to_graphiql), *self._graphiql.routes()]
        return routes

    async def __aenter__(self) -> Self:
        """Connects; a store that is away is no error, it is used when it is back."""
        async with AsyncExitStack() as opening:
            for connection in self._connections:
                opening.push_async_callback(connection.close)
            await asyncio.gather(*(connection.open() for connection in self._connections))
            parts = (
                self._room_stores,
                self._sessions,
                self._identity,
                self._hub,
                self._heartbeats,
                self._watch,
                self._revocations,
            )
            for part in (*parts, self._keeper):
                opening.push_async_callback(part.stop)
                await part.start()
            opening.push_async_callback(self._live.stop)
            opening.push_async_callback(self._audiences.stop)
            opening.push_async_callback(self._presence.stop)
            await self._presence.start()
            opening.push_async_callback(self._room_feeds.stop)
            opening.push_async_callback(self._work.stop)
            self._exit = opening.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._exit.aclose()

    @property
    def demo(self) -> Planted | None:
        """The demo data, where there is some."""
        return self._graphiql.demo

    async def drain(self) -> None:
        """Sends clients with open streams to another process, or to this one's next start (1012)."""
        await asyncio.gather(self._websocket.drain(), self._http.drain())

    async def plant_demo(self, scale: int, now: datetime, step: Step) -> Planted:
        """Adds the demo data, where it is not there yet."""
        return await plant(
            self.stores,
            scale=scale,
            now=now,
            hash_password=self._identity.hash_password,
            on_progress=lambda subject, done, total: step("demo data", subject, done, total),
        )

    def welcome(self, planted: Planted) -> None:
        """Signs browsers that open GraphiQL in as the demo user."""
        self._graphiql.demo = planted

    def _context(self, viewer: Viewer | None, head: Head) -> Context:
        return new_context(self._services, viewer, head.address, head.get(b"user-agent"))


def _session_secret(settings: Settings) -> bytes:
    """The configured one; in development, one that stays in the data directory, so that a restart ends no session."""
    if settings.session_secret is not None:
        return settings.session_secret.get_secret_value().encode()
    file = settings.data_dir / "session-secret"
    if not file.exists():
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f"session-secret-{secrets.token_hex(8)}")
        _write_private(fresh, secrets.token_bytes(32))
        # Of several processes that start at once, one decides, and none reads the half of it.
        with suppress(FileExistsError):
            file.hardlink_to(fresh)
        fresh.unlink()
    return file.read_bytes()


def _write_private(file: Path, content: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
        opened.write(content)


async def _to_graphiql(_: Request) -> Response:
    return RedirectResponse("/graphql")
