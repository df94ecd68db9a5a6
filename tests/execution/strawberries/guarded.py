"""Permission classes and field extensions, synchronous and not, which are called field by field."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission, PermissionExtension


@dataclass
class Context:
    allowed: bool
    calls: list[str] = field(default_factory=list)


Info = strawberry.Info[Context, None]


class Allowed(BasePermission):
    message = "not allowed"
    error_extensions = {"code": "FORBIDDEN"}  # noqa: RUF012 # Strawberry's declaration

    def has_permission(self, source: Any, info: Info, **_: Any) -> bool:  # noqa: ARG002 # Strawberry's method
        info.context.calls.append(f"asked for {info.field_name}")
        return info.context.allowed


class AllowedLater(BasePermission):
    message = "not allowed, later"

    async def has_permission(self, source: Any, info: Info, **arguments: Any) -> bool:  # noqa: ARG002 # Strawberry's method
        await asyncio.sleep(0)
        return info.context.allowed and arguments.get("number", 0) < 3


class Loud(FieldExtension):
    def resolve(self, next_: Callable[..., Any], source: Any, info: Info, **arguments: Any) -> Any:
        return f"{next_(source, info, **arguments)}!"


class LoudLater(FieldExtension):
    async def resolve_async(self, next_: Callable[..., Any], source: Any, info: Info, **arguments: Any) -> Any:
        return f"{await next_(source, info, **arguments)}!!"


class Doubled(FieldExtension):
    """Changes an argument."""

    def resolve(self, next_: Callable[..., Any], source: Any, info: Info, **arguments: Any) -> Any:
        return next_(source, info, **{**arguments, "number": arguments["number"] * 2})


@strawberry.type
class Room:
    number: int
    name: str = strawberry.field(default="hall", permission_classes=[Allowed])
    strict: str = strawberry.field(default="strict", permission_classes=[Allowed])
    plain: str = strawberry.field(default="plain", extensions=[Loud()])

    @strawberry.field(permission_classes=[Allowed, AllowedLater])  # type: ignore[untyped-decorator] # so says Strawberry
    async def both(self, number: int = 1) -> str | None:
        return f"both {number}"

    @strawberry.field(extensions=[Doubled()])  # type: ignore[untyped-decorator] # so says Strawberry
    def doubled(self, number: int) -> int:
        return number


@strawberry.type
class Query:
    @strawberry.field(permission_classes=[Allowed])  # type: ignore[untyped-decorator] # so says Strawberry
    def rooms(self) -> list[Room] | None:
        return [Room(number=number) for number in range(3)]

    @strawberry.field
    def open(self) -> list[Room]:
        return [Room(number=number) for number in range(3)]

    @strawberry.field(extensions=[PermissionExtension([Allowed()], fail_silently=True)])  # type: ignore[untyped-decorator] # so says Strawberry
    def silent(self) -> list[int]:
        return [1]

    @strawberry.field(extensions=[Loud(), Loud()])  # type: ignore[untyped-decorator] # so says Strawberry
    def loud(self) -> str:
        return "loud"

    @strawberry.field(extensions=[LoudLater()])  # type: ignore[untyped-decorator] # so says Strawberry
    async def loud_later(self) -> str:
        return "loud"


def guarded_schema() -> strawberry.Schema:
    return strawberry.Schema(Query)


DOCUMENTS: list[tuple[str, dict[str, Any]]] = [
    ("{ rooms { number name } }", {}),
    ("{ open { number plain doubled(number: 2) both x: both(number: 5) } }", {}),
    ("query ($n: Int!) { open { doubled(number: $n) both(number: $n) } }", {"n": 2}),
    ("{ open { name } silent }", {}),
    ("{ open { number strict } }", {}),
    ("{ silent loud loudLater }", {}),
]
