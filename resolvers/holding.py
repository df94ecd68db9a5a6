"""What a stream holds: its viewer's right to a room, until it is lost. How it is kept fresh stands in `watch.py`."""

from asyncio import CancelledError, Task, current_task
from collections.abc import AsyncIterator
from dataclasses import dataclass
from math import inf
from typing import Any, Final, Protocol, TypeVar

from datasources.records.ids import RoomId, SessionId, UserId, WorkspaceId
from resolvers.errors import SessionEnded
from resolvers.viewer import Viewer

T = TypeVar("T")

END: Final = object()
"""In the place of an event, when there are no more."""


@dataclass(frozen=True, slots=True)
class AccessChange:
    """Who may have lost what: it concerns the streams to which all that is given applies.

    `session_ids` are sessions that have ended.
    """

    user_id: UserId | None = None
    room_id: RoomId | None = None
    workspace_id: WorkspaceId | None = None
    session_ids: tuple[SessionId, ...] = ()


class Lost(Protocol):
    """Whoever must know that a right is lost while nothing reads by it."""

    def lost(self, error: Exception) -> None:
        """Must neither wait nor raise."""


class Right:
    """One stream's. `confirmed` is when the look-up began that found it, `doubted` when it was last in doubt.

    Events are either read by it (`next`), which its loss interrupts, or handed to its `owner`, who is told of the loss.
    """

    __slots__ = ("_cancelled", "_reader", "confirmed", "doubted", "lost", "owner", "room_id", "viewer", "workspace_id")

    def __init__(self, viewer: Viewer, room_id: RoomId) -> None:
        self.viewer = viewer
        self.room_id = room_id
        self.workspace_id: WorkspaceId | None = None
        self.confirmed = -inf
        self.doubted = -inf
        self.lost: Exception | None = None
        self.owner: Lost | None = None
        self._reader: Task[Any] | None = None
        self._cancelled = False

    def matches(self, change: AccessChange) -> bool:
        return (
            change.user_id in {None, self.viewer.user_id}
            and change.room_id in {None, self.room_id}
            and (change.workspace_id is None or self.workspace_id in {None, change.workspace_id})
        )

    def lose(self, error: Exception) -> None:
        """Ends the stream, in the middle of a wait for its next event if need be."""
        if self.lost is None:
            self.lost = error
            if self._reader is not None:
                self._cancelled = True
                self._reader.cancel()
            if self.owner is not None:
                self.owner.lost(error)

    async def next(self, events: AsyncIterator[T]) -> T | Any:
        """The next event, or `END`; raises what the right was lost by."""
        if self.lost is not None:
            raise self.lost
        reader = current_task()
        if reader is None:
            raise RuntimeError("only a task can wait for events")
        before = reader.cancelling()
        self._reader = reader
        try:
            event = await anext(events, END)
        except CancelledError:
            # As asyncio's time-outs do it: the cancellation is ours alone, or somebody else wants the task to end too.
            if self._cancelled and reader.uncancel() <= before:
                raise self._why() from None
            raise
        finally:
            self._reader = None
        if self._cancelled:
            # What was read swallowed it, as drivers do on Python 3.11.
            reader.uncancel()
            raise self._why()
        return event

    def _why(self) -> Exception:
        return self.lost or SessionEnded()
