"""How often somebody may try to sign in or up: by network address and by e-mail address, a minute at a time.

Counted in Redis, so that all processes count together; in the process while Redis is away.
"""

import asyncio
import math
import secrets
from array import array
from collections.abc import Callable
from hashlib import blake2b, sha256
from ipaddress import IPv6Address, IPv6Network, ip_address
from time import monotonic
from typing import Any, Final

import structlog

from datasources.errors import Unavailable
from datasources.stores import RateLimitStore
from resolvers.errors import ProblemCode, RateLimitProblem, Refused

# A classroom signs in at once from one address.
PER_ADDRESS: Final = 100
PER_EMAIL: Final = 10

_WINDOW_SECONDS: Final = 60
_ROWS: Final = 4
_WIDTH: Final = 4096

_log: Any = structlog.get_logger(__name__)


class ProcessRateLimits:
    """Implements `RateLimitStore` in 64 KiB, however many subjects there are (a count-min sketch).

    Subjects may share counters: a count is never too low, and rarely too high.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(16)
        self._ends = 0.0
        self._counts = array("I")

    async def hit(self, subject: str, endpoint: str, limit: int) -> tuple[bool, int]:
        now = self._clock()
        if not self._counts or now >= self._ends:
            self._ends = now + _WINDOW_SECONDS
            self._counts = array("I", bytes(4 * _ROWS * _WIDTH))
        digest = blake2b(f"{endpoint} {subject}".encode(), key=self._key, digest_size=2 * _ROWS).digest()
        places = [row * _WIDTH + int.from_bytes(digest[2 * row : 2 * row + 2], "big") % _WIDTH for row in range(_ROWS)]
        for place in places:
            self._counts[place] += 1
        allowed = min(self._counts[place] for place in places) <= limit
        return allowed, 0 if allowed else math.ceil(self._ends - now)


class SignInLimits:
    """`limited=False` counts nothing."""

    def __init__(
        self,
        limits: RateLimitStore,
        *,
        limited: bool = True,
        per_address: int = PER_ADDRESS,
        per_email: int = PER_EMAIL,
    ) -> None:
        self._shared = limits
        self._own = ProcessRateLimits()
        self._limited = limited
        self._per_address = per_address
        self._per_email = per_email

    async def count(self, endpoint: str, address: str | None, email: str) -> None:
        """Counts an attempt; `Refused` with the seconds to wait where there were too many."""
        if not self._limited:
            return
        hits = [self._hit(f"email-{_digest(email)}", endpoint, self._per_email)]
        if address is not None:
            hits.append(self._hit(f"address-{network_of(address)}", endpoint, self._per_address))
        waits = [wait for allowed, wait in await asyncio.gather(*hits) if not allowed]
        if waits:
            message = f"Too many attempts; try again in {max(waits)} seconds."
            raise Refused([RateLimitProblem(ProblemCode.RATE_LIMITED, message, retry_after=max(waits))])

    async def _hit(self, subject: str, endpoint: str, limit: int) -> tuple[bool, int]:
        try:
            return await self._shared.hit(subject, endpoint, limit)
        except Unavailable as away:
            _log.warning("attempts are counted in this process only", endpoint=endpoint, error=str(away))
            return await self._own.hit(subject, endpoint, limit)


def network_of(address: str) -> str:
    """What one subscriber has: an IPv4 address, or the 64-bit network of an IPv6 address."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return _digest(address)
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Network((parsed, 64), strict=False))
    return str(parsed)


def _digest(text: str) -> str:
    """Stands for a text in a key, so that no address can be read there."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
