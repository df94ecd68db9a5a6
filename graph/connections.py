"""Connections to the stores, from the settings; and their migrations. A part of the composition root."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from pydantic import SecretStr

from datasources.cassandra.cluster import CassandraCluster
from datasources.cassandra.migrate import migrate as migrate_cassandra
from datasources.cassandra.settings import CassandraSettings
from datasources.errors import Unavailable
from datasources.events.backend import RedisBackend
from datasources.mongo.client import Mongo
from datasources.mongo.migrate import migrate as migrate_mongo
from datasources.postgres.database import PostgresDatabase
from datasources.postgres.migrate import migrate as migrate_postgres
from datasources.redis.client import RedisClient
from datasources.stores import Store
from graph.settings import Settings

Step = Callable[..., None]
"""Told of each stage of a subject: (subject, stage) or (subject, stage, done, total)."""


def postgres_of(settings: Settings) -> PostgresDatabase:
    return PostgresDatabase(_address(settings.database_url), tls_ca=settings.database_tls_ca)


def mongo_of(settings: Settings) -> Mongo:
    return Mongo(_address(settings.mongodb_url), tls_ca=settings.mongodb_tls_ca)


def redis_of(settings: Settings) -> RedisClient:
    return RedisClient(_address(settings.redis_url), tls_ca=settings.redis_tls_ca)


def broker_of(settings: Settings) -> RedisBackend:
    return RedisBackend(_address(settings.redis_url), ca_file=settings.redis_tls_ca)


def cassandra_of(settings: Settings) -> CassandraCluster | None:
    return CassandraCluster(_cassandra_settings(settings)) if settings.cassandra_configured else None


def configured(settings: Settings) -> list[Store]:
    """A connection to each store that has an address, to see whether it answers."""
    found: list[Store | None] = [
        None if settings.database_url is None else postgres_of(settings),
        None if settings.mongodb_url is None else mongo_of(settings),
        None if settings.redis_url is None else redis_of(settings),
        cassandra_of(settings),
    ]
    return [store for store in found if store is not None]


async def migrate(settings: Settings, step: Step) -> list[Unavailable]:
    """Brings all stores to this version's tables and indexes, at the same time; safe to repeat and to race.

    Gives the outages of stores that are away. Raises `SettingRefused` where a setting has to be mended first.
    """

    async def one(name: str, work: Coroutine[Any, Any, object]) -> None:
        step(name, "migrating")
        try:
            await work
        except Unavailable:
            step(name, "away")
            raise
        step(name, "ready")

    works = [
        one("postgresql", migrate_postgres(_address(settings.database_url), tls_ca=settings.database_tls_ca)),
        one("mongodb", migrate_mongo(_address(settings.mongodb_url), tls_ca=settings.mongodb_tls_ca)),
    ]
    if settings.cassandra_configured:
        works.append(one("cassandra", migrate_cassandra(_cassandra_settings(settings))))
    outcomes = await asyncio.gather(*works, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, Unavailable):
            raise outcome
    return [outcome for outcome in outcomes if isinstance(outcome, Unavailable)]


def _cassandra_settings(settings: Settings) -> CassandraSettings:
    return CassandraSettings(
        contact_points=settings.cassandra_contact_points or CassandraSettings().contact_points,
        keyspace=settings.cassandra_keyspace,
        username=settings.cassandra_username,
        password=_revealed(settings.cassandra_password),
        local_datacenter=settings.cassandra_local_datacenter,
        replication=settings.cassandra_replication,
        tls_ca=settings.cassandra_tls_ca,
        astra_bundle=settings.astra_bundle,
        astra_token=_revealed(settings.astra_token),
    )


def _address(url: SecretStr | None) -> str:
    if url is None:
        raise ValueError("an application is made from settings in which every store has its address")
    return url.get_secret_value()


def _revealed(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
