"""How to reach Cassandra or Astra DB: what the connection and the migrations are given."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from datasources.errors import SettingRefused

NATIVE_PORT: Final = 9042
_PORTS: Final = range(1, 65536)


@dataclass(frozen=True, slots=True, kw_only=True)
class CassandraSettings:
    """Contact points as "host:port,host:port", or an Astra bundle with its token.

    `local_datacenter` is that of the first contact point where it is None. `tls_ca` is a file of certificates and
    switches TLS on. `request_seconds` is what a statement may take.
    """

    contact_points: str = f"127.0.0.1:{NATIVE_PORT}"
    keyspace: str = "homeroom"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    local_datacenter: str | None = None
    replication: int = 1
    tls_ca: Path | None = None
    astra_bundle: Path | None = None
    astra_token: str | None = field(default=None, repr=False)
    request_seconds: float = 4.0

    def addresses(self) -> list[tuple[str, int]]:
        """(host, port) of each contact point; an IPv6 address with a port stands in brackets."""
        addresses = [_address(text.strip()) for text in self.contact_points.split(",") if text.strip()]
        if not addresses:
            raise SettingRefused("CASSANDRA_CONTACT_POINTS", "names no host")
        return addresses


def _address(text: str) -> tuple[str, int]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    elif text.count(":") > 1:
        host, port = text, ""
    else:
        host, _, port = text.partition(":")
    if not host or (port and (not port.isdecimal() or int(port) not in _PORTS)):
        raise SettingRefused("CASSANDRA_CONTACT_POINTS", f"{text!r} is not of the form host:port")
    return host, int(port or NATIVE_PORT)
