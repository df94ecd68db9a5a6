"""From one command to a running system, and back down in order."""

import asyncio
import errno
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TypeVar

import structlog
from pydantic import SecretStr
from rich.console import Console

from datasources.embedded import STORES, EmbeddedServers, Endpoints, java_available
from graph.display import Display
from graph.settings import Settings, is_loopback
from graph.telemetry import configure_logs
from graph.workers import Workers, WorkersFailed
from resolvers.demo import DEMO_PASSWORD, STUDENT, TEACHER

if TYPE_CHECKING:
    from graph.app import Application
    from graph.web import Web
    from resolvers.demo import Planted

T = TypeVar("T")

_log: Any = structlog.get_logger(__name__)

BACKLOG: Final = 2_048
MIGRATION_PAUSE_SECONDS: Final = 5
_NAMES: Final = {"postgresql": "DATABASE_URL", "mongodb": "MONGODB_URL", "redis": "REDIS_URL"}


class StartRefused(Exception):
    """The server cannot start as it is told to; the message says what to do."""


class _Stopped(Exception):
    """SIGINT or SIGTERM came while the start was under way."""


class Serving:
    """One run of `homeroom serve`."""

    def __init__(self, settings: Settings, without: frozenset[str], console: Console) -> None:
        self._settings = settings
        self._without = without
        self._console = console
        self._display = Display(console)
        self._stopping = asyncio.Event()
        self._began = time.monotonic()

    async def run(self) -> int:
        """Serves until SIGINT or SIGTERM; a second one no longer waits for order. Gives the exit code."""
        configure_logs(production=self._settings.production)
        task = asyncio.ensure_future(self._serve())
        loop = asyncio.get_running_loop()

        def interrupted() -> None:
            if self._stopping.is_set():
                task.cancel()
            self._stopping.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, interrupted)
        try:
            await task
        except _Stopped:
            return 0
        except asyncio.CancelledError:
            self._console.print("[yellow]Stopped at once; the next start recovers.[/]")
            return 1
        return 0

    async def _serve(self) -> None:
        async with AsyncExitStack() as stack:
            listener = stack.enter_context(_bound(self._settings.host, self._settings.port))
            with self._display.shown():
                # Two seconds of imports, beside the start of the databases.
                loading = asyncio.create_task(asyncio.to_thread(load), name="imports")
                settings, embedded = await self._with_stores(stack)
                app, web, connections = await self._unless_stopped(loading)
                if await self._unless_stopped(connections.migrate(settings, self._display.step)):
                    await stack.enter_async_context(self._migrating_later(connections, settings))
                demo = self._wants_demo(settings, embedded)
                application: Application = app.Application(settings)
                if settings.workers > 1:
                    await self._start_workers(stack, application, settings, listener, demo=demo)
                else:
                    await self._unless_stopped(stack.enter_async_context(application))
                    if demo:
                        application.welcome(await self._plant(application))
            if settings.workers > 1:
                self._say_where(listener, demo=demo)
                await self._stopping.wait()
                self._console.print("Stopping…")
                return
            server: Web = web.Web(application)
            serving = await server.listen(listener)
            self._say_where(listener, demo=demo)
            stopping = asyncio.create_task(self._stopping.wait())
            await asyncio.wait({serving, stopping}, return_when="FIRST_COMPLETED")
            stopping.cancel()
            self._console.print("Stopping…")
            await server.stop(serving)

    async def _start_workers(
        self,
        stack: AsyncExitStack,
        application: "Application",
        settings: Settings,
        listener: socket.socket,
        *,
        demo: bool,
    ) -> None:
        """The workers stop before the stores do; this process serves nothing itself."""
        planted: Planted | None = None
        if demo:
            async with application:
                planted = await self._plant(application)
        self._display.step("workers", "starting")
        workers = Workers(settings.workers, settings, listener, planted)
        stack.push_async_callback(workers.stop)
        try:
            await self._unless_stopped(workers.start())
        except WorkersFailed as failed:
            raise StartRefused(f"{failed} The lines above say why.") from failed
        self._display.step("workers", "ready")

    async def _plant(self, application: "Application") -> "Planted":
        plant = application.plant_demo(1, datetime.now(UTC), self._display.step)
        planted = await self._unless_stopped(plant)
        self._display.step("demo data", "ready")
        return planted

    def _wants_demo(self, settings: Settings, embedded: set[str]) -> bool:
        return embedded == set(STORES) - self._without and is_loopback(settings.host)

    async def _with_stores(self, stack: AsyncExitStack) -> tuple[Settings, set[str]]:
        """The settings with the addresses of all stores, and the names of those that were started for it."""
        wanted = self._embedded()
        if not wanted:
            return self._settings, wanted
        servers = EmbeddedServers(self._settings.data_dir, wanted, on_progress=self._display.report)
        stack.push_async_callback(servers.stop)
        endpoints = await self._unless_stopped(servers.start())
        return placed(self._settings, endpoints), wanted

    @asynccontextmanager
    async def _migrating_later(self, connections: Any, settings: Settings) -> AsyncIterator[None]:
        """Migrates stores that are away at the start when they are back; the rest is served meanwhile."""

        async def migrate_until_done() -> None:
            while away := await connections.migrate(settings, _say_nothing):
                _log.warning("a store is away: its migrations wait", stores=[each.store for each in away])
                await asyncio.sleep(MIGRATION_PAUSE_SECONDS)

        waiting = asyncio.create_task(migrate_until_done(), name="migrations")
        try:
            yield
        finally:
            waiting.cancel()
            await asyncio.wait({waiting})

    def _embedded(self) -> set[str]:
        """The stores that are not configured, and so are started here; in production that is refused."""
        settings = self._settings
        unknown = self._without - {"cassandra"}
        if unknown:
            raise StartRefused(f"--without {', '.join(sorted(unknown))}: only cassandra can be left out.")
        configured = {
            "postgresql": settings.database_url,
            "mongodb": settings.mongodb_url,
            "redis": settings.redis_url,
            "cassandra": settings.cassandra_configured or None,
        }
        missing = {store for store, value in configured.items() if value is None} - self._without
        if settings.production:
            named = [_NAMES[store] for store in sorted(missing & _NAMES.keys())]
            if named:
                raise StartRefused(f"{', '.join(named)}: must be set in production, where no store is embedded.")
            return set()
        if "cassandra" in missing and not java_available():
            raise StartRefused(
                "There is no Java for this platform, which the embedded Cassandra needs.\n"
                "Start with `homeroom serve --without cassandra` (make serve ARGS='--without cassandra'): "
                "channel messages then live in MongoDB. Or set CASSANDRA_CONTACT_POINTS."
            )
        return missing

    async def _unless_stopped(self, work: Coroutine[Any, Any, T] | Awaitable[T]) -> T:
        """The work's result; a signal meanwhile cancels it, waits for its end and raises `_Stopped`."""
        task = asyncio.ensure_future(work)
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({task, stopping}, return_when="FIRST_COMPLETED")
            if not task.done():
                raise _Stopped
            return task.result()
        finally:
            stopping.cancel()
            if not task.done():
                task.cancel()
                await asyncio.wait({task})

    def _say_where(self, listener: socket.socket, *, demo: bool) -> None:
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        seconds = time.monotonic() - self._began
        say = self._console.print
        say(f"\n[bold green]Homeroom is ready[/] after {seconds:.1f} s:", highlight=False)
        name = "GraphQL             " if self._settings.production else "GraphiQL and GraphQL"
        say(f"  {name}  [bold]http://{shown}:{port}/graphql[/]", highlight=False)
        say(f"  Health                http://{shown}:{port}/health", highlight=False)
        if demo:
            say(f"  Sign in as            {TEACHER} or {STUDENT}, password {DEMO_PASSWORD}", highlight=False)
        say("  Stop                  Ctrl-C\n", highlight=False)


def _say_nothing(*_: object) -> None:
    """The steps of a migration behind a server that is up."""


def load() -> tuple[Any, Any, Any]:
    """`graph.app`, `graph.web` and `graph.connections`, with all that they know."""
    return import_module("graph.app"), import_module("graph.web"), import_module("graph.connections")


def placed(settings: Settings, endpoints: Endpoints) -> Settings:
    """The settings with the addresses of embedded servers in the place of what was not configured."""
    found = {
        "database_url": endpoints.database_url and SecretStr(endpoints.database_url),
        "mongodb_url": endpoints.mongodb_url and SecretStr(endpoints.mongodb_url),
        "redis_url": endpoints.redis_url and SecretStr(endpoints.redis_url),
        "cassandra_contact_points": endpoints.cassandra_contact_points,
    }
    return settings.model_copy(
        update={name: value for name, value in found.items() if value and getattr(settings, name) is None}
    )


def _bound(host: str, port: int) -> socket.socket:
    """A listening socket, before anything is started that would have to be stopped again."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise StartRefused(
                f"Port {port} is taken by another program. Stop that one, or choose another port: "
                f"`homeroom serve --port {port + 1}` (make serve ARGS='--port {port + 1}'), or PORT={port + 1}."
            ) from error
        if error.errno == errno.EACCES:
            raise StartRefused(f"Port {port} is reserved for the system; choose one above 1023 with --port.") from error
        raise StartRefused(f"Cannot listen on {host}:{port}: {error.strerror}. Check HOST and PORT.") from error
    return listener
