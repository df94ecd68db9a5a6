"""Idempotency claims: the first one made under a key stands for a day."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Final

from pymongo.errors import DuplicateKeyError

from datasources.errors import Unavailable
from datasources.mongo.client import STORE, Fields, Mongo
from datasources.records.retention import CLAIMS_KEPT
from datasources.records.workspaces import CreationClaim
from datasources.snowflakes import unix_ms

_ATTEMPTS: Final = 5


class Claims:
    def __init__(self, mongo: Mongo, collection: str) -> None:
        self._mongo = mongo
        self._collection = collection

    async def claim(self, identity: str, fields: Fields, now_ms: int) -> Fields:
        """The fields of the claim that stands.

        One that has expired is replaced: the server removes them only when it gets to it.
        """
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        ours = {"_id": identity, **fields, "expires_at": now + CLAIMS_KEPT}
        for _ in range(_ATTEMPTS):
            if await self._insert(ours):
                return fields
            standing = await self._find(identity)
            if standing is None:
                continue
            if standing["expires_at"] > now:
                return standing
            if await self._replace(standing, ours):
                return fields
        raise Unavailable(STORE, "a claim came and went again and again")

    async def standing(self, identity: str, now_ms: int) -> Fields | None:
        """The fields of the claim that stands, if any does."""
        found = await self._find(identity)
        return found if found is not None and found["expires_at"] > datetime.fromtimestamp(now_ms / 1000, UTC) else None

    async def _insert(self, document: Fields) -> bool:
        try:
            with self._mongo.statement():
                await self._mongo.collection(self._collection).insert_one(document)
        except DuplicateKeyError:
            return False
        return True

    async def _find(self, identity: str) -> Fields | None:
        with self._mongo.statement():
            return await self._mongo.collection(self._collection).find_one({"_id": identity})

    async def _replace(self, expired: Fields, document: Fields) -> bool:
        only_if = {"_id": expired["_id"], "expires_at": expired["expires_at"]}
        with self._mongo.statement():
            result = await self._mongo.collection(self._collection).replace_one(only_if, document)
        return result.matched_count == 1


class MongoCreationClaims:
    """Implements `CreationClaimStore`."""

    def __init__(self, mongo: Mongo) -> None:
        self._claims = Claims(mongo, "creation_claims")

    async def claim(self, claim: CreationClaim) -> CreationClaim:
        identity = f"{claim.user_id}:{claim.operation}:{claim.key}"
        standing = await self._claims.claim(identity, asdict(claim), unix_ms())
        return CreationClaim(**{name: standing[name] for name in CreationClaim.__slots__})
