"""What goes wrong says what happened and what to do, and leaves nothing running."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from datasources.embedded import (
    DirectoryUnusable,
    DiskFull,
    EmbeddedServers,
    NoNetwork,
    Progress,
    ServerDied,
    directory,
    java_available,
    running_endpoints,
    unprivileged,
)
from datasources.embedded.diagnosis import diagnose
from datasources.embedded.jars import class_path, locked
from datasources.embedded.processes import end_leftover, started
from datasources.embedded.server import Account, end, spawn
from datasources.embedded.unprivileged import reaches
from tests.datasources.embedded.conftest import Eventually

STRANGER = Account(64_000, 64_000)


async def test_a_directory_that_cannot_be_made_is_named(data_dir: Path) -> None:
    (data_dir / "file").touch()
    with pytest.raises(DirectoryUnusable, match=r"file/data cannot be used: Not a directory\. Make the directory"):
        await EmbeddedServers(data_dir / "file" / "data", ["redis"]).start()


async def test_too_little_space_is_said_before_anything_starts(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "NEEDED_BYTES", 1 << 60)
    with pytest.raises(DiskFull, match=r"MB are free, and the servers need \d+ MB to start\. Free some space"):
        await EmbeddedServers(data_dir, ["redis"]).start()
    assert running_endpoints(data_dir) is None


async def test_a_server_that_ends_for_want_of_space_says_so(data_dir: Path) -> None:
    log = data_dir / "postgresql.log"
    log.write_text("an earlier run: No space left on device\n")
    beginning = log.stat().st_size
    with log.open("a") as file:
        file.write("FATAL: something else\n")
    assert isinstance(diagnose("postgresql", "ended", log, beginning), ServerDied)
    with log.open("a") as file:
        file.write("FATAL: could not write lock file: No space left on device\n")
    assert isinstance(diagnose("postgresql", "ended", log, beginning), DiskFull)


async def test_a_server_that_does_not_come_up_shows_the_end_of_its_log(data_dir: Path) -> None:
    servers = EmbeddedServers(data_dir, ["postgresql", "redis"])
    await servers.start()
    await servers.stop()
    (data_dir / "postgresql" / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(ServerDied, match=r"logs/postgresql\.log:\n(.*\n)*.*FATAL:"):
        await servers.start()
    assert {state.pid for state in servers.states().values()} == {None}
    assert running_endpoints(data_dir) is None


async def test_an_interrupted_set_up_of_postgresql_begins_anew(data_dir: Path) -> None:
    partial = data_dir / "postgresql" / "data.partial"
    partial.mkdir(parents=True)
    (partial / "PG_VERSION").write_text("half")
    servers = EmbeddedServers(data_dir, ["postgresql"])
    await servers.start()
    await servers.stop()
    assert not partial.exists()


async def test_a_stale_lock_of_postgresql_with_another_process_s_pid_is_recovered(data_dir: Path) -> None:
    servers = EmbeddedServers(data_dir, ["postgresql"])
    await servers.start()
    await servers.stop()
    # A process of PostgreSQL's own user: of another user's it knows itself that it is not one of its servers.
    user = unprivileged.account()
    another = await spawn(["/bin/sleep", "600"], output=asyncio.subprocess.DEVNULL, folder=data_dir, account=user)
    (data_dir / "postgresql" / "data" / "postmaster.pid").write_text(f"{another.pid}\n")
    try:
        await servers.start()
        await servers.stop()
    finally:
        await end(another, signal.SIGKILL, 1)


async def test_a_start_that_is_cancelled_leaves_nothing_running(data_dir: Path) -> None:
    begun = asyncio.Event()

    def note(progress: Progress) -> None:
        if progress.stage == "starting":
            begun.set()

    servers = EmbeddedServers(data_dir, ["mongodb", "redis"], on_progress=note)
    start = asyncio.create_task(servers.start())
    await asyncio.wait_for(begun.wait(), 30)
    start.cancel()
    with pytest.raises(asyncio.CancelledError):
        await start
    assert {state.pid for state in servers.states().values()} == {None}
    assert running_endpoints(data_dir) is None


async def test_without_a_network_the_missing_jars_say_what_to_do(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HOME", str(data_dir))
    with pytest.raises(NoNetwork, match="Connect this machine and start again"):
        await class_path(data_dir / "jars", lambda _: None)
    assert list((data_dir / "jars").iterdir()) == []


async def test_every_jar_is_locked_by_its_checksum() -> None:
    jars = locked()
    assert len({jar.name for jar in jars}) == len(jars) == 100
    assert {len(jar.sha256) for jar in jars} == {64}
    assert java_available()


async def test_a_leftover_that_does_not_end_is_killed_but_not_its_pid_s_next_owner(
    data_dir: Path, eventually: Eventually
) -> None:
    process = await spawn(["/bin/sleep", "600"], output=asyncio.subprocess.DEVNULL, folder=data_dir)
    start_time = started(process.pid)
    assert start_time is not None
    await end_leftover(process.pid, "another time", patience=0.1)
    assert started(process.pid) == start_time
    await end_leftover(process.pid, start_time, patience=0.1)
    await eventually(lambda: started(process.pid) is None, within=5)
    await end(process, signal.SIGKILL, 1)


async def test_a_paused_server_is_ended_too(data_dir: Path) -> None:
    servers = EmbeddedServers(data_dir, ["redis"])
    await servers.start()
    pid = servers.states()["redis"].pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    async with asyncio.timeout(5):
        await servers.stop()
    assert started(pid) is None


def test_a_closed_folder_is_out_of_another_user_s_reach(data_dir: Path) -> None:
    inner = data_dir / "inner"
    inner.mkdir()
    data_dir.chmod(0o711)
    assert reaches(STRANGER, inner / "postgresql")
    inner.chmod(0o700)
    assert not reaches(STRANGER, inner / "postgresql")
    assert reaches(Account(os.getuid(), os.getgid()), inner / "postgresql")
