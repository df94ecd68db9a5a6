"""Documents for a schema: valid by construction, with every way that there is to ask for a field."""

from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_leaf_type,
)

from tests.execution.generated.draw import Draw
from tests.execution.generated.inputs import Input, Inputs, Literals
from tests.execution.generated.schemas import Made

DEEPEST: Final = 4
INTROSPECTION: Final = (
    "__schema { queryType { name } directives { name } }",
    '__type(name: "Ant") { kind name fields { name type { name ofType { name } } } }',
    'nobody: __type(name: "Nobody") { name }',
)


@dataclass(frozen=True, slots=True)
class Bound:
    """What a response key stands for in the whole document, so that equal keys can always be merged."""

    field_name: str
    signature: str
    arguments: str
    variables: frozenset[str]


@dataclass(slots=True)
class Fragment:
    name: str
    on: str
    text: str
    variables: frozenset[str]
    fragments: frozenset[str]


@dataclass(slots=True)
class Written:
    """A document, its operations' names, and the variables of each with their types."""

    text: str
    operations: dict[str | None, dict[str, Input]]


@dataclass(slots=True)
class DocumentWriter:
    made: Made
    draw: Draw
    fields_left: int = 0
    bound: dict[str, Bound] = field(default_factory=dict)
    variables: dict[str, Input] = field(default_factory=dict)
    fragments: list[Fragment] = field(default_factory=list)
    used_variables: set[str] = field(default_factory=set)
    used_fragments: set[str] = field(default_factory=set)

    def write(self, roots: tuple[str, ...]) -> Written:
        """Operations on these root types, the first one anonymous where it is alone."""
        for position in range(self.draw.randrange(4)):
            self._write_fragment(f"F{position}")
        anonymous = len(roots) == 1 and self.draw.chance(0.3)
        texts: list[str] = []
        operations: dict[str | None, dict[str, Input]] = {}
        spread: set[str] = set()
        for position, root in enumerate(roots):
            name = None if anonymous else f"Op{position}"
            text, variables, fragments = self._written(root, self.draw.choice((4, 8, 12, 16)))
            given = {each: self.variables[each] for each in sorted(variables)}
            operations[name] = given
            spread |= fragments
            texts.append(f"{self._head(root, name, given)} {text}")
        texts += [f"fragment {each.name} on {each.on} {each.text}" for each in self.fragments if each.name in spread]
        self.draw.shuffle(texts)
        return Written("\n".join(texts), operations)

    def _head(self, root: str, name: str | None, variables: dict[str, Input]) -> str:
        written = ", ".join(f"${each}: {wanted.written()}" for each, wanted in variables.items())
        kind = root.lower()
        return f"{kind} {name or ''}{f'({written})' if written else ''}"

    def _write_fragment(self, name: str) -> None:
        composites = [
            each.name
            for each in self.made.schema.type_map.values()
            if is_composite_type(each) and not each.name.startswith("__")
        ]
        on = self.draw.choice([*composites, "Query"])
        if on in ("Mutation", "Subscription"):
            return
        text, variables, fragments = self._written(on, 5)
        self.fragments.append(Fragment(name, on, text, variables, fragments))

    def _written(self, type_name: str, fields: int) -> tuple[str, frozenset[str], frozenset[str]]:
        self.fields_left, self.used_variables, self.used_fragments = fields, set(), set()
        root = type_name == "Subscription"
        text = self._one(type_name) if root else self._selection(self.made.schema.type_map[type_name], 0)
        return text, frozenset(self.used_variables), frozenset(self.used_fragments)

    def _one(self, type_name: str) -> str:
        """A subscription has one root field, and no condition on it."""
        type_ = self.made.schema.type_map[type_name]
        assert isinstance(type_, GraphQLObjectType)
        return "{ " + self._field(type_, self.draw.choice(list(type_.fields)), 0, conditions=False) + " }"

    def _selection(self, type_: Any, depth: int) -> str:
        parts = [self._part(type_, depth) for _ in range(self.draw.randint(1, 5))]
        written = [part for part in parts if part]
        return "{ " + " ".join(written or ["__typename"]) + " }"

    def _part(self, type_: Any, depth: int) -> str:
        draw = self.draw
        if self.fields_left <= 0:
            return ""
        kind = draw.random()
        if kind < 0.1:
            return ("__typename" if draw.chance(0.7) else "own: __typename") + self._condition()
        if kind < 0.13 and type_ is self.made.schema.query_type:
            return draw.choice(INTROSPECTION)
        if kind < 0.25:
            return self._spread(type_)
        if depth < DEEPEST and (kind < 0.4 or not hasattr(type_, "fields")):
            return self._inline(type_, depth)
        return self._any_field(type_, depth)

    def _any_field(self, type_: Any, depth: int) -> str:
        if not hasattr(type_, "fields"):
            return "__typename"
        names = [
            name for name, each in type_.fields.items() if depth < DEEPEST or is_leaf_type(get_named_type(each.type))
        ]
        return self._field(type_, self.draw.choice(names), depth) if names else "__typename"

    def _field(self, type_: Any, name: str, depth: int, *, conditions: bool = True) -> str:
        self.fields_left -= 1
        definition = type_.fields[name]
        inner: GraphQLNamedType = get_named_type(definition.type)
        below = ""
        arguments: Inputs = self.made.arguments[type_.name][name]
        signature = f"{name}({arguments}): {definition.type}"
        known = [key for key, each in self.bound.items() if each.signature == signature]
        key = self.draw.choice(known) if known and self.draw.chance(0.6) else self._bind(name, signature, arguments)
        bound = self.bound[key]
        self.used_variables |= bound.variables
        if is_composite_type(inner):
            below = " " + self._selection(inner, depth + 1)
        alias = "" if key == name else f"{key}: "
        condition = self._condition() if conditions else ""
        return f"{alias}{name}{bound.arguments}{condition}{below}"

    def _bind(self, name: str, signature: str, arguments: Inputs) -> str:
        """A new key for the field with arguments of its own: its name, where that is free."""
        before, self.used_variables = self.used_variables, set()
        written = Literals(self.draw, self.made.inputs, self._variable).arguments(arguments)
        taken, self.used_variables = frozenset(self.used_variables), before
        key = name if name not in self.bound and self.draw.chance(0.7) else f"k{len(self.bound)}"
        self.bound[key] = Bound(name, signature, f"({written})" if written else "", taken)
        return key

    def _variable(self, place: Input, exact: bool) -> str | None:
        """A variable for this place; its own type may be stricter, or nullable with a default."""
        draw = self.draw
        if not draw.chance(0.25):
            return None
        bare = place.type_ref.removesuffix("!")
        wanted = Input(place.type_ref if draw.chance(0.6) else bare + "!")
        if draw.chance(0.3) and not exact:
            wanted = Input(bare, Literals(draw, self.made.inputs).of(Input(bare + "!")))
        elif place.default is not None and draw.chance(0.5):
            wanted = Input(bare)
        name = next((name for name, known in self.variables.items() if known == wanted), f"v{len(self.variables)}")
        self.variables[name] = wanted
        self.used_variables.add(name)
        return f"${name}"

    def _condition(self) -> str:
        written = ""
        for directive in ("skip", "include"):
            if self.draw.chance(0.08):
                value = self._variable(Input("Boolean!"), False) or self.draw.choice(("true", "false"))
                written += f" @{directive}(if: {value})"
        return written

    def _inline(self, type_: Any, depth: int) -> str:
        on = self._overlapping(type_)
        condition = "" if on is type_ and self.draw.chance(0.5) else f" on {on.name}"
        return f"...{condition}{self._condition()} {self._selection(on, depth + 1)}"

    def _spread(self, type_: Any) -> str:
        fitting = [each for each in self.fragments if self._possible(each.on) & self._possible(type_.name)]
        if not fitting:
            return ""
        chosen = self.draw.choice(fitting)
        self.used_variables |= chosen.variables
        self.used_fragments |= {chosen.name} | chosen.fragments
        return f"...{chosen.name}{self._condition()}"

    def _overlapping(self, type_: Any) -> Any:
        possible = self._possible(type_.name)
        names = [*self.made.schema.type_map]
        composites = [self.made.schema.type_map[name] for name in names if self._possible(name) & possible]
        return self.draw.choice([type_, *composites])

    def _possible(self, name: str) -> set[str]:
        type_ = self.made.schema.type_map[name]
        if is_abstract_type(type_):
            return {each.name for each in self.made.schema.get_possible_types(type_)}
        return {name} if isinstance(type_, GraphQLObjectType) else set()
