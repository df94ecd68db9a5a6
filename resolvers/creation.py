"""Idempotent creation: the same key from the same person creates one thing."""

from hashlib import sha256
from typing import TypeVar

from datasources.records.workspaces import CreationClaim
from datasources.stores import CreationClaimStore
from resolvers.caller import Caller
from resolvers.errors import ProblemCode, refusal

Id = TypeVar("Id", bound=str)


async def claimed_id(
    claims: CreationClaimStore, caller: Caller, operation: str, key: str | None, created_id: Id, *inputs: str | None
) -> tuple[Id, bool]:
    """The id to create under, and whether an earlier call claimed it; `Refused` for a key used with other inputs."""
    if key is None:
        return created_id, False
    digest = sha256(repr(inputs).encode()).hexdigest()
    claim = CreationClaim(caller.user_id, operation, key, digest, created_id)
    standing = await claims.claim(claim)
    if standing.input_digest != digest:
        raise refusal(ProblemCode.CONFLICT, "This key was used with another input.", "idempotencyKey")
    return type(created_id)(standing.created_id), standing.created_id != created_id
