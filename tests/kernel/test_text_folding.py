"""Folding: one form for everything that means the same, and no fragment lost by it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kedang.foundation.kernel.text import fold, has_traditional, simplify

MIXED = st.text(
    st.sampled_from("中山調節閥调节阀臺灣台湾ＡbＣ１2三 （）()·-〓㈱Ⅱé㎡后後乾干〇○\u3000\t"), max_size=12
) | st.text(max_size=12)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("中山市調節閥廠（有限公司）", "中山市调节阀厂有限公司"),
        ("ＡＢＣ－３Ｍ　中国", "abc3m中国"),
        ("  O'Neill & Söhne ", "oneillsohne"),
        ("二○二三年", "二〇二三年"),
        ("Ⅱ期㎡", "ii期m2"),
        ("〓＊、。", ""),
        ("GY-2023/05", "gy202305"),
        ("皇后大道後面", "皇后大道后面"),
    ],
)
def test_same_meaning_same_form(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(MIXED, MIXED)
def test_every_fragment_folds_to_a_fragment(first: str, second: str) -> None:
    assert fold(first + second) == fold(first) + fold(second)


@given(MIXED)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=30))
@example("Ꭰ")
def test_folded_text_is_safe_in_tokens_and_columns(text: str) -> None:
    assert not set(fold(text)) & set(" \t\n\r\\'\":|*·§¤\x00") and fold(text) == fold(text).casefold()


def test_simplify_for_reading_knows_phrases() -> None:
    assert (simplify("乾坤"), simplify("乾燥")) == ("乾坤", "干燥")
    assert has_traditional("調節") and not has_traditional("调节 ABC")
