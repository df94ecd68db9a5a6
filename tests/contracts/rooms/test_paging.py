"""Pages compared with a plain list, in both directions, over months that are full and months that are empty."""

from collections.abc import Sequence
from itertools import product

import pytest

from datasources.layers.round_trips import RoundTrips, round_trips
from datasources.records.messages import Message
from datasources.records.pages import Page, PageArguments
from tests.contracts.rooms.scenes import Scene


async def fill(scene: Scene, days_ago: Sequence[float], deleted: set[int]) -> list[Message]:
    """The live messages, oldest first, of a room with one at each of these times; `deleted` are places in it."""
    messages = sorted((scene.message(days_ago=days) for days in days_ago), key=lambda message: message.snowflake)
    await scene.store.apply(
        [scene.deleted(message).message if place in deleted else message for place, message in enumerate(messages)]
    )
    return [message for place, message in enumerate(messages) if place not in deleted]


def page_of_list(live: Sequence[Message], arguments: PageArguments) -> tuple[list[Message], bool, bool]:
    """The messages of a page, and whether there are any after and before it."""
    after = -1 if arguments.after is None else int(arguments.after)
    before = 1 << 63 if arguments.before is None else int(arguments.before)
    inside = [message for message in live if after < message.snowflake < before]
    more = len(inside) > arguments.size
    has_next = any(message.snowflake >= before for message in live)
    has_previous = any(message.snowflake <= after for message in live)
    if arguments.from_end:
        return inside[-arguments.size :], has_next, has_previous or more
    return inside[: arguments.size], has_next or more, has_previous


def assert_is_page(page: Page[Message] | Exception, live: Sequence[Message], arguments: PageArguments) -> None:
    assert isinstance(page, Page), page
    shown, has_next, has_previous = page_of_list(live, arguments)
    assert [edge.node for edge in page.edges] == shown, arguments
    assert [edge.cursor for edge in page.edges] == [message.id for message in shown]
    assert (page.page_info.has_next_page, page.page_info.has_previous_page) == (has_next, has_previous), arguments
    assert page.page_info.start_cursor == (shown[0].id if shown else None)
    assert page.page_info.end_cursor == (shown[-1].id if shown else None)
    assert page.complete


@pytest.mark.parametrize(
    ("days_ago", "deleted"),
    [
        ([], set()),
        ([3.0], set()),
        ([3.0], {0}),
        ([200.0, 95.0, 94.9, 60.0, 31.0, 12.0, 0.1, 0.0], {1, 4, 7}),
        ([64.0, 48.0, 32.0, 16.0, 0.5], {0, 1, 2, 3, 4}),
    ],
    ids=["empty", "one", "one deleted", "sparse", "all deleted"],
)
async def test_every_page_is_that_of_a_plain_list(scene: Scene, days_ago: list[float], deleted: set[int]) -> None:
    live = await fill(scene, days_ago, deleted)
    between = str(scene.message(days_ago=80).snowflake)
    cursors = [None, "0", between, *(str(message.snowflake) for message in live), str((1 << 63) - 1)]
    arguments = [
        PageArguments(size=size, after=after, before=before, from_end=from_end)
        for size, after, before, from_end in product((1, 4), cursors, cursors, (False, True))
    ]
    pages = await scene.store.pages([(scene.room_id, each) for each in arguments])
    for page, each in zip(pages, arguments, strict=True):
        assert_is_page(page, live, each)


@pytest.mark.parametrize("size", [3, 50])
async def test_a_walk_meets_every_message_once(scene: Scene, size: int) -> None:
    dense = [40 + number / 1000 for number in range(120)]
    sparse = [150.0, 149.0, 120.0, 100.5, 71.0, 70.0, 30.0, 29.9]
    recent = [number / 500 for number in range(40)]
    # A long stretch of deleted messages, over the end of one bucket and in the midst of a full one.
    live = await fill(scene, [*dense, *sparse, *recent], {*range(4, 12), *range(30, 95), 166, 167})
    for from_end in (False, True):
        met: list[Message] = []
        position: str | None = None
        while True:
            arguments = (
                PageArguments(size=size, before=position, from_end=True)
                if from_end
                else PageArguments(size=size, after=position)
            )
            (page,) = await scene.store.pages([(scene.room_id, arguments)])
            assert_is_page(page, live, arguments)
            assert isinstance(page, Page)
            shown = [edge.node for edge in page.edges]
            met = [*shown, *met] if from_end else [*met, *shown]
            if not (page.page_info.has_previous_page if from_end else page.page_info.has_next_page):
                break
            position = str(shown[0 if from_end else -1].snowflake)
        assert met == live


async def test_a_long_stretch_of_deleted_messages_is_passed(scene: Scene) -> None:
    live = await fill(scene, [5 - number / 1000 for number in range(300)], set(range(1, 299)))
    assert len(live) == 2
    for arguments in (
        PageArguments(size=1, after=str(live[0].snowflake)),
        PageArguments(size=1, before=str(live[1].snowflake), from_end=True),
        PageArguments(size=50),
    ):
        (page,) = await scene.store.pages([(scene.room_id, arguments)])
        assert_is_page(page, live, arguments)


async def test_the_waves_of_a_call_do_not_grow_with_the_number_of_rooms(scene: Scene) -> None:
    scenes = [scene, *(scene.another() for _ in range(40))]
    arguments = PageArguments(size=5, from_end=True)
    lives = [await fill(each, [25.0, 24.0, 2.0, 1.5, 1.0, 0.5], set()) for each in scenes]

    async def waves(places: Sequence[Scene]) -> int:
        trips = RoundTrips()
        token = round_trips.set(trips)
        try:
            pages = await scene.store.pages([(each.room_id, arguments) for each in places])
        finally:
            round_trips.reset(token)
        for page, live in zip(pages, lives, strict=False):
            assert_is_page(page, live, arguments)
        (store,) = trips.stores.values()
        assert store.under_way == 0
        return store.waves

    assert await waves(scenes[:1]) <= 3
    assert await waves(scenes) <= 3


async def test_pages_come_in_the_order_of_their_requests(scene: Scene) -> None:
    other = scene.another()
    first, second = await scene.send(), await other.send()
    requests = [(each.room_id, PageArguments(size=1)) for each in (other, scene, other, scene.another())]
    pages = await scene.store.pages(requests)
    shown = [[edge.node for edge in page.edges] if isinstance(page, Page) else page for page in pages]
    assert shown == [[second], [first], [second], []]
    assert await scene.store.pages([]) == []
