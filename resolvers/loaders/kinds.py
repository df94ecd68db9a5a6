"""Look-ups in rooms of several kinds, and of their messages, whose stores fail one by one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from datasources.errors import Unavailable

Key = TypeVar("Key", bound=str)
"""The id of a room or of a message: its first three letters say the kind."""

A = TypeVar("A")


async def each_kind(
    keys: Sequence[Key], ask: Callable[[list[Key]], Awaitable[Sequence[A | Exception]]]
) -> list[A | Exception]:
    """The answers in the order of the keys, asked once a kind; an outage is the answer for the keys of its kind."""
    parts: dict[str, list[Key]] = {}
    for key in dict.fromkeys(keys):
        parts.setdefault(key[:3], []).append(key)

    async def one(part: list[Key]) -> Sequence[A | Exception]:
        try:
            return await ask(part)
        except Unavailable as away:
            return [away] * len(part)

    asked = list(parts.values())
    # Nearly always there is one kind, and no need of a task for it.
    told = [await one(asked[0])] if len(asked) == 1 else await asyncio.gather(*map(one, asked))
    answers: dict[str, A | Exception] = {}
    for part, found in zip(asked, told, strict=True):
        answers.update(zip(part, found, strict=True))
    return [answers[key] for key in keys]
