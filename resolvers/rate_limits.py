"""How often somebody may try to sign in or up: by network address and by e-mail address, a minute at a time.

Counted in Redis, so that all processes count together; in the process while Redis is away.
"""

import asyncio
import math
import secrets
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b, sha256
from ipaddress import IPv6Address, IPv6Network, ip_address
from time import monotonic
from typing import Any, Final

import structlog

from datasources.errors import Unavailable
from datasources.records.ids import UserId
from datasources.stores import RateLimitStore
from resolvers.errors import ProblemCode, RateLimitProblem, Refused

CREATIONS: Final = frozenset(
    {
        "acceptInvitation",
        "addChannelMember",
        "addParticipant",
        "createChannel",
        "createGroup",
        "createInvitation",
        "createWorkspace",
        "startConversation",
    }
)
"""What others notice: they find themselves somewhere, or somebody with them."""


SESSIONS: Final = frozenset({"signIn", "signUp", "signOut", "signOutEverywhere"})
"""Counted where they are done, by account, or not at all: an end is never too many."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many attempts a minute: of one person or account, and of all at one network address."""

    each: int
    per_address: int


@dataclass(frozen=True, slots=True)
class Rates:
    """A whole school may come from one address, so what one address may is meant for thousands."""

    sign_ins: Rate = Rate(10, 600)
    sends: Rate = Rate(60, 12_000)
    creations: Rate = Rate(60, 3_000)
    changes: Rate = Rate(300, 60_000)
    """All else, each kind by itself: reactions, edits, what has been read."""

    def of(self, endpoint: str) -> Rate:
        if endpoint == "sendMessage":
            return self.sends
        return self.creations if endpoint in CREATIONS else self.changes


RATES: Final = Rates()

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


class _Unlimited:
    """Implements `RateLimitStore` by counting nothing."""

    async def hit(self, subject: str, endpoint: str, limit: int) -> tuple[bool, int]:
        del subject, endpoint, limit
        return True, 0


class RateLimits:
    """`limited=False` counts nothing.

    While Redis is away, sign-ins are counted in this process and all else is let through: whoever has signed in is
    known by name, and a limit is no reason to stop a lesson.
    """

    def __init__(self, store: RateLimitStore, rates: Rates = RATES, *, limited: bool = True) -> None:
        self._shared = store
        self._own = ProcessRateLimits()
        self._rates = rates
        self._limited = limited
        self._away = False

    async def count_sign_in(self, endpoint: str, address: str | None, email: str) -> None:
        """Counts an attempt; `Refused` with the seconds to wait where there were too many."""
        await self._count(f"email-{_digest(email)}", address, endpoint, self._rates.sign_ins, otherwise=self._own)

    async def count(self, user_id: UserId, address: str | None, endpoint: str) -> None:
        """Counts a change, named as the schema does; `Refused` with the seconds to wait where there were too many."""
        if endpoint not in SESSIONS:
            await self._count(user_id, address, endpoint, self._rates.of(endpoint), otherwise=_Unlimited())

    async def _count(
        self, subject: str, address: str | None, endpoint: str, rate: Rate, *, otherwise: RateLimitStore
    ) -> None:
        if not self._limited:
            return
        hits = [self._hit(subject, endpoint, rate.each, otherwise)]
        if address is not None:
            hits.append(self._hit(f"address-{network_of(address)}", endpoint, rate.per_address, otherwise))
        waits = [wait for allowed, wait in await asyncio.gather(*hits) if not allowed]
        if waits:
            message = f"Too many attempts; try again in {max(waits)} seconds."
            raise Refused([RateLimitProblem(ProblemCode.RATE_LIMITED, message, retry_after=max(waits))])

    async def _hit(self, subject: str, endpoint: str, limit: int, otherwise: RateLimitStore) -> tuple[bool, int]:
        try:
            counted = await self._shared.hit(subject, endpoint, limit)
        except Unavailable as away:
            if not self._away:
                self._away = True
                _log.warning(
                    "nothing but sign-ins is limited until Redis is back, and those here alone", error=str(away)
                )
            return await otherwise.hit(subject, endpoint, limit)
        if self._away:
            self._away = False
            _log.info("everything is limited again, together with the other processes")
        return counted


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
