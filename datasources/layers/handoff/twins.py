"""Two messages of one idempotency key, made by a fail-over in mid-attempt: the greater becomes the smaller's alias.

A key stands for one thing as long as its claim does. Used for another one, or used anew after that, it makes a message
of its own, which must not be lost: where the claims that are left do not tell, the messages themselves have to agree.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Final

from datasources.layers.handoff.sides import Owing, Side
from datasources.records.changes import EventKind, RoomEvent
from datasources.records.ids import MessageId, message_id
from datasources.records.messages import Message, SendClaim
from datasources.records.retention import CLAIMS_KEPT, in_milliseconds
from datasources.snowflakes import milliseconds_of, unix_ms

_AS_SENT: Final = attrgetter("content", "type", "attachments", "reply_to_id", "mentioned_ids")
_CLAIMED_MS: Final = in_milliseconds(CLAIMS_KEPT)

ById = Callable[[Sequence[MessageId]], Awaitable[list[Message | None]]]
Tell = Callable[[RoomEvent], Awaitable[None]]


def are_twins(one: Message, other: Message) -> bool:
    """Whether these two of one author and key were certainly sent as one: alike, not edited, and within one claim."""
    apart_ms = abs(milliseconds_of(one.snowflake) - milliseconds_of(other.snowflake))
    edited = one.edited_at is not None or other.edited_at is not None
    return apart_ms < _CLAIMED_MS and not edited and bool(_AS_SENT(one) == _AS_SENT(other))


class Twins:
    """Carries claims along with the messages that `debtor` owes, before the messages.

    `alias` writes and tells the event that ends a message for another one.
    """

    def __init__(self, debtor: Owing, creditor: Side[Any], by_ids: ById, alias: Tell) -> None:
        self._debtor = debtor
        self._creditor = creditor
        self._by_ids = by_ids
        self._alias = alias

    async def part(self, event: RoomEvent) -> None:
        """Sees to it that of the messages of this one's key no second one stays."""
        sent = event.change
        if event.kind is not EventKind.MESSAGE_SENT or not isinstance(sent, Message) or sent.idempotency_key is None:
            return
        question = SendClaim(sent.author_id, sent.idempotency_key, sent.room_id, sent.snowflake, sent.revision, "")
        held = await self._debtor.ask(self._debtor.store.claimed(question))
        standing: SendClaim | None = await self._creditor.ask(
            self._creditor.store.claimed(question) if held is None else self._creditor.store.claim(held)
        )
        claims = {claim.snowflake: claim for claim in (held, standing) if claim is not None}
        own = claims.pop(sent.snowflake, None)
        for claim in claims.values():
            if own is None or own.input_digest == claim.input_digest:
                other_id = message_id(claim.room_id, claim.snowflake)
                await self._join(event, sent, other_id, claimed_alike=own is not None)

    async def _join(self, event: RoomEvent, sent: Message, other_id: MessageId, *, claimed_alike: bool) -> None:
        own, other = await self._by_ids([sent.id, other_id])
        if other is None or other.room_id != sent.room_id or not (claimed_alike or are_twins(sent, other)):
            return
        smaller, greater = sorted((own or sent, other), key=lambda message: message.snowflake)
        if greater.deleted_at is not None:
            return
        ended = replace(
            greater,
            content="",
            attachments=(),
            mentioned_ids=(),
            revision=max(time.time_ns() // 1_000, greater.revision + 1),
            # In whole milliseconds, as all stores keep it.
            deleted_at=datetime.fromtimestamp(unix_ms() / 1_000, UTC),
            alias_of=smaller.id,
        )
        await self._alias(replace(event, kind=EventKind.MESSAGE_DELETED, change=ended, previous=None, quiet=False))
