"""Statements that go out together. How many are under way is bounded by the client's connections."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


async def wave(statements: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """All answers in order; the first failure once none is under way any more."""
    answers: list[T] = []
    for outcome in await wave_of_outcomes(statements):
        if isinstance(outcome, BaseException):
            raise outcome
        answers.append(outcome)
    return answers


async def wave_of_outcomes(statements: Sequence[Coroutine[Any, Any, T]]) -> list[T | BaseException]:
    """As `wave`, with the failure in the place of what failed."""
    return await asyncio.gather(*statements, return_exceptions=True)
