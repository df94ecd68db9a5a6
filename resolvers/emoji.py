"""Emoji, recognised by their structure: what Unicode may add next year needs no release of this.

    emoji      flag | keycap | region's flag | element (ZWJ element)*
    element    pictograph [U+FE0F] | person [skin tone]

Source: UTS #51, "Emoji Sequences". A sequence that nobody draws as one picture, but that has this structure, is one.
"""

import re
from typing import Final

from resolvers.emoji_tables import COLOURED, PLAIN, REGIONS, TONED

ELEMENTS_MAXIMUM: Final = 8

_JOINER: Final = "\u200d"
_IN_COLOUR: Final = "\ufe0f"
_TONES: Final = frozenset("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
_KEYCAP: Final = re.compile("([0-9#*])\ufe0f?\u20e3")
_FLAG: Final = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_FIRST_INDICATOR: Final = 0x1F1E6
_REGIONAL_FLAG: Final = re.compile(
    "\U0001f3f4[\U000e0061-\U000e007a]{2}[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,3}\U000e007f"
)


def emoji_of(text: str) -> str | None:
    """The emoji that the text is, fully qualified, so that an emoji has one spelling; None where it is not one."""
    if keycap := _KEYCAP.fullmatch(text):
        return f"{keycap[1]}{_IN_COLOUR}\u20e3"
    if _FLAG.fullmatch(text):
        letters = "".join(chr(ord("A") + ord(indicator) - _FIRST_INDICATOR) for indicator in text)
        return text if letters in REGIONS else None
    if _REGIONAL_FLAG.fullmatch(text):
        return text
    elements = [_element(part) for part in text.split(_JOINER, ELEMENTS_MAXIMUM)]
    found = [element for element in elements if element is not None]
    return _JOINER.join(found) if len(found) == len(elements) <= ELEMENTS_MAXIMUM else None


def _element(text: str) -> str | None:
    pictograph, rest = text[:1], text[1:]
    if not pictograph:
        return None
    point = ord(pictograph)
    if rest in _TONES:
        return text if point in TONED else None
    if rest not in {"", _IN_COLOUR}:
        return None
    if point in PLAIN:
        return pictograph + _IN_COLOUR
    return pictograph if point in COLOURED else None
