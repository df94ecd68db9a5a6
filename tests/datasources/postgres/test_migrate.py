"""Migrations bring a database to where the code is: once, whoever starts, and without losing what is there."""

import asyncio
from pathlib import Path

import asyncpg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from datasources.errors import SettingRefused, Unavailable
from datasources.postgres.migrate import current, head, migrate
from datasources.postgres.migrations import upgrade
from tests.datasources.postgres.places import own_database

REVISIONS = ["0001", "0002", "0003"]


async def test_of_processes_that_start_at_once_one_migrates(database_url: str, run_id: str) -> None:
    async with own_database(database_url, f"homeroom_test_{run_id}_new") as url:
        assert await current(url) is None
        applied = await asyncio.gather(*(migrate(url) for _ in range(4)))
        assert sorted(applied) == [[], [], [], REVISIONS]
        assert await current(url) == head()


async def test_where_nothing_is_to_do_nothing_is_done(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrade, "upgrade", None)
    assert await migrate(database_url) == []


async def test_a_database_that_is_ahead_is_left_alone(database_url: str, run_id: str) -> None:
    async with own_database(database_url, f"homeroom_test_{run_id}_ahead") as url:
        await migrate(url)
        connection = await asyncpg.connect(url)
        await connection.execute("UPDATE alembic_version SET version_num = '9999'")
        await connection.close()
        assert await migrate(url) == []
        assert await current(url) == "9999"


def test_the_head_is_alembics() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(upgrade.__file__).parent))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [head()]
    assert [revision.revision for revision in script.walk_revisions()][::-1] == REVISIONS


async def test_a_server_that_is_away_is_named() -> None:
    with pytest.raises(Unavailable) as away:
        await migrate("postgresql://nobody:nothing@127.0.0.1:1/nowhere")
    assert away.value.store == "postgresql"


async def test_a_database_that_is_not_there_is_a_wrong_setting(database_url: str) -> None:
    with pytest.raises(SettingRefused):
        await migrate(database_url + "_missing")
