"""From where a stream resumes: which cursors are taken, and which are refused."""

import pytest

from datasources.records.ids import SNOWFLAKE_MAX, ChannelId, ConversationId, RoomId, UserId, event_cursor
from datasources.snowflakes import first_of, unix_ms
from resolvers.cursors import position_of
from resolvers.errors import BadInput

ROOMS: list[RoomId] = [ChannelId("chn_" + 32 * "1"), UserId("usr_" + 32 * "2"), ConversationId("dir_" + "0" * 32)]


@pytest.mark.parametrize("room_id", ROOMS)
@pytest.mark.parametrize("ahead_ms", [-86_400_000, 0, 50_000])
def test_a_cursor_of_the_room_says_where_it_is_though_clocks_differ(room_id: RoomId, ahead_ms: int) -> None:
    snowflake = first_of(unix_ms() + ahead_ms)
    assert position_of(event_cursor(room_id, snowflake), room_id) == snowflake


def test_without_a_cursor_there_is_no_position() -> None:
    assert position_of(None, ROOMS[0]) is None


@pytest.mark.parametrize(
    "after",
    [
        "nonsense",
        event_cursor(ChannelId("chn_" + 32 * "3"), 1),
        event_cursor(ROOMS[0], SNOWFLAKE_MAX),
        event_cursor(ROOMS[0], first_of(unix_ms() + 3_600_000)),
    ],
    ids=["no cursor", "another room's", "the end of time", "an hour ahead"],
)
def test_a_forged_cursor_is_bad_input(after: str) -> None:
    with pytest.raises(BadInput):
        position_of(after, ROOMS[0])


def test_more_than_a_minute_ahead_is_of_the_future() -> None:
    after = event_cursor(ROOMS[0], first_of(unix_ms() + 75_000))
    with pytest.raises(BadInput):
        position_of(after, ROOMS[0])
