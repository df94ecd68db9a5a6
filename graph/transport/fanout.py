"""Events of rooms, answered for all who hear them: once where they asked the same and may see the same, and for each of
them where something that they asked for depends on who they are.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from operator import length_hint
from typing import Any, Final, NamedTuple, Protocol

import orjson
from graphql import GraphQLSchema

from graph.execution.compiler import Operation
from graph.execution.documents import Prepared
from graph.execution.executor import Context as ExecutorContext
from graph.execution.executor import Respond, ResponseStream, Variables
from graph.execution.sharing import Sharing, sharing_of
from graph.execution.templates import Filled, Templates, Unfilled
from graph.transport.payloads import Payload
from resolvers.audiences import Hear, Heard, Member
from resolvers.loaders import SharedLoaders
from resolvers.room_streams import RoomStream

REMEMBERED: Final = 200
AT_ONCE: Final = 32
"""Members whose answers are looked up beside each other, where each has their own."""
TEMPLATE_SECONDS: Final = 10.0
BURST: Final = 100
"""Members that are served before others have their turn."""


class SharedContext(ExecutorContext, Protocol):
    """Of everybody who hears an event."""

    @property
    def shared(self) -> SharedLoaders: ...


class OwnContext(ExecutorContext, Protocol):
    """Of one of them."""

    def borrow(self, common: SharedLoaders) -> None: ...


class Hearer(Member):
    """One operation that hears a room."""

    __slots__ = ()

    def context(self) -> OwnContext:
        """A fresh one."""
        raise NotImplementedError

    def push(self, payload: Payload) -> None:
        """Must neither wait nor raise; what cannot be sent at once is kept within bounds."""
        raise NotImplementedError


WayToHear = tuple[Hashable, Callable[[], Hear]]
"""A key, equal for those who are answered together, and what makes the answers: see `RoomStream.join`."""


class _Way(NamedTuple):
    """How an operation is answered; it holds the operation, so that no other comes to have its place in memory."""

    prepared: Prepared
    sharing: Sharing
    template: Operation | None


class Fanout:
    """Made once, in `graph/app.py`."""

    def __init__(self, schema: GraphQLSchema, shared_context: Callable[[], SharedContext]) -> None:
        self._schema = schema
        self._templates = Templates(schema)
        self._shared_context = shared_context
        self._known: OrderedDict[int, _Way] = OrderedDict()

    def way_to_hear(
        self, stream: ResponseStream, source: RoomStream, prepared: Prepared, variables: Variables | None
    ) -> WayToHear:
        way = self._way(prepared)
        given = variables or {}
        values = {name: given[name] for name in sorted(way.sharing.variables & given.keys())}

        def hear() -> Hear:
            answers = _Answers(way, self._shared_context, stream.respond, source.select, given)
            if way.sharing.shared:
                return answers.for_all
            return answers.for_each if way.template is None else answers.filled

        return (id(prepared), orjson.dumps(values)), hear

    def _way(self, prepared: Prepared) -> _Way:
        known = self._known.get(id(prepared))
        if known is None:
            operation = prepared.operation.definition
            sharing = sharing_of(self._schema, prepared.document, operation)
            template = self._templates.compiled(prepared.document, operation) if sharing.fillable else None
            known = self._known[id(prepared)] = _Way(prepared, sharing, template)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return known


class _Answers:
    """The ways to answer one audience: each is a `resolvers.audiences.Hear`."""

    def __init__(
        self,
        way: _Way,
        shared_context: Callable[[], SharedContext],
        respond: Respond,
        select: Callable[[Heard], Any],
        variables: Variables,
    ) -> None:
        self._way = way
        self._shared_context = shared_context
        self._respond = respond
        self._select = select
        self._variables = variables

    async def for_all(self, event: Heard, members: Sequence[Hearer]) -> None:
        """Executed once."""
        value = self._select(event)
        if value is None or not members:
            return
        payload = Payload.of(await self._respond(value, self._shared_context()))
        for number, member in enumerate(members, start=1):
            if member.audience is not None:
                member.push(payload)
            if not number % (10 * BURST):
                await asyncio.sleep(0)

    async def for_each(self, event: Heard, members: Sequence[Hearer]) -> None:
        """Executed for each, over loads that are theirs together."""
        value = self._select(event)
        if value is not None and members:
            await self._answer_each(value, self._shared_context().shared, members)

    async def filled(self, event: Heard, members: Sequence[Hearer]) -> None:
        """Executed once, and what depends on the viewer filled in for each; where that does not do, for each."""
        value = self._select(event)
        if value is None or not members:
            return
        context = self._shared_context()
        template = await self._executed(value, context)
        if template is None:
            await self._answer_each(value, context.shared, members)
            return
        left: list[Hearer] = []
        for start in range(0, len(members), BURST):
            answered: list[tuple[Hearer, Payload]] = []
            for member in members[start : start + BURST]:
                own = member.context()
                own.borrow(context.shared)
                try:
                    answered.append((member, Payload(template.body(own))))
                except Unfilled:
                    left.append(member)
            # One after the other without a pause: what wakes the network's other end once serves many.
            for member, payload in answered:
                if member.audience is not None:
                    member.push(payload)
            await asyncio.sleep(0)
        if left:
            await self._answer_each(value, context.shared, left)

    async def _executed(self, value: object, context: SharedContext) -> Filled | None:
        if self._way.template is None:
            return None
        try:
            async with asyncio.timeout(TEMPLATE_SECONDS):
                data, errors = await self._way.template.run(value, context, self._variables)
        except TimeoutError:
            return None
        return None if errors or context.outages or data is None else Filled(data)

    async def _answer_each(self, value: object, common: SharedLoaders, members: Sequence[Hearer]) -> None:
        """The first finds what is shared, so that the others hardly wait; those who do hold nobody else up."""
        await self._answer(value, common, iter(members[:1]))
        left = iter(members[1:])
        async with asyncio.TaskGroup() as tasks:
            for _ in range(AT_ONCE):
                if not length_hint(left):
                    break
                tasks.create_task(self._answer(value, common, left))
                await asyncio.sleep(0)

    async def _answer(self, value: object, common: SharedLoaders, left: Iterable[Hearer]) -> None:
        """Answers those that are left, beside others that do. It waits only where something has to be looked up."""
        for number, member in enumerate(left, start=1):
            if member.audience is not None:
                context = member.context()
                context.borrow(common)
                payload = Payload.of(await self._respond(value, context))
                if member.audience is not None:
                    member.push(payload)
            if not number % BURST:
                await asyncio.sleep(0)
