"""Whatever Strawberry allows gives the same answer by graphql-core and by the compiled executor."""

from collections.abc import Callable
from typing import Any

import pytest
from graphql import parse, validate

from tests.execution.executors import (
    Answer,
    Request,
    by_compiled,
    by_graphql_core_quietly,
    difference_in_time,
    in_the_order_of_the_response,
)
from tests.execution.strawberries import guarded, inputs, library

Document = tuple[str, dict[str, Any]]


async def both(schema: Any, document: Document, new_context: Callable[[], Any]) -> tuple[Answer, Any, Any]:
    """graphql-core's answer, where ours differs in the order of errors at most, and both contexts."""
    text, variables = document
    parsed = parse(text)
    assert not validate(schema, parsed)
    request = Request(schema, parsed, root=library.Query(), variables=variables)
    expected_in, found_in = new_context(), new_context()
    expected = await by_graphql_core_quietly(request, expected_in)
    found = await by_compiled(request, found_in)
    different = difference_in_time(expected, found)
    assert not different, different
    # Nothing here fails twice in one place, so nothing but the order may differ.
    assert sorted(map(repr, expected.errors or ())) == sorted(map(repr, found.errors or ()))
    assert in_the_order_of_the_response(found)
    return expected, expected_in, found_in


LIBRARY = library.library_schema()._schema
GUARDED = guarded.guarded_schema()._schema
INPUTS = inputs.input_schema()._schema


@pytest.mark.parametrize("document", library.DOCUMENTS, ids=range(len(library.DOCUMENTS)))
async def test_resolvers_of_every_shape(document: Document) -> None:
    _, expected, found = await both(LIBRARY, document, library.Context)
    assert sorted(found.calls) == sorted(expected.calls)
    # As few batches as by graphql-core, with the same keys.
    assert sorted(key for batch in found.batches for key in batch) == sorted(
        key for batch in expected.batches for key in batch
    )
    assert len(found.batches) <= len(expected.batches)


async def test_mutations_are_called_in_their_order() -> None:
    document = next(each for each in library.DOCUMENTS if each[0].startswith("mutation"))
    _, expected, found = await both(LIBRARY, document, library.Context)
    assert found.calls == expected.calls == ["begin A", "end A", "remove A", "begin B", "end B"]


async def test_a_data_loader_has_one_batch_for_a_list() -> None:
    _, __, found = await both(LIBRARY, ("{ books { shelf { number } } }", {}), library.Context)
    assert found.batches == [[1, 2, 4]]


@pytest.mark.parametrize("allowed", [True, False])
@pytest.mark.parametrize("document", guarded.DOCUMENTS, ids=range(len(guarded.DOCUMENTS)))
async def test_permissions_and_extensions_are_called_field_by_field(document: Document, allowed: bool) -> None:
    answer, expected, found = await both(GUARDED, document, lambda: guarded.Context(allowed))
    if answer.raw is None or answer.errors is None:
        # Under a place that is null already, graphql-core asks no more.
        assert set(found.calls) >= set(expected.calls)
    if answer.errors is None:
        assert sorted(found.calls) == sorted(expected.calls)
    if document[0].startswith("{ rooms"):
        assert ("FORBIDDEN" in str(answer.errors)) is not allowed


@pytest.mark.parametrize("document", inputs.DOCUMENTS, ids=range(len(inputs.DOCUMENTS)))
async def test_inputs_become_what_strawberry_makes_of_them(document: Document) -> None:
    await both(INPUTS, document, dict)
