"""How a mutation answers: what was done, or the reasons why it was not."""

from collections.abc import Awaitable
from typing import Any, Final, TypeVar

import strawberry

from graph.fields import attribute
from graph.types.errors import UserError
from resolvers.errors import Refused

P = TypeVar("P", bound="Payload")

INPUT: Final = strawberry.argument(description="What to do.")


@strawberry.interface(description="What every mutation answers.")
class Payload:
    user_errors: list[UserError] = attribute("Why nothing was done; empty where it was.", length=1)


async def answered(payload: type[P], name: str, work: Awaitable[Any]) -> P:
    """The payload with what was done under `name`, or with the problems that stood in the way."""
    try:
        return payload(**{name: await work}, user_errors=[])
    except Refused as refused:
        return payload(user_errors=problems(refused))


def problems(refused: Refused) -> Any:
    """A refusal's problems as the field `userErrors` takes them."""
    return list(refused.problems)
