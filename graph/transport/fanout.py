"""Events of rooms, answered for all who hear them: once where they asked the same and may see the same, and for each of
them where something that they asked for depends on who they are.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from operator import length_hint
from typing import Any, Final, Protocol

import orjson
from graphql import GraphQLSchema

from graph.execution.documents import Prepared
from graph.execution.executor import Context as ExecutorContext
from graph.execution.executor import Respond, ResponseStream, Variables
from graph.execution.sharing import Sharing, sharing_of
from graph.transport.payloads import Payload
from resolvers.audiences import Hear, Heard, Member
from resolvers.loaders import SharedLoaders
from resolvers.room_streams import RoomStream

REMEMBERED: Final = 1_000
AT_ONCE: Final = 32
"""Members whose answers are looked up beside each other, where each has their own."""
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


@dataclass(frozen=True, slots=True)
class Fanout:
    """Made once, in `graph/app.py`."""

    schema: GraphQLSchema
    shared_context: Callable[[], SharedContext]
    _known: OrderedDict[int, tuple[Prepared, Sharing]] = field(default_factory=OrderedDict)

    def way_to_hear(
        self, stream: ResponseStream, source: RoomStream, prepared: Prepared, variables: Variables | None
    ) -> WayToHear:
        sharing = self._sharing(prepared)
        given = variables or {}
        values = {name: given[name] for name in sorted(sharing.variables & given.keys())}

        def hear() -> Hear:
            # With the operation, so that no other one can come to have its place in memory, and thereby its key.
            return _Answers(self.shared_context, sharing, prepared, stream.respond, source.select)

        return (id(prepared), orjson.dumps(values)), hear

    def _sharing(self, prepared: Prepared) -> Sharing:
        known = self._known.get(id(prepared))
        if known is None:
            known = (prepared, sharing_of(self.schema, prepared.document, prepared.operation.definition))
            self._known[id(prepared)] = known
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return known[1]


class _Answers:
    """`resolvers.audiences.Hear` of one audience."""

    def __init__(
        self,
        shared_context: Callable[[], SharedContext],
        sharing: Sharing,
        prepared: Prepared,
        respond: Respond,
        select: Callable[[Heard], Any],
    ) -> None:
        self._shared_context = shared_context
        self._shared = sharing.shared
        self._prepared = prepared
        self._respond = respond
        self._select = select

    async def __call__(self, event: Heard, members: Sequence[Hearer]) -> None:
        value = self._select(event)
        if value is None or not members:
            return
        context = self._shared_context()
        if self._shared:
            payload = Payload(await self._respond(value, context))
            for number, member in enumerate(members, start=1):
                if member.audience is not None:
                    member.push(payload)
                if not number % (10 * BURST):
                    await asyncio.sleep(0)
        else:
            await self._answer_each(value, context.shared, members)

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
                payload = Payload(await self._respond(value, context))
                if member.audience is not None:
                    member.push(payload)
            if not number % BURST:
                await asyncio.sleep(0)
