"""One execution: its state, and the loop that looks up what the levels have asked for.

The levels themselves are synchronous. What they cannot have at once they leave here: keys of loaders, and awaitables
that resolvers gave. The loop waits for these, and what continues after them may leave more. One thing alone is awaited
where it stands; several become tasks, which end with the execution.
"""

import asyncio
from asyncio import FIRST_COMPLETED, Task
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from graphql import GraphQLResolveInfo
from graphql.execution.values import VariableValues
from graphql.pyutils import Path, gather_with_cancel, is_awaitable
from graphql.type.definition import GraphQLResolveInfoHelpers

from graph.execution.stepping import driven
from resolvers.loaders.batching import BatchLoader, Failure

if TYPE_CHECKING:
    from graph.execution.level import Level
    from graph.execution.plan import Field, Planner

Outs = list[Any]
Found = Mapping[Any, Any]


class Slot:
    """In the place of a value that is awaited where only its container could be changed later."""

    __slots__ = ("value",)

    value: Any


class Broken:
    """In the place of a list whose iteration failed: the items that came before, and why."""

    __slots__ = ("failure", "items")

    def __init__(self, items: list[Any], failure: Failure) -> None:
        self.items = items
        self.failure = failure


class Run:
    """The state of one execution; `unsettled` once its result holds failures or slots."""

    __slots__ = (
        "_arguments",
        "_full",
        "_full_values",
        "_loads",
        "_raw",
        "_tasks",
        "_waits",
        "built",
        "context",
        "planner",
        "root",
        "spent",
        "unsettled",
        "variables",
    )

    def __init__(
        self,
        planner: "Planner",
        root: object,
        context: Any,
        raw: Mapping[str, Any],
        variables: Mapping[str, Any],
        full: Callable[[Mapping[str, Any]], VariableValues],
    ) -> None:
        self.planner = planner
        self.root = root
        self.context = context
        self.variables = variables
        self.unsettled = False
        self.spent: dict[int, Any] = {}
        """Awaitables that an awaitable gave: values like any other, and not awaited again."""
        self.built: list[tuple[Level, Outs]] = []
        """Which level made which results: how failures find the fields that they concern."""
        self._raw = raw
        self._full = full
        self._full_values: VariableValues | None = None
        self._arguments: dict[Field, dict[str, Any] | Failure] = {}
        self._loads: dict[BatchLoader[Any, Any], tuple[list[Any], list[Callable[[Found], None]]]] = {}
        self._waits: list[tuple[Sequence[Awaitable[Any]], Callable[[list[Any]], None]]] = []
        self._tasks: set[Task[None]] = set()

    @property
    def idle(self) -> bool:
        """Whether nothing is left to wait for."""
        return not self._loads and not self._waits

    def failed(self, error: Exception) -> Failure:
        self.unsettled = True
        return Failure(error)

    def arguments(self, field: "Field") -> dict[str, Any] | Failure:
        """A field's arguments: coerced once for all objects, but for those that a resolver could change."""
        found = self._arguments.get(field)
        if found is None:
            try:
                found = field.convert(field.arguments.values(self.variables, self.full_variables))
            except Exception as error:  # noqa: BLE001 # a failure of each of the fields that have these arguments
                found = self.failed(error)
            if field.arguments.shared:
                self._arguments[field] = found
        return found

    def full_variables(self) -> VariableValues:
        """The variables with their sources, as graphql-core has them; made when they are first asked for."""
        if self._full_values is None:
            self._full_values = self._full(self._raw)
        return self._full_values

    def info(self, field: "Field", path: Path | None) -> GraphQLResolveInfo[Any]:
        """What resolvers and type checks that are not of our kinds expect."""
        while path is not None and isinstance(path.key, int):
            # The type of an item is asked for with what its field was asked with.
            path = path.prev
        planner = self.planner
        return GraphQLResolveInfo(
            field.name,
            field.nodes,
            field.type,
            field.parent,
            path if path is not None else Path(None, field.key, field.parent.name),
            planner.schema,
            planner.fragment_definitions,
            self.root,
            planner.operation,
            self.full_variables(),
            self.context,
            is_awaitable,
            None,
            GraphQLResolveInfoHelpers(gather=_gather, track=_settle_in_background),
        )

    def load(self, batches: BatchLoader[Any, Any], keys: Sequence[Any], then: Callable[[Found], None]) -> None:
        """Calls `then` with what the loader finds, at once where it has been found before."""
        known = batches.found
        if not known or not all(key in known for key in keys):
            wanted = self._loads.get(batches)
            if wanted is None:
                wanted = self._loads[batches] = ([], [])
            wanted[0].extend(keys)
            wanted[1].append(then)
        else:
            then(known)

    def wait(self, awaitables: Sequence[Awaitable[Any]], then: Callable[[list[Any]], None]) -> None:
        """Calls `then` with their values, or `Failure`, when all have come."""
        self._waits.append((awaitables, then))

    def slot(self, awaitable: Awaitable[Any], then: Callable[[Any], Any]) -> Slot:
        """A place for what `then` makes of the awaitable's value."""
        slot = Slot()
        self.unsettled = True

        def fill(values: list[Any]) -> None:
            slot.value = then(values[0])

        self.wait([awaitable], fill)
        return slot

    async def finish(self) -> None:
        """Until nothing is left to wait for. Cancelled, it ends whatever it began."""
        try:
            while self._loads or self._waits or self._tasks:
                if not self._tasks and len(self._loads) + len(self._waits) == 1:
                    await self._one()
                    continue
                self._begin_all()
                done, self._tasks = await asyncio.wait(self._tasks, return_when=FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            if self._waits:
                self._dispose()
            if self._tasks:
                await _ended(self._tasks)

    async def _one(self) -> None:
        """The only thing that is left is awaited where it stands."""
        loaders = getattr(self.context, "loaders", None)
        if self._loads:
            batches, wanted = self._loads.popitem()
            work = self._load(batches, *wanted)
        else:
            work = self._wait(*self._waits.pop())
        # Nobody else asks for anything meanwhile: what it has loaded need not wait for more keys.
        await (work if loaders is None else driven(work, loaders.collected))

    def _begin_all(self) -> None:
        loads, self._loads = self._loads, {}
        waits, self._waits = self._waits, []
        for batches, wanted in loads.items():
            self._tasks.add(asyncio.create_task(self._load(batches, *wanted)))
        for some in waits:
            self._tasks.add(asyncio.create_task(self._wait(*some)))

    async def _load(
        self, batches: BatchLoader[Any, Any], keys: list[Any], continuations: list[Callable[[Found], None]]
    ) -> None:
        found = await batches.fetch(keys)
        for then in continuations:
            then(found)

    async def _wait(self, awaitables: Sequence[Awaitable[Any]], then: Callable[[list[Any]], None]) -> None:
        if len(awaitables) == 1:
            try:
                values = [await awaitables[0]]
            except Exception as error:  # noqa: BLE001 # a failure of the field whose value this was to be
                values = [self.failed(error)]
        else:
            values = await self._values(awaitables)
        for value in values:
            if is_awaitable(value):
                self.spent[id(value)] = value
        then(values)

    async def _values(self, awaitables: Sequence[Awaitable[Any]]) -> list[Any]:
        tasks = [asyncio.ensure_future(awaitable) for awaitable in awaitables]
        try:
            await asyncio.wait(tasks)
        except asyncio.CancelledError:
            await _ended(set(tasks))
            raise
        values: list[Any] = []
        for task in tasks:
            try:
                values.append(task.result())
            except Exception as error:  # noqa: BLE001 # a failure of the field whose value this was to be
                values.append(self.failed(error))
        return values

    def _dispose(self) -> None:
        """Coroutines that will not be awaited any more are closed, so that they do not warn of it."""
        for awaitables, _ in self._waits:
            for awaitable in awaitables:
                close = getattr(awaitable, "close", None)
                if close is not None:
                    close()
        self._waits = []


async def _ended(tasks: "set[Any]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _gather(values: Sequence[Awaitable[Any]]) -> Awaitable[list[Any]]:
    return gather_with_cancel(*values)


def _settle_in_background(values: Sequence[Any]) -> None:
    """Type checks that lost the race are closed; nobody waits for them."""
    for value in values:
        close = getattr(value, "close", None)
        if close is not None:
            close()
