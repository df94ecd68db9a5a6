"""The small records of channels in their tables: reactions and gradings by message, pins and read states by channel."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast
from uuid import UUID

from datasources.cassandra.buckets import bucket_of, channel_key
from datasources.cassandra.cluster import CassandraCluster, Statement
from datasources.cassandra.waves import chunks, wave
from datasources.records.changes import Change, Grading, Pin, R, Reaction, ReadState
from datasources.records.encoding import decode_record, encode_record
from datasources.records.ids import MessageId, RoomId, UserId, message_id, split_message_id
from datasources.snowflakes import milliseconds_of

IDS_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Table:
    """How records of one type are kept.

    `values` are for `write`, without the partition key before them and the timestamp behind them; `key` is what `one`
    asks for besides the partition key; `many` gives a partition's records about some messages where the partition is
    a bucket (`of_bucket`), and otherwise all of them up to a limit. Rows become records by `record`.
    """

    write: Statement
    one: Statement
    many: Statement
    of_bucket: bool
    key: Callable[[Any], tuple[Any, ...]]
    values: Callable[[Any], tuple[Any, ...]]
    record: Callable[[RoomId, Sequence[Any]], Any]

    def partition(self, change: Change) -> tuple[Any, ...]:
        channel = channel_key(change.room_id)
        return (channel, bucket_of(change.target)) if self.of_bucket else (channel,)

    def write_values(self, change: Change) -> tuple[Any, ...]:
        return (*self.partition(change), *self.values(change), timestamp_of(change))


def timestamp_of(change: Change) -> int:
    """The write's timestamp in microseconds: the revision, and of a read state, where that is a Snowflake, its time.

    Read states of one millisecond have the same timestamp; of such two cells the one with the greater bytes stands,
    and the bytes of numbers that are not negative have the order of the numbers.
    """
    return milliseconds_of(change.last_read) * 1000 if isinstance(change, ReadState) else change.revision


def table_of(change: Change) -> Table:
    """Raises `TypeError` for what no channel has."""
    return table_of_type(type(change))


def table_of_type(kind: type) -> Table:
    table = _TABLES.get(kind)
    if table is None:
        raise TypeError(f"a channel has no {kind.__name__}")
    return table


class RecordReader:
    def __init__(self, cluster: CassandraCluster) -> None:
        self._cluster = cluster
        for table in _TABLES.values():
            cluster.declare(table.write, table.one, table.many)

    async def of_messages(self, kind: type[R], ids: Sequence[MessageId]) -> list[Sequence[R]]:
        table = table_of_type(kind)
        if not table.of_bucket:
            raise TypeError(f"{kind.__name__} is found by its channel")
        partitions: defaultdict[tuple[RoomId, int], set[int]] = defaultdict(set)
        for channel_id, snowflake in filter(None, map(split_message_id, ids)):
            partitions[channel_id, bucket_of(snowflake)].add(snowflake)
        found = await wave(
            self._read(table, table.many, channel_id, bucket, some)
            for (channel_id, bucket), snowflakes in partitions.items()
            for some in chunks(sorted(snowflakes), IDS_AT_ONCE)
        )
        by_message: defaultdict[MessageId, list[R]] = defaultdict(list)
        for record in (record for part in found for record in part):
            by_message[record.message_id].append(record)
        return [by_message.get(message, []) for message in ids]

    async def of_rooms(self, kind: type[R], rooms: Sequence[RoomId], limit: int) -> list[Sequence[R]]:
        table = table_of_type(kind)
        if table.of_bucket:
            raise TypeError(f"{kind.__name__} is found by its message")
        distinct = list(dict.fromkeys(rooms))
        found = await wave(self._read(table, table.many, channel_id, limit) for channel_id in distinct)
        by_room: dict[RoomId, Sequence[R]] = dict(zip(distinct, found, strict=True))
        return [by_room[channel_id] for channel_id in rooms]

    async def standing(self, change: Change) -> Change | None:
        """What stands under the identity of this record."""
        table = table_of(change)
        found = await self._read(table, table.one, change.room_id, *table.partition(change)[1:], *table.key(change))
        return cast("Change", found[0]) if found else None

    async def _read(self, table: Table, statement: Statement, channel_id: RoomId, *values: Any) -> list[Any]:
        rows = await self._cluster.execute(statement, channel_key(channel_id), *values)
        return [table.record(channel_id, row) for row in rows]


def _reaction(channel_id: RoomId, row: Sequence[Any]) -> Reaction:
    target, user, emoji, active, revision = row
    return Reaction(
        channel_id, message_id(channel_id, target), target, UserId("usr_" + user.hex), emoji, active, revision
    )


def _user_key(user_id: UserId) -> UUID:
    return UUID(hex=user_id[4:])


def _whole(_channel_id: RoomId, row: Sequence[Any]) -> Change:
    return decode_record(row[0])


def _body(change: Change) -> tuple[int, str]:
    return change.target, encode_record(change).decode()


_REACTION_COLUMNS: Final = "message_id, user_id, emoji, active, revision"

_TABLES: Final[dict[type, Table]] = {
    Reaction: Table(
        write=Statement(
            "INSERT INTO $keyspace.reactions (channel_id, bucket, message_id, user_id, emoji, active, revision)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?"
        ),
        one=Statement(
            f"SELECT {_REACTION_COLUMNS} FROM $keyspace.reactions"  # noqa: S608 - columns
            " WHERE channel_id = ? AND bucket = ? AND message_id = ? AND user_id = ? AND emoji = ?"
        ),
        many=Statement(
            f"SELECT {_REACTION_COLUMNS} FROM $keyspace.reactions"  # noqa: S608 - columns
            " WHERE channel_id = ? AND bucket = ? AND message_id IN ?"
        ),
        of_bucket=True,
        key=lambda reaction: (reaction.target, _user_key(reaction.user_id), reaction.emoji),
        values=lambda reaction: (
            reaction.target,
            _user_key(reaction.user_id),
            reaction.emoji,
            reaction.active,
            reaction.revision,
        ),
        record=_reaction,
    ),
    Grading: Table(
        write=Statement(
            "INSERT INTO $keyspace.gradings (channel_id, bucket, message_id, body)"
            " VALUES (?, ?, ?, ?) USING TIMESTAMP ?"
        ),
        one=Statement("SELECT body FROM $keyspace.gradings WHERE channel_id = ? AND bucket = ? AND message_id = ?"),
        many=Statement("SELECT body FROM $keyspace.gradings WHERE channel_id = ? AND bucket = ? AND message_id IN ?"),
        of_bucket=True,
        key=lambda grading: (grading.target,),
        values=_body,
        record=_whole,
    ),
    Pin: Table(
        write=Statement("INSERT INTO $keyspace.pins (channel_id, message_id, body) VALUES (?, ?, ?) USING TIMESTAMP ?"),
        one=Statement("SELECT body FROM $keyspace.pins WHERE channel_id = ? AND message_id = ?"),
        many=Statement("SELECT body FROM $keyspace.pins WHERE channel_id = ? LIMIT ?"),
        of_bucket=False,
        key=lambda pin: (pin.target,),
        values=_body,
        record=_whole,
    ),
    ReadState: Table(
        write=Statement(
            "INSERT INTO $keyspace.read_states (channel_id, user_id, last_read) VALUES (?, ?, ?) USING TIMESTAMP ?"
        ),
        one=Statement("SELECT user_id, last_read FROM $keyspace.read_states WHERE channel_id = ? AND user_id = ?"),
        many=Statement("SELECT user_id, last_read FROM $keyspace.read_states WHERE channel_id = ? LIMIT ?"),
        of_bucket=False,
        key=lambda state: (_user_key(state.user_id),),
        values=lambda state: (_user_key(state.user_id), state.last_read),
        record=lambda channel_id, row: ReadState(channel_id, UserId("usr_" + row[0].hex), row[1]),
    ),
}
