"""What the rules propose: year by the cross-year rules, kind by words, class, retention and volume, each with its sentence."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from kedang.business.holdings.choices import Relation, YearRule
from kedang.business.holdings.filing import recognising
from kedang.business.holdings.filing.proposal import NEW_VOLUME, propose_identification, propose_placement
from kedang.business.holdings.filing.years import year_of
from kedang.business.holdings.models import DocumentType, Item
from kedang.foundation.access.secrecy import SecrecyLevel
from tests.cast import Cast
from tests.customers.making import make_customer
from tests.holdings.making import document_type, lay_defaults, make_item, make_project, make_volume, period, series


@pytest.fixture
def receive(cast: Cast) -> Callable[..., Item]:
    """An item that waits to be placed."""
    lay_defaults(cast)

    def made(**values: Any) -> Item:
        item = make_item(cast, is_coded=False, **values)
        item.series = item.retention = item.year = None
        item.state = "identified"
        item.save()
        return item

    return made


def of(**values: Any) -> Item:
    """An item that is nowhere."""
    from kedang.foundation.kernel import clock

    return Item(**{"title": "文件", "dated_on": date(2026, 2, 3), "created_at": clock.now(), **values})


@pytest.mark.parametrize(
    ("rule", "values", "year", "words"),
    [
        (YearRule.OWN_DATE, {}, 2026, "成文日期 2026-02-03"),
        (YearRule.OWN_DATE, {"dated_on": None}, None, "没有成文日期"),
        (YearRule.REPLY, {"title": "关于客户信用等级的批复"}, 2026, "归入复文年"),
        (YearRule.REPLY, {"title": "关于客户信用等级的请示", "dated_on": date(2025, 12, 30)}, 2025, "归入请示年"),
        (YearRule.FIRST_YEAR, {"period_from": 2024, "period_to": 2026}, 2024, "所针对的第一年"),
        (YearRule.LAST_YEAR, {"period_from": 2023, "period_to": 2025}, 2025, "所针对的最后一年"),
        (YearRule.OPENING, {"period_from": 2025, "period_to": 2026}, 2025, "会议开幕年"),
        (YearRule.CLOSING, {"period_to": 2027}, 2027, "办结年"),
        (YearRule.CLOSING, {}, 2026, "尚未登记办结时间"),
        (YearRule.FIRST_YEAR, {}, 2026, "成文日期"),
    ],
)
def test_the_year_and_why(rule: str, values: dict[str, Any], year: int | None, words: str) -> None:
    found = year_of(of(**values), rule)
    assert found.value == (year or found.value)
    assert words in found.because


def test_a_request_goes_with_its_answer(receive: Callable[..., Item]) -> None:
    reply = receive(title="关于客户信用等级的批复", dated_on=date(2026, 1, 8), document_type=rule_type(YearRule.REPLY))
    request = receive(
        title="关于客户信用等级的请示", dated_on=date(2025, 12, 30), document_type=rule_type(YearRule.REPLY)
    )
    request.belongs_to, request.relation = reply, Relation.REQUEST
    request.save()
    found = propose_placement(request)
    assert (found.year.value, propose_placement(reply).year.value) == (2026, 2026)
    assert "复文" in propose_placement(reply).year.because


def rule_type(rule: str) -> DocumentType:
    return DocumentType.objects.filter(fonds__code="001", year_rule=rule).first()  # type: ignore[return-value]  # shipped


@pytest.mark.parametrize(
    ("name", "title", "day", "number"),
    [
        ("青山_设备采购合同 20260301.pdf", "青山 设备采购合同 20260301", date(2026, 3, 1), ""),
        ("扫描/2026-3-1 报价单(2).jpg", "报价单", date(2026, 3, 1), ""),
        ("青禾发〔2026〕12号 关于付款的函.docx", "青禾发〔2026〕12号 关于付款的函", None, "青禾发〔2026〕12号"),
        ("2026年13月40日.pdf", "2026年13月40日", None, ""),
        (".pdf", ".pdf", None, ""),
        ("é́合同.pdf", "é́合同", None, ""),
    ],
)
def test_reading_names(name: str, title: str, day: date | None, number: str) -> None:
    assert recognising.title_from(name) == title
    assert recognising.date_in(name) == day
    assert recognising.number_in(name) == number


def test_the_longest_word_tells_the_kind(cast: Cast) -> None:
    lay_defaults(cast)
    item = make_item(cast, title="设备采购合同补充协议", document_type=document_type("HT01"), is_coded=False)
    item.document_type, item.state = None, "received"
    item.save()
    found = propose_identification(item)
    assert found.document_type.value.series_code == "ZY·KH·HT"
    assert found.is_kept.value is True
    assert "识别为" in found.because
    item.title = "一二三四"
    item.save()
    unknown = propose_identification(item)
    assert unknown.document_type.value is None
    assert "请选择文件材料种类" in unknown.document_type.because


def test_a_volume_of_the_same_customer_class_year_and_period(cast: Cast, receive: Callable[..., Item]) -> None:
    customer, other = make_customer(cast.archivist), make_customer(cast.archivist, name="远洋贸易有限公司", phone="")
    item = receive(customer=customer, dated_on=date(2026, 5, 1))
    found = propose_placement(item)
    assert found.volume.value == NEW_VOLUME
    assert (found.series.value, found.retention.value) == (series(), period())
    assert "2026年" in found.volume_title and customer.name in found.volume_title
    make_volume(cast, customer=other)
    make_volume(cast, customer=customer, year=2025)
    secret = make_volume(cast, customer=customer, secrecy_level=SecrecyLevel.TOP_SECRET)
    assert propose_placement(item).volume.value == NEW_VOLUME
    mine = make_volume(cast, customer=customer)
    found = propose_placement(item)
    assert found.volume.value == mine
    assert "组卷" in found.volume.because
    assert "排在卷内第 1 件" in found.order
    item.secrecy_level = SecrecyLevel.TOP_SECRET
    item.save()
    found = propose_placement(item)
    assert found.volume.value == secret
    assert "绝密文件单独立卷" in found.volume.because


def test_a_project_has_volumes_of_its_own(cast: Cast, receive: Callable[..., Item]) -> None:
    customer = make_customer(cast.archivist)
    project = make_project(cast, customer, ended_on=date(2026, 9, 30))
    item = receive(
        customer=customer, project=project, document_type=rule_type(YearRule.CLOSING), dated_on=date(2025, 3, 1)
    )
    make_volume(cast, customer=customer, series=propose_placement(item).series.value)
    found = propose_placement(item)
    assert found.year.value == 2026
    assert "2026-09-30" in found.year.because
    assert found.volume.value == NEW_VOLUME
    assert project.name in found.volume_title


def test_old_periods_are_read_as_the_present_ones(cast: Cast, receive: Callable[..., Item]) -> None:
    kind = document_type("HT01")
    kind.retention = period("CQ")
    kind.save()
    found = propose_placement(receive(document_type=kind))
    assert found.retention.value == period("D30")
    assert "旧期限" in found.retention.because


def test_without_a_scheme_the_sentence_says_so(cast: Cast, receive: Callable[..., Item]) -> None:
    item = receive()
    scheme = series().scheme
    scheme.state = "retired"
    scheme.save()
    found = propose_placement(item)
    assert found.series.value is None
    assert "没有现行的分类方案" in found.series.because
