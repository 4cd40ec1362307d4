"""The three papers of the customer master, as different readers get them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
from django.utils import translation

from kedang.business.customers.fields import KIND_FIELDS, label
from kedang.business.customers.models import Contact, Customer, CustomerProfile, FormerName, KeyPerson
from kedang.business.customers.printing import ChangeRow, card_pdf, customer_card, list_pdf, register_pdf
from kedang.business.customers.printing.marks import money, secrecy_words
from kedang.foundation.kernel import clock
from tests.cast import Cast


def words(pdf: bytes) -> str:
    """Text of all pages without blanks (the setter opens Chinese beside Latin letters a little)."""
    text = "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf))
    return text.replace(" ", "")


def make_customer(cast: Cast, **changes: Any) -> Customer:
    now = clock.now()
    values: dict[str, Any] = {
        "fonds": cast.fonds, "number": "GY202305", "name": "绍兴越泽阀门有限公司", "uscc": "91330602MA2BXQ7L3K",
        "region_code": "330602", "industry_code": "344", "registered_capital": Decimal(50000000),
        "capital_currency": "CNY", "established_on": date(2009, 6, 15), "phone": "0575-85112267",
        "bank_account": "6222021202041234567", "grade": "A", "grade_reason": "年销售额超过五百万元",
        "department": cast.sales_one, "responsible": cast.salesperson, "created_at": now, "updated_at": now,
    }  # fmt: skip
    customer = Customer.objects.create(**{**values, **changes})
    FormerName.objects.create(customer=customer, name="绍兴越泽铸件厂")
    Contact.objects.create(customer=customer, name="陆嘉禾", post="采购部经理", is_primary=True, mobile="13857512201")
    KeyPerson.objects.create(customer=customer, name="何述言", role="owner", hobbies="书法", character="沉稳")
    CustomerProfile.objects.create(customer=customer, service_area="华东六省一市", credit_problems="去年有一笔逾期")
    return customer


CHANGE = ChangeRow(
    "2026-03-01", "GY202305", "绍兴越泽阀门有限公司", "注册资本", "3,000 万元", "5,000 万元", "增资", "周航"
)


def test_card_for_who_may_see_all(cast: Cast) -> None:
    text = words(card_pdf(cast.manager, make_customer(cast), [CHANGE], purpose="会前准备"))
    for expected in (
        "客 户 档 案 卡", "GY202305", "绍兴越泽铸件厂", "91330602MA2BXQ7L3K", "浙江省绍兴市越城区", "5,000 万元人民币",
        "0575-85112267", "6222021202041234567", "陆嘉禾", "13857512201", "何述言", "书法", "沉稳", "去年有一笔逾期",
        "3,000 万元", "增资", "方宁（fangning）", "用途：会前准备", "青禾实业有限公司", "内部",
    ):  # fmt: skip
        assert expected.replace(" ", "") in text, expected


def test_card_for_a_reader_hides_what_the_role_hides(cast: Cast) -> None:
    text = words(card_pdf(cast.reader, make_customer(cast)))
    for secret in ("0575-85112267", "6222021202041234567", "13857512201", "书法", "去年有一笔逾期"):
        assert secret not in text
    assert "138****2201" in text and "4567" in text and "陈曦（chenxi）" in text


@pytest.mark.parametrize("kind", ["enterprise", "individual", "government", "partner", "special"])
def test_card_of_every_kind(cast: Cast, kind: str) -> None:
    customer = make_customer(cast, party_kind=kind, id_type="resident", id_number="330602198001011234")
    labels = {line.label for line in customer_card(cast.manager, customer).sections[0].blocks[0].lines}  # type: ignore[union-attr]
    assert ("证件号码" in labels) == (kind == "individual")
    assert ("统一社会信用代码" in labels) == (kind != "individual")
    text = words(card_pdf(cast.manager, customer))
    assert customer.name in text
    wanted = {label(name) for name in KIND_FIELDS[kind]} - {"客户名称", "细分类型", "注册资本币种", "归属部门"}
    assert all(title in text.replace("\u3000", "").replace("\r\n", "") for title in wanted)


def test_list_in_a_fixed_number_of_queries(cast: Cast, django_assert_max_num_queries: Any) -> None:
    make_customer(cast)
    for n in range(30):
        make_customer(cast, number=f"GY2024{n:02d}", name=f"第{n}家客户", uscc="")
    with django_assert_max_num_queries(6):
        pdf = list_pdf(cast.reader, Customer.objects.order_by("number"), "全部客户", 31)
    text = words(pdf)
    assert "客户一览表" in text and "共31户" in text and "第29家客户" in text
    assert "138****2201" in text and "13857512201" not in text


def test_register(cast: Cast) -> None:
    text = words(register_pdf(cast.archivist, [CHANGE] * 45, "2026-01-01 至 2026-03-31"))
    assert "共45项" in text and "2026-01-01至2026-03-31" in text and text.count("变更前") >= 2
    assert "此期间没有异动" in words(register_pdf(cast.archivist, []))


def test_amounts_and_secrecy_as_forms_write_them() -> None:
    assert money(Decimal(50000000), "CNY") == "5,000 万元人民币"
    assert money(Decimal("1234567.89"), "CNY") == "123.4568 万元人民币"
    assert money(Decimal(3000000), "USD") == "300 万美元"
    assert money(Decimal(800), "") == "800 元"
    assert money(None) == ""
    with translation.override("en"):
        assert money(Decimal(50000000), "CNY") == "CNY 50,000,000"
    assert [secrecy_words(level) for level in range(5)] == ["", "内部", "秘密★", "机密★", "绝密★"]


@pytest.mark.parametrize(("language", "wanted"), [("zh-hant", "客戶檔案卡"), ("en", "CREATED:")])
def test_papers_speak_the_language_of_the_reader(cast: Cast, language: str, wanted: str) -> None:
    with translation.override(language):
        text = words(card_pdf(cast.manager, make_customer(cast)))
    assert wanted in text.replace("Created", "CREATED") and "绍兴越泽阀门有限公司" in text
    assert ("一、" in text) == (language != "en")
