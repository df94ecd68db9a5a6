"""What is read of a request before its body."""

import pytest

from graph.transport import accept
from graph.transport.head import Head


def head(*headers: tuple[str, str], **scope: object) -> Head:
    return Head({"type": "http", "headers": [(name.encode(), value.encode()) for name, value in headers], **scope})


def test_of_a_header_that_comes_twice_the_first_counts() -> None:
    twice = head(("authorization", "Bearer first"), ("host", "x"), ("authorization", "Bearer second"))
    assert twice.get(b"authorization") == "Bearer first"
    assert twice.get(b"origin") is None
    assert b"host" in twice
    assert b"origin" not in twice


@pytest.mark.parametrize(
    ("cookies", "found"),
    [
        ([], None),
        (["theme=dark"], None),
        (["session=a"], "a"),
        (["theme=dark; session=a; zone=1"], "a"),
        (["session=a", "theme=dark"], "a"),
        (["session=a; session=b"], "b"),
        (["session=a", "session=b"], "b"),
        (["old_session=a"], None),
        (["session_old=a"], None),
        (["theme=session=a"], None),
        (["old=session; session=b"], "b"),
        (["session="], ""),
        (['session="a b"'], "a b"),
    ],
)
def test_a_cookie_is_found_by_its_whole_name(cookies: list[str], found: str | None) -> None:
    assert head(*(("cookie", cookie) for cookie in cookies)).cookie("session") == found


@pytest.mark.parametrize(
    ("content_type", "media_type"),
    [(None, ""), ("application/json", "application/json"), ("Application/JSON ; charset=utf-8", "application/json")],
)
def test_the_media_type_has_no_parameters(content_type: str | None, media_type: str) -> None:
    headers = [] if content_type is None else [("content-type", content_type)]
    assert head(*headers).media_type == media_type


@pytest.mark.parametrize(
    ("scheme", "origin"),
    [("http", "http://school.test:1"), ("https", "https://school.test:1"), ("wss", "https://school.test:1")],
)
def test_the_own_origin_is_that_of_a_page(scheme: str, origin: str) -> None:
    assert head(("host", "School.test:1"), scheme=scheme).origin == origin


def test_the_address_is_that_of_the_client() -> None:
    assert head(client=("10.0.0.7", 5)).address == "10.0.0.7"
    assert head(client=None).address is None
    assert head().address is None


def test_what_is_remembered_of_accept_is_bounded() -> None:
    before = accept._remembered.cache_info().currsize
    assert accept.accept_of("application/json," + "x/y," * 500).answered_in == accept.JSON
    assert accept._remembered.cache_info().currsize == before
    assert accept.accept_of("application/json;q=0.123") is accept.accept_of("application/json;q=0.123")
