"""Versions of a document: the newest one stands, in whatever order and however often they are written.

A final version wins over any revision. No statement deletes what has ended, so nothing older can come back after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError

from datasources.mongo.client import Fields, Mongo
from datasources.mongo.waves import wave

_DUPLICATE_KEY: Final = 11000
_ASKED_AT_ONCE: Final = 200
"""Ids in one question: the embedded server compares each document with each of them."""


@dataclass(frozen=True, slots=True)
class Version:
    """`fields` are all of the document but `_id`, its `revision` among them; `raised` are kept at their maximum.

    A final one has a `deleted_at` among its fields.
    """

    id: str
    revision: int
    final: bool
    fields: Fields
    raised: Fields = field(default_factory=dict)

    @property
    def behind(self) -> list[Fields]:
        """Each matches the document only while this version is newer than it; together they do whenever it is.

        Two conditions, since one with `$or` in it has the embedded server look at every document.
        """
        return self._within("$lt")

    @property
    def not_newer(self) -> list[Fields]:
        """As `behind`, where the document is this version too."""
        return self._within("$lte")

    @property
    def change(self) -> Fields:
        return {"$set": self.fields, "$max": self.raised} if self.raised else {"$set": self.fields}

    @property
    def document(self) -> Fields:
        return {"_id": self.id, **self.fields, **self.raised}

    def _within(self, operator: str) -> list[Fields]:
        live = {"_id": self.id, "deleted_at": None}
        older = {"_id": self.id, "revision": {operator: self.revision}}
        if self.final:
            return [live, older]
        return [live | older] if "deleted_at" in self.fields else [older]

    def is_newer_than(self, standing: Fields) -> bool:
        """`standing` has the document's revision and, where it is deleted, `deleted_at`."""
        return (standing.get("deleted_at") is not None, standing["revision"]) < (self.final, self.revision)


async def write_version(mongo: Mongo, collection: str, version: Version) -> bool:
    """Writes the version where what stands is not newer; False where it is."""
    documents = mongo.collection(collection)
    try:
        with mongo.statement():
            await documents.update_one(version.behind[0], version.change, upsert=True)
    except DuplicateKeyError:
        # It stands already, newer than ours or written at the same moment: now the conditions alone decide.
        for condition in version.behind:
            with mongo.statement():
                written = await documents.update_one(condition, version.change)
            if written.matched_count:
                return True
        return False
    return True


async def write_versions(mongo: Mongo, collection: str, versions: Sequence[Version]) -> None:
    """Writes those that are newer than what stands, one for each document; at most three statements in a row."""
    if not versions:
        return
    standing = await _standing(mongo, collection, [version.id for version in versions])
    behind = [version for version in versions if version.id in standing and version.is_newer_than(standing[version.id])]
    behind += await insert_missing(mongo, collection, [version for version in versions if version.id not in standing])
    if behind:
        with mongo.statement():
            await mongo.collection(collection).bulk_write(
                [UpdateOne(condition, version.change) for version in behind for condition in version.behind],
                ordered=False,
            )


async def insert_missing(mongo: Mongo, collection: str, versions: Sequence[Version]) -> list[Version]:
    """Adds documents in one statement; gives those that are there already."""
    if not versions:
        return []
    with mongo.statement():
        try:
            await mongo.collection(collection).insert_many([each.document for each in versions], ordered=False)
        except BulkWriteError as error:
            if not only_duplicates(error):
                raise
            return [versions[failure["index"]] for failure in _failures(error)]
    return []


def only_duplicates(error: BulkWriteError) -> bool:
    """Whether nothing went wrong but that documents were there already."""
    return not (error.details or {}).get("writeConcernErrors") and all(
        failure["code"] == _DUPLICATE_KEY for failure in _failures(error)
    )


def _failures(error: BulkWriteError) -> list[Fields]:
    failures: list[Fields] = (error.details or {}).get("writeErrors", [])
    return failures


async def _standing(mongo: Mongo, collection: str, ids: Sequence[str]) -> dict[str, Fields]:
    parts = [ids[start : start + _ASKED_AT_ONCE] for start in range(0, len(ids), _ASKED_AT_ONCE)]
    found = await wave([_some_standing(mongo, collection, part) for part in parts])
    return {each["_id"]: each for part in found for each in part}


async def _some_standing(mongo: Mongo, collection: str, ids: Sequence[str]) -> list[Fields]:
    with mongo.statement():
        cursor = mongo.collection(collection).find(
            {"_id": {"$in": list(ids)}}, {"revision": 1, "deleted_at": 1}, batch_size=len(ids) + 1
        )
        return await cursor.to_list()
