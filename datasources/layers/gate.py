"""The one door to a store's driver: counts round trips, turns outages into `Unavailable`, and stays shut while a store
is known to be away.

A store that fails must cost its callers nothing: after a few outages in a row the gate answers `Unavailable` at once,
and lets one statement through from time to time to see whether the store is back.
"""

from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import Final

from datasources.errors import Unavailable
from datasources.layers.round_trips import RoundTrips, round_trips

OUTAGES_TO_SHUT: Final = 3
SHUT_SECONDS: Final = 0.5


class Gate:
    """Use as `with gate.statement(): await driver.call(...)`, once for each statement sent.

    `is_outage` says of an exception whether it means that the store is away (and not that the statement is wrong).
    """

    __slots__ = ("_failures", "_is_outage", "_probing", "_shut_until", "store")

    def __init__(self, store: str, is_outage: Callable[[BaseException], bool]) -> None:
        self.store = store
        self._is_outage = is_outage
        self._failures = 0
        self._shut_until = 0.0
        self._probing = False

    def statement(self) -> "_Statement":
        """Raises `Unavailable` at once while the store is known to be away."""
        probe = False
        if self._failures >= OUTAGES_TO_SHUT:
            if self._probing or monotonic() < self._shut_until:
                raise Unavailable(self.store, "it has failed repeatedly; trying again shortly")
            self._probing = probe = True
        return _Statement(self, probe)

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self) -> None:
        self._failures += 1
        self._shut_until = monotonic() + SHUT_SECONDS

    def settle(self, *, probe: bool, error: BaseException | None) -> None:
        if probe:
            self._probing = False
        if error is None:
            self.succeeded()
        elif self._is_outage(error):
            self.failed()
            if not isinstance(error, Unavailable):
                raise Unavailable(self.store, _brief(error)) from error
        elif isinstance(error, Exception):
            # It refused this statement, so it is there. A cancellation says nothing either way.
            self.succeeded()


class _Statement:
    __slots__ = ("_gate", "_probe", "_trips")

    def __init__(self, gate: Gate, probe: bool) -> None:
        self._gate = gate
        self._probe = probe
        self._trips: RoundTrips | None = None

    def __enter__(self) -> None:
        self._trips = round_trips.get()
        if self._trips is not None:
            self._trips.begin(self._gate.store)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._trips is not None:
            self._trips.end(self._gate.store)
        self._gate.settle(probe=self._probe, error=error)


def _brief(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
