"""Grams: every fragment asks for tokens that the index holds for every text with it."""

from hypothesis import given
from hypothesis import strategies as st

from kedang.foundation.kernel.text import cover, grams

FOLDED = st.text(st.sampled_from("中山公司ab12"), min_size=1, max_size=14)


def holds(text: str, fragment: str) -> bool:
    """What the index answers."""
    asked, tokens = cover(fragment), set(grams(text))
    return set(asked.grams) <= tokens and (not asked.prefix or any(token.startswith(asked.prefix) for token in tokens))


def test_one_gram_starts_at_every_position() -> None:
    assert grams("中山公司") == ["中山", "山公", "公司", "司"]
    assert grams("a12中") == ["a12", "12中", "2中", "中"]
    assert grams("gy2023") == ["gy2", "y20", "202", "023", "23", "3"]
    assert grams("7") == ["7"]
    assert grams("") == []


@given(FOLDED, st.data())
def test_no_fragment_is_lost(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert holds(text, text[start:end])


@given(FOLDED, st.text(st.sampled_from("中山公司ab12"), min_size=1, max_size=5))
def test_certain_covers_invent_nothing(text: str, fragment: str) -> None:
    if cover(fragment).is_exact:
        assert holds(text, fragment) == (fragment in text)
