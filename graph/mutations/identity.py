"""Accounts and sessions."""

from typing import Annotated, Any

import strawberry

from graph.context import Context
from graph.fields import mutation
from graph.types.changes import identity
from graph.types.changes.payloads import INPUT, problems
from resolvers.errors import Refused
from resolvers.identity import SignedIn


def _signed_in(context: Context, signed_in: SignedIn) -> dict[str, Any]:
    """What both ways of signing in answer; the transport hands the token to a browser as a cookie too."""
    context.session_token = signed_in.token
    context.become(signed_in.viewer)
    return {"token": signed_in.token, "user": signed_in.user, "user_errors": []}


@strawberry.type
class IdentityMutations:
    @mutation(description="Makes an account and signs in.")
    async def sign_up(
        self, context: Context, input: Annotated[identity.SignUpInput, INPUT]
    ) -> identity.SignUpPayload | None:
        try:
            signed_in = await context.services.identity.sign_up(
                input.email, input.password, input.name, context.caller.user_agent, context.caller.address
            )
        except Refused as refused:
            return identity.SignUpPayload(user_errors=problems(refused))
        return identity.SignUpPayload(**_signed_in(context, signed_in))

    @mutation(description="Begins a session.")
    async def sign_in(
        self, context: Context, input: Annotated[identity.SignInInput, INPUT]
    ) -> identity.SignInPayload | None:
        try:
            signed_in = await context.services.identity.sign_in(
                input.email, input.password, context.caller.user_agent, context.caller.address
            )
        except Refused as refused:
            return identity.SignInPayload(user_errors=problems(refused))
        return identity.SignInPayload(**_signed_in(context, signed_in))

    @mutation(description="Ends this session.")
    async def sign_out(self, context: Context) -> identity.SignOutPayload | None:
        await context.services.identity.sign_out(context.caller.signed_in())
        context.session_token = ""
        context.become(None)
        return identity.SignOutPayload(ended=1, user_errors=[])

    @mutation(description="Ends all sessions of the viewer, on every device.")
    async def sign_out_everywhere(self, context: Context) -> identity.SignOutPayload | None:
        ended = await context.services.identity.sign_out_everywhere(context.caller.signed_in())
        context.session_token = ""
        context.become(None)
        return identity.SignOutPayload(ended=ended, user_errors=[])
