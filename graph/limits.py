"""What one request may ask for, and the walk that measures a document before it is validated.

Each fragment is measured once, whatever the number of its spreads, so a walk costs no more than the document is long.
Measuring comes before validation and so meets unknown fields, unknown fragments and cycles: they count for nothing
here, and validation refuses them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    TokenKind,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)

from graph.errors import Code, RequestError, of_document
from graph.fields import length_of

INTROSPECTION_ROOTS: Final = frozenset({"__schema", "__type"})
PAGE_SIZES: Final = ("first", "last")
KEY_LISTS: Final = ("ids", "representations")
NUMBER_CHARACTERS: Final = 40
"""Of a number in a document: more than any scalar takes, and far fewer than Python refuses to convert."""

_INT_DIGITS: Final = 10
_EXACT_IN_JSON: Final = (1 << 53) - 1


@dataclass(frozen=True, slots=True)
class Limits:
    """Counts, bytes and seconds; `docs/operations.md` says which setting is which."""

    body_bytes: int = 256 * 1024
    tokens: int = 1_000
    depth: int = 12
    introspection_depth: int = 15
    aliases: int = 30
    cost: int = 5_000
    default_page: int = 50
    max_page: int = 100
    operations_per_socket: int = 100
    init_seconds: float = 3.0
    execution_seconds: float = 10.0
    send_seconds: float = 10.0
    ping_seconds: float = 25.0
    keep_alive_seconds: float = 12.0
    session_proof_seconds: float = 30.0
    cached_documents: int = 1_000
    cached_tokens: int = 100_000


class Measure(NamedTuple):
    """What a selection set asks for. `varies` says that `cost` depends on variables that were not given."""

    depth: int = 0
    introspection_depth: int = 0
    aliases: int = 0
    cost: int = 0
    varies: bool = False


def measure(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    limits: Limits,
    variables: Mapping[str, Any] | None = None,
) -> Measure:
    """The operation's measure. Without `variables`, a page size or list of ids in a variable counts as the largest.

    The first measure of a document, which is the one without variables, raises `RequestError` with
    GRAPHQL_VALIDATION_FAILED for a number that is too long.
    """
    if variables is None:
        _refuse_long_numbers(document)
    walk = _Walk(schema, document, operation, limits, variables)
    return walk.measure(operation.selection_set, schema.get_root_type(operation.operation))


def refuse_beyond(limits: Limits, measured: Measure) -> None:
    """Raises `RequestError` with OPERATION_TOO_EXPENSIVE where a limit is passed; the cost only if it is known.

    The error's extensions have the `limit`, and beside a limit of the cost the `cost` itself, up to the largest number
    that every reader of JSON takes as it is.
    """
    checks = (
        ("depth", measured.depth, limits.depth),
        ("introspection depth", measured.introspection_depth, limits.introspection_depth),
        ("number of aliases", measured.aliases, limits.aliases),
        ("cost", 0 if measured.varies else measured.cost, limits.cost),
    )
    for what, asked, allowed in checks:
        if asked > allowed:
            extensions = {"limit": allowed}
            if what == "cost":
                extensions["cost"] = min(asked, _EXACT_IN_JSON)
            raise RequestError.one(
                Code.OPERATION_TOO_EXPENSIVE, f"The operation's {what} is more than {allowed}.", **extensions
            )


def _refuse_long_numbers(document: DocumentNode) -> None:
    """By the tokens, since a number may stand where no walk along the fields comes by: in a directive, a default."""
    token = document.loc.start_token if document.loc else None
    while token is not None:
        if token.kind in {TokenKind.INT, TokenKind.FLOAT} and token.end - token.start > NUMBER_CHARACTERS:
            message = f"A number must have no more than {NUMBER_CHARACTERS} characters."
            source = document.loc.source if document.loc else None
            found = GraphQLError(message, source=source, positions=[token.start])
            raise RequestError(of_document([found], Code.GRAPHQL_VALIDATION_FAILED))
        token = token.next


class _Walk:
    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        limits: Limits,
        variables: Mapping[str, Any] | None,
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._variables = variables
        self._defaults = {
            definition.variable.name.value: definition.default_value
            for definition in operation.variable_definitions or ()
        }
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._measured: dict[str, Measure] = {}

    def measure(self, selection_set: SelectionSetNode, parent: GraphQLNamedType | None) -> Measure:
        depth = introspection_depth = aliases = cost = 0
        varies = False
        for selection in selection_set.selections:
            part = Measure()
            if isinstance(selection, FieldNode):
                part = self._field(selection, parent)
            elif isinstance(selection, FragmentSpreadNode):
                part = self._spread(selection.name.value)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                narrowed = self._schema.get_type(condition.name.value) if condition else parent
                part = self.measure(selection.selection_set, narrowed)
            depth = max(depth, part.depth)
            introspection_depth = max(introspection_depth, part.introspection_depth)
            aliases += part.aliases
            cost += part.cost
            varies = varies or part.varies
        return Measure(depth, introspection_depth, aliases, cost, varies)

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Measure:
        name = node.name.value
        field = self._definition(parent, name)
        aliases = 0 if node.alias is None else 1
        if node.selection_set is None:
            return Measure(depth=1, aliases=aliases, cost=1)
        below = self.measure(node.selection_set, get_named_type(field.type) if field else None)
        if name in INTROSPECTION_ROOTS:
            return Measure(1, 1 + max(below.depth, below.introspection_depth), aliases + below.aliases, 1 + below.cost)
        times, varies = self._times(node, field)
        return Measure(
            depth=1 + below.depth,
            introspection_depth=below.introspection_depth,
            aliases=aliases + below.aliases,
            cost=1 + times * below.cost,
            varies=varies or below.varies,
        )

    def _spread(self, name: str) -> Measure:
        measured = self._measured.get(name)
        if measured is None:
            self._measured[name] = measured = Measure()
            fragment = self._fragments.get(name)
            if fragment is not None:
                parent = self._schema.get_type(fragment.type_condition.name.value)
                self._measured[name] = measured = self.measure(fragment.selection_set, parent)
        return measured

    def _definition(self, parent: GraphQLNamedType | None, name: str) -> GraphQLField | None:
        return self._schema.get_field(parent, name) if parent and is_composite_type(parent) else None

    def _times(self, node: FieldNode, field: GraphQLField | None) -> tuple[int, bool]:
        """How often what hangs from the field is resolved, and whether only variables can tell."""
        if field is None:
            return 1, False
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        if "first" in field.args and get_named_type(field.type).name.endswith("Connection"):
            sizes = [self._size(given[name]) for name in PAGE_SIZES if name in given]
            known = [size for size, _ in sizes if size is not None]
            return max(known, default=self._limits.default_page), any(varies for _, varies in sizes)
        if is_list_type(get_nullable_type(field.type)):
            for name in KEY_LISTS:
                if name in given:
                    size, varies = self._size(given[name])
                    return (1 if size is None else size), varies
            return length_of(field) or 1, False
        return 1, False

    def _size(self, value: ValueNode) -> tuple[int | None, bool]:
        """A page size, or the length of a list, within the largest allowed; nothing where it is null."""
        if isinstance(value, VariableNode):
            name = value.name.value
            if self._variables is None:
                return self._limits.max_page, True
            if name in self._variables:
                return self._size_of(self._variables[name]), False
            default = self._defaults.get(name)
            return (None, False) if default is None else self._size(default)
        if isinstance(value, IntValueNode):
            digits = value.value
            return self._limits.max_page if len(digits) > _INT_DIGITS else self._size_of(int(digits)), False
        if isinstance(value, ListValueNode):
            return self._size_of(value.values), False
        return None, False

    def _size_of(self, value: object) -> int | None:
        if isinstance(value, (list, tuple)):
            value = len(value)
        return min(max(value, 0), self._limits.max_page) if isinstance(value, int) else None
