"""People in PostgreSQL. Source: document 002, `users`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import asyncpg

from datasources.errors import Conflict
from datasources.postgres.database import PostgresDatabase, Row
from datasources.postgres.keys import global_id, uuid_of
from datasources.records.ids import UserId
from datasources.records.users import Credentials, User

_CREATE: Final = """
    INSERT INTO users (id, email, password_hash, name, role, avatar_url, created_at, updated_at, last_login, is_active)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_BY_IDS: Final = """
    SELECT id, email, name, role, avatar_url, created_at, updated_at, last_login, is_active
    FROM users WHERE id = ANY($1::uuid[])
"""
_CREDENTIALS: Final = "SELECT id, password_hash, is_active FROM users WHERE lower(email) = lower($1)"
_RECORD_LOGIN: Final = "UPDATE users SET last_login = $2 WHERE id = $1"
_REHASH: Final = "UPDATE users SET password_hash = $2, updated_at = now() WHERE id = $1"

_FIELD_OF_CONSTRAINT: Final = {"users_email_key": "email"}


class PostgresUsers:
    """Implements `UserStore`."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def create(self, user: User, password_hash: str) -> None:
        try:
            await self._database.execute(
                _CREATE,
                uuid_of(user.id),
                user.email,
                password_hash,
                user.name,
                user.role,
                user.avatar_url,
                user.created_at,
                user.updated_at,
                user.last_login,
                user.is_active,
            )
        except asyncpg.UniqueViolationError as violation:
            field = _FIELD_OF_CONSTRAINT.get(violation.constraint_name or "")
            raise Conflict("This is taken.", field=field) from violation

    async def by_ids(self, ids: Sequence[UserId]) -> list[User | None]:
        rows = await self._database.fetch(_BY_IDS, [uuid_of(user_id) for user_id in ids])
        users = {user.id: user for user in map(_user, rows)}
        return [users.get(user_id) for user_id in ids]

    async def credentials(self, email: str) -> Credentials | None:
        row = await self._database.fetchrow(_CREDENTIALS, email)
        if row is None:
            return None
        return Credentials(UserId(global_id("usr", row["id"])), row["password_hash"], row["is_active"])

    async def record_login(self, user_id: UserId, at: datetime) -> None:
        await self._database.execute(_RECORD_LOGIN, uuid_of(user_id), at)

    async def set_password_hash(self, user_id: UserId, password_hash: str) -> None:
        await self._database.execute(_REHASH, uuid_of(user_id), password_hash)


def _user(row: Row) -> User:
    key, *rest = row
    return User(UserId("usr_" + key.hex), *rest)
