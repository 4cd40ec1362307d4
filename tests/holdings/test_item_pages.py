"""Pages of items: inbox, guided filing, list, files, register; what they say and what they write down."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kedang.business.holdings.models import FilingTrace, Item, ItemFile
from kedang.business.holdings.services import items as s
from kedang.business.holdings.views.items import waiting
from kedang.foundation.audit.models import Event
from kedang.foundation.files.scanning.clamd import Verdict
from kedang.foundation.files.services.scanning import enter_verdict
from kedang.foundation.jobs.models import Job
from kedang.foundation.jobs.worker import JobContext, Worker
from kedang.foundation.kernel.actors import system_actor
from kedang.foundation.search import find
from kedang.foundation.web.jobs import batch
from kedang.foundation.web.records import verb
from tests.cast import Cast
from tests.counting import compare_all
from tests.customers.making import event_of, make_customer
from tests.holdings.filing import item_at, some_customer, stored

pytestmark = pytest.mark.usefixtures("archive", "data_dir")
As = Callable[[str], Client]


def text(response: Any) -> str:
    return str(response.content.decode())


def test_dropped_files_stand_in_the_inbox(cast: Cast, as_: As) -> None:
    customer = some_customer(cast)
    client = as_("salesperson")
    files = [SimpleUploadedFile("20260301 设备采购合同.txt", b"1"), SimpleUploadedFile("空.txt", b"")]
    response = client.post(
        "/archive/inbox/", {"files": files, "customer": f"{customer.name}（{customer.number}）", "source": "客户邮件"}, follow=True
    )  # fmt: skip
    page = text(response)
    assert "收到 1 件" in page and "空文件" in page and "设备采购合同" in page
    item = Item.objects.get()
    assert (item.title, item.dated_on, item.customer, item.source) == (
        "设备采购合同",
        date(2026, 3, 1),
        customer,
        "客户邮件",
    )
    again = [SimpleUploadedFile("20260301 设备采购合同.txt", b"1")]
    twice = client.post("/archive/inbox/", {"files": again, "source": "客户邮件"}, follow=True)
    assert "没有重复收" in text(twice)
    assert Item.objects.count() == 1
    assert "没有选中文件" in text(client.post("/archive/inbox/", {}))
    assert client.post("/archive/inbox/", {"customer": "查无此人"}).status_code == 422


def test_many_at_once_with_a_result_each(cast: Cast, as_: As) -> None:
    good, unknown = item_at(cast), item_at(cast, title="无名氏")
    response = as_("archivist").post("/archive/items/batch/identify/", {"pick": [good.pk, unknown.pk], "_run": "1"})
    page = text(response)
    assert "办成 1 条" in page and "请选择文件材料种类" in page
    good.refresh_from_db()
    assert good.state == "identified"
    done = as_("archivist").post("/archive/items/batch/advance/", {"pick": [good.pk], "_run": "1"})
    assert "办成 1 条" in text(done)
    good.refresh_from_db()
    assert good.state == "filed"


def test_what_stops_on_its_way_is_told_with_its_reason(cast: Cast, as_: As) -> None:
    whole, lame = item_at(cast), item_at(cast, title="维护合同", author="")
    picked = {"pick": [whole.pk, lame.pk], "_run": "1", "_back": "/archive/inbox/?step=received"}
    page = text(as_("archivist").post("/archive/items/batch/advance/", picked))
    assert "办成 1 条" in page and "只办成一部分的 1 条" in page
    assert "停在“待编目”：请填写责任者" in page and 'href="/archive/inbox/?step=received"' in page
    assert page.index(lame.title) < page.index(whole.title)  # what is left to do comes first
    away = {"pick": [lame.pk], "_run": "1", "_back": "//elsewhere.example/", "author": "某公司"}
    page = text(as_("archivist").post("/archive/items/batch/author/", away))
    assert "elsewhere" not in page and "办成 1 条" in page
    lame.refresh_from_db()
    assert lame.author == "某公司" and event_of("holdings.item_changed", lame).reason == ""
    page = text(as_("archivist").post("/archive/items/batch/advance/", {"pick": [lame.pk], "_run": "1"}))
    assert "部分" not in page and Item.objects.get(pk=lame.pk).state == "filed"


def test_many_more_at_once_are_a_job_that_tells_its_results(
    cast: Cast, as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verb, "AT_ONCE", 2)
    items = [item_at(cast), item_at(cast, title="维护合同", author=""), item_at(cast, title="运输合同")]
    keys = [item.pk for item in items]
    picked = {"pick": keys, "_run": "1", "_back": "/archive/inbox/?step=received"}
    client = as_("archivist")
    answer = client.post("/archive/items/batch/advance/", picked)
    job = Job.objects.get(kind="web.batch")
    assert answer.url == f"/jobs/{job.pk}/" and Item.objects.filter(state="received").count() == 3
    assert "正在进行" in text(client.post("/archive/items/batch/advance/", picked, follow=True))
    # A worker died after the first row: what it did stays, the next one goes on behind it.
    worker = Worker()
    claimed = worker.claim()
    assert claimed is not None
    dying = {"left": 2}

    def progress(*args: object, **kwargs: object) -> None:
        dying["left"] -= 1
        if dying["left"] == 0:
            raise KeyboardInterrupt

    context = JobContext(claimed, worker.name)
    monkeypatch.setattr(context, "progress", progress)
    with pytest.raises(KeyboardInterrupt):
        batch(context, **claimed.args)
    assert [Item.objects.get(pk=key).state for key in keys] == ["filed", "received", "received"]
    Job.objects.filter(pk=job.pk).update(state="queued", worker="")
    assert Worker().run_once()
    assert [Item.objects.get(pk=key).state for key in keys] == ["filed", "placed", "filed"]
    job.refresh_from_db()
    assert (job.state, [line["is_done"] for line in job.result["results"]]) == ("done", [True] * 3)
    assert Event.objects.filter(code="holdings.item_filed", subject_id=keys[0]).count() == 1
    page = text(client.get(f"/jobs/{job.pk}/"))
    assert "共 3 条，办成 2 条" in page and "停在“待编目”：请填写责任者" in page and "维护合同" in page
    assert 'href="/archive/inbox/?step=received"' in page
    assert "维护合同" not in text(as_("admin").get(f"/jobs/{job.pk}/"))


def test_everything_that_waits_can_be_reached_and_found(cast: Cast, as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "SIZE", 2)
    first, second, third = (
        s.item_receive(actor=cast.archivist, values={"title": title, "customer": some_customer(cast)}, source=source)
        for title, source in (("最早的验收单", "扫描仪"), ("维护合同", "客户邮件"), ("对账函", "扫描仪"))
    )
    later = item_at(cast, "identified", title="租赁合同")
    client = as_("archivist")

    def shown(query: str) -> list[int]:
        page = text(client.get(f"/archive/inbox/?{query}"))
        return [one.pk for one in (first, second, third, later) if f">{one.title}</a>" in page]

    assert shown("") == [second.pk, third.pk] and "共 3 条" in text(client.get("/archive/inbox/"))
    assert shown("page=2") == shown("page=99") == [first.pk]
    assert not Event.objects.filter(code="holdings.items_listed").exists()
    assert shown("source=扫描&page=1") == [first.pk, third.pk] and shown("q=验收") == [first.pk]
    assert shown("step=identified&q=合同") == [later.pk] and shown(f"by={first.responsible_id}") == [
        second.pk,
        third.pk,
    ]
    assert shown("from=2099-01-01") == [] and shown("to=9999-12-31&by=9x&kind=7") == [second.pk, third.pk]
    assert (
        shown(f"step=identified&kind={later.document_type_id}") == [later.pk] and shown("step=identified&kind=1") == []
    )
    tabs = text(client.get("/archive/inbox/?step=identified&q=合同"))
    assert 'href="?step=received&amp;q=%E5%90%88%E5%90%8C"' in tabs and "没有符合条件的件" in text(
        client.get("/archive/inbox/?q=无")
    )
    entry = Event.objects.filter(code="holdings.items_listed").earliest("id")
    assert '"来源 扫描"' in entry.meta and '"found":2' in entry.meta


def test_what_is_held_back_is_marked_in_the_inbox(cast: Cast, as_: As) -> None:
    item, sound = item_at(cast), item_at(cast, title="维护合同")
    file = stored(cast, "可疑.txt")
    s.item_file_add(actor=cast.archivist, item=item, stored_file=file)
    enter_verdict(actor=system_actor("查毒"), pk=file.pk, verdict=Verdict("found", "Eicar"))
    page = text(as_("archivist").get("/archive/inbox/"))
    assert (
        page.count("有病毒，已隔离") == 1
        and page.index("有病毒，已隔离") > page.index(item.title)
        and sound.title in page
    )


def test_the_same_form_for_another_customer_is_another_document(cast: Cast, as_: As) -> None:
    one, other = make_customer(cast.archivist), make_customer(cast.archivist)
    client = as_("archivist")
    for customer in (one, other, other):
        files = [SimpleUploadedFile("20260301 满意度调查表.txt", b"blank")]
        named = f"{customer.name}（{customer.number}）"
        page = text(
            client.post("/archive/inbox/", {"files": files, "customer": named, "author": "某公司"}, follow=True)
        )
    assert "没有重复收" in page
    assert [(item.customer, item.author) for item in Item.objects.order_by("id")] == [
        (one, "某公司"),
        (other, "某公司"),
    ]


def test_the_guided_page_goes_through_the_four_steps(cast: Cast, as_: As) -> None:
    item = item_at(cast, author="", pages=0)
    client, url = as_("archivist"), f"/archive/items/{item.pk}/filing/"
    page = text(client.get(url))
    assert "系统建议" in page and "收件时已注明为合同、协议及附件" in page
    kind = item.document_type_id
    client.post(url, {"_state": "received", "is_kept": "yes", "document_type": kind})
    page = text(client.get(url))
    assert "定位：归到哪里" in page and "建议新建一卷" in page
    refused = client.post(url, {"_state": "identified", **place_of(item), "year": "2025"})
    assert refused.status_code == 422
    assert "与系统建议不同，请写明理由" in text(refused)
    client.post(url, {"_state": "identified", **place_of(item), "volume_title": "青山合同卷"})
    item.refresh_from_db()
    assert (item.state, item.volume.title) == ("placed", "青山合同卷")
    entry = {"title": "设备采购合同", "author": "青山", "dated_on": "2026-03-01", "pages": "4", "copies": "1"}
    lacking = client.post(url, {"_state": "placed", **entry, "author": ""})
    assert lacking.status_code == 422
    client.post(url, {"_state": "placed", **entry})
    assert "在案卷内，随案卷存放" in text(client.get(url))
    assert "刚由他人办理过" in text(client.post(url, {"_state": "placed", **entry}, follow=True))
    client.post(url, {"_state": "catalogued"})
    item.refresh_from_db()
    assert item.state == "filed"
    assert [row.step for row in FilingTrace.objects.filter(item=item)] == ["identify", "place", "catalogue", "put_away"]
    assert "已归档" in text(client.get(url))
    assert event_of("holdings.item_viewed", item).actor_name == "沈砚"


def place_of(item: Item) -> dict[str, Any]:
    found = s.propose_placement(Item.objects.get(pk=item.pk))
    return {
        "series": found.series.value.pk, "year": found.year.value, "retention": found.retention.value.pk,
        "arrangement": found.arrangement.value, "volume": "",
    }  # fmt: skip


def test_the_list_finds_by_title_customer_and_state(cast: Cast, as_: As) -> None:
    some_customer(cast)
    other = make_customer(cast.archivist, name="远洋贸易有限公司", phone="")
    item_at(cast, title="设备采购合同"), item_at(cast, "identified", title="租赁合同", customer=other)
    client = as_("archivist")
    assert "租赁合同" in text(client.get("/archive/items/?q=租赁"))
    found = text(client.get("/archive/items/?customer=远洋"))
    assert "租赁合同" in found and "设备采购合同" not in found
    waiting = text(client.get("/archive/items/?view=received"))
    assert "设备采购合同" in waiting and "租赁合同" not in waiting
    assert Event.objects.filter(code="holdings.items_listed").count() == 3
    page = text(client.get("/search/?q=远洋贸易&kind=item"))
    assert "租赁合同" in page.replace("<mark>", "").replace("</mark>", "")
    assert "租赁合同" not in text(as_("salesperson").get("/search/?q=租赁&kind=item"))
    assert "租赁合同" not in text(as_("stranger").get("/search/?q=租赁&kind=item"))


def test_a_download_is_written_down_and_needs_its_right(cast: Cast, as_: As) -> None:
    item = s.item_receive(
        actor=cast.archivist, values={"customer": some_customer(cast)}, files=[stored(cast, content=b"secret words")]
    )
    row = ItemFile.objects.get()
    url = f"/archive/items/{item.pk}/files/{row.pk}/"
    response = as_("salesperson").get(url)
    assert b"".join(response.streaming_content) == b"secret words"
    event = event_of("holdings.item_file_taken", row)
    assert (event.category, event.parent_id, event.actor_name) == ("disclose", item.pk, "周航")
    client = as_("archivist")
    for start in (0, 5):
        b"".join(client.get(url, headers={"Range": f"bytes={start}-"}).streaming_content)
    assert Event.objects.filter(code="holdings.item_file_taken", actor_name="沈砚").count() == 1
    assert as_("auditor").get(url).status_code == 403
    assert as_("stranger").get(url).status_code == 404
    assert "无权阅读内容" in text(as_("auditor").get(f"/archive/items/{item.pk}/files/"))


def test_a_file_is_added_on_the_page(cast: Cast, as_: As) -> None:
    item = item_at(cast, "filed")
    client, url = as_("archivist"), f"/archive/items/{item.pk}/files/add/"
    add = {"role": "scan", "files": [SimpleUploadedFile("扫描.txt", b"scan")]}
    assert "须写明说明" in text(client.post(url, add, follow=True))
    add = {"role": "scan", "note": "补扫第 3 页", "files": [SimpleUploadedFile("扫描.txt", b"scan")]}
    assert "已加入 1 个文件" in text(client.post(url, add, follow=True))
    item.refresh_from_db()
    assert (item.files.get().note, item.carrier) == ("补扫第 3 页", "hybrid")
    assert "没有选中文件" in text(client.post(url, {"role": "scan"}, follow=True))


def test_the_register_by_day_printed_and_exported(cast: Cast, as_: As) -> None:
    item_at(cast, "filed")
    client = as_("archivist")
    page = text(client.get("/archive/register/"))
    assert "设备采购合同" in page and "共 1 件" in page and "沈砚" in page
    assert "此期间没有归档" in text(client.get("/archive/register/?to=2020-01-01"))
    assert client.get("/archive/register/print.pdf").content.startswith(b"%PDF")
    book = client.post("/archive/register/export/")
    assert b"".join(book.streaming_content).startswith(b"PK")
    assert Event.objects.filter(code="holdings.filing_register_exported", category="disclose").count() == 1
    assert "设备采购合同" not in text(as_("stranger").get("/archive/register/"))


def test_editing_meets_anothers_change(cast: Cast, as_: As) -> None:
    item = item_at(cast)
    url = f"/archive/items/{item.pk}/edit/"
    client = as_("archivist")
    form = {"title": "采购合同", "carrier": "paper", "secrecy_level": "2", "pages": "4", "copies": "1", "dated_on": "2026-03-01",
            "author": "青山精密机械有限公司", "customer": f"（{item.customer.number}）", "document_type": item.document_type_id,
            "responsible": item.responsible_id, "department": item.department_id, "_version": str(item.version)}  # fmt: skip
    s.item_change(actor=cast.archivist, item=item, values={"title": "设备合同"})
    conflict = client.post(url, form)
    assert conflict.status_code == 409
    assert "设备合同" in text(conflict) and "采购合同" in text(conflict)
    item.refresh_from_db()
    assert client.post(url, {**form, "_version": str(item.version)}).status_code == 302
    item.refresh_from_db()
    assert item.title == "采购合同"


def test_a_bond_is_made_on_the_page(cast: Cast, as_: As) -> None:
    main, annex = item_at(cast), item_at(cast, title="合同附件一")
    client, url = as_("archivist"), f"/archive/items/{annex.pk}/bind/"
    assert "没有找到" in text(client.post(url, {"main": "查无此件", "relation": "attachment"}))
    client.post(url, {"main": f"设备采购合同（#{main.pk}）", "relation": "attachment"})
    annex.refresh_from_db()
    assert (annex.belongs_to, annex.relation) == (main, "attachment")
    assert "合同附件一" in text(client.get(f"/archive/items/{main.pk}/companions/"))
    options = text(client.get("/archive/options/item/?main=采购"))
    assert f"设备采购合同（#{main.pk}）" in options
    assert text(as_("stranger").get("/archive/options/item/?main=采购")) == ""


PAGES = {
    "holdings/inbox": "/archive/inbox/",
    "holdings/item-list": "/archive/items/",
    "holdings/item-list-keyword": "/archive/items/?q=合同",
    "holdings/item-detail": "/archive/items/{pk}/",
    "holdings/item-files": "/archive/items/{pk}/files/",
    "holdings/item-companions": "/archive/items/{pk}/companions/",
    "holdings/item-traces": "/archive/items/{pk}/traces/",
    "holdings/item-filing": "/archive/items/{pk}/filing/",
    "holdings/filing-register": "/archive/register/",
}


def test_a_fixed_number_of_statements(cast: Cast, as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "SMALL", 1_000_000)
    item = s.item_receive(
        actor=cast.archivist, values={"customer": some_customer(cast), "author": "青山"}, files=[stored(cast)]
    )
    (
        item_at(cast, "filed", title="租赁合同"),
        s.item_bind(actor=cast.archivist, item=item_at(cast, title="附件"), belongs_to=item, relation="attachment"),
    )
    client, addresses = as_("archivist"), {name: path.replace("{pk}", str(item.pk)) for name, path in PAGES.items()}
    compare_all(client, addresses)
    for number in range(2):
        item_at(cast, "filed", title=f"第{number}号合同")
        annex = item_at(cast, title=f"附件{number}")
        s.item_bind(actor=cast.archivist, item=annex, belongs_to=item, relation="attachment")
    compare_all(client, addresses)
