"""What a document is measured by before it is validated."""

from typing import Any

import pytest
from graphql import OperationDefinitionNode, build_schema, get_introspection_query, parse

from graph.errors import Code, RequestError
from graph.limits import Limits, Measure, measure, refuse_beyond
from graph.schema import core_schema

SCHEMA = build_schema("""
    type Query { node(id: ID!): Node nodes(ids: [ID!]!): [Node]! channel: Channel }
    interface Node { id: ID! }
    type Channel implements Node {
      id: ID!
      name: String
      parent: Channel
      messages(first: Int, after: String, last: Int): MessageConnection
    }
    type MessageConnection { edges: [MessageEdge!]! pageInfo: PageInfo! }
    type MessageEdge { node: Message! cursor: String! }
    type PageInfo { endCursor: String }
    type Message implements Node { id: ID! channel: Channel! }
""")
LIMITS = Limits()


def measured(text: str, variables: dict[str, Any] | None = None) -> Measure:
    document = parse(text)
    operation = next(each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    return measure(SCHEMA, document, operation, LIMITS, variables)


def refusal(text: str) -> str | None:
    try:
        refuse_beyond(LIMITS, measured(text))
    except RequestError as error:
        return str(error)
    return None


def deep(levels: int, leaf: str = "name") -> str:
    """`channel { parent { ... leaf } }` of so many levels."""
    return "channel { " + "parent { " * (levels - 2) + leaf + " }" * (levels - 1)


def test_the_limits_are_those_of_the_api() -> None:
    assert (LIMITS.body_bytes, LIMITS.tokens, LIMITS.depth, LIMITS.introspection_depth) == (262_144, 1_000, 12, 15)
    assert (LIMITS.aliases, LIMITS.cost, LIMITS.operations_per_socket) == (30, 5_000, 100)
    assert (LIMITS.init_seconds, LIMITS.execution_seconds) == (3, 10)


def test_depth_counts_fields_and_not_fragments() -> None:
    assert measured("{ channel { ... on Channel { ... { name } } } }").depth == 2
    assert measured("{ channel { ...F } } fragment F on Channel { parent { name } }").depth == 3
    assert refusal(f"{{ {deep(12)} }}") is None
    assert refusal(f"{{ {deep(13)} }}") == "The operation's depth is more than 12."


def test_depth_is_not_hidden_by_fragments() -> None:
    fragments = "".join(f"fragment F{n} on Channel {{ parent {{ ...F{n + 1} }} }}" for n in range(12))
    assert measured(f"{{ channel {{ ...F0 }} }} {fragments} fragment F12 on Channel {{ name }}").depth == 14


def test_introspection_has_a_depth_of_its_own() -> None:
    standard = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
    )
    assert refusal(standard) is None
    assert measured(standard).introspection_depth == 15
    beyond = "{ __schema { types { " + "ofType { " * 13 + "name" + " }" * 16
    assert refusal(beyond) == "The operation's introspection depth is more than 15."
    assert measured(f"{{ __typename {deep(3)} __schema {{ types {{ name }} }} }}")[:2] == (3, 3)


def test_aliases_count_as_often_as_they_are_spread() -> None:
    assert measured("{ a: channel { b: name } c: channel { name } }").aliases == 3
    spread = "{ x: channel { ...F } y: channel { ...F } } fragment F on Channel { p: name q: name }"
    assert measured(spread).aliases == 6
    assert refusal("{ " + " ".join(f"a{n}: __typename" for n in range(31)) + " }") is not None


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("{ channel { name } }", 2),
        ("{ channel { messages(first: 10) { edges { cursor node { id } } } } }", 1 + 1 + 10 * 4),
        ("{ channel { messages(last: 3) { pageInfo { endCursor } } } }", 1 + 1 + 3 * 2),
        ("{ channel { messages { edges { cursor } } } }", 1 + 1 + 50 * 2),
        ("{ channel { messages(first: null) { edges { cursor } } } }", 1 + 1 + 50 * 2),
        ("{ channel { messages(first: 0) { edges { cursor } } } }", 1 + 1),
        ("{ channel { messages(first: -5) { edges { cursor } } } }", 1 + 1),
        ("{ channel { messages(first: 1000000) { edges { cursor } } } }", 1 + 1 + 100 * 2),
        ("{ channel { messages(first: 11111111111) { edges { cursor } } } }", 1 + 1 + 100 * 2),
        ('{ nodes(ids: ["a", "b"]) { id } }', 1 + 2),
        ('{ node(id: "a") { ... on Channel { messages(first: 2) { edges { cursor } } } } }', 1 + 1 + 2 * 2),
        ("{ nonsense { messages(first: 2) { edges { cursor } } } }", 4),
        ("{ channel { ...Missing } }", 1),
    ],
)
def test_cost_follows_page_sizes(text: str, cost: int) -> None:
    assert measured(text).cost == cost
    assert not measured(text).varies


def test_pages_within_pages_multiply() -> None:
    inner = "channel { messages(first: %d) { edges { cursor } } }"
    nested = "{ channel { messages(first: 100) { edges { node { " + inner + " } } } } }"
    assert refusal(nested % 10) is None
    assert refusal(nested % 100) == "The operation's cost is more than 5000."


def refused(text: str) -> dict[str, Any]:
    with pytest.raises(RequestError) as raised:
        refuse_beyond(LIMITS, measured(text))
    [error] = raised.value.errors
    extensions = error["extensions"]
    assert isinstance(extensions, dict)
    return extensions


def test_a_refusal_for_its_cost_says_what_was_asked() -> None:
    page = "{ channel { messages(first: 100) { edges { node { %s } } } } }"
    text = page % "channel { messages(first: 100) { edges { cursor } } }"
    cost = 2 + 100 * (3 + 1 + 100 * 2)
    assert measured(text).cost == cost
    assert refused(text) == {"code": "OPERATION_TOO_EXPENSIVE", "limit": 5000, "cost": cost}
    assert "cost" not in refused(f"{{ {deep(13)} }}")


def test_a_cost_beyond_measure_can_be_written_as_json() -> None:
    spread = "".join(f"fragment F{n} on Channel {{ ...F{n + 1} ... {{ ...F{n + 1} }} }}" for n in range(70))
    text = f"{{ channel {{ ...F0 }} }} {spread} fragment F70 on Channel {{ name }}"
    assert measured(text).cost > 2**64
    assert refused(text)["cost"] == 2**53 - 1


@pytest.mark.parametrize("number", ["1" * 5_000, "-" + "1" * 40, "0." + "1" * 39])
def test_a_number_is_measured_only_if_it_is_short(number: str) -> None:
    with pytest.raises(RequestError) as raised:
        measured(f"{{ channel {{ messages(first: {number}) {{ edges {{ cursor }} }} }} }}")
    assert raised.value.code is Code.GRAPHQL_VALIDATION_FAILED


def test_a_page_size_in_a_variable_counts_as_the_largest_until_it_is_known() -> None:
    text = "query ($n: Int = 5) { channel { messages(first: $n) { edges { cursor } } } }"
    assert measured(text) == Measure(depth=4, cost=2 + 100 * 2, varies=True)
    assert measured(text, {}).cost == 2 + 5 * 2
    assert measured(text, {"n": 7}) == Measure(depth=4, cost=2 + 7 * 2)
    assert measured(text, {"n": None}).cost == 2 + 50 * 2
    assert measured(text, {"n": "odd"}).cost == 2 + 50 * 2
    assert measured("query ($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": ["a"] * 7}).cost == 1 + 7


def test_a_cost_that_depends_on_variables_is_refused_only_when_they_are_known() -> None:
    text = """query ($n: Int!) { channel { messages(first: $n) { edges { node { channel {
        messages(first: $n) { edges { node { id } } } } } } } } }"""
    refuse_beyond(LIMITS, measured(text))
    refuse_beyond(LIMITS, measured(text, {"n": 10}))
    with pytest.raises(RequestError):
        refuse_beyond(LIMITS, measured(text, {"n": 100}))


@pytest.mark.parametrize(
    "text",
    [
        "{ channel { ...A } } fragment A on Channel { ...A }",
        "{ channel { ...A } } fragment A on Channel { parent { ...B } } fragment B on Channel { parent { ...A } }",
    ],
)
def test_fragments_in_a_circle_end(text: str) -> None:
    assert measured(text).depth <= LIMITS.depth


def test_each_fragment_is_measured_once() -> None:
    # Were they not, this would be 2 to the 60th fields to visit.
    doubling = "".join(
        f"fragment F{n} on Channel {{ x: parent {{ ...F{n + 1} }} ... {{ ...F{n + 1} }} }}" for n in range(60)
    )
    text = f"{{ channel {{ ...F0 }} }} {doubling} fragment F60 on Channel {{ name }}"
    found = measured(text)
    assert found.cost > 2**60
    assert refusal(text) is not None


def measured_of_ours(text: str) -> Measure:
    document = parse(text)
    operation = next(each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    return measure(core_schema(), document, operation, LIMITS)


def test_lists_that_are_no_connections_count_as_often_as_they_may_be_long() -> None:
    channel = f'channel(id: "chn_{0:032x}")'
    once = "pins { message { channel { id } } }"
    twice = "pins { message { channel { pins { message { id } } } } }"
    assert measured_of_ours(f"{{ {channel} {{ {once} }} }}").cost == 1 + 1 + 50 * 3
    assert measured_of_ours(f"{{ {channel} {{ ...F }} }} fragment F on Room {{ {once} }}").cost == 1 + 1 + 50 * 3
    with pytest.raises(RequestError, match=r"The operation's cost is more than 5000\."):
        refuse_beyond(LIMITS, measured_of_ours(f"{{ {channel} {{ {twice} }} }}"))


def test_what_a_front_end_shows_of_rooms_is_within_the_cost() -> None:
    """A page of messages with all that hangs from them, and a list of conversations."""
    person = "{ id name avatarUrl }"
    message = f"""id content type createdAt editedAt author {person} replyTo {{ content author {person} }}
        attachments {{ url name }} mentions {person} reactions {{ emoji count viewerHasReacted }}
        readBy {{ id }} isPinned grading {{ status }}"""
    page = f"messages {{ edges {{ cursor node {{ {message} }} }} pageInfo {{ hasPreviousPage startCursor }} }}"
    sidebar = f"""conversations {{ edges {{ node {{ id name kind unreadCount mentionCount
        participants {{ user {{ name }} }}
        messages(last: 1) {{ edges {{ node {{ content author {person} }} }} }} }} }} }}"""
    for shown in (f'channel(id: "") {{ name eventCursor {page} }}', f"viewer {{ {sidebar} }}"):
        refuse_beyond(LIMITS, measured_of_ours(f"{{ {shown} }}"))
