"""kill -9 of Homeroom itself: no server outlives it, and the next start finds everything that was acknowledged."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import asyncpg
import pymongo
import redis.asyncio
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile
from cassandra.policies import RoundRobinPolicy

from datasources.embedded import STORES, EmbeddedServers, Endpoints, launcher, running_endpoints
from datasources.embedded.processes import started
from tests.datasources.embedded.conftest import Eventually

PROFILES = {EXEC_PROFILE_DEFAULT: ExecutionProfile(load_balancing_policy=RoundRobinPolicy(), request_timeout=60)}
CREATE = (
    "CREATE KEYSPACE kept WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
    "CREATE TABLE kept.words (id int PRIMARY KEY, word text)",
    "INSERT INTO kept.words (id, word) VALUES (1, 'kept')",
)


async def test_nothing_outlives_it_and_nothing_is_lost(data_dir: Path, eventually: Eventually) -> None:
    script = Path(__file__).with_name("serve_until_killed.py")
    parent = await asyncio.create_subprocess_exec(sys.executable, script, data_dir, stdout=PIPE)
    try:
        assert parent.stdout is not None
        assert await asyncio.wait_for(parent.stdout.readline(), 120) == b"up\n"
        endpoints = running_endpoints(data_dir)
        assert endpoints is not None
        await write(endpoints)
        children = json.loads((data_dir / "endpoints.json").read_text())["children"]
        assert set(children) == set(STORES)
    finally:
        parent.kill()
        await parent.wait()
    await eventually(lambda: all(started(each["pid"]) != each["started"] for each in children.values()), within=10)

    servers = EmbeddedServers(data_dir, STORES)
    try:
        again = await servers.start()
        assert again == endpoints
        assert await read(again) == ["kept"] * len(STORES)
    finally:
        await servers.stop()


async def write(endpoints: Endpoints) -> None:
    postgres = await asyncpg.connect(endpoints.database_url)
    await postgres.execute("CREATE TABLE words (word text); INSERT INTO words VALUES ('kept')")
    await postgres.close()
    async with pymongo.AsyncMongoClient[dict[str, str]](endpoints.mongodb_url) as mongo:
        await mongo.homeroom.words.insert_one({"word": "kept"})
    async with redis.asyncio.from_url(endpoints.redis_url or "", decode_responses=True) as valkey:
        await valkey.set("word", "kept")
    await asyncio.to_thread(in_cassandra, endpoints, *CREATE)


async def read(endpoints: Endpoints) -> list[str]:
    postgres = await asyncpg.connect(endpoints.database_url)
    words = [await postgres.fetchval("SELECT word FROM words")]
    await postgres.close()
    async with pymongo.AsyncMongoClient[dict[str, str]](endpoints.mongodb_url) as mongo:
        words.append((await mongo.homeroom.words.find_one() or {})["word"])
    async with redis.asyncio.from_url(endpoints.redis_url or "", decode_responses=True) as valkey:
        words.append(str(await valkey.get("word")))
    words.append(await asyncio.to_thread(in_cassandra, endpoints, "SELECT word FROM kept.words"))
    return words


def in_cassandra(endpoints: Endpoints, *statements: str) -> str | None:
    host, _, port = (endpoints.cassandra_contact_points or "").partition(":")
    with Cluster([host], port=int(port), protocol_version=5, execution_profiles=PROFILES) as cluster:
        session = cluster.connect()
        rows = [session.execute(statement).one() for statement in statements]
        return rows[-1].word if rows[-1] else None


async def test_where_the_kernel_does_not_tell_the_launcher_watches(data_dir: Path, eventually: Eventually) -> None:
    watching = "import runpy, sys; sys.platform = 'darwin'; runpy.run_path(sys.argv.pop(1), run_name='__main__')"
    pid_file = data_dir / "pid"
    command = ["/bin/sh", "-c", f"echo $$ > {pid_file}.new; mv {pid_file}.new {pid_file}; exec sleep 600"]
    spawning = (
        "import os, subprocess, sys\n"
        f"subprocess.Popen([sys.executable, '-c', {watching!r}, {launcher.__file__!r}, str(os.getpid()), '9', '-', "
        f"*{command!r}], start_new_session=True).wait()"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", spawning)
    await eventually(pid_file.exists, within=20)
    pid = int(pid_file.read_text())
    assert started(pid) is not None
    parent.kill()
    await parent.wait()
    await eventually(lambda: started(pid) is None, within=10)
