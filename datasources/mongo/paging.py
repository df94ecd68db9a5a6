"""Keyset pages: part of a list in the order of one field, and what lies before and after it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pymongo import ASCENDING, DESCENDING

from datasources.mongo.client import Fields, Mongo
from datasources.mongo.waves import wave
from datasources.records.pages import Edge, Page, PageArguments, page_of

R = TypeVar("R")

_ID_ALONE: Final = {"_id": 1}


@dataclass(frozen=True, slots=True)
class Listing:
    """The documents of `collection` that match `where`, in ascending order of `key`, which is unique among them.

    An index must begin with the fields of `where` and go on with `key`.
    """

    collection: str
    where: Fields
    key: str
    projection: Fields | None = None
    position: Callable[[str], Any] = str


@dataclass(frozen=True, slots=True)
class Slice:
    documents: list[Fields]
    has_next: bool
    has_previous: bool

    def page(self, edge: Callable[[Fields], Edge[R]]) -> Page[R]:
        return page_of([edge(each) for each in self.documents], has_next=self.has_next, has_previous=self.has_previous)


async def read_slice(mongo: Mongo, listing: Listing, arguments: PageArguments) -> Slice:
    """One statement, and at the same time one for each cursor: whether anything stands at it or beyond."""
    after = None if arguments.after is None else listing.position(arguments.after)
    before = None if arguments.before is None else listing.position(arguments.before)
    found, any_before, any_after = await wave(
        [
            _read(mongo, listing, after, before, arguments),
            _stands_beyond(mongo, listing, after, "$lt", DESCENDING),
            _stands_beyond(mongo, listing, before, "$gt", ASCENDING),
        ]
    )
    more = len(found) > arguments.size
    documents = found[: arguments.size]
    if arguments.from_end:
        documents.reverse()
        return Slice(documents, has_next=bool(any_after), has_previous=more or bool(any_before))
    return Slice(documents, has_next=more or bool(any_after), has_previous=bool(any_before))


async def _read(mongo: Mongo, listing: Listing, after: Any, before: Any, arguments: PageArguments) -> list[Fields]:
    bounds = {operator: bound for operator, bound in (("$gt", after), ("$lt", before)) if bound is not None}
    query = {**listing.where, listing.key: bounds} if bounds else listing.where
    direction = DESCENDING if arguments.from_end else ASCENDING
    limit = arguments.size + 1
    with mongo.statement():
        cursor = mongo.collection(listing.collection).find(query, listing.projection, batch_size=limit)
        return await cursor.sort(listing.key, direction).limit(limit).to_list()


async def _stands_beyond(mongo: Mongo, listing: Listing, position: Any, operator: str, direction: int) -> list[Fields]:
    """Looks at the position itself first: what stood there mostly still does, and that is found in one step."""
    if position is None:
        return []
    collection = mongo.collection(listing.collection)
    for condition in (position, {operator: position}):
        with mongo.statement():
            cursor = collection.find({**listing.where, listing.key: condition}, _ID_ALONE)
            found = await cursor.sort(listing.key, direction).limit(1).to_list()
        if found:
            return found
    return []
