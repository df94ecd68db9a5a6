"""What an operation's plan depends on besides the document: variables in its directives, and who asks for paths."""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from graphql import (
    FieldNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
    is_abstract_type,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.language import Visitor, visit

from graph.execution.objects import class_of
from graph.execution.plan import Resolver, read_of


class _Walk(Visitor):
    """Names of the variables within directives, and of the fields that are selected."""

    def __init__(self) -> None:
        super().__init__()
        self.variables: dict[str, None] = {}
        self.fields: dict[str, None] = {}
        self._directives = 0

    def enter_directive(self, *_: Any) -> None:
        self._directives += 1

    def leave_directive(self, *_: Any) -> None:
        self._directives -= 1

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        if self._directives:
            self.variables[node.name.value] = None

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.fields[node.name.value] = None


class Conditions:
    """Of one operation and the fragments of its document."""

    __slots__ = ("_fields", "_names", "_placed")

    def __init__(self, operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDetails]) -> None:
        walk = _Walk()
        visit(operation.selection_set, walk)
        for fragment in fragments.values():
            visit(fragment.definition.selection_set, walk)
            for directive in fragment.definition.directives or ():
                visit(directive, walk)
        self._names = tuple(walk.variables)
        self._fields = walk.fields
        self._placed: bool | None = None

    @property
    def vary(self) -> bool:
        return bool(self._names)

    def key(self, variables: Mapping[str, Any]) -> Hashable:
        """Equal for equal plans."""
        if not self._names:
            return None
        return tuple(_hashable(variables.get(name)) for name in self._names)

    def placed(self, schema: GraphQLSchema) -> bool:
        """Whether any of the fields, on any type, or any type check may ask for the path of an object.

        By the names of fields alone: which types they are selected on is known only once there is data.
        """
        if self._placed is None:
            asking = _asking(schema)
            self._placed = asking is None or not asking.isdisjoint(self._fields)
        return self._placed


_ASKING: WeakKeyDictionary[GraphQLSchema, frozenset[str] | None] = WeakKeyDictionary()


def _asking(schema: GraphQLSchema) -> frozenset[str] | None:
    """The names of fields that have a resolver of none of our kinds on any type; None where type checks may ask too."""
    if schema not in _ASKING:
        own = [type_ for name, type_ in schema.type_map.items() if not name.startswith("__")]
        checks = any(_checks(type_) for type_ in own)
        _ASKING[schema] = None if checks else frozenset(name for type_ in own for name in _resolved(type_))
    return _ASKING[schema]


def _checks(type_: GraphQLNamedType) -> bool:
    """Whether a check that is neither Strawberry's nor by the register of records finds the type of a value."""
    definition = type_.extensions.get("strawberry-definition")
    if isinstance(type_, GraphQLObjectType):
        own = definition is None or (definition.is_type_of is not None and not class_of(type_))
        return type_.is_type_of is not None and own
    return is_abstract_type(type_) and (definition is None or getattr(definition, "resolve_type", None) is not None)


def _resolved(type_: GraphQLNamedType) -> Iterator[str]:
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        yield from (name for name, field in type_.fields.items() if isinstance(read_of(field), Resolver))


def _hashable(value: object) -> Hashable:
    """Conditions are booleans; what is none of these is refused when the plan is made."""
    return value if isinstance(value, bool) else repr(value)
