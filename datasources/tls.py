"""TLS to a store whose certificate is verified, its host name included."""

import ssl
from pathlib import Path

from datasources.errors import SettingRefused


def verifying(ca: Path, setting: str) -> ssl.SSLContext:
    """Trusts the authorities of this bundle alone; `SettingRefused` for this setting where it holds none."""
    try:
        return ssl.create_default_context(cafile=str(ca))
    except OSError as error:
        raise SettingRefused(setting, f"{ca} cannot be read as certificates: {error.strerror or error}") from error
