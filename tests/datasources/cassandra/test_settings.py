"""Contact points as they are written in a setting."""

import pytest

from datasources.cassandra.settings import CassandraSettings
from datasources.errors import SettingRefused


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("127.0.0.1:9142", [("127.0.0.1", 9142)]),
        ("a.example, b.example:9043,", [("a.example", 9042), ("b.example", 9043)]),
        ("[::1]:9043,[::1],::1", [("::1", 9043), ("::1", 9042), ("::1", 9042)]),
    ],
)
def test_addresses(text: str, addresses: list[tuple[str, int]]) -> None:
    assert CassandraSettings(contact_points=text).addresses() == addresses


@pytest.mark.parametrize("text", ["", " , ", "host:port", "host:0", "host:65536", ":9042", "[]:9042"])
def test_an_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingRefused, match="CASSANDRA_CONTACT_POINTS"):
        CassandraSettings(contact_points=text).addresses()


def test_secrets_are_not_shown() -> None:
    settings = CassandraSettings(password="hunter2", astra_token="AstraCS:hunter3")
    assert "hunter" not in repr(settings)
