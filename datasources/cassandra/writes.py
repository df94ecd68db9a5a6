"""What a change writes: one mutation of one partition, in one table or several."""

from dataclasses import dataclass
from typing import Any, Final

from datasources.cassandra.buckets import bucket_of
from datasources.cassandra.cluster import Statement
from datasources.cassandra.records import table_of
from datasources.cassandra.rows import (
    FORGET_REVISIONS,
    WRITE_MESSAGE,
    WRITE_REVISION,
    forgetting_values,
    message_values,
    revision_values,
)
from datasources.records.changes import Change
from datasources.records.messages import Message

STATEMENTS: Final = (WRITE_MESSAGE, WRITE_REVISION, FORGET_REVISIONS)
"""Those of messages; the others are declared by who reads them."""

Write = tuple[Statement, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Mutation:
    """`bucket` is that of its partition, None where the partition is a whole channel."""

    bucket: int | None
    writes: list[Write]


def mutation_of(change: Change, previous: Message | None = None) -> Mutation:
    """`previous` is the message before an edit. Raises `TypeError` for what no channel has."""
    if isinstance(change, Message):
        return Mutation(
            bucket_of(change.snowflake), [(WRITE_MESSAGE, message_values(change)), *_history(change, previous)]
        )
    table = table_of(change)
    bucket = bucket_of(change.target) if table.of_bucket else None
    return Mutation(bucket, [(table.write, table.write_values(change))])


def _history(message: Message, previous: Message | None) -> list[Write]:
    """Of an edit both sides, since another one that comes at the same time has the same message before it."""
    if message.deleted_at is not None:
        return [(FORGET_REVISIONS, forgetting_values(message))]
    if message.edited_at is None:
        return []
    kept = [message] if previous is None or previous.deleted_at is not None else [previous, message]
    return [(WRITE_REVISION, revision_values(revision)) for revision in kept]
