"""What counts as one emoji, and its one spelling."""

import pytest

from resolvers.emoji import emoji_of

EMOJI = [
    "👍",
    "👍🏽",
    "❤️",
    "☝️",
    "☝🏿",
    "©️",
    "#️⃣",
    "🇵🇹",
    "👩‍🏫",
    "🧑🏾‍🤝‍🧑🏻",
    "👩‍❤️‍💋‍👨",
    "👨‍👩‍👧‍👦",
    "🏳️‍🌈",
    "🏃🏽‍♀️‍➡️",
    "👁️‍🗨️",
    "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "\U0001fae9",
    "\U0001faf9",
]


@pytest.mark.parametrize("emoji", EMOJI)
def test_an_emoji_has_one_spelling(emoji: str) -> None:
    assert emoji_of(emoji) == emoji
    assert emoji_of(emoji.replace("\ufe0f", "")) == emoji


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a",
        "7",
        "#",
        "★",
        "👍 ",
        "👍👎",
        "👍\ufe0f\ufe0f",
        "❤\ufe0e",
        "\u200d",
        "👩\u200d",
        "\u200d👩",
        "👩\u200d\u200d🏫",
        "🍕🏽",
        "\U0001f3fb",
        "🇵",
        "🇽🇽",
        "🇵🇹🇵🇹",
        "\U0001f3f4\U000e0067\U000e007f",
        "\ufe0f",
        "\u20e3",
        "A\u20e3",
        "\u200d".join("👩" * 9),
        "<script>",
        "👍\0",
    ],
)
def test_what_is_no_emoji_is_none(text: str) -> None:
    assert emoji_of(text) is None
