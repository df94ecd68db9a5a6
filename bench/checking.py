"""Before anything is timed: every server gives the same answer."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

import orjson

from bench.questions import Question
from bench.servers import Broken, Server


def answer_of(server: Server, path: str, question: Question, headers: Mapping[str, str] | None = None) -> bytes:
    request = urllib.request.Request(
        f"http://{server.address}{path}",
        question.body.read_bytes(),
        {"Content-Type": "application/json", "Accept": "application/json", **(headers or {})},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - a loopback address
            body: bytes = response.read()
    except urllib.error.HTTPError as refused:
        raise Broken(f"{server.name} refuses {question.name}: {refused.code} {refused.read()[:300]!r}") from None
    if b'"errors"' in body[:2_000] or b'"errors":' in body[-2_000:]:
        raise Broken(f"{server.name} answers {question.name} with errors: {body[:500]!r}")
    return body


def check_same(question: Question, ours: bytes, theirs: bytes, name: str) -> None:
    """The same JSON; of an introspection the same types, since each library has directives and an order of its own."""
    if ours == theirs:
        return
    mine, other = (orjson.loads(each)["data"] for each in (ours, theirs))
    if question.name == "introspection":
        mine, other = _types(mine), _types(other)
    if mine != other:
        raise Broken(f"{name} answers {question.name} otherwise than Homeroom: {_difference(mine, other)}")


def _types(introspected: Any) -> dict[str, Any]:
    """The schema's own types; lists of a type by their names, for the order is each library's own."""
    return {
        each["name"]: _sorted(each) for each in introspected["__schema"]["types"] if not each["name"].startswith("__")
    }


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(each) for key, each in value.items()}
    if isinstance(value, list):
        return sorted(map(_sorted, value), key=orjson.dumps)
    return value


def _difference(one: Any, other: Any, place: str = "data") -> str:
    """The first place where two answers differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys([*one, *other]):
            if one.get(key) != other.get(key):
                return _difference(one.get(key), other.get(key), f"{place}.{key}")
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (each, its) in enumerate(zip(one, other, strict=True)):
            if each != its:
                return _difference(each, its, f"{place}[{number}]")
    return f"at {place} {str(one)[:100]!r} and {str(other)[:100]!r}"
