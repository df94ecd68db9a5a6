"""Servers for the tests of the transports."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from graph.limits import Limits
from tests.graph.transport.schema import World
from tests.graph.transport.served import Served, serving

Serve = Callable[..., Awaitable[Served]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts a server with limits of the test's own."""
    async with AsyncExitStack() as stack:

        async def start(
            *, secure_cookies: bool = False, frame_ping_seconds: float = 20.0, deaf_seconds: float = 30.0, **limits: Any
        ) -> Served:
            started = serving(
                Limits(**limits),
                secure_cookies=secure_cookies,
                frame_ping_seconds=frame_ping_seconds,
                deaf_seconds=deaf_seconds,
            )
            return await stack.enter_async_context(started)

        yield start


@pytest.fixture(scope="session")
async def by_default() -> AsyncIterator[Served]:
    async with serving(Limits(), secure_cookies=False, frame_ping_seconds=20.0, deaf_seconds=30.0) as started:
        yield started


@pytest.fixture
def served(by_default: Served) -> Served:
    """A server with the limits as they are by default, and a world of the test's own."""
    by_default.world = World()
    by_default.http.cookies.clear()
    return by_default
