"""How what a place holds is handed to an executor: at once, or as awaitables, generators and asynchronous generators.

What is handed over is the same in both ways; only when it is known differs.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from tests.execution.generated.draw import Draw


class Broken(Exception):
    """What a resolver raises."""


@dataclass(slots=True)
class Raised:
    """Stands for an exception, where it is to be raised."""

    error: Exception


@dataclass(slots=True)
class Items:
    """A list, as it is to be delivered; at `breaks` its iteration raises."""

    items: list[Any]
    breaks: int | None = None


class Awaitable:
    """Neither coroutine nor future."""

    def __init__(self, outcome: Any, turns: int) -> None:
        self._outcome = outcome
        self._turns = turns
        self.begun = False

    def __await__(self) -> Generator[None, None, Any]:
        self.begun = True
        for _ in range(self._turns):
            yield
        return settled(self._outcome)


class OnlyIterable:
    """Can be iterated over, and nothing else."""

    def __init__(self, items: Iterable[Any]) -> None:
        self._items = list(items)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)


class AsyncIterable:
    """Iterates asynchronously, and cannot be closed."""

    def __init__(self, items: Iterable[Any]) -> None:
        self._items = iter(items)

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        for item in self._items:
            return item
        raise StopAsyncIteration


def settled(outcome: Any) -> Any:
    if isinstance(outcome, Raised):
        raise outcome.error
    return outcome


async def later(outcome: Any, turns: int) -> Any:
    for _ in range(turns):
        await asyncio.sleep(0)
    return settled(outcome)


def lasting(draw: Draw, value: Any) -> Any:
    """A value that can be read any number of times."""
    if not isinstance(value, Items):
        return value
    items = [lasting(draw, each) for each in value.items]
    return draw.choice((list, list, tuple, as_values))(items)


Begun = Coroutine[Any, Any, Any] | Awaitable


@dataclass(slots=True)
class Delivery:
    """Delivers one outcome; where `begun` is None at once, else in part with awaitables, which it has then."""

    draw: Draw
    begun: list[Begun] | None

    def deliver(self, outcome: Any) -> Any:
        """Gives what a resolver returns, or raises."""
        late = self.draw.chance(0.5)
        value = self._listed(outcome) if isinstance(outcome, Items) else outcome
        return self.awaitable(value) if late else settled(value)

    def awaitable(self, outcome: Any) -> Any:
        """Something to await that ends after none or a few turns of the loop."""
        draw = self.draw
        turns = draw.randrange(3)
        if self.begun is None:
            return settled(outcome)
        if draw.chance(0.2):
            waiting = Awaitable(outcome, turns)
            self.begun.append(waiting)
            return waiting
        if not isinstance(outcome, Raised) and draw.chance(0.2):
            future = asyncio.get_running_loop().create_future()
            future.set_result(outcome)
            return future
        return self.coroutine(outcome)

    def coroutine(self, outcome: Any) -> Any:
        """As `awaitable`, and can be closed by whoever needs it no more."""
        if self.begun is None:
            return settled(outcome)
        coroutine = later(outcome, self.draw.randrange(3))
        self.begun.append(coroutine)
        return coroutine

    def _listed(self, listed: Items) -> Any:
        draw = self.draw
        items = listed.items
        # Made when it is asked for: what nobody asks for, nobody has to await.
        each = self._in_part if draw.chance(0.5) else self._at_once
        if draw.chance(0.3) and self.begun is not None:
            whole = listed.breaks is None and draw.chance(0.3)
            return AsyncIterable(map(each, items)) if whole else yielded_later(each, items, listed.breaks)
        if listed.breaks is not None:
            return yielded(each, items, listed.breaks)
        return draw.choice(SHAPES)(map(each, items))

    def _at_once(self, item: Any) -> Any:
        return self._listed(item) if isinstance(item, Items) else item

    def _in_part(self, item: Any) -> Any:
        found = self._at_once(item)
        return self.awaitable(found) if self.draw.chance(0.6) else found


def as_values(items: Iterable[Any]) -> Any:
    return dict(enumerate(items)).values()


def yielded(each: Callable[[Any], Any], items: list[Any], breaks: int | None = None) -> Iterator[Any]:
    for item in items[:breaks]:
        yield each(item)
    if breaks is not None:
        raise Broken("the list broke")


async def yielded_later(each: Callable[[Any], Any], items: list[Any], breaks: int | None) -> AsyncIterator[Any]:
    for item in yielded(each, items, breaks):
        yield item
        await asyncio.sleep(0)


SHAPES: Final[tuple[Callable[[Iterable[Any]], Any], ...]] = (
    list,
    list,
    list,
    tuple,
    as_values,
    iter,
    OnlyIterable,
    lambda items: (item for item in items),
)
