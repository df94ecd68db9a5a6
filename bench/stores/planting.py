"""A channel to read, made over the API as people would: 50 messages of 16 authors, with reactions and pins."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

from bench.data import AUTHORS, EMOJI, MESSAGES, PINS, WORDS
from tests.client import Client

REACTING: Final = 3


@dataclass(frozen=True, slots=True)
class Planted:
    channel_id: str
    token: str
    """Of somebody who may read the channel."""


async def plant(url: str) -> Planted:
    """New with each run, so that the newest messages are of now, as in a channel that is in use."""
    async with AsyncExitStack() as stack:
        people = [await stack.enter_async_context(Client(url)) for _ in range(AUTHORS)]
        await asyncio.gather(*(one.sign_up(f"Student {number}") for number, one in enumerate(people)))
        owner = people[0]
        workspace = await owner.workspace("Biology")
        await owner.invite(workspace, *people[1:])
        channel = await owner.channel(workspace, "cells", topic="Cells, and what they are made of")
        sent = [
            await people[number % AUTHORS].send(channel, " ".join(WORDS[(number + k) % len(WORDS)] for k in range(12)))
            for number in range(MESSAGES)
        ]
        for number, message in enumerate(sent):
            for emoji in EMOJI[: number % 3]:
                for one in people[number % AUTHORS :][:REACTING]:
                    await one.done("add_reaction", messageId=message["id"], emoji=emoji)
        for message in sent[:PINS]:
            await owner.done("pin_message", messageId=message["id"])
        if owner.token is None:
            raise RuntimeError("nobody was signed up")
        return Planted(channel, owner.token)
