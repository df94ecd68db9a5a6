"""An idempotency key stands for one message, whoever comes first."""

import asyncio

from tests.contracts.rooms.scenes import Scene


async def test_the_first_claim_stands(scene: Scene) -> None:
    first, second = scene.claim("key"), scene.claim("key", digest="other input")
    assert await scene.store.claim(first) == first
    assert await scene.store.claim(second) == first
    assert await scene.store.claim(first) == first


async def test_one_of_many_at_once_stands(scene: Scene) -> None:
    claims = [scene.claim("key", digest=f"input {number}") for number in range(20)]
    standing = await asyncio.gather(*(scene.store.claim(claim) for claim in claims))
    assert len(set(standing)) == 1
    assert standing[0] in claims


async def test_the_claim_that_stands_is_given_and_none_made(scene: Scene) -> None:
    first, second = scene.claim("key"), scene.claim("key", digest="other input")
    assert await scene.store.claimed(first) is None
    assert await scene.store.claimed(second) is None
    await scene.store.claim(second)
    assert await scene.store.claimed(first) == second
    assert await scene.store.claimed(scene.claim("other key")) is None
    assert await scene.store.claimed(scene.another().claim("key")) is None


async def test_keys_are_of_one_author(scene: Scene) -> None:
    other = scene.another()
    claims = [scene.claim("key"), scene.claim("Key"), scene.claim(""), other.claim("key")]
    assert [await scene.store.claim(claim) for claim in claims] == claims


async def test_a_send_under_a_claim_happens_once(scene: Scene) -> None:
    async def send() -> None:
        standing = await scene.store.claim(scene.claim("key"))
        message = scene.message_of(standing, "once")
        await scene.store.write(scene.sent(message))

    await asyncio.gather(*(send() for _ in range(10)))
    (shown,) = await scene.shown()
    assert shown.content == "once"
