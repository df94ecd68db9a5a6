"""The queries, and the bodies of the requests that ask them."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from bench.paths import QUERIES, WORK

MEMORY: Final = ("ping", "messages", "channel", "introspection")
STORES: Final = ("messages", "channel")


@dataclass(frozen=True, slots=True)
class Question:
    name: str
    text: str
    body: Path
    """The file of the request's body, for the load generators."""

    @property
    def operation(self) -> str:
        found = re.search(r"^query (\w+)", self.text, re.MULTILINE)
        if found is None:
            raise ValueError(f"{self.name} has no named query")
        return found[1]


def questions(kind: str, names: tuple[str, ...], variables: dict[str, Any]) -> list[Question]:
    """Those of `queries/<kind>/`, with bodies that give each the variables that it declares."""
    folder = WORK / "bodies" / kind
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for name in names:
        text = (QUERIES / kind / f"{name}.graphql").read_text(encoding="utf-8")
        question = Question(name, text, folder / f"{name}.json")
        given = {key: value for key, value in variables.items() if f"${key}:" in text}
        question.body.write_bytes(
            orjson.dumps({"query": text, "variables": given, "operationName": question.operation})
        )
        found.append(question)
    return found
