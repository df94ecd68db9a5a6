"""Global ids at PostgreSQL's boundary: `usr_` and 32 hexadecimal digits there, `uuid` here."""

from uuid import UUID


def uuid_of(global_id: str) -> UUID:
    """The UUID of an id such as `usr_0190…`."""
    return UUID(hex=global_id.partition("_")[2])


def global_id(prefix: str, key: UUID) -> str:
    """The id of a type's prefix and a UUID."""
    return f"{prefix}_{key.hex}"
