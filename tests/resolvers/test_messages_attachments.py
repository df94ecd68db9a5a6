"""Which addresses, names and kinds of files are taken."""

from dataclasses import replace
from typing import Any

import pytest

from datasources.records.messages import Attachment, MessageType
from resolvers.attachments import checked_attachments
from resolvers.errors import Problem, ProblemCode
from resolvers.validation import Validation

FILE = Attachment("https://example.org/a.pdf", "a.pdf", "application/pdf", 1)


def problems(**change: Any) -> list[Problem]:
    validation = Validation()
    checked_attachments(validation, MessageType.TEXT, [replace(FILE, **change)])
    return validation.problems


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "https://example.org:8443/a/b?c=d#e",
        "https://[2001:db8::1]/x",
        "https://example.org./x",
        "HTTPS://EXAMPLE.org/x",
        "https://bücher.example/ü",
        "https://bu\u0308cher.example/ü",
        "https://हिन्दी.example/",
        "https://a_b.example/{a}|b^c`'[1]?%",
        "http://[::1]:8080/x",
        "https://example.org/" + "x" * 2_028,
        "https://example.org/a@b",
    ],
)
def test_addresses_of_the_web_are_taken_as_they_are(url: str) -> None:
    assert problems(url=url) == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org/x",
        "/x",
        "//example.org/x",
        "https:/example.org",
        "https:example.org",
        "https://",
        "https:///x",
        "https://:443/x",
        "https://example..org/x",
        "https://example.org:port/x",
        "https://example.org:70000/x",
        "https://[::1/x",
        "https://[::1]x/",
        "https://[v1.a]/",
        "https://%00/",
        "https://exa%6dple.org/",
        "https://example.org`/",
        "https://*.example.org/",
        "https://\uff11\uff12\uff17.0.0.1/",
        "https://example\u3002org/",
        'https://example.org/"onload="x',
        "https://example.org/<script>",
        "javascript:alert(1)",
        "JAVASCRIPT://example.org/%0aalert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://example.org/x",
        "blob:https://example.org/x",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "\x01https://example.org/x",
        "https://example.org/a b",
        "https://example.org/\u00a0",
        "https://example.org/\u202egnp.exe",
        "https://exam\u200bple.org/x",
        "https://example.org\\@evil.example/x",
        "https://ada@example.org/x",
        "https://ada:secret@example.org/x",
        "https://@example.org/x",
        "https://example.org/" + "x" * 2_029,
    ],
)
def test_anything_else_is_refused_with_its_path(url: str) -> None:
    assert [(each.code, each.path) for each in problems(url=url)] == [
        (ProblemCode.INVALID, ("attachments", "0", "url"))
    ]


@pytest.mark.parametrize("name", ["", " ", ".", "..", "a/b", "a\\b", "a\nb", "a\u2028b", "a\0", "x" * 256])
def test_a_name_is_one_line_without_a_path(name: str) -> None:
    assert [each.path for each in problems(name=name)] == [("attachments", "0", "name")]


@pytest.mark.parametrize(
    "media_type", ["", "png", "image/", "/png", "image/png; charset=x", "image/p ng", "image/png/x", "ïmage/png"]
)
def test_a_media_type_is_type_and_subtype(media_type: str) -> None:
    assert [each.path for each in problems(media_type=media_type)] == [("attachments", "0", "mediaType")]


def test_what_is_taken_is_in_one_spelling() -> None:
    validation = Validation()
    (taken,) = checked_attachments(
        validation, MessageType.IMAGE, [Attachment("https://example.org", " e\u0301.PNG ", "Image/SVG+xml", 0)]
    )

    assert taken == Attachment("https://example.org", "\u00e9.PNG", "image/svg+xml", 0)
    assert validation.problems == []
