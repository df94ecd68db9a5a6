"""Our kinds of field give the same answer by graphql-core, through the loaders, and compiled, a level at a time.

Which of several failures nulls a place first is a matter of time in graphql-core here, for each look-up ends when its
batch does. So: the data exactly, the places that are null because of an error, the errors that stand at such a place by
themselves; ours in the order of the response. Batches: no more than by graphql-core, no key of a loader twice.
"""

from collections import Counter
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
from tests.execution.generated.documents import DocumentWriter
from tests.execution.generated.draw import Draw
from tests.execution.generated.existing import made_from
from tests.execution.generated.inputs import Values
from tests.execution.kinds.records import Blog, Post, blog_of
from tests.execution.kinds.schema import CORE, Context, new_context

MADE = made_from(CORE)
DOCUMENTS = 60
BLOGS = 8

WRITTEN = (
    "{ posts { id title score tags createdAt author { name rank manager { name managerName } } } }",
    "{ posts { ... on Article { numbers(to: 3) strictAuthor { name } } ... on Note { kind fragile } __typename } }",
    "{ posts { comments { edges { cursor node { text author { name } } } pageInfo { hasNextPage endCursor } } } }",
    "{ posts { a: comments(first: 2) { edges { cursor } } b: comments(last: 1) { edges { cursor } } } }",
    "{ posts { a: comments(first: 1, last: 1) { pageInfo { endCursor } } b: comments(first: 101) { __typename } } }",
    '{ posts { a: comments(after: "x") { edges { cursor } } } }',
    '{ posts { comments(first: 2, after: "com_10") { edges { node { id author { friends { name } } } } } } }',
    "{ found { __typename ... on Author { name friends { friends { id name } } } ... on Post { title } } }",
    '{ firstAuthor { greeting a: greeting(word: "wrong") b: greeting(times: 2) postsCount manager { postsCount } } }',
    '{ a: named(id: "aut_1") { __typename id ... on Author { name } } b: named(id: "pst_1") { id __typename } }',
    '{ posts(ids: ["pst_1", "pst_1", "nobody"]) { id author { id friends { id manager { id } } } } }',
    "query ($k: Kind) { found(kind: $k) { ... on Note { id kind } ... on Author { rank } } }",
)


async def both(blog: Blog, document: str, variables: dict[str, Any] | None = None) -> tuple[Answer, Context, Context]:
    parsed = parse(document)
    request = Request(CORE, parsed, variables=variables)
    expected_in = new_context(blog)
    expected = await by_graphql_core_quietly(request, expected_in)
    batches = list(blog.batches)
    found_in = new_context(blog)
    found = await by_compiled(request, found_in)
    different = difference_in_time(expected, found) or by_themselves(expected, found)
    assert not different, f"{different}\n{document}\n{variables}"
    assert in_the_order_of_the_response(found), f"{found.errors}\n{document}"
    if expected.errors is None:
        # Where a place is null already, graphql-core asks for less.
        _compare_batches(batches, blog.batches)
        # What hangs from a record that several others join is made once for all of them.
        assert set(map(repr, found_in.calls)) == set(map(repr, expected_in.calls)), document
    return expected, expected_in, found_in


def by_themselves(expected: Answer, found: Answer) -> str:
    if expected.by_themselves() == found.by_themselves():
        return ""
    return f"errors of nulled places\n  expected {expected.by_themselves()}\n  found    {found.by_themselves()}"


def _compare_batches(expected: list[tuple[str, list[Any]]], found: list[tuple[str, list[Any]]]) -> None:
    keys = Counter((name, key) for name, wanted in found for key in wanted)
    assert set(keys.values()) <= {1}, found
    assert len(found) <= len(expected), (expected, found)


@pytest.mark.parametrize("document", WRITTEN)
async def test_what_is_joined_connected_and_called_is_the_same(document: str) -> None:
    assert not validate(CORE, parse(document))
    for seed in range(BLOGS):
        variables = {"k": "NOTE"} if seed % 2 and "$k" in document else {}
        await both(blog_of(seed), document, variables)


async def test_documents_drawn_at_random_are_answered_alike() -> None:
    for number in range(DOCUMENTS):
        draw = Draw("kinds", number)
        written = DocumentWriter(MADE, draw).write(("Query",))
        assert not validate(CORE, parse(written.text)), written.text
        ((_, wanted),) = written.operations.items()
        variables = {name: Values(draw, MADE.inputs, 0.02).of(each.type_ref) for name, each in wanted.items()}
        await both(blog_of(number), written.text, variables)


async def test_a_join_is_one_batch_for_all_objects_of_a_level() -> None:
    blog = blog_of(0)
    await both(blog, "{ posts { author { name manager { name } } strictAuthor { name } } }")
    assert [name for name, _ in blog.batches] == ["posts", "authors", "authors"]
    wanted = {post.author_id for post in blog.posts.values() if isinstance(post, Post)} - {None}
    assert set(blog.batches[1][1]) == wanted


async def test_joins_and_methods_that_load_share_their_batches() -> None:
    blog = blog_of(0)
    await both(blog, "{ firstAuthor { postsCount manager { postsCount } friends { postsCount } } }")
    assert [name for name, _ in blog.batches].count("posts") <= 2


async def test_connections_with_equal_arguments_are_one_look_up() -> None:
    blog = blog_of(0)
    document = (
        "{ posts { a: comments(first: 2) { edges { cursor } } b: comments(first: 2) { pageInfo { endCursor } } } }"
    )
    await both(blog, document)
    keys = [key for name, wanted in blog.batches if name == "comments" for key in wanted]
    assert len(keys) == len(set(keys)) == 8


async def test_a_store_that_is_away_is_the_error_of_each_field_that_asked() -> None:
    blog = blog_of(0)
    blog.away = True
    answer, _, __ = await both(blog, '{ a: named(id: "pst_1") { id } firstAuthor { manager { id } friends { id } } }')
    assert {each.message for each in answer.errors or ()} == {"posts is away", "authors is away"}
