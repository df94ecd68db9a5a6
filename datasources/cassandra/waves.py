"""Statements that are under way at the same time; `CassandraCluster` bounds how many of them are."""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


async def wave(calls: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """The answers in the order of the calls; the first failure, once all calls have ended."""
    answers = await asyncio.gather(*calls, return_exceptions=True)
    good = [answer for answer in answers if not isinstance(answer, BaseException)]
    if len(good) < len(answers):
        raise next(answer for answer in answers if isinstance(answer, BaseException))
    return good


def chunks(items: Sequence[T], size: int) -> list[Sequence[T]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
