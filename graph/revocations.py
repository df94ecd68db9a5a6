"""Changes of access, told to every process and confirmed by each before whoever made them is answered.

What a process does with one is `Watch.doubt`; why that is enough stands in `resolvers/watch.py`.
"""

import asyncio
import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import orjson
import structlog

from datasources.errors import Unavailable
from datasources.events.hub import Delivery, Hub, Lapse, Subscription
from datasources.events.queues import SlowSubscriber
from datasources.events.tasks import end
from datasources.layers.periodic import Periodic
from datasources.records.ids import SessionId, UserId, WorkspaceId, room
from resolvers.clock import elapsed
from resolvers.rights import Rights
from resolvers.viewer import Viewer
from resolvers.watch import RECHECK_SECONDS, AccessChange, Watch

TOPIC: Final = "homeroom:access"
GIVE_UP_SECONDS: Final = RECHECK_SECONDS + 0.05
"""How long a process may take to confirm; a little more than what it may go on with, since clocks do not run alike."""
SETTLED_SECONDS: Final = 5.0
"""After so long on the broker without a break, every process that is there has been heard of."""
REMEMBERED_SECONDS: Final = 15.0
"""A process that was not heard of for so long has noticed that it is cut off, or has not run for longer than a right
that was confirmed lasts.
"""
TICK_SECONDS: Final = 1.0
ROUND_SECONDS: Final = 30.0
SESSIONS_AT_ONCE: Final = 500

_log: Any = structlog.get_logger(__name__)


class Processes(Protocol):
    """Which processes there are, by what they call themselves."""

    process_id: str

    def others(self) -> frozenset[str]:
        """Those that have been heard of lately."""


class Sockets(Protocol):
    def viewers(self) -> Iterable[Viewer]:
        """Whose sockets are open."""

    def end_session(self, session_id: SessionId) -> None:
        """Closes the sockets that were opened with this session (4401)."""


@dataclass(slots=True)
class _Asked:
    missing: set[str]
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Revocations:
    """`announce` returns when no process hands on to those concerned without looking again.

    While the broker is away, each process looks up all that it has open every second.
    """

    def __init__(
        self, hub: Hub, watch: Watch, rights: Rights, processes: Processes, sockets: Callable[[], Sockets]
    ) -> None:
        self._hub = hub
        self._watch = watch
        self._rights = rights
        self._processes = processes
        self._sockets = sockets
        self._known: dict[str, float] = {}
        self._asked: dict[str, _Asked] = {}
        self._reachable_since: float | None = None
        self._next_round = 0.0
        self._ticking = Periodic("access", TICK_SECONDS, self._tick)
        self._listening: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._listening = [
            asyncio.create_task(self._listen(), name="access-changes"),
            asyncio.create_task(self._take_answers(), name="access-answers"),
        ]
        self._ticking.start()

    async def stop(self) -> None:
        await self._ticking.stop()
        await end(self._listening)
        await self._hub.publish(TOPIC, orjson.dumps({"gone": self._processes.process_id}), durable=False)

    async def announce_sessions(self, session_ids: Sequence[SessionId]) -> None:
        """Ends what is open with these sessions, on every process."""
        if session_ids:
            await self.announce(AccessChange(session_ids=tuple(session_ids)))

    async def announce(self, change: AccessChange) -> None:
        """Of a change that is stored already. Takes a little more than a second at most."""
        began = elapsed()
        self._apply(change)
        known = self._others()
        # Whoever has not listened long enough may not have heard of everybody.
        sure = self._reachable_since is not None and began - self._reachable_since > SETTLED_SECONDS
        request = secrets.token_hex(8)
        asked = self._asked[request] = _Asked(set(known))
        try:
            await self._hub.publish(TOPIC, _encoded(change, self._processes.process_id, request))
            left = began + GIVE_UP_SECONDS - elapsed()
            if not sure:
                await asyncio.sleep(left)
            elif asked.missing:
                async with asyncio.timeout(left):
                    await asked.done.wait()
        except TimeoutError:
            _log.warning("processes did not confirm a change of access", processes=len(asked.missing))
        finally:
            del self._asked[request]

    def _apply(self, change: AccessChange) -> None:
        for session_id in change.session_ids:
            self._sockets().end_session(session_id)
        self._watch.doubt(change)

    def _others(self) -> Collection[str]:
        now = elapsed()
        self._known |= dict.fromkeys(self._processes.others(), now)
        self._known = {each: heard for each, heard in self._known.items() if now - heard < REMEMBERED_SECONDS}
        return self._known.keys()

    async def _listen(self) -> None:
        while True:
            try:
                async with self._hub.subscribe(TOPIC) as changes:
                    await self._follow(changes)
            except SlowSubscriber:
                _log.warning("too many changes of access at once: looking everything up")
            else:
                return
            finally:
                self._set_reachable(False)

    async def _follow(self, changes: Subscription) -> None:
        # Where it is not so, an `AWAY` waits already, and nothing else runs before that is read.
        self._set_reachable(True)
        async for item in changes:
            if isinstance(item, Delivery):
                await self._take(item.payload)
            else:
                self._set_reachable(item is Lapse.RESTORED)

    def _set_reachable(self, reachable: bool) -> None:
        if not reachable:
            self._reachable_since = None
        elif self._reachable_since is None:
            self._reachable_since = elapsed()
        self._watch.reachable = reachable
        self._watch.doubt_all()

    async def _take(self, payload: bytes) -> None:
        try:
            message = orjson.loads(payload)
            if "gone" in message:
                self._known.pop(message["gone"], None)
                return
            asker, request, change = message["asker"], message["request"], _decoded(message)
        except (ValueError, KeyError, TypeError):
            _log.warning("a change of access that another version may understand: looking everything up")
            self._watch.doubt_all()
            return
        if asker != self._processes.process_id:
            self._apply(change)
            answer = {"request": request, "process": self._processes.process_id}
            await self._hub.publish(_answers_to(asker), orjson.dumps(answer), durable=False)

    async def _take_answers(self) -> None:
        while True:
            try:
                async with self._hub.subscribe(_answers_to(self._processes.process_id)) as answers:
                    async for item in answers:
                        if isinstance(item, Delivery):
                            self._take_answer(orjson.loads(item.payload))
            except SlowSubscriber:
                continue
            return

    def _take_answer(self, answer: dict[str, str]) -> None:
        self._known[answer["process"]] = elapsed()
        asked = self._asked.get(answer["request"])
        if asked is not None:
            asked.missing.discard(answer["process"])
            if not asked.missing:
                asked.done.set()

    async def _tick(self) -> None:
        self._others()
        everything = not self._watch.reachable or elapsed() >= self._next_round
        self._watch.recheck(everything=everything)
        if everything:
            self._next_round = elapsed() + ROUND_SECONDS
            await self._look_at_sockets()

    async def _look_at_sockets(self) -> None:
        viewers = list({viewer.session_id: viewer for viewer in self._sockets().viewers()}.values())
        for start in range(0, len(viewers), SESSIONS_AT_ONCE):
            some = viewers[start : start + SESSIONS_AT_ONCE]
            for viewer, live in zip(some, await self._rights.live(some), strict=True):
                if not isinstance(live, Unavailable) and not live:
                    self._sockets().end_session(viewer.session_id)


def _answers_to(process: str) -> str:
    return f"{TOPIC}:{process}"


def _encoded(change: AccessChange, asker: str, request: str) -> bytes:
    return orjson.dumps(
        {
            "asker": asker,
            "request": request,
            "user": change.user_id,
            "room": change.room_id,
            "workspace": change.workspace_id,
            "sessions": change.session_ids,
        }
    )


def _decoded(message: dict[str, Any]) -> AccessChange:
    user, of_room, workspace = message["user"], message["room"], message["workspace"]
    return AccessChange(
        user_id=user and UserId(user),
        room_id=of_room and room(of_room),
        workspace_id=workspace and WorkspaceId(workspace),
        session_ids=tuple(SessionId(each) for each in message["sessions"]),
    )
