"""What a client may read of what went wrong."""

import pytest
from graphql import GraphQLError, GraphQLField, GraphQLObjectType, GraphQLSchema, GraphQLString, graphql_sync
from structlog.testing import capture_logs

from datasources.errors import ClockUnsafe, Conflict, Unavailable
from datasources.events.queues import SlowSubscriber
from graph.errors import Code, FormattedError, RequestError, of_exception, of_execution
from resolvers.errors import BadInput, TooManyStreams, Unauthenticated


def raised_by_a_field(error: Exception) -> FormattedError:
    """`error` as it comes out of an execution in which a field raised it."""

    def resolve(*_: object) -> str:
        raise error

    query = GraphQLObjectType("Query", {"broken": GraphQLField(GraphQLString, resolve=resolve)})
    result = graphql_sync(GraphQLSchema(query), "{ broken }")
    [formatted] = of_execution(result.errors or ())
    return formatted


@pytest.mark.parametrize(
    ("error", "message", "extensions"),
    [
        (Unauthenticated(), "Sign in first.", {"code": "UNAUTHENTICATED"}),
        (BadInput("first: at most 100"), "first: at most 100", {"code": "BAD_USER_INPUT"}),
        (
            Unavailable("mongodb", "no reply from 10.0.0.7"),
            "mongodb is unavailable; try again shortly.",
            {"code": "STORE_UNAVAILABLE", "store": "mongodb"},
        ),
        (
            ClockUnsafe("80 ms ahead"),
            "postgresql is unavailable; try again shortly.",
            {"code": "STORE_UNAVAILABLE", "store": "postgresql"},
        ),
        (
            TooManyStreams(5),
            "You have 5 streams of your own events open, the most there may be; share one.",
            {"code": "TOO_MANY_OPERATIONS", "limit": 5},
        ),
        (
            SlowSubscriber("9 events were waiting"),
            "Events came faster than you read; resume from your last cursor.",
            {"code": "SLOW_SUBSCRIBER"},
        ),
        (GraphQLError("Wait.", extensions={"code": "X", "n": 1}), "Wait.", {"code": "X", "n": 1}),
    ],
)
def test_a_known_error_says_what_it_is_and_where(error: Exception, message: str, extensions: object) -> None:
    assert raised_by_a_field(error) == {
        "message": message,
        "path": ["broken"],
        "locations": [{"line": 1, "column": 3}],
        "extensions": extensions,
    }


@pytest.mark.parametrize(
    "error",
    [RuntimeError("hunter2"), Conflict("hunter2"), KeyError("hunter2"), GraphQLError("hunter2"), TimeoutError()],
)
def test_anything_else_is_internal_and_only_the_log_knows_more(error: Exception) -> None:
    with capture_logs() as logs:
        formatted = raised_by_a_field(error)
    extensions = formatted["extensions"]
    assert formatted["message"] == "Something went wrong on our side."
    assert extensions["code"] == "INTERNAL"
    assert set(extensions) == {"code", "correlationId"}
    [entry] = logs
    assert entry["correlation_id"] == extensions["correlationId"]
    assert entry["exc_info"] is error
    assert error.__traceback__ is not None


def test_correlation_ids_are_distinct() -> None:
    with capture_logs():
        ids = {of_exception(RuntimeError())["extensions"]["correlationId"] for _ in range(9)}
    assert len(ids) == 9


def test_an_outage_is_logged_with_its_reason() -> None:
    with capture_logs() as logs:
        of_exception(Unavailable("redis", "connection refused"))
    assert logs[0]["store"] == "redis"
    assert "connection refused" in logs[0]["reason"]


def test_a_request_error_speaks_for_its_first_error() -> None:
    error = RequestError.one(Code.OPERATION_TOO_EXPENSIVE, "Too deep.", limit=12)
    assert error.code is Code.OPERATION_TOO_EXPENSIVE
    assert error.errors == [{"message": "Too deep.", "extensions": {"code": "OPERATION_TOO_EXPENSIVE", "limit": 12}}]
