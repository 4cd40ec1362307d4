"""全局搜索 and 工作台: in the reader's scope, with reasons, by rights."""

from collections.abc import Callable

from django.test import Client

from kedang.business.customers.models import Customer
from kedang.foundation.audit.models import Event
from kedang.foundation.web.searching import marked
from tests.cast import Cast

As = Callable[[str], Client]


def test_any_fragment_finds_and_says_why(as_: As, dossiers: list[Customer]) -> None:
    client = as_("archivist")
    page = client.get("/search/?q=密机")
    assert [line.why for line in page.context["lines"]] == ["名称"]
    assert "青山精<mark>密机</mark>械有限公司" in page.text
    assert "首字母" in client.get("/search/?q=qsjm").text
    assert "没有找到" in client.get("/search/?q=不存在的公司").text
    assert Event.objects.filter(category="search", actor_name="沈砚").count() == 3


def test_suggestions_while_typing(as_: As, dossiers: list[Customer]) -> None:
    part = as_("archivist").get("/search/suggest/?q=青山", headers={"HX-Request": "true"})
    assert "<mark>青山</mark>精密机械有限公司" in part.text
    assert "<html" not in part.text
    assert "没有找到" in as_("stranger").get("/search/suggest/?q=青山").text
    assert "没有找到" in as_("admin").get("/search/suggest/?q=青山").text
    assert as_("archivist").get("/search/suggest/?q=").text.strip() == ""


def test_another_company_is_not_found(as_: As, dossiers: list[Customer]) -> None:
    assert "青山精密" not in as_("stranger").get("/search/?q=青山").text


def test_without_the_right_there_is_nothing_to_search(as_: As, dossiers: list[Customer]) -> None:
    page = as_("admin").get("/search/?q=青山")
    assert page.status_code == 200
    assert "您的角色没有可搜索的内容" in page.text


def test_marks_traditional_and_full_width_too_and_escapes() -> None:
    assert marked("中山調節閥廠", ["调节阀"]) == "中山<mark>調節閥</mark>廠"
    assert marked("<b>ＡＢ-c", ["abc"]) == "&lt;b&gt;<mark>ＡＢ-c</mark>"
    assert marked("甲乙", []) == "甲乙"


def test_menu_shows_what_may_be_opened(as_: As, cast: Cast) -> None:
    lines = {line.url for group in as_("archivist").get("/").context["menu_groups"] for line in group["lines"]}
    assert "/customers/" in lines
    admin = {line.url for group in as_("admin").get("/").context["menu_groups"] for line in group["lines"]}
    assert "/customers/" not in admin
    assert "/people/" in admin


def test_recently_read_records_stand_on_the_work_list(as_: As, dossiers: list[Customer]) -> None:
    def recent(client: Client) -> list[str]:
        blocks = client.get("/").context["side_blocks"]
        return [line.text for item in blocks if item["block"].key == "recent" for line in item["lines"]]

    client = as_("archivist")
    assert recent(client) == []
    client.get(f"/customers/{dossiers[1].pk}/")
    assert recent(client) == [dossiers[1].name]
    Customer.objects.filter(pk=dossiers[1].pk).update(fonds=Customer.objects.get(name="远处的公司有限公司").fonds)
    assert recent(client) == []


def test_every_page_of_the_work_list_opens_for_everybody(as_: As, cast: Cast, dossiers: list[Customer]) -> None:
    for name in cast.everybody():
        assert as_(name).get("/").status_code == 200
