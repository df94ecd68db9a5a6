"""Brings a keyspace to the tables of `migrations/`: each numbered file once, in order, noted in `schema_migrations`.

Two processes may do so at once: one holds the lock, a row claimed on condition, and the other waits for it. A lock
whose holder died expires. Every statement says IF NOT EXISTS or IF EXISTS, so a file that was cut short is applied
again.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from cassandra import InvalidRequest
from cassandra.cluster import NoHostAvailable

from datasources.cassandra.driver import STORE, is_outage, new_driver, reason_of, refused_setting
from datasources.cassandra.settings import CassandraSettings
from datasources.errors import SettingRefused, Unavailable

_FILES: Final = Path(__file__).with_name("migrations")
_LOCK: Final = "lock"
_LOCK_SECONDS: Final = 60
_WAIT_SECONDS: Final = 90.0
_POLL_SECONDS: Final = 0.1
_SCHEMA_SECONDS: Final = 30.0
_NOTES: Final = """
    CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, holder uuid, applied_at timestamp)
"""


async def migrate(settings: CassandraSettings) -> list[str]:
    """The names of the files that have been applied, none where nothing was to do.

    `Unavailable` where no node answers, `SettingRefused` for credentials or a certificate that do not
    hold, or a keyspace that Astra does not have.
    """
    return await asyncio.to_thread(_migrate, settings)


def _migrate(settings: CassandraSettings) -> list[str]:
    with _session(settings) as session:
        _use_keyspace(session, settings)
        if not _pending(session):
            return []
        with _lock(session):
            pending = _pending(session)
            for file in pending:
                for statement in _statements(file):
                    _change_schema(session, statement)
                session.execute(
                    "INSERT INTO schema_migrations (name, applied_at) VALUES (%s, toTimestamp(now()))", (file.name,)
                )
            return [file.name for file in pending]


@contextmanager
def _session(settings: CassandraSettings) -> Iterator[Any]:
    driver = new_driver(settings, with_metadata=False)
    driver.max_schema_agreement_wait = _SCHEMA_SECONDS
    try:
        yield driver.connect()
    except NoHostAvailable as error:
        raise refused_setting(error) or Unavailable(STORE, reason_of(error)) from error
    except Exception as error:
        if is_outage(error) and not isinstance(error, Unavailable):
            raise Unavailable(STORE, reason_of(error)) from error
        raise
    finally:
        driver.shutdown()


def _use_keyspace(session: Any, settings: CassandraSettings) -> None:
    try:
        session.set_keyspace(settings.keyspace)
    except InvalidRequest as error:
        if settings.astra_bundle is not None:
            raise SettingRefused("CASSANDRA_KEYSPACE", f"make {settings.keyspace} in Astra's own console") from error
        _change_schema(
            session, f"CREATE KEYSPACE IF NOT EXISTS {settings.keyspace} WITH replication = {{{_replicas(settings)}}}"
        )
        session.set_keyspace(settings.keyspace)


def _replicas(settings: CassandraSettings) -> str:
    if settings.local_datacenter is None:
        return f"'class': 'SimpleStrategy', 'replication_factor': {settings.replication}"
    datacenter = settings.local_datacenter.replace("'", "''")
    return f"'class': 'NetworkTopologyStrategy', '{datacenter}': {settings.replication}"


def _pending(session: Any) -> list[Path]:
    files = sorted(_FILES.glob("*.cql"))
    try:
        rows = session.execute("SELECT name FROM schema_migrations")
    except InvalidRequest:
        _change_schema(session, _NOTES)
        return files
    applied = {name for (name,) in rows}
    return [file for file in files if file.name not in applied]


@contextmanager
def _lock(session: Any) -> Iterator[None]:
    holder = uuid4()
    give_up = time.monotonic() + _WAIT_SECONDS
    claim = "INSERT INTO schema_migrations (name, holder) VALUES (%s, %s) IF NOT EXISTS USING TTL %s"
    while not session.execute(claim, (_LOCK, holder, _LOCK_SECONDS)).one()[0]:
        if time.monotonic() > give_up:
            raise Unavailable(STORE, "another process has been migrating it for too long")
        time.sleep(_POLL_SECONDS)
    try:
        yield
    finally:
        session.execute("DELETE FROM schema_migrations WHERE name = %s IF holder = %s", (_LOCK, holder))


def _change_schema(session: Any, statement: str) -> None:
    session.execute(statement, timeout=_SCHEMA_SECONDS)
    if not session.cluster.control_connection.wait_for_schema_agreement():
        raise Unavailable(STORE, "its nodes do not agree on the schema")


def _statements(file: Path) -> list[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("--"))
    return [statement for part in text.split(";") if (statement := part.strip())]
