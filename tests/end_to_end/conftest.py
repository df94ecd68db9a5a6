"""Two people on two processes."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.client import Client
from tests.end_to_end.revoking import (
    Scene,
    private,
)
from tests.server import Server


@pytest.fixture
async def people(server: Server, other_server: Server) -> AsyncIterator[tuple[Client, Client]]:
    async with Client(server.url) as owner, Client(other_server.url) as member:
        await asyncio.gather(owner.sign_up(), member.sign_up())
        yield owner, member


@pytest.fixture
async def scene(people: tuple[Client, Client]) -> Scene:
    owner, member = people
    workspace = await owner.workspace()
    await owner.invite(workspace, member)
    return await private(owner, member, workspace)
