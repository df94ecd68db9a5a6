"""Two messages of one idempotency key, made by a fail-over in mid-attempt: the greater becomes the smaller's alias."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from datasources.layers.handoff.sides import Owing, Side
from datasources.records.changes import EventKind, RoomEvent
from datasources.records.ids import MessageId, message_id
from datasources.records.messages import Message, SendClaim
from datasources.snowflakes import unix_ms

ById = Callable[[Sequence[MessageId]], Awaitable[list[Message | None]]]
Tell = Callable[[RoomEvent], Awaitable[None]]


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
        if standing is None or (held is not None and held.input_digest != standing.input_digest):
            # Nothing is claimed any more; or the key was used for two things, and neither may be lost.
            return
        for snowflake in {standing.snowflake, *(() if held is None else (held.snowflake,))} - {sent.snowflake}:
            await self._join(event, sent, message_id(standing.room_id, snowflake))

    async def _join(self, event: RoomEvent, sent: Message, other_id: MessageId) -> None:
        own, other = await self._by_ids([sent.id, other_id])
        if other is None or other.room_id != sent.room_id:
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
