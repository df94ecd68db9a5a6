"""Brings a database's collections to what `documents` declares. Run by `homeroom migrate`, never by the server."""

from pathlib import Path
from typing import Any

from beanie import Document
from pymongo import IndexModel

from datasources.mongo.client import Mongo
from datasources.mongo.documents import DOCUMENTS
from datasources.mongo.waves import wave

_COMPARED = ("key", "unique", "sparse", "expireAfterSeconds")


async def migrate(url: str, *, tls_ca: Path | None = None, database: str | None = None) -> list[str]:
    """Makes the indexes that are missing or differ; says which, as "collection.index". Safe to repeat and to race."""
    mongo = Mongo(url, tls_ca=tls_ca, database=database)
    await mongo.open()
    try:
        done = await wave([_migrate_collection(mongo, document) for document in DOCUMENTS])
    finally:
        await mongo.close()
    return [name for names in done for name in names]


async def _migrate_collection(mongo: Mongo, document: type[Document]) -> list[str]:
    name, wanted = declared_indexes(document)
    if not wanted:
        return []
    collection = mongo.database[name]
    with mongo.statement():
        present = await collection.index_information()
    due = [index for index in wanted if not _is_present(index, present)]
    for index in due:
        if index.document["name"] in present:
            with mongo.statement():
                await collection.drop_index(index.document["name"])
    if due:
        with mongo.statement():
            await collection.create_indexes(due)
    return [f"{name}.{index.document['name']}" for index in due]


def declared_indexes(document: type[Document]) -> tuple[str, list[IndexModel]]:
    """The name of a document's collection, and its indexes."""
    settings: Any = document.Settings
    return settings.name, list(settings.indexes)


def _is_present(index: IndexModel, present: Any) -> bool:
    standing = present.get(index.document["name"])
    if standing is None:
        return False
    wanted = {**index.document, "key": list(index.document["key"].items())}
    return all(_plain(wanted.get(option)) == _plain(standing.get(option)) for option in _COMPARED)


def _plain(option: Any) -> Any:
    return [tuple(pair) for pair in option] if isinstance(option, list) else option
