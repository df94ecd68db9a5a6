"""Text survives a database that cannot hold all of it."""

from hypothesis import given
from hypothesis import strategies as st

from datasources.postgres.keys import restored, storable


@given(st.text(st.sampled_from("a01\x00\ufdd0")))
def test_any_text_is_given_back_to_the_letter_and_holds_no_nul(text: str) -> None:
    assert "\x00" not in storable(text)
    assert restored(storable(text)) == text


@given(st.text(st.sampled_from("01\x00\ufdd0")), st.text(st.sampled_from("01\x00\ufdd0")))
def test_different_texts_stay_different(one: str, other: str) -> None:
    assert (storable(one) == storable(other)) is (one == other)
