"""What the API answers when it does not do what was asked.

    ApiError
     +- Unauthenticated     nobody is signed in, and the thing asked for needs somebody
     |   +- SessionEnded    the session of what was open has ended
     +- BadInput            an argument is malformed: an id, a cursor, a page size
     +- AccessLost          what was being listened to may not be heard any more
     +- RoomClosed          what was, or was to be, listened to is archived
     +- TooManyStreams      the same person has as many streams of that kind open as one process lets them
     +- Refused             a mutation's input or the state of things forbids it; carries problems for a person to read

`graph/errors.py` turns all but the last and the stores' `Unavailable` into top-level errors with a code; payloads of
mutations carry the problems of the last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class ProblemCode(StrEnum):
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    FORBIDDEN = "forbidden"
    CLOSED = "closed"
    EXPIRED = "expired"
    RATE_LIMITED = "rate_limited"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a person should read. `path` leads from the mutation's `input` to the value in question."""

    code: ProblemCode
    message: str
    path: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class RateLimitProblem(Problem):
    """Too many attempts; `retry_after` is in seconds."""

    retry_after: int = 0


class ApiError(Exception):
    """The root of the tree above."""


class Unauthenticated(ApiError):
    """Nobody is signed in."""

    def __init__(self, message: str = "Sign in first.") -> None:
        super().__init__(message)


class SessionEnded(Unauthenticated):
    """The session of what was open has ended."""

    def __init__(self) -> None:
        super().__init__("The session has ended.")


class BadInput(ApiError):
    """An argument is malformed."""


class AccessLost(ApiError):
    """What was being listened to may not be heard any more."""


class RoomClosed(ApiError):
    """What was, or was to be, listened to is archived."""


class TooManyStreams(ApiError):
    """One person listens to the same `most` times already."""

    def __init__(self, most: int) -> None:
        super().__init__(f"You have {most} streams of your own events open, the most there may be; share one.")
        self.most = most


class Refused(ApiError):
    """The problems that stand in the way; nothing was changed."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


def refusal(code: ProblemCode, message: str, *path: str) -> Refused:
    """A refusal for one reason."""
    return Refused([Problem(code, message, path or None)])
