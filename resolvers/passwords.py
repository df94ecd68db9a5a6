"""Passwords by argon2, off the event loop, in a pool whose queue is bounded."""

import asyncio
import secrets
import unicodedata
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from resolvers.errors import ProblemCode, RateLimitProblem, Refused

WORKERS: Final = 2
MAXIMUM_WAITING: Final = 32
SECONDS: Final = 10.0

# OWASP's choice for argon2id with the least memory that it recommends: 19 MiB, two passes, one lane.
HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

T = TypeVar("T")


class Passwords:
    """Hashes and verifies. Beyond `workers` at work and `waiting` behind them it refuses with RATE_LIMITED.

    `verifications` counts the times that argon2 was run to verify, whatever came of it.
    """

    def __init__(
        self, hasher: PasswordHasher = HASHER, *, workers: int = WORKERS, waiting: int = MAXIMUM_WAITING
    ) -> None:
        self._hasher = hasher
        self._nobodys = _hash_of_nothing(hasher)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="argon2")
        self._places = workers + waiting
        self._taken = 0
        self.verifications = 0

    def close(self) -> None:
        """Ends the pool; what is under way is completed, what waits is not begun."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def hash(self, password: str) -> str:
        return await self._run(lambda: self._hasher.hash(_bytes(password)))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether this is the password; None stands for a person who is not there, and costs as much."""
        self.verifications += 1
        return await self._run(lambda: self._verify(password_hash or self._nobodys, _bytes(password)))

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(password_hash)

    def _verify(self, password_hash: str, password: bytes) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._taken >= self._places:
            raise _busy()
        self._taken += 1
        running = asyncio.get_running_loop().run_in_executor(self._pool, work)
        # A place is free when the work has ended, which may be after its caller gave up.
        running.add_done_callback(self._leave)
        try:
            async with asyncio.timeout(SECONDS):
                return await running
        except TimeoutError:
            raise _busy() from None

    def _leave(self, _: object) -> None:
        self._taken -= 1


def _busy() -> Refused:
    return Refused(
        [RateLimitProblem(ProblemCode.RATE_LIMITED, "Too many are signing in now; try again shortly.", retry_after=1)]
    )


def _bytes(password: str) -> bytes:
    """The same bytes whatever keyboard the password was typed on (NFKC, as NIST SP 800-63B advises)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _hash_of_nothing(hasher: PasswordHasher) -> str:
    """A hash of the same parameters that no password is known to have."""
    salt, digest = (
        b64encode(secrets.token_bytes(size)).rstrip(b"=").decode() for size in (hasher.salt_len, hasher.hash_len)
    )
    return f"$argon2id$v=19$m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}${salt}${digest}"
