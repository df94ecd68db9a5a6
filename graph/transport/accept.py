"""Which media type to answer in (RFC 9110, 12.5.1; GraphQL over HTTP, "Accept")."""

import re
from functools import lru_cache
from typing import Final, NamedTuple

GRAPHQL_RESPONSE: Final = "application/graphql-response+json"
JSON: Final = "application/json"
EVENT_STREAM: Final = "text/event-stream"
HTML: Final = "text/html"

_ORDINARY: Final = 512
_WEIGHT = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")


class _Range(NamedTuple):
    pattern: str
    quality: float
    position: int

    @property
    def precision(self) -> int:
        return 0 if self.pattern == "*/*" else 1 if self.pattern.endswith("/*") else 2

    def matches(self, media_type: str) -> bool:
        if self.pattern.endswith("/*"):
            return self.precision == 0 or media_type.startswith(self.pattern[:-1])
        return self.pattern == media_type


class Accept:
    """An `Accept` header. Without one, GraphQL's own media type is meant; `*/*` is a client that knows only JSON.

    `answered_in` is the media type of the answer, None where none is acceptable; an event stream only if it is named.
    """

    def __init__(self, header: str | None) -> None:
        self._ranges = _parse(header) if header else [_Range(GRAPHQL_RESPONSE, 1.0, 0), _Range("*/*", 0.1, 1)]
        self.takes_streams = self._names(EVENT_STREAM)
        self.answered_in = self._best(JSON, GRAPHQL_RESPONSE, *([EVENT_STREAM] if self.takes_streams else ()))
        self.prefers_page = self._best(JSON, GRAPHQL_RESPONSE, HTML) == HTML

    def _best(self, *offers: str) -> str | None:
        """The offer with the highest quality: among equals the one named first, then the one offered first."""
        ranked = [(match, offer) for offer in offers if (match := self._match(offer)) and match.quality > 0]
        if not ranked:
            return None
        return min(ranked, key=lambda pair: (-pair[0].quality, -pair[0].precision, pair[0].position))[1]

    def _names(self, media_type: str) -> bool:
        """Whether the media type is accepted, and not only by a wildcard."""
        match = self._match(media_type)
        return match is not None and match.quality > 0 and match.precision > 0

    def _match(self, media_type: str) -> _Range | None:
        matching = [each for each in self._ranges if each.matches(media_type)]
        return max(matching, key=lambda each: each.precision, default=None)


def accept_of(header: str | None) -> Accept:
    """Clients send the same few headers again and again, so those of an ordinary length are remembered."""
    return _remembered(header) if header is None or len(header) <= _ORDINARY else Accept(header)


_remembered = lru_cache(maxsize=256)(Accept)


def _parse(header: str) -> list[_Range]:
    ranges = []
    for position, item in enumerate(header.split(",")):
        pattern, *parameters = (part.strip().lower() for part in item.split(";"))
        if pattern:
            ranges.append(_Range(pattern, _quality(parameters), position))
    return ranges


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            return float(value) if _WEIGHT.fullmatch(value.strip()) else 0.0
    return 1.0
