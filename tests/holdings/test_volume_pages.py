"""Pages of volumes: list and views, tabs, dialogs, order without script, arranging, the work list."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from kedang.business.holdings.models import Volume, VolumeReopening
from kedang.business.holdings.services import volumes as v
from kedang.foundation.approvals.services.flows import ensure_flows
from kedang.foundation.audit.models import Event
from tests.cast import Cast
from tests.holdings.making import period, series
from tests.holdings.test_volume_closing import closed, with_scan
from tests.holdings.volumes import a_customer, a_volume, an_item

As = Callable[[str], Client]


@pytest.fixture
def volume(archive: Cast) -> Volume:
    """An open volume of three items."""
    return a_volume(archive.archivist, archive.fonds, items=3, department=archive.sales_one)


def shown(response: object) -> set[str]:
    return {row.obj.title for row in response.context["rows"]}  # type: ignore[attr-defined]  # the test client's answer


def test_the_list_its_views_and_its_search(as_: As, archive: Cast) -> None:
    a_volume(archive.archivist, archive.fonds, title="开着的")
    shut = closed(archive, title="结了的")
    v.note_write(actor=archive.archivist, volume=shut, kind="defect", text="封面破损")
    v.volume_reopen_ask(actor=archive.archivist, volume=shut, reason="补入协议")
    client = as_("archivist")
    found = {query: shown(client.get(f"/volumes/?{query}")) for query in (
        "", "view=open", "view=closed", "view=shelved", "view=unsigned", "view=asked", "q=结了", "q=jld", f"q={shut.reference_code}",
        "year_to=2025", "sort=reference_code",
    )}  # fmt: skip
    both = {"开着的", "结了的"}
    assert found == {
        "": both, "view=open": {"开着的"}, "view=closed": {"结了的"}, "view=shelved": set(), "view=unsigned": {"结了的"}, "view=asked": {"结了的"},
        "q=结了": {"结了的"}, "q=jld": {"结了的"}, f"q={shut.reference_code}": {"结了的"}, "year_to=2025": set(), "sort=reference_code": both,
    }  # fmt: skip
    assert Event.objects.filter(code="holdings.volumes_listed").count() == 9
    assert shown(as_("head").get("/volumes/")) == {"结了的"}
    assert shown(as_("stranger").get("/volumes/")) == set()
    assert as_("admin").get("/volumes/").status_code == 403
    assert shut.reference_code in client.get("/search/?q=结了&kind=volume").text
    assert f"/volumes/{shut.pk}/" in client.get(f"{reverse('web:suggest')}?q=结了").text
    assert shut.reference_code not in as_("stranger").get("/search/?q=结了&kind=volume").text


def test_a_volume_is_made_and_changed_by_its_form(as_: As, archive: Cast) -> None:
    client, customer = as_("archivist"), a_customer(archive.archivist)
    values = {
        "series": series().pk,
        "year": "2026",
        "retention": period().pk,
        "carrier": "paper",
        "secrecy_level": "1",
        "picked_customer": customer.number,
    }
    assert client.get("/volumes/new/").status_code == 200
    answer = client.post("/volumes/new/", values)
    made = Volume.objects.get()
    assert answer.status_code == 302 and (made.customer, made.title) == (customer, "青山精密机械有限公司2026年合同协议")
    wrong = client.post("/volumes/new/", {**values, "picked_customer": "没有这家"})
    assert wrong.status_code == 422 and "没有找到“没有这家”" in wrong.text
    shown_form = client.get(f"/volumes/{made.pk}/edit/")
    assert customer.name in shown_form.text
    values |= {"template": made.template_id, "department": archive.sales_one.pk, "responsible": made.responsible_id}
    changed = client.post(
        f"/volumes/{made.pk}/edit/", {**values, "picked_customer": customer.name, "title": "新题名", "_version": "1"}
    )
    made.refresh_from_db()
    assert changed.status_code == 302 and (made.title, made.version) == ("新题名", 2)
    v.volume_take(actor=archive.archivist, volume=made, items=[an_item(archive.fonds, customer=customer)])
    fixed = client.post(f"/volumes/{made.pk}/edit/", {**values, "year": "2020", "title": "再改", "_version": "3"})
    made.refresh_from_db()
    assert fixed.status_code == 302 and (made.title, made.year) == ("再改", 2026)


def test_items_are_moved_without_script(as_: As, archive: Cast, volume: Volume) -> None:
    client, address = as_("archivist"), f"/volumes/{volume.pk}/items/"
    one, two, three = (row.pk for row in v.items_in_order(volume))

    def order() -> list[int]:
        return [row.pk for row in v.items_in_order(volume)]

    page = client.get(address)
    assert page.status_code == 200 and page.text.count('data-key="') == 3
    client.post(address, {"move": f"{one}:2"})
    assert order() == [two, one, three]
    client.post(address, {f"at-{two}": "1", f"at-{one}": "2", f"at-{three}": "1", "numbers": "1"})
    assert order() == [three, two, one]
    client.post(address, {f"at-{three}": "3", f"at-{two}": "2", f"at-{one}": "3", "numbers": "1"})
    assert order() == [two, one, three]
    client.post(address, {"order": f"{three},{one},{two}"})
    assert order() == [three, one, two]
    told = client.post(address, {"order": f"{three},{one}"}, follow=True)
    assert "卷内文件刚有变动" in told.text
    told = client.post(address, {"natural": "1", "_version": "1"}, follow=True)
    assert "刚被他人改动过" in told.text
    client.post(address, {"natural": "1"})
    assert order() == [one, two, three]
    assert as_("head").post(address, {"natural": "1"}).status_code == 403


def test_items_go_in_and_out_by_page(as_: As, archive: Cast, volume: Volume) -> None:
    client = as_("archivist")
    main = an_item(archive.fonds, "补充协议")
    an_item(archive.fonds, "协议附件", belongs_to=main, relation="attachment")
    an_item(archive.fonds, "别年的", year=2025)
    page = client.get(f"/volumes/{volume.pk}/take/")
    assert "补充协议" in page.text and "别年的" not in page.text
    assert client.post(f"/volumes/{volume.pk}/take/", {}).status_code == 422
    assert client.post(f"/volumes/{volume.pk}/take/", {"pick": str(main.pk)}).status_code == 302
    assert [row.title for row in v.items_in_order(volume)][3:] == ["补充协议", "协议附件"]
    address = f"/volumes/{volume.pk}/release/{main.pk}/"
    assert client.get(address).status_code == 200
    refused = client.post(address, {"reason": "误编"})
    assert refused.status_code == 422 and "成套" in refused.text
    assert client.post(address, {"reason": "误编", "with_companions": "on"}).status_code == 302
    assert len(v.items_in_order(volume)) == 3
    assert client.get(address).status_code == 404


def test_closing_reopening_and_signing_by_page(as_: As, archive: Cast, volume: Volume) -> None:
    client = as_("archivist")
    dialog = client.get(f"/volumes/{volume.pk}/close/")
    assert "何静" in dialog.text and ">沈砚</option>" not in dialog.text
    assert client.post(f"/volumes/{volume.pk}/close/", {"inspector": ""}).status_code == 422
    assert client.post(f"/volumes/{volume.pk}/close/", {"inspector": str(archive.head.pk)}).status_code == 302
    assert client.post(f"/volumes/{volume.pk}/items/", {"natural": "1"}).status_code == 409
    assert client.post(f"/volumes/{volume.pk}/reopen/", {"reason": "补入协议"}).status_code == 302
    asked = VolumeReopening.objects.get()
    assert "申请重新开卷，等待审批" in client.get(f"/volumes/{volume.pk}/").text
    home = as_("head").get("/")
    assert "待审批的开卷申请" in home.text and volume.title in home.text
    decide = f"/volumes/reopenings/{asked.pk}/"
    assert client.get(decide).status_code == 403
    assert "补入协议" in as_("head").get(decide).text
    assert as_("head").post(decide, {"answer": "no"}).status_code == 422
    assert as_("head").post(decide, {"answer": "yes"}).status_code == 302
    notes = client.get(f"/volumes/{volume.pk}/notes/")
    assert "经何静批准重新开卷" in notes.text and "未签认" in notes.text
    client.post(f"/volumes/{volume.pk}/notes/", {"upto": str(notes.context["upto"])})
    assert "沈砚" in client.get(f"/volumes/{volume.pk}/notes/").text
    assert "未签认" not in client.get(f"/volumes/{volume.pk}/notes/").text


def test_a_reopening_with_a_case_is_decided_there_by_whose_part_it_is_and_here_by_others(
    as_: As, archive: Cast
) -> None:
    """Who sees the case and may decide, but was not asked by the flow, is not sent to a page without a button."""
    ensure_flows(archive.fonds)
    asked = v.volume_reopen_ask(actor=archive.archivist, volume=closed(archive), reason="补入协议")
    case = asked.case
    assert case is not None
    case.tasks.update(person=archive.manager)
    path, manager, head = f"/volumes/reopenings/{asked.pk}/", as_("manager"), as_("head")
    assert manager.get(path)["Location"] == f"/cases/{case.pk}/"
    page = head.get(path)
    assert page.status_code == 200 and "同意开卷" in page.text
    assert head.post(path, {"answer": "yes", "opinion": "可以"}).status_code == 302
    asked.refresh_from_db()
    case.refresh_from_db()
    assert (asked.is_granted, asked.decided_by, case.state) == (True, archive.head, "approved")
    assert manager.get(path).status_code == 200 and "可以" in manager.get(path).text


def test_the_twin_and_its_differences_by_page(as_: As, archive: Cast) -> None:
    client = as_("archivist")
    paper = a_volume(archive.archivist, archive.fonds, items=1)
    files = a_volume(archive.archivist, archive.fonds, carrier="electronic")
    twin = an_item(archive.fonds, "第1号合同", carrier="electronic", dated_on=date(2026, 1, 2))
    v.volume_take(actor=archive.archivist, volume=files, items=[twin])
    with_scan(twin, 3)
    assert client.post(f"/volumes/{paper.pk}/twin-set/", {"code": "没有"}).status_code == 422
    assert client.post(f"/volumes/{paper.pk}/twin-set/", {"code": files.reference_code}).status_code == 302
    page = client.get(f"/volumes/{paper.pk}/twin/")
    assert files.reference_code in page.text and "扫描件少 1 页" in page.text
    assert client.post(f"/volumes/{paper.pk}/twin-drop/", {"reason": "误设"}).status_code == 302
    assert client.get(f"/volumes/{paper.pk}/twin/").context["twin"] is None


def test_arranging_by_page(as_: As, archive: Cast) -> None:
    client = as_("archivist")
    item = an_item(archive.fonds, "散页合同")
    page = client.get("/volumes/arrange/")
    line = page.context["lines"][0]
    assert "散页合同" in page.text and line.because in page.text
    assert client.post("/volumes/arrange/", {}).status_code == 302
    made = client.post(
        "/volumes/arrange/", {"make": line.key, f"items-{line.key}": str(item.pk), f"title-{line.key}": "改过的题名"}
    )
    assert made.status_code == 302 and Volume.objects.get().title == "改过的题名"
    refused = client.post("/volumes/arrange/", {"make": line.key, f"items-{line.key}": str(item.pk)})
    assert refused.status_code == 422 and "这组文件刚有变动" in refused.text
    assert as_("head").get("/volumes/arrange/").status_code == 403
