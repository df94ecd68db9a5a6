"""The connection to MongoDB, and the one way in which statements go out on it."""

import asyncio
import sys
import warnings
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import Any, Final, TypeVar

import pymongo
import pymongo.lock
from beanie import Document, init_beanie
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    DuplicateKeyError,
    ExecutionTimeout,
    InvalidURI,
    OperationFailure,
    PyMongoError,
    WaitQueueTimeoutError,
)
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference

from datasources.errors import DatasourceError, SettingRefused, Unavailable
from datasources.layers.gate import Gate
from datasources.mongo.documents import DOCUMENTS

Fields = dict[str, Any]
D = TypeVar("D", bound=Document)
T = TypeVar("T")

STORE: Final = "mongodb"
DEFAULT_DATABASE: Final = "homeroom"
SELECTION_SECONDS: Final = 2.0
STATEMENT_SECONDS: Final = 10.0
PING_SECONDS: Final = 1.8
IDLE_MS: Final = 30_000
CONNECTIONS: Final = 32
_REFUSED_CODES: Final = frozenset({13, 18, 8000})  # Unauthorized, AuthenticationFailed, Atlas's own


async def _wait_for(awaited: Awaitable[T], seconds: float | None) -> T:
    """`asyncio.wait_for` as Python has it since 3.12."""
    async with asyncio.timeout(seconds):
        return await awaited


if sys.version_info < (3, 12):
    # Python 3.11's awaits in a task of its own, and leaves that behind where it is cancelled twice. In the driver the
    # task that is left then takes the lock of all connections, or of the server's state, and gives it back to nobody:
    # from then on every statement of this process waits for ever.
    pymongo.lock.wait_for = _wait_for  # type: ignore[assignment, attr-defined] # the name in the driver


class Mongo:
    """A `Store`: one MongoDB deployment and the database in it that is Homeroom's.

    Writes are acknowledged by a majority and journaled, reads are from the primary's majority-committed data (a
    standalone server has no such view: there they are local). The driver repeats a write once after a network error,
    which replica sets recognise; the address may say `retryWrites=false`, and that of the embedded server must: it
    recognises repetitions too, but looks through all writes of the last half hour at each new one (after ten thousand
    of them, 100 ms a write). Nothing depends on it, since every change is conditional or idempotent.
    """

    name = STORE

    def __init__(
        self,
        url: str,
        *,
        tls_ca: Path | None = None,
        database: str | None = None,
        statement_seconds: float = STATEMENT_SECONDS,
    ) -> None:
        """`database` stands in for the one that the URL's path names; without either it is "homeroom".

        `statement_seconds` is how long a statement may take, and half of it how long the making of a connection may.
        """
        self._url = url
        self._tls_ca = tls_ca
        self._database_name = database
        self._statement_ms = int(statement_seconds * 1000)
        self._gate = Gate(STORE, is_outage)
        self._client: AsyncMongoClient[Fields] | None = None
        self._database: AsyncDatabase[Fields] | None = None
        self._majority: AsyncDatabase[Fields] | None = None
        self._models: dict[type[Document], type[Document]] = {}
        self._binding = asyncio.Lock()

    async def open(self) -> None:
        """`SettingRefused` for an address or certificate that cannot be used; connects at the first statement."""
        if self._client is not None:
            return
        try:
            with warnings.catch_warnings():
                # The driver would pass over an option that it cannot read, such as tls=yes.
                warnings.simplefilter("error", UserWarning)
                client = self._new_client()
        except (InvalidURI, ConfigurationError, ValueError, UserWarning) as error:
            raise SettingRefused("MONGODB_URL", str(error)) from None
        except OSError as error:
            raise SettingRefused("MONGODB_TLS_CA", str(error)) from None
        self._client = client
        self._database = (
            client[self._database_name]
            if self._database_name is not None
            else client.get_default_database(DEFAULT_DATABASE)
        ).with_options(read_preference=ReadPreference.PRIMARY)
        self._majority = self._database.with_options(read_concern=ReadConcern("majority"))

    async def close(self) -> None:
        client, self._client, self._database, self._majority = self._client, None, None, None
        self._models.clear()
        if client is not None:
            await client.close()

    async def ping(self) -> None:
        with self.statement(), pymongo.timeout(PING_SECONDS):
            await self.database.command("ping")

    @contextmanager
    def statement(self) -> Iterator[None]:
        """Around each statement sent. `DuplicateKeyError` comes through; no other exception of the driver does."""
        with self._gate.statement():
            try:
                yield
            except OperationFailure as error:
                if isinstance(error, DuplicateKeyError) or is_outage(error):
                    raise
                if error.code in _REFUSED_CODES:
                    raise SettingRefused("MONGODB_URL", f"the server refuses this user (code {error.code})") from None
                raise DatasourceError(f"{STORE}: {error}") from error
            except WaitQueueTimeoutError as error:
                # Too much asked of a server that answers: no reason for the gate to shut.
                raise Unavailable(STORE, "all connections are busy") from error
            except PyMongoError as error:
                if is_outage(error):
                    raise
                raise DatasourceError(f"{STORE}: {error}") from error

    @property
    def database(self) -> AsyncDatabase[Fields]:
        if self._database is None:
            raise RuntimeError("the MongoDB store is not open")
        return self._database

    def collection(self, name: str) -> AsyncCollection[Fields]:
        """For reads and writes of plain documents, as hot paths need them."""
        if self._client is None or self._majority is None:
            return self.database[name]
        standalone = self._client.topology_description.topology_type_name == "Single"
        return self.database[name] if standalone else self._majority[name]

    async def model(self, document: type[D]) -> type[D]:
        """The Beanie class bound to this database; the first call asks the server two things about itself."""
        bound = self._models.get(document)
        if bound is None:
            async with self._binding:
                if document not in self._models:
                    await self._bind()
            bound = self._models[document]
        return bound

    def _new_client(self) -> AsyncMongoClient[Fields]:
        tls: Fields = {} if self._tls_ca is None else {"tls": True, "tlsCAFile": str(self._tls_ca)}
        return AsyncMongoClient(
            self._url,
            appname="homeroom",
            tz_aware=True,
            tzinfo=UTC,
            maxPoolSize=CONNECTIONS,
            # Document 002's; servers and balancers drop what is idle for longer, and the first statement then fails.
            maxIdleTimeMS=IDLE_MS,
            serverSelectionTimeoutMS=int(SELECTION_SECONDS * 1000),
            connectTimeoutMS=self._statement_ms // 2,
            socketTimeoutMS=self._statement_ms,
            waitQueueTimeoutMS=self._statement_ms,
            retryReads=True,
            w="majority",
            journal=True,
            readPreference="primary",
            **tls,
        )

    async def _bind(self) -> None:
        """Beanie binds a class to one database for the whole process; a subclass each leaves room for several."""
        models = {document: type(document.__name__, (document,), {}) for document in DOCUMENTS}
        with self.statement():
            await init_beanie(
                database=self.database,
                document_models=list(models.values()),
                skip_indexes=True,
            )
        self._models = models


def is_outage(error: BaseException) -> bool:
    return isinstance(error, ConnectionFailure | ExecutionTimeout)
