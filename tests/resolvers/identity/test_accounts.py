"""What an account may be, and that there is one for an address."""

import pytest

from resolvers.errors import ProblemCode
from resolvers.identity import Identity, normal_email
from tests.resolvers.identity.signing import an_email, problems_of, sign_up


async def test_an_address_has_one_account(identity: Identity) -> None:
    email = an_email()
    await sign_up(identity, email)
    (problem,) = await problems_of(sign_up(identity, email.upper()))
    assert (problem.code, problem.path) == (ProblemCode.CONFLICT, ("email",))


async def test_all_that_is_wrong_with_an_account_is_said_at_once(identity: Identity) -> None:
    problems = await problems_of(sign_up(identity, "not an address", "short", "a\x00name"))
    assert [(problem.code, problem.path) for problem in problems] == [
        (ProblemCode.INVALID, ("email",)),
        (ProblemCode.INVALID, ("password",)),
        (ProblemCode.INVALID, ("name",)),
    ]


@pytest.mark.parametrize(
    ("email", "normal"),
    [
        (" Ada@Example.ORG ", "ada@example.org"),
        ("ada.l+x@mail.example.org", "ada.l+x@mail.example.org"),
        ("ü@bücher.example", "ü@bücher.example"),
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
        ("a" * 65 + "@example.org", None),
        ("a@" + "b" * 60 + ".example" * 25, None),
        ("ada", None),
        ("ada@localhost", None),
        ("@example.org", None),
        ("ada@@example.org", None),
        ("a..b@example.org", None),
        ("ada@-x.org", None),
        ("ada@example.org\nbcc: x@example.org", None),
        ("ada\x00@example.org", None),
        ("\ud800@example.org", None),
    ],
)
def test_an_address_has_one_form(email: str, normal: str | None) -> None:
    assert normal_email(email) == normal
