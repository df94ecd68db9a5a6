"""The certificates of `certificates/`, as clients and servers are given them."""

import ssl
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent / "certificates"

AUTHORITY: Final = _FOLDER / "authority.pem"
FOREIGN: Final = _FOLDER / "foreign.pem"
SERVER: Final = _FOLDER / "server.pem"
SERVER_KEY: Final = _FOLDER / "server-key.pem"
ELSEWHERE: Final = _FOLDER / "elsewhere.pem"
ELSEWHERE_KEY: Final = _FOLDER / "elsewhere-key.pem"

UNTRUSTED: Final = "certificate verify failed"


def server_context(certificate: Path = SERVER, key: Path = SERVER_KEY) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def client_context() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(AUTHORITY))
