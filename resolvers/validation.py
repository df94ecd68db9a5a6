"""Checks of what people write, gathered so that they learn all of it at once."""

import unicodedata
from dataclasses import dataclass, field

from resolvers.errors import Problem, ProblemCode, Refused

# C0 and C1 controls and lone surrogates. What is not assigned yet is allowed: Python's tables are older than new emoji.
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cs"})
# What shows nothing by itself: spaces, format characters, fillers.
_INVISIBLE_CATEGORIES = frozenset({"Zs", "Zl", "Zp", "Cf", "Cc"})
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_LINE_SEPARATORS = frozenset("\u2028\u2029")
# Marks that turn the direction of what follows.
_DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(slots=True)
class Validation:
    """Use as `name = validation.line("name", text, 1, 80)`, then `validation.done()`, which raises `Refused`."""

    problems: list[Problem] = field(default_factory=list)
    place: tuple[str, ...] = ()

    def within(self, *place: str) -> "Validation":
        """For values deeper in the input: gathers into the same problems, with paths that begin there."""
        return Validation(self.problems, self.place + place)

    def line(self, name: str, text: str, minimum: int, maximum: int) -> str:
        """One line of text: trimmed, in Unicode's NFC, without control characters."""
        return self._text(name, text.strip(), minimum, maximum, "")

    def block(self, name: str, text: str, minimum: int, maximum: int) -> str:
        """Text of several lines: trimmed, in Unicode's NFC, without control characters but tab and line feed."""
        return self._text(name, text.replace("\r\n", "\n").strip(), minimum, maximum, "\t\n")

    def refuse(self, code: ProblemCode, message: str, *path: str) -> None:
        self.problems.append(Problem(code, message, (*self.place, *path) or None))

    def done(self) -> None:
        if self.problems:
            raise Refused(self.problems)

    def _text(self, name: str, text: str, minimum: int, maximum: int, allowed: str) -> str:
        normal = unicodedata.normalize("NFC", text)
        length = len(normal)
        if not minimum <= length <= maximum:
            self.refuse(ProblemCode.INVALID, f"Must have {minimum} to {maximum:,} characters; it has {length:,}.", name)
        elif minimum > 0 and not any(_visible(character) for character in normal):
            self.refuse(ProblemCode.INVALID, "Must have something to see.", name)
        elif not allowed and any(character in _LINE_SEPARATORS for character in normal):
            self.refuse(ProblemCode.INVALID, "Must be one line.", name)
        elif any(_forbidden(character) for character in normal if character not in allowed):
            self.refuse(ProblemCode.INVALID, "Must not have control characters.", name)
        return normal


def _forbidden(character: str) -> bool:
    if unicodedata.category(character) in _FORBIDDEN_CATEGORIES or character in _DIRECTION_MARKS:
        return True
    return 0xFDD0 <= ord(character) <= 0xFDEF or ord(character) & 0xFFFE == 0xFFFE  # noqa: PLR2004 - noncharacters


def _visible(character: str) -> bool:
    return unicodedata.category(character) not in _INVISIBLE_CATEGORIES and character not in _FILLERS
