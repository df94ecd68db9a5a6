"""Which operations are executed once for everybody who hears an event, and what in them differs all the same.

A field is shared only if its declaration says so: what the record has; what a shared loader finds; what a shared method
answers. An operation is shared where all the fields that it can come to are. Should a declaration be wrong, nobody is
told what another may see: whoever executes for many has no viewer, and raises when asked for one.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    get_named_type,
    is_abstract_type,
    visit,
)

from graph.execution.templates import hole_of
from graph.fields import KIND, Attribute, Connection, Join, JoinMany, Method

_TYPENAME: Final = "__typename"


class Sharing(NamedTuple):
    """Of a subscription: whether it is shared, or but for single values that can be filled in (`templates.py`); and
    which variables its answer depends on, those of its root field's arguments left out.
    """

    shared: bool
    variables: frozenset[str]
    fillable: bool = False


def sharing_of(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> Sharing:
    """Of a valid subscription."""
    walk = _Walk(schema, document)
    shares = walk.shares(schema.subscription_type, operation.selection_set)
    return Sharing(shares and not walk.holes, frozenset(_variables(document)), shares and walk.holes)


def is_shared(field: GraphQLField) -> bool:
    """Whether the field answers all viewers alike, by its own declaration."""
    definition = field.extensions.get("strawberry-definition")
    if definition is None or definition.permission_classes or definition.extensions:
        return False
    match definition.metadata.get(KIND):
        case Attribute():
            return True
        case Join(loader=loader) | JoinMany(loader=loader) | Connection(loader=loader):
            return loader.shared
        case Method(shared=shared):
            return shared
        case _:
            return False


class _Walk:
    """`holes` where it came by values that are not shared, but can be filled in."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self.holes = False
        self._schema = schema
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self._seen: set[tuple[GraphQLNamedType | None, int]] = set()

    def shares(self, parent: GraphQLNamedType | None, selections: SelectionSetNode | None) -> bool:
        place = (parent, id(selections))
        if selections is None or place in self._seen:
            return True  # if what was seen there were not shared, the walk would be over
        self._seen.add(place)
        for selection in selections.selections:
            match selection:
                case FieldNode():
                    shares = self._shares_field(parent, selection)
                case InlineFragmentNode():
                    shares = self.shares(self._narrowed(parent, selection.type_condition), selection.selection_set)
                case FragmentSpreadNode():
                    fragment = self._fragments[selection.name.value]
                    shares = self.shares(self._narrowed(parent, fragment.type_condition), fragment.selection_set)
                case _:
                    shares = False
            if not shares:
                return False
        return True

    def _narrowed(self, parent: GraphQLNamedType | None, condition: NamedTypeNode | None) -> GraphQLNamedType | None:
        return parent if condition is None else self._schema.get_type(condition.name.value)

    def _shares_field(self, parent: GraphQLNamedType | None, node: FieldNode) -> bool:
        name = node.name.value
        if name == _TYPENAME:
            return True
        for named in self._possible(parent):
            field = named.fields.get(name)
            if field is None:
                return False
            # The root field gives the event, which is the same for all who hear it.
            if named is not self._schema.subscription_type and not is_shared(field):
                if hole_of(field) is None:
                    return False
                self.holes = True
            if not self.shares(get_named_type(field.type), node.selection_set):
                return False
        return True

    def _possible(self, parent: GraphQLNamedType | None) -> Iterable[GraphQLObjectType]:
        if isinstance(parent, GraphQLObjectType):
            return (parent,)
        return self._schema.get_possible_types(parent) if is_abstract_type(parent) else ()


class _Names(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.found.add(node.name.value)


def _variables(document: DocumentNode) -> set[str]:
    names = _Names()
    for node in _below_the_root(document):
        visit(node, names)
    return names.found


def _below_the_root(document: DocumentNode) -> Iterator[Node]:
    for definition in document.definitions:
        if isinstance(definition, FragmentDefinitionNode):
            yield definition
        elif isinstance(definition, OperationDefinitionNode):
            yield from definition.directives or ()
            for selection in definition.selection_set.selections:
                if isinstance(selection, FieldNode):
                    yield from selection.directives or ()
                    if selection.selection_set is not None:
                        yield selection.selection_set
                else:
                    yield selection
