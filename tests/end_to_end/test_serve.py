"""`homeroom serve` as a person starts, kills and restarts it, and what it says when it cannot start."""

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client import Client
from tests.scratch import scratch
from tests.server import Server, running_server, start


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=scratch(), prefix="homeroom-serve-") as folder:
        yield Path(folder)


async def refused(environment: dict[str, str], *arguments: str, data_dir: Path) -> tuple[int, str]:
    """The exit code and the message of a start that cannot be."""
    server = await start(environment, *arguments, data_dir=data_dir)
    return await server.ended(), " ".join(" ".join(server.lines).split())


async def test_a_taken_port_is_named_with_what_to_do(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        code, message = await refused({}, "--port", str(port), data_dir=data_dir)

    assert code == 1
    assert f"Port {port} is taken" in message
    assert "--port" in message


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"PORT": "70000"}, "PORT"),
        ({"DATABASE_URL": "mysql://somewhere"}, "DATABASE_URL"),
        ({"MONGO_URI": "somewhere"}, "MONGO"),
        ({"HOMEROOM_RATE_LIMITS": "perhaps"}, "HOMEROOM_RATE_LIMITS"),
        ({"HOMEROOM_ENV": "staging"}, "HOMEROOM_ENV"),
        ({"HOST": "0.0.0.0"}, "HOMEROOM_ENV"),  # noqa: S104 - it must be refused
        ({"HOMEROOM_ENV": "production"}, "SESSION_SECRET"),
        ({"HOMEROOM_ENV": "production", "SESSION_SECRET": "x" * 32}, "DATABASE_URL"),
        ({"SESSION_SECRET": "short"}, "SESSION_SECRET"),
        ({"CASSANDRA_TLS_CA": "/nowhere/ca.pem"}, "CASSANDRA_TLS_CA"),
        ({"ASTRA_DB_APPLICATION_TOKEN": "AstraCS:x"}, "ASTRA_DB_SECURE_BUNDLE_PATH"),
    ],
)
async def test_a_wrong_setting_stops_the_start_and_names_itself(
    data_dir: Path, environment: dict[str, str], named: str
) -> None:
    # The tests' own --port 0 would hide the one of the environment.
    arguments = ("--port", environment["PORT"]) if "PORT" in environment else ()

    code, message = await refused(environment, *arguments, data_dir=data_dir)

    assert code in {1, 2}
    assert named in message
    assert "Traceback" not in message
    assert not (data_dir / "postgresql").exists()


async def test_only_cassandra_can_be_left_out(data_dir: Path) -> None:
    code, message = await refused({}, "--without", "redis", data_dir=data_dir)

    assert code == 1
    assert "--without redis" in message


async def test_a_store_that_is_away_at_the_start_is_no_obstacle_to_the_rest(
    environment: dict[str, str], server: Server
) -> None:
    del server  # it has made the tables
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = f"mongodb://127.0.0.1:{closed.getsockname()[1]}/homeroom"
    async with running_server(environment | {"MONGODB_URL": nobody}) as half, Client(half.url) as client:
        await client.sign_up()

        answer = await client.answer("{ viewer { name workspaces { edges { cursor } } } }")
        health = await client.http.get("/health")

    assert answer["data"]["viewer"] == {"name": "Ada Quill", "workspaces": None}
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "STORE_UNAVAILABLE", "store": "mongodb"}]
    assert (health.status_code, health.json()["status"]) == (200, "degraded")
    assert health.json()["databases"]["mongodb"] is False
