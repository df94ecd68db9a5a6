"""No two processes make the same message id, whatever stops, restarts or steps its clock.

The drill moves a clock of the keeper's own. Where there is a libfaketime (Debian's package of that name, or its library
named in HOMEROOM_LIBFAKETIME), it is held once more with the clock of the whole process moved by that.
"""

import asyncio
import os
import random
import signal
import struct
import sys
import time
from array import array
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import cycle, pairwise
from pathlib import Path
from typing import Final

import asyncpg
import pytest

from datasources.embedded import Endpoints
from datasources.snowflakes import worker_of
from tests.datasources.postgres.places import migrated_database

SECONDS: Final = 20.0
SLOTS: Final = 5
"""So few that a worker id that was given back is soon another's."""

MAKERS: Final = 4
FAR_MS: Final = 1_900
"""Just not so far from PostgreSQL's clock that no ids are made."""

FAIR: Final = 0.6
"""Of the starts, those that are left in peace until they make ids."""

STEPS_MS: Final = (-5_000, -1_500, -900, -300, -20, 0, 0, 0, 20, 300, 900, 1_500, 5_000)
START_SECONDS: Final = 60
STOP_SECONDS: Final = 30


def libfaketime() -> list[Path]:
    named = os.environ.get("HOMEROOM_LIBFAKETIME")
    found = [Path(named)] if named else sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    return found[:1]


@dataclass
class Maker:
    """One machine after another under the same name: a data directory, a clock, and the process that runs now."""

    folder: Path
    data: Path
    url: str
    library: Path | None
    process: Process | None = None
    outputs: list[Path] = field(default_factory=list)
    offset: int = 0

    @property
    def clock(self) -> Path:
        return self.folder / "clock"

    def step(self, ms: int) -> None:
        """Sets the clock to so much beside the machine's."""
        self.offset = ms
        if self.library is None:
            with self.clock.open("r+b") as opened:
                opened.write(struct.pack("q", ms))
            return
        fresh = self.folder / "clock-next"
        fresh.write_text(f"{ms / 1_000:+.3f}\n", encoding="ascii")
        fresh.replace(self.clock)

    async def start(self) -> None:
        self.outputs.append(self.folder / f"ids-{len(self.outputs)}")
        offset, environment = str(self.clock), dict(os.environ)
        if self.library is not None:
            offset = "-"
            environment |= {
                "LD_PRELOAD": str(self.library),
                "FAKETIME_TIMESTAMP_FILE": str(self.clock),
                "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.faults.id_maker", self.url, str(self.data), offset, str(self.outputs[-1])),
            env=environment,
        )

    async def end(self, how: signal.Signals) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(how)
            self.process.send_signal(signal.SIGCONT)
            async with asyncio.timeout(STOP_SECONDS):
                await self.process.wait()

    async def makes_ids(self) -> None:
        """Returns when the process that runs now has made some."""
        async with asyncio.timeout(START_SECONDS):
            while not (self.outputs[-1].exists() and self.outputs[-1].stat().st_size):  # noqa: ASYNC110 - a file tells nobody
                await asyncio.sleep(0.05)

    def ids(self) -> "list[array[int]]":
        """What each run made, in order; the last id of a run that was killed may be cut."""
        found = []
        for output in self.outputs:
            made = array("q")
            content = output.read_bytes() if output.exists() else b""
            made.frombytes(content[: len(content) // 8 * 8])
            found.append(made)
        return found


@pytest.fixture
async def url(endpoints: Endpoints, run_id: str) -> AsyncIterator[str]:
    """A database with a handful of worker ids."""
    async with migrated_database(endpoints.database_url or "", f"homeroom_ids_{run_id}") as address:
        connection = await asyncpg.connect(address)
        await connection.execute("DELETE FROM worker_slots WHERE worker >= $1", SLOTS)
        await connection.close()
        yield address


@pytest.mark.parametrize(
    "library", [None, *libfaketime()], ids=lambda library: library.stem if library else "own-clock"
)
async def test_ids_are_distinct_over_kills_stops_pauses_and_steps_of_the_clock(
    url: str, tmp_path: Path, library: Path | None
) -> None:
    chance = random.Random(20_260_101)  # noqa: S311 - the same drill each time
    makers = []
    for number in range(MAKERS):
        folder = tmp_path / f"maker-{number}"
        folder.mkdir()
        (folder / "clock").write_bytes(bytes(8))
        # The first two share a data directory, as the workers of one server do.
        makers.append(Maker(folder, tmp_path / f"data-{max(1, number)}", url, library))
        makers[-1].step(FAR_MS)
    done: Counter[str] = Counter()
    try:
        await asyncio.gather(*(maker.start() for maker in makers))
        until = time.monotonic() + SECONDS
        for what in cycle(("step", "SIGKILL", "step", "SIGTERM", "step", "pause")):
            await asyncio.sleep(chance.uniform(0.05, 0.4))  # the next moment at which something happens
            await _strike(what, chance.choice(makers), chance)
            done[what] += 1
            if time.monotonic() > until:
                break
        for maker in makers:
            maker.step(0)
        for maker in (*makers, *makers):
            await maker.end(signal.SIGTERM)
            await maker.start()
            await maker.makes_ids()
    finally:
        await asyncio.gather(*(maker.end(signal.SIGTERM) for maker in makers))

    runs = [run for maker in makers for run in maker.ids()]
    everything = sorted(snowflake for run in runs for snowflake in run)
    holders: dict[int, set[int]] = {}
    for number, maker in enumerate(makers):
        for run in maker.ids():
            for snowflake in run:
                holders.setdefault(worker_of(snowflake), set()).add(number)
    shared = sum(len(held_by) > 1 for held_by in holders.values())
    print(f"{len(everything)} ids of {len(runs)} runs, {shared} worker ids held by several, {dict(done)}")  # noqa: T201 - the drill's counts, shown with -s

    assert all(one < other for run in runs for one, other in pairwise(run))
    assert all(one != other for one, other in pairwise(everything))
    assert len(everything) > 10_000
    assert shared > 0
    assert done["SIGKILL"] > 0
    assert done["SIGTERM"] > 0
    assert done["step"] > 0


async def _strike(what: str, maker: Maker, chance: random.Random) -> None:
    if what == "step":
        maker.step(chance.choice(STEPS_MS))
    elif what == "pause" and maker.process is not None and maker.process.returncode is None:
        maker.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(chance.uniform(0.1, 1.2))
        maker.process.send_signal(signal.SIGCONT)
    elif what in {"SIGKILL", "SIGTERM"}:
        await maker.end(signal.Signals[what])
        # It starts again in its own past, or is far ahead when it ends the next time.
        maker.step(-FAR_MS if maker.offset > 0 else FAR_MS)
        await maker.start()
        if chance.random() < FAIR:
            await maker.makes_ids()
