"""Idempotent creation: the same key from the same person creates one thing."""

from hashlib import sha256
from typing import Final, TypeVar

from datasources.records.workspaces import CreationClaim
from datasources.stores import CreationClaimStore
from resolvers.caller import Caller
from resolvers.errors import ProblemCode, refusal

Id = TypeVar("Id", bound=str)


KEY_MAXIMUM: Final = 128


def checked_key(key: str) -> None:
    """`Refused` for a key that is empty, too long, or not plain text."""
    if not 1 <= len(key) <= KEY_MAXIMUM or not key.isprintable():
        message = f"Must have 1 to {KEY_MAXIMUM} characters that can be printed."
        raise refusal(ProblemCode.INVALID, message, "idempotencyKey")


async def claimed_id(
    claims: CreationClaimStore, caller: Caller, operation: str, key: str | None, created_id: Id, *inputs: str | None
) -> tuple[Id, bool]:
    """The id to create under, and whether an earlier call claimed it; `Refused` for a key used with other inputs."""
    if key is None:
        return created_id, False
    checked_key(key)
    digest = sha256(repr(inputs).encode()).hexdigest()
    claim = CreationClaim(caller.user_id, operation, key, digest, created_id)
    standing = await claims.claim(claim)
    if standing.input_digest != digest:
        raise refusal(ProblemCode.CONFLICT, "This key was used with another input.", "idempotencyKey")
    return type(created_id)(standing.created_id), standing.created_id != created_id
