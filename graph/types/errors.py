"""What a person should read about a change that was refused."""

import strawberry

from graph.fields import attribute, enum_type, node_type
from resolvers import errors
from resolvers.errors import ProblemCode

enum_type(
    ProblemCode,
    name="UserErrorCode",
    description="Why a change was refused.",
    values={
        ProblemCode.INVALID: "A value is malformed, too long or too short.",
        ProblemCode.NOT_FOUND: "It does not exist, or the viewer may not see it.",
        ProblemCode.CONFLICT: "It contradicts what is there: a taken name, a stale revision, a reused key.",
        ProblemCode.FORBIDDEN: "The viewer may see it, but not do this.",
        ProblemCode.CLOSED: "It is archived, or one of two has blocked the other.",
        ProblemCode.EXPIRED: "Its time or its uses have run out.",
        ProblemCode.RATE_LIMITED: "Too many attempts; try again later.",
    },
)


@strawberry.interface(description="A reason why a change was refused; nothing was changed.")
class UserError:
    code: ProblemCode = attribute("The kind of reason, for a program.")
    message: str = attribute("The reason, for a person.")
    path: list[str] | None = attribute("Where in the mutation's input the reason lies.")


@node_type(errors.Problem, description="A reason with nothing more to say.")
class GeneralError(UserError):
    pass


@node_type(errors.RateLimitProblem, description="Too many attempts.")
class RateLimited(UserError):
    retry_after: int = attribute("Seconds to wait before the next attempt.")
