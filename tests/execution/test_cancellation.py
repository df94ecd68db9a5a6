"""A client that goes away stops the work of its operation, and nobody else's."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, parse

from graph.execution.compiler import Operation, compile_operation
from tests.execution.executors import working

SCHEMA = """
  type Item { slow(n: Int): Int, child: Item, quick: Int, many: [Int] }
  type Query { items: [Item], slow(n: Int): Int, quick: Int, later: [Item!] }
  type Mutation { slow(n: Int): Int, quick: Int }
"""


@dataclass
class Gate:
    """What resolvers of one operation do: they begin, wait, and are stopped or not."""

    begun: list[Any] = field(default_factory=list)
    stopped: list[Any] = field(default_factory=list)
    ended: list[Any] = field(default_factory=list)
    several: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    open: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def passing(self, name: Any) -> AsyncIterator[None]:
        self.begun.append(name)
        self.several.release()
        try:
            await self.open.wait()
            self.ended.append(name)
            yield
        except asyncio.CancelledError:
            self.stopped.append(name)
            raise

    async def wait_for(self, number: int) -> None:
        async with asyncio.timeout(5):
            for _ in range(number):
                await self.several.acquire()


async def slow(_: object, info: Any, n: int = 0) -> int:
    async with info.context.passing(n):
        return n


async def children(_: object, info: Any) -> Sequence[Any]:
    async with info.context.passing("items"):
        return [{}, {}]


def schema() -> GraphQLSchema:
    made = build_schema(SCHEMA)
    for type_name in ("Item", "Query", "Mutation"):
        made.type_map[type_name].fields["slow"].resolve = slow  # type: ignore[attr-defined] # an object type
    made.type_map["Query"].fields["later"].resolve = children  # type: ignore[attr-defined] # an object type
    return made


def compiled(document: str) -> Operation:
    return compile_operation(schema(), parse(document))


ROOT = {"items": [{}, {}, {}], "quick": 1}


async def cancelled(operation: Operation, gate: Gate, begun: int) -> None:
    """Begins, waits until so many resolvers wait, and goes away; nothing of it is left."""
    before = working()
    running = asyncio.create_task(operation.execute(ROOT, gate))
    await gate.wait_for(begun)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert working() - before == set()


@pytest.mark.parametrize(
    ("document", "begun"),
    [
        ("{ slow }", 1),
        ("{ a: slow b: slow quick }", 2),
        ("{ items { slow } }", 3),
        ("{ items { slow(n: 1) b: slow(n: 2) } c: slow(n: 3) }", 7),
        ("mutation { slow b: slow }", 1),
    ],
)
async def test_all_that_waits_is_stopped(document: str, begun: int) -> None:
    gate = Gate()
    await cancelled(compiled(document), gate, begun)
    assert len(gate.begun) == begun
    assert sorted(gate.stopped) == sorted(gate.begun)
    assert gate.ended == []


async def test_what_has_not_begun_never_does() -> None:
    gate = Gate()
    await cancelled(compiled("mutation { a: slow(n: 1) b: slow(n: 2) }"), gate, 1)
    assert gate.begun == [1]
    gate = Gate()
    await cancelled(compiled("{ later { slow } slow(n: 1) }"), gate, 2)
    assert sorted(map(str, gate.begun)) == ["1", "items"]


async def test_another_operation_goes_on() -> None:
    operation = compiled("{ items { slow(n: 1) } b: slow(n: 2) }")
    gone, staying = Gate(), Gate()
    other = asyncio.create_task(operation.execute(ROOT, staying))
    await staying.wait_for(4)
    await cancelled(operation, gone, 4)
    assert staying.stopped == []
    staying.open.set()
    result = await other
    assert result.data == {"items": [{"slow": 1}] * 3, "b": 2}
    assert result.errors is None
    assert len(staying.ended) == 4


async def test_a_resolver_that_ends_when_it_is_stopped_ends_before_the_operation_does() -> None:
    order: list[str] = []

    class Slow(Gate):
        @asynccontextmanager
        async def passing(self, name: Any) -> AsyncIterator[None]:
            try:
                async with super().passing(name):
                    yield
            finally:
                await asyncio.sleep(0)
                order.append("resolver")

    gate = Slow()
    await cancelled(compiled("{ a: slow b: slow }"), gate, 2)
    order.append("operation")
    assert order == ["resolver", "resolver", "operation"]


async def test_an_asynchronous_list_is_closed() -> None:
    closed: list[str] = []
    waiting = asyncio.Event()

    async def numbers(*_: Any) -> AsyncIterator[int]:
        try:
            yield 1
            waiting.set()
            await asyncio.Event().wait()
        finally:
            closed.append("numbers")

    made = schema()
    made.type_map["Item"].fields["many"].resolve = numbers  # type: ignore[attr-defined] # an object type
    before = working()
    running = asyncio.create_task(compile_operation(made, parse("{ items { many } slow }")).execute(ROOT, Gate()))
    async with asyncio.timeout(5):
        await waiting.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert closed == ["numbers"] * 3
    assert working() - before == set()


async def test_a_limit_of_time_is_a_cancellation_too() -> None:
    gate = Gate()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await compiled("{ items { slow } }").execute(ROOT, gate)
    assert len(gate.stopped) == 3


async def test_a_resolver_that_is_cancelled_by_itself_ends_the_operation_with_nothing_left() -> None:
    async def give_up(_: object, __: Any) -> None:
        raise asyncio.CancelledError

    made = schema()
    made.type_map["Item"].fields["quick"].resolve = give_up  # type: ignore[attr-defined] # an object type
    gate = Gate()
    before = working()
    with pytest.raises(asyncio.CancelledError):
        await compile_operation(made, parse("{ items { slow quick } }")).execute(ROOT, gate)
    assert working() - before == set()
    assert sorted(gate.stopped) == sorted(gate.begun)


async def test_an_operation_that_was_cancelled_can_be_executed_again() -> None:
    operation = compiled("{ items { slow } quick }")
    await cancelled(operation, Gate(), 3)
    gate = Gate()
    gate.open.set()
    assert (await operation.execute(ROOT, gate)).data == {"items": [{"slow": 0}] * 3, "quick": 1}
