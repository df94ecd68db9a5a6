"""Who somebody is: accounts, signing in and out, and the viewer of a token. Source: api.md, documents 002 and 004."""

import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from datasources.errors import Conflict
from datasources.records.ids import SessionId, UserId, new_session_id, new_user_id
from datasources.records.users import Session, User
from datasources.stores import SessionStore, UserStore
from resolvers.clock import now
from resolvers.errors import ProblemCode, refusal
from resolvers.passwords import Passwords
from resolvers.rate_limits import RateLimits
from resolvers.validation import Validation
from resolvers.viewer import Viewer

EMAIL_MAXIMUM: Final = 255
NAME_MAXIMUM: Final = 100
PASSWORD_MINIMUM: Final = 8
PASSWORD_MAXIMUM: Final = 128
ROLE: Final = "student"

_TOKEN_BYTES: Final = 32
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_USER_AGENT_MAXIMUM: Final = 500

# What RFC 5321 calls a dot-string at a domain name with at least one dot; letters of any script.
_EMAIL: Final = re.compile(
    r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*"
    r"@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W_](?:[\w-]{0,61}[^\W_])?"
)
_LOCAL_MAXIMUM: Final = 64


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The token, which is told only once, and whose it is."""

    token: str
    user: User
    viewer: Viewer


Announce = Callable[[Sequence[SessionId]], Awaitable[None]]
"""Told of sessions that have ended, for what is still open with them."""


async def _tell_nobody(_: Sequence[SessionId]) -> None:
    pass


class Identity:
    """`secret` turns tokens into the digests that are kept: who reads a store can sign in nowhere.

    Each call raises `Refused` for what a person can mend, and `Unavailable`. `start` and `stop` own the pool that
    hashes passwords.
    """

    def __init__(
        self,
        users: UserStore,
        sessions: SessionStore,
        limits: RateLimits,
        *,
        secret: bytes,
        passwords: Passwords | None = None,
        announce: Announce = _tell_nobody,
    ) -> None:
        self._users = users
        self._sessions = sessions
        self._limits = limits
        self._secret = secret
        self._announce = announce
        self._passwords = Passwords() if passwords is None else passwords

    async def start(self) -> None:
        """Threads begin with the first password."""

    async def stop(self) -> None:
        self._passwords.close()

    async def sign_up(
        self, email: str, password: str, name: str, user_agent: str | None, address: str | None
    ) -> SignedIn:
        """Makes an account and begins a session."""
        validation = Validation()
        normal = normal_email(email)
        if normal is None:
            validation.refuse(ProblemCode.INVALID, "This is not an e-mail address.", "email")
        if not PASSWORD_MINIMUM <= len(password) <= PASSWORD_MAXIMUM:
            message = f"Must have {PASSWORD_MINIMUM} to {PASSWORD_MAXIMUM} characters."
            validation.refuse(ProblemCode.INVALID, message, "password")
        name = validation.line("name", name, 1, NAME_MAXIMUM)
        validation.done()
        email = normal or ""
        await self._limits.count_sign_in("signUp", address, email)
        moment = now()
        user = User(new_user_id(), email, name, ROLE, None, moment, moment, moment, is_active=True)
        password_hash = await self._passwords.hash(password)
        try:
            await self._users.create(user, password_hash)
        except Conflict as taken:
            raise refusal(ProblemCode.CONFLICT, "This address has an account already.", "email") from taken
        return await self._begin(user, user_agent)

    async def sign_in(self, email: str, password: str, user_agent: str | None, address: str | None) -> SignedIn:
        """Begins a session. Who is unknown, has another password or was deactivated gets one and the same answer."""
        normal = normal_email(email)
        await self._limits.count_sign_in("signIn", address, normal or email)
        found = None if normal is None else await self._users.credentials(normal)
        right = await self._passwords.verify(None if found is None else found.password_hash, password)
        if found is None or not right or not found.is_active:
            raise refusal(ProblemCode.INVALID, "The address or the password is wrong.")
        if self._passwords.is_outdated(found.password_hash):
            await self._users.set_password_hash(found.user_id, await self._passwords.hash(password))
        return await self._begin(await self._logged_in(found.user_id), user_agent)

    async def begin_session(self, user_id: UserId, user_agent: str | None) -> SignedIn:
        """A session for whom the caller vouches: no password is asked for, and nothing is counted."""
        (user,) = await self._users.by_ids([user_id])
        if user is None or not user.is_active:
            raise refusal(ProblemCode.NOT_FOUND, "There is no such account.")
        return await self._begin(user, user_agent)

    async def sign_out(self, viewer: Viewer) -> None:
        """Ends the viewer's session."""
        await self._sessions.revoke(viewer.session_id)
        await self._announce([viewer.session_id])

    async def sign_out_everywhere(self, viewer: Viewer) -> int:
        """Ends all sessions of the viewer; answers how many were live."""
        ended = await self._sessions.revoke_all(viewer.user_id)
        await self._announce(ended)
        return len(ended)

    async def viewer(self, token: str) -> Viewer | None:
        """Who holds this token, his hour begun anew; None where its session ended, expired or never was."""
        if _TOKEN.fullmatch(token) is None:
            return None
        session = await self._sessions.by_digest(self._digest(token))
        return None if session is None else Viewer(session.user_id, session.id, session.token_digest)

    async def hash_password(self, password: str) -> str:
        """What is kept of a password."""
        return await self._passwords.hash(password)

    async def _logged_in(self, user_id: UserId) -> User:
        await self._users.record_login(user_id, now())
        (user,) = await self._users.by_ids([user_id])
        if user is None:
            raise refusal(ProblemCode.INVALID, "The address or the password is wrong.")
        return user

    async def _begin(self, user: User, user_agent: str | None) -> SignedIn:
        """A session with a token of its own: one that came with the request is never taken over."""
        token, moment = secrets.token_urlsafe(_TOKEN_BYTES), now()
        session = Session(new_session_id(), self._digest(token), user.id, user.email, user.role, moment, moment)
        await self._sessions.create(session, user_agent=_printable(user_agent))
        return SignedIn(token, user, Viewer(user.id, session.id, session.token_digest))

    def _digest(self, token: str) -> str:
        return hmac.digest(self._secret, token.encode(), "sha256").hex()


def normal_email(email: str) -> str | None:
    """The form in which addresses are kept and compared; None for what cannot be an address."""
    normal = email.strip().lower()
    if len(normal) > EMAIL_MAXIMUM or _EMAIL.fullmatch(normal) is None:
        return None
    return normal if len(normal.partition("@")[0]) <= _LOCAL_MAXIMUM else None


def _printable(user_agent: str | None) -> str | None:
    if user_agent is None:
        return None
    return "".join(character for character in user_agent if character.isprintable())[:_USER_AGENT_MAXIMUM]
