"""Ids and text at PostgreSQL's boundary: `usr_` and 32 hexadecimal digits there, `uuid` here."""

from typing import Final
from uuid import UUID

# A code point that Unicode keeps from being a character, so that hardly a text has to be escaped for having it.
_ESCAPE: Final = "\ufdd0"
_NUL: Final = "\x00"


def uuid_of(global_id: str) -> UUID:
    """The UUID of an id such as `usr_0190…`."""
    return UUID(hex=global_id.partition("_")[2])


def global_id(prefix: str, key: UUID) -> str:
    """The id of a type's prefix and a UUID."""
    return f"{prefix}_{key.hex}"


def storable(text: str) -> str:
    """The text without NUL, which PostgreSQL's `text` cannot hold; `restored` gives it back to the letter."""
    if _NUL not in text and _ESCAPE not in text:
        return text
    return text.replace(_ESCAPE, _ESCAPE + "1").replace(_NUL, _ESCAPE + "0")


def restored(text: str) -> str:
    """What `storable` was given."""
    if _ESCAPE not in text:
        return text
    return text.replace(_ESCAPE + "0", _NUL).replace(_ESCAPE + "1", _ESCAPE)
