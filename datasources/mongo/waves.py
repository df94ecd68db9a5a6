"""Statements that go out together."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, Final, TypeVar

T = TypeVar("T")

AT_ONCE: Final = 16


async def wave(statements: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """All answers in order, at most `AT_ONCE` under way; the first failure once none is under way any more."""
    answers = await wave_of_outcomes(statements)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return answers  # type: ignore[return-value]  # a failure would have been raised


async def wave_of_outcomes(statements: Sequence[Coroutine[Any, Any, T]]) -> list[T | BaseException]:
    """As `wave`, with the failure in the place of what failed."""
    if len(statements) <= AT_ONCE:
        return await asyncio.gather(*statements, return_exceptions=True)
    places = asyncio.Semaphore(AT_ONCE)

    async def in_its_place(statement: Coroutine[Any, Any, T]) -> T:
        async with places:
            return await statement

    return await asyncio.gather(*map(in_its_place, statements), return_exceptions=True)
