"""What is sent again, what is an outage, and what is said of it."""

from types import SimpleNamespace
from typing import Any

import pytest
from cassandra import (
    AuthenticationFailed,
    ConsistencyLevel,
    InvalidRequest,
    OperationTimedOut,
    ReadTimeout,
    Unauthorized,
    WriteFailure,
    WriteTimeout,
)
from cassandra.cluster import NoHostAvailable
from cassandra.connection import ConnectionShutdown
from cassandra.policies import RetryPolicy, WriteType

from datasources.cassandra.driver import RetryIdempotent, is_outage, reason_of, refused_setting
from datasources.errors import Unavailable

ONE_MORE, NO_MORE = RetryPolicy.RETRY_NEXT_HOST, RetryPolicy.RETHROW
LEVEL = ConsistencyLevel.LOCAL_QUORUM


@pytest.mark.parametrize("idempotent", [True, False])
@pytest.mark.parametrize("retry_num", [0, 1])
def test_only_what_is_idempotent_is_sent_again_and_only_once(idempotent: bool, retry_num: int) -> None:
    query: Any = SimpleNamespace(is_idempotent=idempotent)
    policy = RetryIdempotent()
    ambiguous = [
        policy.on_read_timeout(query, LEVEL, 1, 0, data_retrieved=False, retry_num=retry_num),
        policy.on_write_timeout(
            query=query,
            consistency=LEVEL,
            write_type=WriteType.SIMPLE,
            required_responses=2,
            received_responses=1,
            retry_num=retry_num,
        ),
        policy.on_request_error(query, LEVEL, error=ConnectionShutdown("gone"), retry_num=retry_num),
    ]
    wanted = ONE_MORE if idempotent and retry_num == 0 else NO_MORE
    assert {decision for decision, _ in ambiguous} == {wanted}
    never_begun, _ = policy.on_unavailable(query, LEVEL, 2, 1, retry_num=retry_num)
    assert never_begun == (ONE_MORE if retry_num == 0 else NO_MORE)
    conditional, _ = policy.on_write_timeout(query, consistency=LEVEL, write_type=WriteType.CAS, retry_num=retry_num)
    assert conditional == NO_MORE


@pytest.mark.parametrize(
    "error",
    [
        NoHostAvailable("none", {}),
        OperationTimedOut(),
        ReadTimeout("late"),
        WriteTimeout("late", write_type=WriteType.SIMPLE),
        WriteFailure("failed", write_type=WriteType.SIMPLE),
        ConnectionShutdown("gone"),
        ConnectionResetError(),
        TimeoutError(),
        Unavailable("cassandra", "away"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_outage(error: Exception) -> None:
    assert is_outage(error)
    assert reason_of(error)


@pytest.mark.parametrize("error", [InvalidRequest("wrong"), Unauthorized("not yours"), ValueError("wrong")])
def test_no_outage(error: Exception) -> None:
    assert not is_outage(error)


def test_what_a_setting_does_is_said_so() -> None:
    refused = refused_setting(NoHostAvailable("none", {"a": ConnectionShutdown("gone"), "b": AuthenticationFailed()}))
    assert refused is not None
    assert refused.setting == "CASSANDRA_USERNAME"
    untrusted = OSError(1, "Last error: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed")
    refused = refused_setting(NoHostAvailable("none", {"a": untrusted}))
    assert refused is not None
    assert refused.setting == "CASSANDRA_TLS_CA"
    assert "self-signed" in str(refused)
    assert refused_setting(NoHostAvailable("none", {"a": ConnectionRefusedError()})) is None
