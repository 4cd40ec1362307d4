"""Check digits and shapes: right ones pass, wrong ones are named with position and right character."""

import datetime
import random

import pytest

from kedang.foundation.kernel.checks import bankcard, contact, identity, phone, regions, uscc

TODAY = datetime.date(2026, 11, 21)


def make_uscc(rng: random.Random) -> str:
    body = "91" + rng.choice(sorted(regions.PROVINCES)) + "0101" + "".join(rng.choice(uscc.ALPHABET) for _ in range(9))
    return body + uscc.check_character(body)


def test_uscc_of_the_standard_is_valid() -> None:
    assert uscc.is_valid("91350100M000100Y43")
    assert uscc.problem("91350100M000100Y43") is None


def test_every_single_wrong_character_is_found() -> None:
    rng = random.Random(7)
    for _ in range(20):
        code = make_uscc(rng)
        assert uscc.is_valid(code)
        for position in range(18):
            for other in uscc.ALPHABET:
                if other != code[position]:
                    assert not uscc.is_valid(code[:position] + other + code[position + 1 :])


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("91220582778712797L", "第 18 位校验码应为 A，现为 L，请核对原件"),
        ("9122058277871279", "应为 18 位，现为 16 位"),
        ("9122O582778712797A", "第 5 位为 O，代码中不使用字母 I、O、S、V、Z，可能是 0"),
        ("91A20582778712797A", "第 3 位为 A，第 3 至 8 位是行政区划，只能是数字"),
        ("912205827787127中7A", "第 16 位为“中”"),
        ("914403001922038000", "可能被 Excel 当作数字改动过"),
    ],
)
def test_uscc_sentences(code: str, sentence: str) -> None:
    code = code if len(code) == 18 or "现为 16" in sentence else code + "A"
    problem = uscc.problem(code)
    assert problem is not None and sentence in problem


def test_older_numbers_are_told_apart() -> None:
    assert uscc.is_registration_number("320581000003105")
    assert uscc.is_registration_number("3201081000508")
    assert uscc.is_registration_number("320321NA000117X")
    assert uscc.registration_problem("320581000003105") is None
    assert "第 15 位校验码应为 5" in (uscc.registration_problem("320581000003106") or "")
    assert uscc.is_organisation_code("13830295-X") and not uscc.is_organisation_code("13830295-1")
    assert uscc.looks_like_registration("企独苏苏办字第0037")
    assert not uscc.is_registration_number("91350100M000100Y43")


def test_clean_takes_separators_away_and_nothing_else() -> None:
    assert uscc.clean(" 91350100-m000100y 43\u3000") == "91350100M000100Y43"


def make_resident(born: str = "19900307", area: str = "440106", sequence: str = "001") -> str:
    body = area + born + sequence
    return body + identity.check_character(body)


def test_resident_numbers() -> None:
    number = make_resident()
    assert identity.is_resident(number, TODAY)
    assert identity.birth_date(number) == datetime.date(1990, 3, 7)
    assert identity.sex(number) == "male" and identity.sex(make_resident(sequence="002")) == "female"


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("11010519491231002", "应为 18 位，现为 17 位"),
        ("110105491231002", "15 位旧号"),
        ("110105194912310021", "第 18 位校验码应为 X，现为 1"),
        ("110105194913310025", "第 7 至 14 位 19491331 不是有效的出生日期"),
        ("990105194912310021", "X"),
        ("1101051949123100A1", "第 17 位为“A”"),
    ],
)
def test_resident_sentences(number: str, sentence: str) -> None:
    problem = identity.resident_problem(number, TODAY)
    assert problem is not None
    if sentence != "X":
        assert sentence in problem


def test_a_birth_in_the_future_is_no_birth() -> None:
    assert "出生日期" in (identity.resident_problem(make_resident("20300101"), TODAY) or "")


@pytest.mark.parametrize(
    ("kind", "number", "is_right"),
    [
        (identity.PASSPORT, "E12345678", True),
        (identity.PASSPORT, "护照1", False),
        (identity.HK_MACAO, "H12345678", True),
        (identity.HK_MACAO, "12345678", False),
        (identity.TAIWAN, "12345678", True),
        (identity.FOREIGN_RESIDENT, "USA110012345678", True),
        (identity.MILITARY, "军字第0012345号", True),
        (identity.OTHER, "1", False),
    ],
)
def test_other_documents(kind: str, number: str, is_right: bool) -> None:
    assert (identity.problem(number, kind) is None) is is_right


@pytest.mark.parametrize(
    ("text", "canonical", "kind"),
    [
        ("13800138000", "13800138000", phone.MOBILE),
        ("+86 138-0013-8000", "13800138000", phone.MOBILE),
        ("0086 13800138000", "13800138000", phone.MOBILE),
        ("手机：13800138000", "13800138000", phone.MOBILE),
        ("0755-26712345", "0755-26712345", phone.LANDLINE),
        ("(0755)26712345", "0755-26712345", phone.LANDLINE),
        ("075526712345", "0755-26712345", phone.LANDLINE),
        ("010 62345678", "010-62345678", phone.LANDLINE),
        ("86-21-62345678", "021-62345678", phone.LANDLINE),
        ("021-62345678-801", "021-62345678-801", phone.LANDLINE),
        ("021-62345678转801", "021-62345678-801", phone.LANDLINE),
        ("62345678", "62345678", phone.LOCAL),
        ("4008208820", "400-820-8820", phone.SERVICE),
        ("95588", "95588", phone.SERVICE),
        ("+852 2345 6789", "+85223456789", phone.FOREIGN),
    ],
)
def test_phones(text: str, canonical: str, kind: str) -> None:
    assert phone.canonical(text) == canonical
    assert phone.kind(canonical) == kind
    assert phone.canonical(canonical) == canonical


@pytest.mark.parametrize("text", ["1380013800", "138001380001", "无电话", "0755-123", "12800138000", "00000000"])
def test_no_phones(text: str) -> None:
    assert phone.canonical(text) is None
    assert phone.problem(text)


def test_several_phones_in_one_cell() -> None:
    assert phone.split("0755-26712345/13800138000、021-62345678") == ["0755-26712345", "13800138000", "021-62345678"]
    assert phone.split("13800138000 13900139000") == ["13800138000", "13900139000"]
    assert phone.tail("0755-26712345-801") == "2345"


def test_mail_and_postcode() -> None:
    assert contact.is_email("li.wei@example.com.cn")
    for bad in ("li.wei", "li..wei@example.com", "李@", "a@b", "a b@example.com"):
        assert not contact.is_email(bad) and contact.email_problem(bad)
    assert contact.is_postcode("518000") and contact.is_postcode("010000")
    assert "开头的 0" in (contact.postcode_problem("10000") or "")
    assert contact.postcode_problem("5180000")


def test_bank_cards() -> None:
    assert bankcard.is_card("6222021234567890128") is bankcard.luhn("6222021234567890128")
    assert bankcard.is_card("4111111111111111")
    assert not bankcard.is_card("4111111111111112")
    assert bankcard.card_problem("4111111111111112")
    assert "Excel" in (bankcard.card_problem("6222021234567890000") or "")
    assert bankcard.account_problem("1234") and bankcard.account_problem("44001234567890123456") is None
