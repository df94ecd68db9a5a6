"""Input types, and what can be written for them: literals in documents, values of variables."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from tests.execution.generated.draw import Draw

DEEPEST: Final = 3

LITERALS: Final[dict[str, tuple[str, ...]]] = {
    "Int": ("0", "1", "-7", "2147483647"),
    "Float": ("0.5", "2", "-1e3"),
    "String": ('"a"', '""', '"ö\\n"', '"""block"""'),
    "Boolean": ("true", "false"),
    "ID": ('"i"', "5"),
    "Money": ("1", '"two"', "[1, 2]", "{a: 1}"),
}
VALUES: Final[dict[str, tuple[Any, ...]]] = {
    "Int": (0, 1, -7, 2147483647, 3.0),
    "Float": (0.5, 2, -1e3),
    "String": ("a", "", "ö\n"),
    "Boolean": (True, False),
    "ID": ("i", 5),
    "Money": (1, "two", [1, 2], {"a": 1}),
}
WRONG: Final[tuple[Any, ...]] = (2147483648, 0.5, "wrong", True, {"wrong": 1}, [[1]], "refused", None)


@dataclass(frozen=True, slots=True)
class Input:
    """An argument or a field of an input object: its type as the schema writes it, and its default's literal."""

    type_ref: str
    default: str | None = None

    @property
    def required(self) -> bool:
        return self.type_ref.endswith("!") and self.default is None

    def written(self) -> str:
        return self.type_ref if self.default is None else f"{self.type_ref} = {self.default}"


Inputs = dict[str, Input]


@dataclass(slots=True)
class InputTypes:
    """Enums with the names of their values, and input objects with their fields."""

    enums: dict[str, tuple[str, ...]] = field(default_factory=dict)
    objects: dict[str, Inputs] = field(default_factory=dict)
    one_of: set[str] = field(default_factory=set)
    literals: dict[str, tuple[str, ...]] = field(default_factory=LITERALS.copy)
    """What can be written for a scalar."""
    values: dict[str, tuple[Any, ...]] = field(default_factory=VALUES.copy)
    """What can be given for one."""


Variable = Callable[[Input, bool], str | None]
"""A variable that may stand where this input is wanted, None for none; and whether its type must say all by itself."""


def no_variable(_: Input, __: bool) -> None:
    return None


@dataclass(slots=True)
class Literals:
    """What a document may write."""

    draw: Draw
    types: InputTypes
    variable: Variable = no_variable

    def of(self, wanted: Input, depth: int = 0, *, exact: bool = False) -> str:
        variable = self.variable(wanted, exact)
        if variable is not None:
            return variable
        if wanted.type_ref.endswith("!"):
            return self._present(wanted.type_ref[:-1], depth)
        return "null" if self.draw.chance(0.1) else self._present(wanted.type_ref, depth)

    def arguments(self, inputs: Inputs, depth: int = 0) -> str:
        """`name: literal, ...` of those that must be there and of some others."""
        given = [name for name, each in inputs.items() if each.required or self.draw.chance(0.5 / (depth + 1))]
        self.draw.shuffle(given)
        return ", ".join(f"{name}: {self.of(inputs[name], depth)}" for name in given)

    def _present(self, ref: str, depth: int) -> str:
        if ref.startswith("["):
            item = Input(ref[1:-1])
            if self.draw.chance(0.15) and not item.type_ref.startswith("["):
                # A single value where a list is wanted; a variable would have to be a list.
                return Literals(self.draw, self.types).of(Input(item.type_ref.rstrip("!") + "!"), depth + 1)
            return "[" + ", ".join(self.of(item, depth + 1) for _ in range(self.draw.randrange(3))) + "]"
        if ref in self.types.enums:
            return self.draw.choice(self.types.enums[ref])
        if ref in self.types.one_of:
            name, chosen = self.draw.choice(list(self.types.objects[ref].items()))
            return f"{{{name}: {self.of(Input(chosen.type_ref + '!'), depth + 1, exact=True)}}}"
        if ref in self.types.objects:
            return "{" + self.arguments(self.types.objects[ref], depth + 1) + "}"
        return self.draw.choice(self.types.literals[ref])


@dataclass(slots=True)
class Values:
    """What a request may give for a variable: what fits, and with a chance of `wrong` at each place what does not."""

    draw: Draw
    types: InputTypes
    wrong: float

    def of(self, ref: str, depth: int = 0) -> Any:
        if self.draw.chance(self.wrong):
            return self.draw.choice(WRONG)
        if ref.endswith("!"):
            return self._present(ref[:-1], depth)
        return None if self.draw.chance(0.1) else self._present(ref, depth)

    def _present(self, ref: str, depth: int) -> Any:
        if ref.startswith("["):
            if self.draw.chance(0.15):
                return self.of(ref[1:-1], depth + 1)
            return [self.of(ref[1:-1], depth + 1) for _ in range(self.draw.randrange(3))]
        if ref in self.types.enums:
            return self.draw.choice(self.types.enums[ref])
        if ref in self.types.objects:
            return self._object(ref, depth)
        return self.draw.choice(self.types.values[ref])

    def _object(self, ref: str, depth: int) -> dict[str, Any]:
        fields = self.types.objects[ref]
        if ref in self.types.one_of:
            name = self.draw.choice(list(fields))
            return {name: self.of(fields[name].type_ref + "!", depth + 1)}
        share = 0.6 if depth < DEEPEST else 0.0
        return {
            name: self.of(each.type_ref, depth + 1)
            for name, each in fields.items()
            if each.required or self.draw.chance(share)
        }
