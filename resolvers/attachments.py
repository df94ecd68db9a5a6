"""What is known of the files that come with a message: where they lie, and what their sender says of them."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from datasources.records.messages import Attachment, MessageType
from resolvers.errors import ProblemCode
from resolvers.validation import Validation

ATTACHMENTS_MAXIMUM: Final = 10
URL_MAXIMUM: Final = 2_048
NAME_MAXIMUM: Final = 255
SIZE_MAXIMUM: Final = 100 * 1024 * 1024

# RFC 6838's restricted names.
_MEDIA_TYPE: Final = re.compile(r"([a-z0-9][a-z0-9!#$&^_.+-]{0,126})/([a-z0-9][a-z0-9!#$&^_.+-]{0,126})", re.ASCII)
# Controls, format characters, surrogates, unassigned private ones, and every kind of space.
_NEVER_IN_URL: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zs", "Zl", "Zp"})
# What a browser never leaves in an address, and a page could take for its own: RFC 3986 has none of it either.
_NEVER_PLAIN: Final = frozenset('\\"<>')
_IP_LITERAL: Final = re.compile(r"\[[0-9a-f:.]+\](:[0-9]*)?", re.ASCII | re.IGNORECASE)
_MAIN_TYPES: Final = {MessageType.IMAGE: "image", MessageType.AUDIO: "audio", MessageType.VIDEO: "video"}


def checked_attachments(
    validation: Validation, kind: MessageType, attachments: Sequence[Attachment]
) -> tuple[Attachment, ...]:
    """The attachments as they are kept; problems have paths such as `attachments.0.url`."""
    if len(attachments) > ATTACHMENTS_MAXIMUM:
        validation.refuse(ProblemCode.INVALID, f"A message has at most {ATTACHMENTS_MAXIMUM}.", "attachments")
        return ()
    checked = tuple(
        _checked(validation.within("attachments", str(number)), attachment)
        for number, attachment in enumerate(attachments)
    )
    if kind is MessageType.FILE and not checked:
        validation.refuse(ProblemCode.INVALID, "A message of this type needs an attachment.", "type")
    main = _MAIN_TYPES.get(kind)
    if main is not None and not any(each.media_type.startswith(f"{main}/") for each in checked):
        validation.refuse(ProblemCode.INVALID, f"A message of this type needs an attachment of {main}/….", "type")
    return checked


def _checked(validation: Validation, attachment: Attachment) -> Attachment:
    problem = _url_problem(attachment.url)
    if problem is not None:
        validation.refuse(ProblemCode.INVALID, problem, "url")
    name = validation.line("name", attachment.name, 1, NAME_MAXIMUM)
    if "/" in name or "\\" in name or name in {".", ".."}:
        validation.refuse(ProblemCode.INVALID, "Must be a file's name alone, without a path.", "name")
    media_type = attachment.media_type.lower()
    if _MEDIA_TYPE.fullmatch(media_type) is None:
        validation.refuse(ProblemCode.INVALID, "Must be a type and a subtype, such as image/png.", "mediaType")
    if not 0 <= attachment.size <= SIZE_MAXIMUM:
        validation.refuse(ProblemCode.INVALID, f"Must be from 0 to {SIZE_MAXIMUM:,} bytes.", "size")
    return Attachment(attachment.url, name, media_type, attachment.size)


def _url_problem(url: str) -> str | None:
    """What is wrong with an address that others are to follow. Browsers read a backslash as a slash."""
    if not 1 <= len(url) <= URL_MAXIMUM:
        return f"Must have 1 to {URL_MAXIMUM:,} characters."
    if any(character in _NEVER_PLAIN or unicodedata.category(character) in _NEVER_IN_URL for character in url):
        return "Must not have spaces, control characters, backslashes, double quotes or angle brackets."
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "Must be an address of the web."
    if parts.scheme not in {"http", "https"}:
        return "Must begin with https:// or http://."
    if not host or not _is_host(parts.netloc, host):
        return "Must name a host."
    return "Must not have a user name or a password." if "@" in parts.netloc else None


def _is_host(place: str, host: str) -> bool:
    """Whether a browser can look for a host there, and for the one that people read: to it, what only looks like a
    letter, such as a fullwidth one, is that letter.
    """
    if "[" in place or "]" in place:
        return _IP_LITERAL.fullmatch(place.rpartition("@")[2]) is not None
    labels = host.removesuffix(".").split(".")
    alike = unicodedata.is_normalized("NFKC", unicodedata.normalize("NFC", host))
    return alike and all(label and all(map(_in_a_name, label)) for label in labels)


def _in_a_name(character: str) -> bool:
    return character.isalnum() or character in "-_" or unicodedata.category(character).startswith("M")
