"""Which of asyncpg's exceptions mean that PostgreSQL is away, rather than that a statement is wrong."""

from typing import Final

import asyncpg

from datasources.errors import Unavailable

_OUTAGES: Final = (
    Unavailable,
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleSessionTimeoutError,
    # A connection that the server ended while a statement was on its way to it.
    asyncpg.InternalClientError,
    asyncpg.QueryCanceledError,
    asyncpg.PostgresIOError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)

# What will not mend itself while the setting stays as it is.
_REFUSALS: Final = (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError)


def is_outage(error: BaseException) -> bool:
    """Whether the server, its network or its resources are at fault."""
    if isinstance(error, asyncpg.InterfaceError):
        # asyncpg has one class for a connection that is closed and for a call that is wrong.
        return type(error) is asyncpg.InterfaceError and "clos" in str(error)
    return isinstance(error, _OUTAGES)


def is_refusal(error: BaseException | None) -> bool:
    """Whether the server answers, and does not accept name, password or database."""
    return isinstance(error, _REFUSALS)
