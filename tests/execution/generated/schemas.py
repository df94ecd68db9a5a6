"""Schemas with every kind of type, as text of GraphQL's own language, and the types that its tests are about."""

from dataclasses import dataclass, field
from typing import Final

from graphql import GraphQLSchema, build_schema

from tests.execution.generated.draw import Draw
from tests.execution.generated.inputs import Input, Inputs, InputTypes, Literals

LEAVES: Final = ("Int", "Float", "String", "Boolean", "ID", "Money", "Colour", "Size")
OBJECTS: Final = ("Ant", "Bee", "Cat", "Dog")
SHAPES: Final = (
    *("{}",) * 8,
    *("{}!",) * 5,
    *("[{}]", "[{}!]", "[{}!]!", "[{}]!") * 2,
    *("[[{}]]", "[[{}!]!]", "[[{}!]]!", "[[{}]!]"),
)
COLOURS: Final = {"RED": 1, "GREEN": "green", "BLUE": ("b", 1)}
"""What the enum's values are within."""

INPUT_SHAPES: Final = (*("{}",) * 6, *("{}!",) * 2, "[{}]", "[{}!]", "[{}!]!", "[[{}]]")
FIELDS: Final = ("name", "size", "next", "all", "some", "kin", "first", "other", "last", "more")


@dataclass(frozen=True, slots=True)
class Field:
    type_ref: str
    arguments: Inputs = field(default_factory=dict)

    def written(self, name: str) -> str:
        arguments = ", ".join(f"{key}: {each.written()}" for key, each in self.arguments.items())
        return f"  {name}({arguments}): {self.type_ref}" if arguments else f"  {name}: {self.type_ref}"


Fields = dict[str, Field]


@dataclass(slots=True)
class Made:
    """A schema, its text, and what a document writer has to know of its inputs."""

    seed: int
    text: str
    inputs: InputTypes
    schema: GraphQLSchema
    named: set[str] = field(default_factory=set)
    """Types whose source values say their type's name."""
    arguments: dict[str, dict[str, Inputs]] = field(default_factory=dict)
    """Of each field of each type."""


class SchemaWriter:
    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._inputs = InputTypes()
        self._lines: list[str] = ["scalar Money"]
        self._composites: list[str] = []
        self._arguments: dict[str, dict[str, Inputs]] = {}

    def write(self, seed: int) -> Made:
        self._write_inputs()
        interfaces = {"Named": ["Named"], "Kin": ["Kin", "Named"] if self._draw.chance(0.5) else ["Kin"]}
        objects = OBJECTS[: self._draw.randint(2, len(OBJECTS))]
        self._composites = [*objects, *interfaces, "Any", "Pair"]
        fields: dict[str, Fields] = {"Named": self._fields(1)}
        fields["Kin"] = self._fields(1) | (fields["Named"] if "Named" in interfaces["Kin"] else {})
        for name, implemented in interfaces.items():
            parents = [each for each in implemented if each != name]
            self._write_type("interface", name, parents, fields[name])
        for position, name in enumerate(objects):
            # The first has both, so that each interface has somebody.
            parents = self._draw.some(["Kin", "Named"], 0.5) if position else ["Kin", "Named"]
            if "Kin" in parents:
                parents = list(dict.fromkeys([*parents, *interfaces["Kin"]]))
            own = self._fields(2)
            for parent in parents:
                own |= {key: self._stricter(each) for key, each in fields[parent].items()}
            # Where both interfaces have a field, the type of one need not be the other's.
            if all(self._fits(own, fields[parent]) for parent in parents):
                self._write_type("type", name, parents, own)
            else:
                self._write_type("type", name, ["Named"], self._fields(2) | fields["Named"])
        self._lines.append(f"union Any = {' | '.join(objects)}")
        self._lines.append(f"union Pair = {' | '.join(objects[:2])}")
        for root in ("Query", "Mutation", "Subscription"):
            self._write_type("type", root, [], self._fields(3, composites=0.7))
        text = "\n".join(self._lines)
        return Made(seed, text, self._inputs, build_schema(text), arguments=self._arguments)

    def _write_inputs(self) -> None:
        self._inputs.enums = {"Colour": tuple(COLOURS), "Size": ("S", "M")}
        for name, values in self._inputs.enums.items():
            self._lines.append(f"enum {name} {{ {' '.join(values)} }}")
        self._inputs.objects["Choice"] = {
            name: Input(self._draw.choice(("Int", "String", "[Int!]", "Colour", "Money"))) for name in ("this", "that")
        }
        self._inputs.one_of = {"Choice"}
        where = {name: self._input() for name in ("at", "by", "on")}
        where["again"] = Input("Where") if self._draw.chance(0.5) else Input("[Where!]")
        self._inputs.objects["Where"] = where
        for name, fields in self._inputs.objects.items():
            directive = " @oneOf" if name in self._inputs.one_of else ""
            written = "\n".join(f"  {key}: {each.written()}" for key, each in fields.items())
            self._lines.append(f"input {name}{directive} {{\n{written}\n}}")

    def _input(self) -> Input:
        ref = self._draw.choice(INPUT_SHAPES).format(self._draw.choice((*LEAVES, *LEAVES, "Choice")))
        wanted = Input(ref)
        return Input(ref, Literals(self._draw, self._inputs).of(wanted)) if self._draw.chance(0.4) else wanted

    def _fields(self, least: int, *, composites: float = 0.45) -> Fields:
        names = self._draw.sample(FIELDS, self._draw.randint(least, least + 4))
        return {name: self._field(composites) for name in names}

    def _field(self, composites: float) -> Field:
        draw = self._draw
        inner = draw.choice(self._composites if draw.chance(composites) else LEAVES)
        arguments: Inputs = {}
        if draw.chance(0.4):
            names = draw.sample(("id", "of", "where", "count"), draw.randint(1, 3))
            arguments = {name: self._argument() for name in names}
        return Field(draw.choice(SHAPES).format(inner), arguments)

    def _argument(self) -> Input:
        if self._draw.chance(0.3):
            return Input(self._draw.choice(("Where", "Where!", "Choice", "[Where]", "[Choice!]")))
        return self._input()

    def _stricter(self, each: Field) -> Field:
        strict = self._draw.chance(0.3) and not each.type_ref.endswith("!")
        return Field(each.type_ref + "!", each.arguments) if strict else each

    @staticmethod
    def _fits(own: Fields, wanted: Fields) -> bool:
        return all(
            name in own
            and own[name].type_ref.rstrip("!") == each.type_ref.rstrip("!")
            # An exclamation mark too few, or other arguments, and the schema is not valid.
            and len(own[name].type_ref) >= len(each.type_ref)
            and own[name].arguments == each.arguments
            for name, each in wanted.items()
        )

    def _write_type(self, kind: str, name: str, parents: list[str], fields: Fields) -> None:
        self._arguments[name] = {key: each.arguments for key, each in fields.items()}
        implements = f" implements {' & '.join(parents)}" if parents else ""
        written = "\n".join(each.written(key) for key, each in fields.items())
        self._lines.append(f"{kind} {name}{implements} {{\n{written}\n}}")


def schema_of(seed: int) -> Made:
    return SchemaWriter(Draw("schema", seed)).write(seed)
