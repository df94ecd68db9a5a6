"""One operation on graphql-core and on the compiled executor, and what "the same answer" means.

The data: equal value for value, each of the same Python type, keys in the same order.

The errors, where every resolver answers at once: equal lists, in the same order. Of each error: message, path,
locations, extensions, and class and text of what raised it (`original_error`).

Where resolvers answer later, graphql-core lists errors as they happened to come, and where several null the same place
it keeps what came before the place was null and leaves out the rest. The compiled executor answers as if every resolver
had answered at once. So an operation is executed four times, its resolvers giving the same, sooner or later:

1. compiled, at once = graphql-core, at once: exactly, errors in their order.
2. compiled, later = graphql-core, at once: exactly, errors in their order.
3. graphql-core, later = graphql-core, at once: the data exactly; of the errors the set of places that became null (the
   first null on the way of an error's path). So graphql-core itself says that 2 asks for nothing of our own invention.

The calls: no place's resolver is called twice; outside of places that an error made null, each that graphql-core calls
is called, and no other, with the same arguments and `info`. Root fields of a mutation are called in order, each
after all that is below the one before. No coroutine of a resolver is left that nobody awaited, and no task.
"""

import asyncio
import gc
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from graphql import DocumentNode, ExecutionResult, GraphQLError, GraphQLSchema, execute
from graphql.pyutils import is_awaitable

from graph.execution.compiler import Operation, compile_operation

SHOWN: Final = 400
"""Characters before and after where two answers differ."""

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """An error, in what can be compared."""

    message: str
    path: Path | None
    locations: tuple[tuple[int, int], ...] | None
    extensions: str
    original: str

    @classmethod
    def of(cls, error: GraphQLError) -> "Told":
        assert isinstance(error, GraphQLError)
        original = error.original_error
        return cls(
            error.message,
            None if error.path is None else tuple(error.path),
            None if error.locations is None else tuple((each.line, each.column) for each in error.locations),
            repr(error.extensions),
            "none" if original is None else f"{type(original).__name__}({str(original).splitlines()[:1]})",
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """A result, in what can be compared: `data` is its exact text."""

    data: str
    errors: tuple[Told, ...] | None
    raw: Any

    @classmethod
    def of(cls, result: ExecutionResult) -> "Answer":
        assert isinstance(result, ExecutionResult)
        # None and an empty list of errors are not the same answer.
        errors = None if result.errors is None else tuple(Told.of(each) for each in result.errors)
        return cls(repr(result.data), errors, result.data)

    def nulled(self) -> set[Path]:
        return {place_of(self.raw, each.path) for each in self.errors or () if each.path is not None}

    def by_themselves(self) -> set[Told]:
        """The errors whose own place is null, and not one above it."""
        return {each for each in self.errors or () if each.path and place_of(self.raw, each.path) == each.path}


def place_of(data: Any, path: Path) -> Path:
    """The first null on the path."""
    for depth, key in enumerate(path):
        if data is None:
            return path[:depth]
        data = data[key]
    return path


def in_the_order_of_the_response(answer: Answer) -> bool:
    """Whether the errors are listed as their places stand in the data, depth first."""
    orders = [_order(answer.raw, each.path) for each in answer.errors or () if each.path is not None]
    return all(before[: len(after)] <= after[: len(before)] for before, after in pairwise(orders))


def _order(data: Any, path: Path) -> list[int]:
    order: list[int] = []
    for key in path:
        if data is None:
            break
        order.append(key if isinstance(key, int) else list(data).index(key))
        data = data[key]
    return order


@dataclass(frozen=True, slots=True)
class Request:
    """An operation with what it is executed with."""

    schema: GraphQLSchema
    document: DocumentNode
    operation_name: str | None = None
    root: Any = None
    variables: dict[str, Any] | None = None
    alone: bool = True
    """Whether nothing else is at work in this loop, so that what is left of an execution can be told."""


_PLACES: Final = ("/graphql/", "/strawberry/", "/graph/execution/", "/resolvers/loaders/", "/tests/execution/")


def working() -> set[asyncio.Task[Any]]:
    """The tasks of executions. The loop is that of all tests, and servers that some of them started go on in it."""
    return {task for task in asyncio.all_tasks() if any(place in _file_of(task) for place in _PLACES)}


def _file_of(task: asyncio.Task[Any]) -> str:
    code = getattr(task.get_coro(), "cr_code", None)
    return "" if code is None else code.co_filename


async def by_graphql_core(request: Request, context: Any = None) -> Answer:
    before = working()
    result = execute(
        request.schema,
        request.document,
        root_value=request.root,
        context_value=context,
        variable_values=request.variables,
        operation_name=request.operation_name,
    )
    answered: Any = await result if is_awaitable(result) else result
    # It leaves what no longer matters to end by itself.
    while request.alone and (left := working() - before):
        await asyncio.wait(left)
    return Answer.of(answered)


async def by_graphql_core_quietly(request: Request, context: Any = None) -> Answer:
    """The same; what it leaves behind where something failed, coroutines that nobody awaits, is collected here, so that
    a warning of one is a warning of ours.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        answer = await by_graphql_core(request, context)
        if answer.errors is not None:
            gc.collect()
    return answer


async def by_compiled(request: Request, context: Any = None, operation: Operation | None = None) -> Answer:
    """`operation`, where it was compiled before, and may have been executed."""
    if operation is None:
        operation = compile_operation(request.schema, request.document, request.operation_name)
    before = working()
    result = await operation.execute(root_value=request.root, context_value=context, variable_values=request.variables)
    left = working() - before
    assert not (request.alone and left), f"still at work after the answer: {left}"
    return Answer.of(result)


async def same(request: Request, context: Any = None, other: Any = None) -> Answer:
    """The answer, where both give exactly the same. `other` is the compiled executor's own context."""
    expected = await by_graphql_core(request, context)
    found = await by_compiled(request, context if other is None else other)
    different = difference(expected, found)
    assert not different, different
    return expected


def difference(expected: Answer, found: Answer) -> str:
    """What differs, in words; nothing where all is equal."""
    if expected.data != found.data:
        return f"data\n  expected {_apart(expected.data, found.data)}\n  found    {_apart(found.data, expected.data)}"
    if expected.errors != found.errors:
        return f"errors\n  expected {_lines(expected.errors)}\n  found    {_lines(found.errors)}"
    return ""


def difference_in_time(at_once: Answer, later: Answer) -> str:
    """What differs between two answers of which one had to wait, by the third comparison."""
    if at_once.data != later.data:
        return f"data\n  at once {_apart(at_once.data, later.data)}\n  later   {_apart(later.data, at_once.data)}"
    if (at_once.errors is None) != (later.errors is None):
        return f"errors\n  at once {_lines(at_once.errors)}\n  later   {_lines(later.errors)}"
    if at_once.nulled() != later.nulled():
        return f"places\n  at once {at_once.nulled()}\n  later   {later.nulled()}"
    return ""


def _apart(text: str, other: str) -> str:
    """The text from somewhat before where it differs from the other."""
    place = next((at for at, pair in enumerate(zip(text, other, strict=False)) if pair[0] != pair[1]), 0)
    return f"{'...' if place > SHOWN else ''}{text[max(0, place - SHOWN) : place + SHOWN]}"


def _lines(errors: Iterable[Told] | None) -> str:
    return "none" if errors is None else "".join(f"\n    {each}" for each in errors)
