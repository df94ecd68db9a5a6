"""Signing up, in and out."""

import strawberry

from graph.fields import attribute
from graph.types.changes.payloads import Payload
from graph.types.users import User


@strawberry.input(description="What an account needs.")
class SignUpInput:
    email: str = strawberry.field(description="The address to sign in with.")
    password: str = strawberry.field(description="8 to 128 characters.")
    name: str = strawberry.field(description="The name that others see: 1 to 100 characters.")


@strawberry.type(description="The new account, signed in.")
class SignUpPayload(Payload):
    token: str | None = attribute(
        "Sent as `Authorization: Bearer …` from now on; a browser gets a cookie as well.", None
    )
    user: User | None = attribute("The person.", None)


@strawberry.input(description="What proves who somebody is.")
class SignInInput:
    email: str = strawberry.field(description="The address of the account.")
    password: str = strawberry.field(description="The account's password.")


@strawberry.type(description="The session that was begun.")
class SignInPayload(Payload):
    token: str | None = attribute(
        "Sent as `Authorization: Bearer …` from now on; a browser gets a cookie as well.", None
    )
    user: User | None = attribute("The person.", None)


@strawberry.type(description="The end of a session, or of all of them.")
class SignOutPayload(Payload):
    ended: int | None = attribute("How many sessions were ended.", None)
