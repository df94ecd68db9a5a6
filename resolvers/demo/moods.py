"""The emoji with which people react to what somebody said."""

import random
from typing import Final

_MOODS: Final = (
    (("thank", "cheers", "legend", "lifesaver"), ("❤️", "😊", "🙌")),
    (("well done", "proud", "congrat", "happy birthday", "great", "brilliant", "lovely"), ("🎉", "👏", "❤️")),
    (("haha", "joke", " cat ", " dog ", "parrot", "cake", "pizza", "riddle"), ("😂", "😍", "😄")),
    (("homework", "due", "quiz", "test", "reminder", "please"), ("👍", "✅", "😅")),
    (("hint", "trick", "trap", "because", "explain"), ("💡", "👍", "🤯")),
    (("?",), ("👀", "🤔", "🙋")),
)
_ANY: Final = ("👍", "❤️", "😂", "🎉", "💯")


def emoji_for(rng: random.Random, words: str, count: int) -> list[str]:
    """One emoji for each of so many people, two different ones at most, the first of them more often."""
    lower = words.lower()
    fitting = next((emoji for signs, emoji in _MOODS if any(sign in lower for sign in signs)), _ANY)
    first, second = rng.sample(fitting, 2)
    return [first if rng.random() < 0.7 else second for _ in range(count)]  # noqa: PLR2004 - most agree
