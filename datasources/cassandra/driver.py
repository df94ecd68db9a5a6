"""The driver as Homeroom sets it up, once for the store and once for the migrations.

- libev: its extension is in the driver's wheels for Python 3.11 to 3.14. asyncore is gone in 3.12, and the driver's
  asyncio reactor is marked experimental: it sends every chunk through a task of its own.
- Reads and writes at LOCAL_QUORUM, conditional ones and what reads them at LOCAL_SERIAL, in the local datacenter, at a
  replica first.
- Nothing is sent twice but what may be (`RetryIdempotent`), and nothing speculatively.
- Time-outs and heartbeats are short enough that a node that hangs or comes back is noticed within seconds.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cassandra import (
    AuthenticationFailed,
    ConsistencyLevel,
    DriverException,
    OperationTimedOut,
    RequestValidationException,
)
from cassandra.auth import PlainTextAuthProvider
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile, NoHostAvailable
from cassandra.connection import ConnectionException
from cassandra.io.libevreactor import LibevConnection
from cassandra.policies import (
    DCAwareRoundRobinPolicy,
    ExponentialReconnectionPolicy,
    RetryPolicy,
    TokenAwarePolicy,
    WriteType,
)
from cassandra.protocol import ErrorMessage
from cassandra.query import dict_factory

from datasources.cassandra.settings import CassandraSettings
from datasources.errors import SettingRefused, Unavailable
from datasources.tls import verifying

STORE: Final = "cassandra"
NAMED_ROWS: Final = "named rows"
SERIAL: Final = ConsistencyLevel.LOCAL_SERIAL

_PROTOCOL: Final = 5
_CONNECT_SECONDS: Final = 2.0
_HEARTBEAT_SECONDS: Final = 5.0
_FIRST_RECONNECTION_SECONDS: Final = 0.1
_LAST_RECONNECTION_SECONDS: Final = 0.7

_UNTRUSTED: Final = "certificate verify failed"

_Decision = tuple[int, Any]


class RetryIdempotent(RetryPolicy):  # type: ignore[misc]  # the driver has no types
    """Once more, on the next node: what was never begun, and what may have been done but does no harm done twice."""

    def on_read_timeout(self, query: Any, *_: Any, retry_num: int, **__: Any) -> _Decision:
        return self._once_more(query, retry_num)

    def on_write_timeout(self, query: Any, *_: Any, write_type: int, retry_num: int, **__: Any) -> _Decision:
        if write_type == WriteType.CAS:
            return self.RETHROW, None
        return self._once_more(query, retry_num)

    def on_unavailable(self, query: Any, *_: Any, retry_num: int, **__: Any) -> _Decision:  # noqa: ARG002 - not begun
        return (self.RETRY_NEXT_HOST, None) if retry_num == 0 else (self.RETHROW, None)

    def on_request_error(self, query: Any, *_: Any, retry_num: int, **__: Any) -> _Decision:
        return self._once_more(query, retry_num)

    def _once_more(self, query: Any, retry_num: int) -> _Decision:
        return (self.RETRY_NEXT_HOST, None) if retry_num == 0 and query.is_idempotent else (self.RETHROW, None)


def new_driver(settings: CassandraSettings, *, with_metadata: bool = True) -> Any:
    """The driver's `Cluster`, not yet connected. Blocks on name resolution: call it off the loop.

    `SettingRefused` for a bundle of certificates that holds none.

    `with_metadata` keeps what token-aware routing needs; migrations do without and connect faster.
    """
    return Cluster(
        **_address_options(settings),
        connection_class=LibevConnection,
        execution_profiles=_profiles(settings),
        reconnection_policy=ExponentialReconnectionPolicy(
            _FIRST_RECONNECTION_SECONDS, _LAST_RECONNECTION_SECONDS, max_attempts=None
        ),
        connect_timeout=_CONNECT_SECONDS,
        control_connection_timeout=_CONNECT_SECONDS,
        idle_heartbeat_interval=_HEARTBEAT_SECONDS,
        idle_heartbeat_timeout=_HEARTBEAT_SECONDS,
        schema_metadata_enabled=with_metadata,
        token_metadata_enabled=with_metadata,
        monitor_reporting_enabled=False,
    )


def is_outage(error: BaseException) -> bool:
    """Whether the store is away, rather than the statement wrong."""
    if isinstance(error, RequestValidationException):
        return False
    return isinstance(
        error,
        (Unavailable, NoHostAvailable, ConnectionException, DriverException, ErrorMessage, OSError, TimeoutError),
    )


def reason_of(error: BaseException) -> str:
    """One line that says why the store is away."""
    if isinstance(error, NoHostAvailable):
        refused = refused_setting(error)
        return "no node answers" if refused is None else str(refused)
    if isinstance(error, (OperationTimedOut, TimeoutError)):
        return "no answer came in time"
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def refused_setting(error: NoHostAvailable) -> SettingRefused | None:
    """What keeps every node from answering, where that is a setting and not the nodes."""
    for cause in error.errors.values():
        if isinstance(cause, AuthenticationFailed):
            return SettingRefused("CASSANDRA_USERNAME", "Cassandra refuses this user name or its password")
        if _UNTRUSTED in str(cause):  # the driver gives the text alone
            reason = str(cause).partition(_UNTRUSTED)[2].strip(": ")
            return SettingRefused("CASSANDRA_TLS_CA", f"Cassandra's certificate does not hold: {reason}")
    return None


def _address_options(settings: CassandraSettings) -> Mapping[str, Any]:
    if settings.astra_bundle is not None:
        # Astra speaks version 4; the driver finds that out by itself.
        return {
            "cloud": {"secure_connect_bundle": str(settings.astra_bundle)},
            "auth_provider": PlainTextAuthProvider("token", settings.astra_token),
        }
    addresses: Sequence[tuple[str, int]] = settings.addresses()
    options: dict[str, Any] = {
        "contact_points": addresses,
        "port": addresses[0][1],
        "protocol_version": _PROTOCOL,
    }
    if settings.username is not None:
        options["auth_provider"] = PlainTextAuthProvider(settings.username, settings.password)
    if settings.tls_ca is not None:
        options["ssl_context"] = verifying(settings.tls_ca, "CASSANDRA_TLS_CA")
    return options


def _profiles(settings: CassandraSettings) -> dict[Any, ExecutionProfile]:
    def profile(row_factory: Any) -> ExecutionProfile:
        return ExecutionProfile(
            load_balancing_policy=TokenAwarePolicy(DCAwareRoundRobinPolicy(settings.local_datacenter or "")),
            retry_policy=RetryIdempotent(),
            consistency_level=ConsistencyLevel.LOCAL_QUORUM,
            serial_consistency_level=SERIAL,
            request_timeout=settings.request_seconds,
            row_factory=row_factory,
        )

    return {EXEC_PROFILE_DEFAULT: profile(_rows_as_they_come), NAMED_ROWS: profile(dict_factory)}


def _rows_as_they_come(_columns: Sequence[str], rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return rows
