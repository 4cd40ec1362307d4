"""Pinyin: what people type finds the name, polyphones in several forms, surnames as surnames."""

import pytest

from kedang.foundation.kernel.text import fold, initials, syllables
from kedang.foundation.kernel.text.pinyin import MAX_FORMS, all_readings, forms
from kedang.foundation.kernel.text.readings import SETTLED, SURNAMES
from kedang.foundation.kernel.text.typed import chars_reading, known_syllables, readings


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("中山调节阀", "zsdjf"),
        ("重庆长安汽车", "cqcaqc"),
        ("厦门", "xm"),
        ("六安瓜片", "lagp"),
        ("工商银行股份", "gsyhgf"),
        ("旅行社", "lxs"),
        ("臺灣", "tw"),
        ("3M中国", "3mzg"),
        ("绿源", "ly"),
    ],
)
def test_companies_are_found_by_their_initials(name: str, letters: str) -> None:
    assert letters in initials(fold(name))


@pytest.mark.parametrize(
    ("name", "spoken"),
    [
        ("单雄信", "·shan·xiong·xin"),
        ("仇和", "·qiu·he"),
        ("解缙", "·xie·jin"),
        ("曾国藩", "·zeng·guo·fan"),
        ("朴树", "·piao·shu"),
        ("查良镛", "·zha·liang·yong"),
        ("区伯", "·ou·bo"),
        ("尉迟恭", "·yu·chi·gong"),
        ("万俟卨", "·mo·qi·xie"),
        ("任贤齐", "·ren·xian·qi"),
        ("吕布", "·lv·bu"),
    ],
)
def test_people_are_read_by_their_surname_first(name: str, spoken: str) -> None:
    assert syllables(name, person=True)[0] == spoken


def test_settled_words_have_one_reading_and_open_ones_several() -> None:
    assert syllables("重庆") == ["·chong·qing"]
    assert set(syllables("调节阀")) == {"·tiao·jie·fa", "·diao·jie·fa"}
    assert len(forms("行长调乐行长调乐")[1]) == MAX_FORMS


def test_texts_without_reading_have_none() -> None:
    assert forms("") == ([], [])
    assert forms("の") == ([], [])


def test_the_tables_say_one_syllable_for_each_character() -> None:
    for table in (SETTLED, SURNAMES):
        assert [word for word, spoken in table.items() if len(word) != len(spoken)] == []
    assert {one for spoken in SETTLED.values() for one in spoken} <= known_syllables()


def test_typed_pinyin_is_cut_at_syllables() -> None:
    assert readings("zhongshandiaojiefa")[0] == "·zhong·shan·diao·jie·fa"
    assert readings("zhongsha") == ["·zhong·sha"]
    assert {"·xian", "·xi·an"} <= set(readings("xian"))
    assert {"·fan·gan", "·fang·an"} <= set(readings("fangan"))
    assert readings("zsdjf") == [] and readings("zs") == [] and readings("2023") == []


def test_a_syllable_knows_its_characters() -> None:
    assert {"中", "重", "种"} <= set(chars_reading("zhong"))
    assert "怎" in chars_reading("zen") and "曾" in chars_reading("zen") and "单" in chars_reading("shan")
    assert all_readings("单") >= {"dan", "shan", "chan"}
