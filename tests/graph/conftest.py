"""People who share a workspace."""

import pytest

from tests.client import Client
from tests.conftest import Newcomers


@pytest.fixture
def neighbours(newcomers: Newcomers) -> Newcomers:
    """So many new people in a workspace of the first one's."""

    async def some(count: int) -> list[Client]:
        found = await newcomers(count)
        await found[0].invite(await found[0].workspace(), *found[1:])
        return found

    return some
