"""Scans over any history, any buckets, any bounds, without a store: what they ask for is answered from a list."""

from hypothesis import given
from hypothesis import strategies as st

from datasources.cassandra.buckets import BUCKET_MS, bucket_of
from datasources.cassandra.scans import Read, Scan
from datasources.records.ids import SNOWFLAKE_MAX, ChannelId, UserId, message_id
from datasources.records.messages import Message
from datasources.snowflakes import EPOCH_MS, datetime_of, first_of

CHANNEL = ChannelId("chn_" + "0" * 32)
BUCKETS = 12

snowflakes = st.builds(
    lambda bucket, offset: first_of(EPOCH_MS + bucket * BUCKET_MS) + offset,
    st.integers(0, BUCKETS),
    st.integers(0, 40),
)


def a_message(snowflake: int, *, deleted: bool) -> Message:
    at = datetime_of(snowflake)
    return Message(
        id=message_id(CHANNEL, snowflake),
        room_id=CHANNEL,
        snowflake=snowflake,
        author_id=UserId("usr_" + "0" * 32),
        content="",
        revision=1,
        created_at=at,
        deleted_at=at if deleted else None,
    )


def answer(history: list[Message], read: Read) -> list[Message]:
    rows = [
        message
        for message in history
        if bucket_of(message.snowflake) == read.bucket and read.above < message.snowflake < read.below
    ]
    return (rows[::-1] if read.descending else rows)[: read.limit]


@given(
    history=st.dictionaries(snowflakes, st.booleans(), max_size=120),
    bounds=st.tuples(st.none() | snowflakes, st.none() | snowflakes),
    wanted=st.integers(1, 30),
    descending=st.booleans(),
    first_bucket=st.integers(0, BUCKETS),
)
def test_a_scan_finds_what_a_plain_list_has(
    history: dict[int, bool],
    bounds: tuple[int | None, int | None],
    wanted: int,
    descending: bool,
    first_bucket: int,
) -> None:
    messages = [a_message(snowflake, deleted=history[snowflake]) for snowflake in sorted(history)]
    above = -1 if bounds[0] is None else bounds[0]
    below = SNOWFLAKE_MAX if bounds[1] is None else bounds[1]
    scan = Scan(CHANNEL, wanted, first_bucket, descending, above, below)
    directory = sorted({bucket_of(message.snowflake) for message in messages}, reverse=True)
    waves = 0
    while not scan.done:
        for read in scan.reads():
            scan.answer(read, answer(messages, read))
        if waves == 0:
            scan.learn_buckets(directory)
        scan.advance()
        waves += 1
        assert waves <= 2 + len(messages)
    live = [message for message in messages if message.deleted_at is None and above < message.snowflake < below]
    assert scan.found == (live[::-1] if descending else live)[:wanted]
    assert not scan.cut_short


def test_a_bucket_that_came_to_be_beside_the_directory_is_in_the_page() -> None:
    old, new = (a_message(first_of(EPOCH_MS + bucket * BUCKET_MS), deleted=False) for bucket in (3, 5))
    scan = Scan(CHANNEL, 2, first_bucket=5, descending=True)
    for read in scan.reads():
        scan.answer(read, answer([old, new], read))
    scan.learn_buckets([3])
    scan.advance()
    assert not scan.done
    for read in scan.reads():
        scan.answer(read, answer([old, new], read))
    scan.advance()
    assert scan.found == [new, old]


def test_a_scan_among_nothing_but_deleted_messages_ends_and_says_that_there_may_be_more() -> None:
    history = [a_message(first_of(EPOCH_MS) + offset, deleted=True) for offset in range(30_000)]
    scan = Scan(CHANNEL, 1, first_bucket=0)
    waves = 0
    while not scan.done:
        for read in scan.reads():
            scan.answer(read, answer(history, read))
        if waves == 0:
            scan.learn_buckets([0])
        scan.advance()
        waves += 1
    assert scan.found == []
    assert scan.any_found
    assert waves < 40
