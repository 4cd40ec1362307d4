"""List, views, conditions, export; 查漏补缺, 异动登记簿, settings; what they write down (CU-09, CU-11, CU-15, CU-16)."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import orjson
import pytest
from django.test import Client

from kedang.business.customers import services
from kedang.business.customers.models import ClassTerm, Customer, DossierRequirement
from kedang.foundation.audit.disclosed import as_ranges, holds
from kedang.foundation.audit.models import Event
from kedang.foundation.numbering.models import NumberRule
from tests.cast import Cast
from tests.customers.making import make_customer

As = Callable[[str], Client]


@pytest.fixture
def three(cast: Cast, dossier: Customer) -> list[Customer]:
    """周航's dossier, one of 林悦 in Shenzhen without much in it, one of nobody in Wuhan; and one of another company."""
    actor = cast.archivist
    made = [
        dossier,
        make_customer(
            actor,
            name="白石阀门有限公司",
            phone="",
            address="",
            region_code="440300",
            responsible=cast.colleague,
            department=cast.sales_one,
            stage="potential",
            industry_code="34",
        ),
        make_customer(actor, name="长江泵业有限公司", region_code="420100", established_on="2015-03-02"),
    ]
    make_customer(cast.stranger, name="远处的公司")
    return made


def names(response: Any) -> set[str]:
    return {row.obj.name for row in response.context["rows"]}


def test_everybody_sees_their_own_reach(as_: As, three: list[Customer]) -> None:
    assert names(as_("archivist").get("/customers/")) == {row.name for row in three}
    assert names(as_("salesperson").get("/customers/")) == {three[0].name}
    assert names(as_("head").get("/customers/")) == {three[0].name, three[1].name}
    assert names(as_("stranger").get("/customers/")) == {"远处的公司"}
    assert as_("admin").get("/customers/").status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=青山", {0}), ("q=qsjm", {0}), ("q=白石+阀门", {1}), ("q=有限公司", {0, 1, 2}), ("q=有限公司&stage=potential", {1}),
        ("region_code=深圳", {0, 1}), ("region_code=湖北", {2}), ("stage=potential", {1}), ("industry_code=C", {1}),
        ("completeness_from=60", {0}), ("view=incomplete", {1, 2}), ("view=stale", set()), ("view=mine", set()), ("view=withdrawn", set()),
        ("responsible=SALES", {0}), ("department=ONE", {0, 1}), ("classes=TERM", {0}), ("created_at_from=2020-01-01", {0, 1, 2}),
        ("cf=established_on&co=filled&cv=&cw=&cf=name&co=has&cv=白石&cw=&cj=any", {1, 2}),
    ],
)  # fmt: skip
def test_conditions_find_what_they_say(as_: As, cast: Cast, three: list[Customer], query: str, found: set[int]) -> None:
    query = query.replace("SALES", str(cast.salesperson.pk)).replace("ONE", str(cast.sales_one.pk))
    query = query.replace("TERM", str(ClassTerm.objects.get().pk))
    assert names(as_("archivist").get(f"/customers/?{query}")) == {three[at].name for at in found}


def test_an_unknown_place_is_said(as_: As, three: list[Customer]) -> None:
    assert "没有找到名为“火星”的地区" in as_("archivist").get("/customers/?region_code=火星").text


def test_a_keyword_says_why_and_is_written_down_once(as_: As, cast: Cast, three: list[Customer]) -> None:
    services.customer_change(
        actor=cast.archivist, customer=three[2], values={"name": "大江泵业有限公司"}, version=1, reason="改名"
    )
    response = as_("archivist").get("/customers/?q=长江")
    assert names(response) == {"大江泵业有限公司"} and "曾用名" in response.text
    event = Event.objects.get(code="customers.listed")
    kept = orjson.loads(event.meta)
    assert kept["conditions"] == ["关键词：长江"] and kept["found"] == 1 and holds(kept["ids"], three[2].pk)
    as_("archivist").get("/customers/")
    assert Event.objects.filter(code="customers.listed").count() == 1


def test_phone_tails_are_found_where_phones_are_shown(as_: As, three: list[Customer]) -> None:
    assert names(as_("salesperson").get("/customers/?q=8000")) == {three[0].name}
    assert names(as_("reader").get("/customers/?q=8000")) == set()


def test_veiled_columns_stay_veiled_in_list_and_export(as_: As, three: list[Customer]) -> None:
    assert "075****45" in as_("reader").get("/customers/").text
    answer = as_("head").post("/customers/export/", {"format": "xlsx", "column": ["name", "bank_account", "mobile"]})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    cells = {str(cell.value) for row in sheet.iter_rows() for cell in row}
    assert "13800138000" in cells and "6222021001116245702" not in cells
    event = Event.objects.get(code="customers.exported")
    kept = orjson.loads(event.meta)
    assert (kept["rows"], kept["columns"]) == (2, ["name", "mobile", "bank_account"]) and holds(
        kept["ids"], three[0].pk
    )
    assert as_("reader").get("/customers/export/").status_code == 403


def test_keys_are_kept_in_ranges() -> None:
    text = as_ranges([5, 1, 2, 3, 9, 9])
    assert text == "1-3,5,9" and [key for key in range(12) if holds(text, key)] == [1, 2, 3, 5, 9]
    assert holds([4, 5], 5) and not holds("", 1) and not holds(None, 1)


def test_gaps_by_person_with_what_is_missing(as_: As, three: list[Customer]) -> None:
    text = as_("head").get("/customers/gaps/").text
    assert "白石阀门有限公司" in text and "林悦" in text and "长江泵业" not in text and "统一社会信用代码" in text
    assert "白石阀门有限公司" not in as_("head").get("/customers/gaps/?who=mine").text


def test_the_work_list_counts_and_leads_on(as_: As, three: list[Customer]) -> None:
    text = as_("colleague").get("/").text
    assert "待补全" in text and "白石阀门有限公司" in text and "青山" not in text
    assert "新建客户" not in as_("admin").get("/").text


# 异动登记簿


def test_the_register_lists_changes_in_reach(as_: As, cast: Cast, three: list[Customer]) -> None:
    services.customer_change(
        actor=cast.archivist,
        customer=three[0],
        values={"bank_account": "6228480402564890018", "region_code": "440304"},
        version=1,
        reason="换户",
    )
    text = as_("salesperson").get("/customers/register/").text
    assert "换户" in text and "**** **** 0018" in text and "6228480402564890018" not in text and "福田" in text
    assert "白石阀门有限公司" not in text
    everything = as_("archivist").get("/customers/register/").text
    assert "白石阀门有限公司" in everything and "远处的公司" not in everything
    assert "白石" not in as_("archivist").get("/customers/register/?kind=customers.changed").text
    assert "换户" not in as_("archivist").get(f"/customers/register/?person={cast.salesperson.pk}").text
    assert (
        "换户"
        in as_("archivist").get(f"/customers/register/?department={cast.head_office.pk}&kind=customers.changed").text
    )
    assert "此期间没有异动" in as_("archivist").get("/customers/register/?from=2001-01-01&to=2001-12-31").text


def test_the_register_on_paper_and_as_a_file(as_: As, three: list[Customer]) -> None:
    assert as_("salesperson").get("/customers/register/print.pdf").content.startswith(b"%PDF")
    assert Event.objects.filter(code="customers.register_printed").count() == 1
    answer = as_("head").post("/customers/register/export/")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert sheet["C2"].value in {three[0].name, three[1].name}
    assert as_("reader").get("/customers/register/print.pdf").status_code == 403
    assert as_("salesperson").post("/customers/register/export/").status_code == 403


# Settings


def test_axes_and_classes_are_kept_by_the_archivist(as_: As, cast: Cast) -> None:
    client = as_("archivist")
    client.post("/settings/classes/", {"do": "axis-new", "code": "imp", "name": "重要程度", "position": "0"})
    axis = cast.fonds.classaxis_set.get()
    client.post("/settings/classes/", {"do": "term-new", "id": axis.pk, "code": "A", "name": "主力", "position": "0"})
    term = axis.terms.get()
    client.post("/settings/classes/", {"do": "term", "id": term.pk, "code": "A", "name": "主力客户", "position": "1"})
    term.refresh_from_db()
    assert (term.name, term.is_active) == ("主力客户", False)
    again = client.post("/settings/classes/", {"do": "axis-new", "code": "imp", "name": "又一个"})
    assert again.status_code == 422 and "已有使用此代码" in again.text
    assert as_("salesperson").get("/settings/classes/").status_code == 403
    assert (
        as_("stranger").post("/settings/classes/", {"do": "axis", "id": axis.pk, "code": "x", "name": "x"}).status_code
        == 404
    )


def test_requirements_are_set_per_kind(as_: As, cast: Cast) -> None:
    client = as_("archivist")
    assert client.get("/settings/completeness/?kind=individual").status_code == 200
    client.post("/settings/completeness/?kind=individual", {"weight-name": "2", "weight-sex": "0"})
    assert list(DossierRequirement.objects.values_list("field", "weight")) == [("name", 2)]
    bad = client.post("/settings/completeness/?kind=individual", {"weight-name": "x"})
    assert bad.status_code == 422 and "0 到 9" in bad.text
    assert as_("head").get("/settings/completeness/").status_code == 403


def test_the_number_rule_is_previewed_and_changed(as_: As, cast: Cast) -> None:
    client = as_("archivist")
    make_customer(cast.archivist)
    page = client.get("/settings/numbers/").text
    assert "QY" in page and "已用到 1" in page
    typed = {"template": "{code}-{yy}-{serial}", "serial_width": "4", "code-enterprise": "GS"}
    preview = client.post("/settings/numbers/preview/", typed).text
    assert "GS-" in preview and "-0001" in preview and NumberRule.objects.get().template == "{code}{year}{serial}"
    assert "恰好含一个 {serial}" in client.post("/settings/numbers/preview/", {**typed, "template": "{code}"}).text
    assert client.post("/settings/numbers/", {**typed, "template": "{x}{serial}"}).status_code == 422
    assert client.post("/settings/numbers/", typed).status_code == 302
    assert make_customer(cast.archivist, name="乙").number.startswith("GS-")
    assert as_("salesperson").get("/settings/numbers/").status_code == 403


# The dossier on a past day


def test_the_dossier_as_it_was(as_: As, cast: Cast, dossier: Customer) -> None:
    from datetime import timedelta

    from kedang.foundation.kernel import clock

    later = clock.now() + timedelta(days=3)
    with clock.frozen(later):
        services.customer_change(
            actor=cast.archivist,
            customer=dossier,
            values={"name": "青山智能有限公司", "mobile": "13700137000"},
            version=1,
            reason="改名",
        )
        contact = dossier.contacts.get(name="王芳")
        services.contact_change(actor=cast.archivist, contact=contact, values={"post": "经理"}, version=1)
        services.contact_leave(actor=cast.archivist, contact=contact)
        services.contact_add(actor=cast.archivist, customer=dossier, values={"name": "新来的"})
        services.profile_change(actor=cast.archivist, customer=dossier, values={"potential": "一般"})
        services.classes_set(actor=cast.archivist, customer=dossier, terms=[])
        client = as_("salesperson")
        was = client.get(f"/customers/{dossier.pk}/history/?on={clock.today() - timedelta(days=1)}").text
        now = client.get(f"/customers/{dossier.pk}/history/?on={clock.today()}").text
    body = was[was.index("past-banner") :]
    assert (
        "青山精密机械有限公司" in body
        and "13800138000" in body
        and "王芳" in body
        and "看好" in body
        and "贸易性质：批发" in body
    )
    assert "新来的" not in body and "13700137000" not in body
    today = now[now.index("past-banner") :]
    assert "新来的" in today and "王芳" not in today and "一般" in today and "批发" not in today
    before = as_("salesperson").get(f"/customers/{dossier.pk}/history/?on=2001-01-01").text
    assert "当日还没有这份档案" in before
