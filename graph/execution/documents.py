"""Documents parsed, measured and validated once, and kept while they are in use."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from graphql import (
    DocumentNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
    validate,
)
from graphql.validation import recommended_rules
from graphql.validation.rules import overlapping_fields_can_be_merged

from graph.errors import Code, RequestError, of_document
from graph.execution.compiler import Operation, compile_operation
from graph.limits import Limits, Measure, measure, refuse_beyond

MAX_ERRORS: Final = 20

# This rule compares fields pairwise; by default it gives up after some 0.3 s of it, in which nobody else is served.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 100_000


class Ready(dict[str, Any]):
    """A response that is the same for everybody who asks, with its JSON."""

    __slots__ = ("json",)

    def __init__(self, response: Mapping[str, Any]) -> None:
        super().__init__(response)
        self.json = orjson.dumps(response)


@dataclass(slots=True)
class Prepared:
    """One operation of a valid document, ready to be executed any number of times.

    `constant` is a query without variables of what the schema itself says: `answer` has its response once it was asked.
    """

    document: DocumentNode
    operation: Operation
    measured: Measure
    constant: bool = False
    answer: Ready | None = None

    @property
    def kind(self) -> OperationType:
        return self.operation.definition.operation


@dataclass(slots=True)
class _Entry:
    document: DocumentNode
    prepared: dict[str | None, Prepared] = field(default_factory=dict)


class Documents:
    """The cache: least recently used out first, bounded by documents and by their tokens (about half a kB each)."""

    def __init__(
        self, schema: GraphQLSchema, limits: Limits, *, introspection: bool = True, suggestions: bool = True
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._suggestions = suggestions
        rules = (*specified_rules, *recommended_rules)
        self._rules = rules if introspection else (*rules, NoSchemaIntrospectionCustomRule)
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._tokens = 0

    def __len__(self) -> int:
        return len(self._entries)

    def prepare(self, text: str, operation_name: str | None) -> Prepared:
        """Raises `RequestError` for a document that does not parse, is too large or is not valid."""
        entry = self._entries.get(text)
        if entry is not None:
            self._entries.move_to_end(text)
            prepared = entry.prepared.get(operation_name)
            if prepared is not None:
                return prepared
        document = entry.document if entry is not None else self._parse(text)
        operation = _choose(document, operation_name)
        measured = self._measure(document, operation)
        if entry is None:
            self._validate(document)
            entry = self._keep(text, document)
        name = operation.name.value if operation.name else None
        compiled = compile_operation(self._schema, document, name, suggestions=self._suggestions)
        prepared = entry.prepared[operation_name] = Prepared(document, compiled, measured, compiled.constant)
        return prepared

    def _parse(self, text: str) -> DocumentNode:
        limits = self._limits
        try:
            return parse(
                text,
                max_lexical_tokens=limits.tokens,
                max_comments=limits.tokens,
                max_source_length=limits.body_bytes,
            )
        except GraphQLSyntaxError as error:
            # graphql-core has one exception for all that a parser refuses; only its words tell a limit from a mistake.
            too_large = error.message.endswith("Parsing aborted.")
            code = Code.OPERATION_TOO_EXPENSIVE if too_large else Code.GRAPHQL_PARSE_FAILED
            raise RequestError(of_document([error], code)) from None

    def _measure(self, document: DocumentNode, operation: OperationDefinitionNode) -> Measure:
        try:
            measured = measure(self._schema, document, operation, self._limits)
        except RecursionError:
            raise RequestError.one(Code.OPERATION_TOO_EXPENSIVE, "The operation is nested too deeply.") from None
        refuse_beyond(self._limits, measured)
        return measured

    def _validate(self, document: DocumentNode) -> None:
        errors = validate(
            self._schema, document, self._rules, max_errors=MAX_ERRORS, hide_suggestions=not self._suggestions
        )
        if errors:
            raise RequestError(of_document(errors, Code.GRAPHQL_VALIDATION_FAILED))

    def _keep(self, text: str, document: DocumentNode) -> _Entry:
        entry = self._entries[text] = _Entry(document)
        self._tokens += document.token_count
        while len(self._entries) > self._limits.cached_documents or self._tokens > self._limits.cached_tokens:
            _, dropped = self._entries.popitem(last=False)
            self._tokens -= dropped.document.token_count
        return entry


def _choose(document: DocumentNode, operation_name: str | None) -> OperationDefinitionNode:
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if operation_name is None:
        if len(operations) == 1:
            return operations[0]
        problem = "one of several operations must be named" if operations else "the document has no operation"
        raise RequestError.one(Code.BAD_USER_INPUT, f"operationName: {problem}.")
    for operation in operations:
        if operation.name is not None and operation.name.value == operation_name:
            return operation
    raise RequestError.one(Code.BAD_USER_INPUT, "operationName: the document has no operation of that name.")
