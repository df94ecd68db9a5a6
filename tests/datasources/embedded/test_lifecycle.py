"""Starting, watching and stopping all four servers."""

import json
import os
import signal
import stat
from pathlib import Path

import psutil  # type: ignore[import-untyped] # it carries no types, and its stubs are another package
import pytest

from datasources.embedded import STORES, ChildState, DirectoryInUse, EmbeddedServers, Progress, running_endpoints
from datasources.embedded.probes import cassandra, mongodb
from datasources.embedded.processes import started
from tests.datasources.embedded.conftest import Eventually

Running = tuple[EmbeddedServers, Path]


async def test_each_server_is_up_and_known_by_its_pid(running: Running) -> None:
    servers, folder = running
    record = json.loads((folder / "endpoints.json").read_text())
    assert set(servers.states()) == set(STORES)
    for store, state in servers.states().items():
        assert state == ChildState("up", state.pid, state.restarts)
        assert record["children"][store] == {"pid": state.pid, "started": started(state.pid or 0)}


async def test_what_holds_passwords_is_for_this_user_only(running: Running) -> None:
    _, folder = running
    for name in ("endpoints.json", "secrets.json", "redis/valkey.conf", "cassandra/cassandra.yaml"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    for store in STORES:
        assert stat.S_IMODE((folder / store).stat().st_mode) == 0o700
        command = " ".join(psutil.Process(running[0].states()[store].pid).cmdline())
        assert not any(secret in command for secret in json.loads((folder / "secrets.json").read_text()).values())


async def test_servers_listen_on_the_loopback_address_alone(running: Running) -> None:
    servers, _ = running
    for store, state in servers.states().items():
        listening = [
            each.laddr
            for process in (psutil.Process(state.pid), *psutil.Process(state.pid).children(recursive=True))
            for each in process.net_connections(kind="inet")
            if each.status == psutil.CONN_LISTEN
        ]
        assert {address.ip.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}, store
        assert len({address.port for address in listening}) == (2 if store == "cassandra" else 1), store


async def test_a_second_start_on_the_directory_is_refused(running: Running) -> None:
    _, folder = running
    with pytest.raises(DirectoryInUse, match=rf"in use by process {os.getpid()}\. Stop that process first"):
        await EmbeddedServers(folder, ["redis"]).start()


async def test_other_commands_find_the_endpoints_of_running_servers(running: Running, data_dir: Path) -> None:
    _, folder = running
    found = running_endpoints(folder)
    assert found is not None
    assert (found.database_url or "").startswith("postgresql://homeroom:")
    assert running_endpoints(data_dir) is None


@pytest.mark.parametrize("store", STORES)
async def test_a_killed_server_comes_back_on_its_port(running: Running, store: str, eventually: Eventually) -> None:
    servers, folder = running
    before, ports = servers.states()[store], json.loads((folder / "endpoints.json").read_text())["ports"]
    assert before.pid is not None
    os.kill(before.pid, signal.SIGKILL)
    await eventually(lambda: servers.states()[store].restarts > before.restarts, within=10)
    await eventually(lambda: servers.states()[store].status == "up", within=60)
    after = servers.states()[store]
    assert after.pid != before.pid
    record = json.loads((folder / "endpoints.json").read_text())
    assert record["ports"] == ports
    assert record["children"][store]["pid"] == after.pid


async def test_a_start_reports_its_stages_and_a_stop_ends_everything(data_dir: Path) -> None:
    stages: list[Progress] = []
    servers = EmbeddedServers(data_dir, ["postgresql", "mongodb", "redis"], on_progress=stages.append)
    endpoints = await servers.start()
    pids = [state.pid for state in servers.states().values()]
    await servers.stop()
    await servers.stop()
    assert [each.stage for each in stages if each.store == "postgresql"] == ["initialising", "starting", "ready"]
    assert endpoints.cassandra_contact_points is None
    assert [pid for pid in pids if pid is None or started(pid) is not None] == []
    assert {state.status for state in servers.states().values()} == {"down"}
    assert running_endpoints(data_dir) is None


async def test_ports_are_kept_from_one_start_to_the_next(data_dir: Path) -> None:
    first, second = EmbeddedServers(data_dir, ["redis"]), EmbeddedServers(data_dir, ["redis"])
    kept = await first.start()
    await first.stop()
    assert await second.start() == kept
    await second.stop()


async def test_a_port_that_only_accepts_is_not_ready(running: Running) -> None:
    ports = json.loads((running[1] / "endpoints.json").read_text())["ports"]
    assert await cassandra(ports["cassandra"])
    assert await mongodb(ports["mongodb"])
    assert not await cassandra(ports["mongodb"])
