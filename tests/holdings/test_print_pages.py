"""Pages of printed forms: every print is told and kept, previews are looks, a sheet says whether it is still true."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import openpyxl
import pytest
from django.db import connection, transaction
from django.test import Client

from kedang.business.holdings.models import Item, ItemFile, PrintedSheet, PrintSettings, Volume, VolumeNote
from kedang.business.holdings.services.sheets import print_settings_change, settings_of
from kedang.foundation.audit.models import Event
from kedang.foundation.files.models import FileState
from kedang.foundation.files.services.storing import file_store
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import Refused
from tests.cast import Cast
from tests.holdings.making import make_item, make_volume
from tests.holdings.printed import box, boxed_items, full_volume, words

As = Callable[[str], Client]


def form(volume: Volume, name: str = "contents", ext: str = "pdf", **query: Any) -> str:
    return f"/archive/volumes/{volume.pk}/forms/{name}.{ext}?{urlencode(query)}"


def told(code: str) -> Any:
    return Event.objects.filter(code=code).latest("id")


def check(client: Client, code: str) -> str:
    response = client.get("/archive/sheets/", {"code": code})
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_print_is_kept_under_seal_and_told(archive: Cast, as_: As) -> None:
    of = full_volume(archive)
    response = as_("archivist").get(form(of, purpose="装盒"))
    assert response["Content-Type"] == "application/pdf" and response["Cache-Control"] == "no-store"
    sheet = PrintedSheet.objects.get()
    text = words(response.content)
    assert sheet.code in text and "打印：沈砚" in text
    assert (sheet.form, sheet.volume_id, sheet.printed_by_id, sheet.page_count, sheet.line_count) == (
        "contents",
        of.pk,
        archive.archivist.pk,
        1,
        3,
    )
    assert json.loads(sheet.lines)[1][1][3] == "[现场会议记录]" and sheet.secrecy_level == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT lines FROM holdings_printedsheet")
        assert "现场会议记录" not in cursor.fetchone()[0]
    event = told("holdings.sheet_printed")
    assert (event.subject_id, event.actor_id, event.reason) == (of.pk, archive.archivist.pk, "装盒")
    meta = json.loads(event.meta)
    assert (meta["form"], meta["code"], meta["rows"], meta["pages"], meta["format"]) == (
        "contents",
        sheet.code,
        3,
        1,
        "pdf",
    )


def test_same_content_same_code_other_content_another(archive: Cast, as_: As) -> None:
    of, client = full_volume(archive), as_("archivist")
    client.get(form(of))
    as_("manager").get(form(of))
    codes = PrintedSheet.objects.values_list("code", flat=True)
    assert codes[0] == codes[1] and codes[0].startswith(f"JM-V{of.pk}-")
    client.get(form(of, standard="gb11822"))
    Item.objects.filter(volume=of).update(pages=7)
    client.get(form(of, standard="gb11822"))
    assert PrintedSheet.objects.values("code").distinct().count() == 3


def test_a_preview_is_a_look_without_code(archive: Cast, as_: As) -> None:
    response = as_("archivist").get(form(full_volume(archive), ext="png"))
    assert response["Content-Type"] == "image/png" and response.content.startswith(b"\x89PNG")
    assert not PrintedSheet.objects.exists() and told("holdings.sheet_previewed").category == "read"


def test_the_whole_set_comes_at_once(archive: Cast, as_: As) -> None:
    of = full_volume(archive)
    text = words(as_("archivist").get(f"/archive/volumes/{of.pk}/forms.pdf").content)
    assert "全宗名称" in text and "顺序号" in text and "本卷情况说明" in text
    assert sorted(PrintedSheet.objects.values_list("form", flat=True)) == ["contents", "cover", "notes"]
    chosen = as_("archivist").get(f"/archive/volumes/{of.pk}/forms.pdf?form=spine&form=nonsense")
    assert chosen.status_code == 200 and PrintedSheet.objects.filter(form="spine").count() == 1


def test_workbooks_need_the_right_to_export(archive: Cast, as_: As) -> None:
    of = full_volume(archive, responsible=archive.salesperson)
    sheet = openpyxl.load_workbook(io.BytesIO(as_("archivist").get(form(of, ext="xlsx")).content)).worksheets[0]
    assert sheet.max_row == 4 and PrintedSheet.objects.get().file_kind == "xlsx"
    assert as_("salesperson").get(form(of, ext="xlsx")).status_code == 403
    assert as_("archivist").get(form(of, "cover", "xlsx")).status_code == 404
    assert as_("archivist").get(form(of, "contents", "docx")).status_code == 404
    assert as_("archivist").get(form(of, "nothing")).status_code == 404


def test_rights(archive: Cast, as_: As) -> None:
    of = full_volume(archive, responsible=archive.salesperson)
    wanted = {
        "archivist": 200,
        "salesperson": 200,
        "colleague": 404,
        "auditor": 403,
        "admin": 404,
        "reader": 403,
        "stranger": 404,
    }
    assert {who: as_(who).get(form(of)).status_code for who in wanted} == wanted
    assert not PrintedSheet.objects.exclude(printed_by__in=[archive.archivist, archive.salesperson]).exists()
    place = box(archive)
    assert as_("salesperson").get(f"/archive/places/{place.pk}/print/").status_code == 404
    assert as_("archivist").get(f"/archive/places/{place.pk}/print/").status_code == 200


def test_what_is_above_clearance_leaves_no_trace(archive: Cast, as_: As) -> None:
    """A secret item stands neither in the catalogue, nor in counts of pages, nor as a mark that something was left out."""
    of = make_volume(archive, responsible=archive.salesperson)
    make_item(archive, of, title="普通合同", pages=2, responsible=archive.salesperson)
    make_item(archive, of, title="金丝雀绝密事项", pages=40, secrecy_level=4, responsible=archive.salesperson)
    for name in ("contents", "notes"):
        text = words(as_("salesperson").get(form(of, name)).content)
        assert "金丝雀" not in text and "节录" not in text and "42页" not in text
    assert "金丝雀绝密事项" in words(as_("manager").get(form(of)).content)
    for name in ("contents", "notes"):
        own = PrintedSheet.objects.visible_to(archive.salesperson).get(form=name)
        assert "金丝雀" not in own.lines and own.printed_by_id == archive.salesperson.pk
        page = check(as_("salesperson"), own.code)
        assert "纸上内容与系统现有内容一致" in page and "金丝雀" not in page
        assert "纸上内容与系统现有内容一致" in check(as_("manager"), own.code)  # true for who printed it
    as_("manager").get(form(of, "notes"))
    complete = PrintedSheet.objects.filter(printed_by=archive.manager)
    assert (
        complete.count() == 2
        and not PrintedSheet.objects.visible_to(archive.salesperson).filter(pk__in=complete).exists()
    )


def test_an_excerpt_says_that_it_is_one(archive: Cast, as_: As) -> None:
    """A salesperson who owns the volume but not every item in it prints what they may see, marked; it stays true when the rest changes."""
    of = make_volume(archive, responsible=archive.salesperson)
    make_item(archive, of, title="本人经办", responsible=archive.salesperson)
    other = make_item(archive, of, title="他人经办", responsible=archive.colleague)
    text = words(as_("salesperson").get(form(of)).content)
    assert "节录" in text and "本人经办" in text and "他人经办" not in text
    sheet = PrintedSheet.objects.get()
    assert "现行" in check(as_("salesperson"), sheet.code)
    Item.objects.filter(pk=other.pk).update(title="改过")
    assert "纸上内容与系统现有内容一致" in check(as_("salesperson"), sheet.code)


def test_a_sheet_says_since_when_it_is_stale_and_which_lines(archive: Cast, as_: As) -> None:
    of, client = full_volume(archive), as_("archivist")
    client.get(form(of))
    sheet = PrintedSheet.objects.get()
    assert "现行" in check(client, sheet.code) and json.loads(told("holdings.sheet_checked").meta)["is_current"] is True
    first, second, third = Item.objects.filter(volume=of).order_by("position")
    Item.objects.filter(pk=second.pk).update(title="设备验收会议记录")
    Item.objects.filter(pk=third.pk).update(volume=None)
    added = make_item(archive, of, title="补充协议", pages=1)
    page = check(client, sheet.code)
    assert "已过期" in page and "以下各行已变更" in page
    for said in ("[现场会议记录]", "[设备验收会议记录]", "已更正", "已移出", "第3号设备采购合同", "新增", "补充协议"):
        assert said in page, said
    assert first.title not in page and added.title in page
    assert json.loads(told("holdings.sheet_checked").meta)["is_current"] is False


def test_since_comes_from_the_trail(archive: Cast, as_: As) -> None:
    """The first change of the volume after the print, by the service that made it."""
    from kedang.business.holdings.services.volumes import note_add

    of, client = full_volume(archive), as_("archivist")
    client.get(form(of, "notes"))
    sheet = PrintedSheet.objects.get()
    with clock.frozen(clock.now() + timedelta(days=1)) as later:
        note_add(actor=archive.archivist, volume=of, kind="defect", text="第1件第2页缺角。")
    page = check(client, sheet.code)
    assert f"自 {clock.local(later):%Y-%m-%d %H:%M} 起" in page and "第1件第2页缺角。" in page
    note = VolumeNote.objects.get()
    assert note.signed_at is None and "新增" in page


def test_what_changes_while_a_sheet_is_set_is_not_taken_for_printed(
    archive: Cast, as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A note written between reading the books and setting the page makes the paper stale from then; one written before is on it."""
    from kedang.business.holdings.printing import notes as gathering
    from kedang.business.holdings.services.volumes import note_add
    from kedang.business.holdings.views import printing as delivering

    of, client = full_volume(archive), as_("archivist")

    def writing(text: str, then: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **options: Any) -> Any:
            note_add(actor=archive.archivist, volume=of, kind="defect", text=text)
            return then(*args, **options)

        return run

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(gathering, "page_counts", writing("边取数边登记的一条。", gathering.page_counts))
        printed = words(client.get(form(of, "notes")).content)
    sheet = PrintedSheet.objects.get()
    assert "边取数边登记的一条。" in printed and "纸上内容与系统现有内容一致" in check(client, sheet.code)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(delivering, "pdf_of", writing("排版时登记的一条。", delivering.pdf_of))
        printed = words(client.get(form(of, "notes")).content)
    sheet = PrintedSheet.objects.latest("id")
    page = check(client, sheet.code)
    at = VolumeNote.objects.latest("id").made_at
    assert "排版时登记的一条。" not in printed and "排版时登记的一条。" in page
    assert f"自 {clock.local(at):%Y-%m-%d %H:%M} 起" in page and sheet.printed_at <= at
    older = check(client, PrintedSheet.objects.earliest("id").code)
    assert "已过期" in older and "纸上内容与系统现有内容一致" not in older


def test_codes_are_found_by_what_was_scanned(archive: Cast, as_: As) -> None:
    of, client = full_volume(archive), as_("archivist")
    client.get(form(of))
    sheet = PrintedSheet.objects.get()
    assert "现行" in check(client, f"http://archive.example/archive/sheets/?code={sheet.code}")
    assert "现行" in check(client, sheet.code.lower())
    by_volume = check(client, of.reference_code)
    assert "卷内文件目录" in by_volume and "现行" in by_volume
    for unknown in ("JM-V1-AAAAAAAAAAAA", "没有此码", sheet.code[:-1]):
        assert "没有这个码的打印记录" in check(client, unknown)
    assert "没有这个码的打印记录" in check(as_("stranger"), sheet.code)
    assert "没有这个码的打印记录" in check(as_("colleague"), sheet.code)


def test_page_of_a_volume_shows_forms_and_whether_prints_are_true(archive: Cast, as_: As) -> None:
    of, client = full_volume(archive), as_("archivist")
    client.get(form(of))
    page = client.get(f"/archive/volumes/{of.pk}/print/").content.decode()
    for said in ("案卷封面", "卷脊", "卷内文件目录", "卷内备考表", "打印全套", "XLSX", "现行"):
        assert said in page
    Volume.objects.filter(pk=of.pk).update(title="改名")
    Item.objects.filter(volume=of).update(author="改名")
    assert "已过期" in client.get(f"/archive/volumes/{of.pk}/print/").content.decode()


def test_catalogues_and_labels_of_the_fonds(archive: Cast, as_: As) -> None:
    full_volume(archive)
    place, client = box(archive), as_("archivist")
    boxed_items(archive, place)
    for name in ("volumes", "items", "register"):
        page = client.get(f"/archive/print/?form={name}&year=2026").content.decode()
        assert f"/archive/print/{name}.pdf?year=2026" in page and "XLSX" in page
        assert client.get(f"/archive/print/{name}.pdf?year=2026").status_code == 200
        assert client.get(f"/archive/print/{name}.xlsx?year=2026").status_code == 200
        assert client.get(f"/archive/print/{name}.png?year=2026").status_code == 200
    sheet = PrintedSheet.objects.filter(form="volumes").latest("id")
    assert sheet.asked["conditions"] == {"year": "2026"} and "现行" in check(client, sheet.code)
    assert "没有符合条件的内容" in client.get("/archive/print/?form=volumes&year=1999").content.decode()
    shelf = client.get(f"/archive/print/labels.pdf?kind=box&within={place.pk}")
    assert place.label in words(shelf.content) and "现行" in check(
        client, PrintedSheet.objects.filter(form="labels").get().code
    )
    back = client.get("/archive/print/labels.pdf?kind=volume", follow=True)
    assert "没有可打印标签的对象" in back.content.decode()
    assert as_("auditor").get("/archive/print/volumes.pdf").status_code == 403
    assert as_("salesperson").get("/archive/print/labels.pdf?kind=box").status_code == 403


def test_lists_spend_the_share_of_the_day(archive: Cast, as_: As) -> None:
    with transaction.atomic():
        for number in range(51):
            make_volume(archive, title=f"第{number}卷", state="closed", responsible=archive.salesperson)
    response = as_("salesperson").get("/archive/print/volumes.pdf")
    assert response.status_code == 409 and not PrintedSheet.objects.exists()


def test_stamped_copy_of_a_file(archive: Cast, as_: As) -> None:
    of = full_volume(archive, responsible=archive.salesperson)
    item = Item.objects.filter(volume=of).order_by("position")[1]
    source = as_("archivist").get(form(of)).content
    stored = file_store(actor=archive.archivist, name="原件.pdf", chunks=[source], fonds=archive.fonds)
    type(stored).objects.filter(pk=stored.pk).update(state=FileState.GOOD)
    held = ItemFile.objects.create(item=item, file=stored, added_at=clock.now())
    response = as_("archivist").get(f"/archive/item-files/{held.pk}/stamped.pdf")
    assert response.status_code == 200 and "Q" not in stored.sha256
    text = words(response.content)
    assert "定期30年" in text and "销售一组" in text and "3" in text
    event = told("holdings.copy_stamped")
    assert event.subject_id == item.pk and json.loads(event.meta)["sha256"] == stored.sha256
    stored.refresh_from_db()
    from kedang.foundation.files.services.reading import file_open

    with file_open(stored) as again:
        assert again.read() == source  # the original is what it was
    assert as_("auditor").get(f"/archive/item-files/{held.pk}/stamped.pdf").status_code == 403
    assert as_("stranger").get(f"/archive/item-files/{held.pk}/stamped.pdf").status_code == 404
    type(stored).objects.filter(pk=stored.pk).update(state=FileState.WAITING)
    assert "查毒" in as_("archivist").get(f"/archive/item-files/{held.pk}/stamped.pdf").content.decode()


def test_settings_of_printing(archive: Cast, as_: As) -> None:
    client = as_("archivist")
    page = client.get("/archive/print/settings/").content.decode()
    assert "标签列数" in page and "页号位置" in page
    values = {
        "standard": "gb11822",
        "cover_size": "hard",
        "spine_width": "20",
        "row_height": "10",
        "page_marks": "lower",
        "sides": "double",
    }
    labels = {"label_columns": "2", "label_rows": "7", "label_margin_top": "10", "label_margin_side": "5"}
    assert client.post("/archive/print/settings/", {**values, **labels, "version": "0"}).status_code == 302
    kept = PrintSettings.objects.get()
    assert (kept.standard, kept.spine_width, kept.label_columns, kept.version) == ("gb11822", 20, 2, 1)
    assert json.loads(told("holdings.print_settings_changed").changes)["standard"] == ["gb9705", "gb11822"]
    of = full_volume(archive)
    assert "文件编号" in words(client.get(form(of)).content)
    wrong = client.post("/archive/print/settings/", {**values, **labels, "row_height": "99", "version": "1"})
    assert wrong.status_code == 422 and "目录行高" in wrong.content.decode()
    tiny = client.post("/archive/print/settings/", {**values, **labels, "label_columns": "6", "version": "1"})
    assert tiny.status_code == 422 and "至少 45 × 18 毫米" in tiny.content.decode()
    assert as_("salesperson").get("/archive/print/settings/").status_code == 403


def test_settings_meet_another_change(archive: Cast) -> None:
    print_settings_change(actor=archive.archivist, values={"row_height": 12}, version=0)
    with pytest.raises(Refused) as refused:
        print_settings_change(actor=archive.archivist, values={"row_height": 9}, version=0)
    assert refused.value.code == "stale_version" and settings_of(archive.fonds.pk).row_height == 12
    assert settings_of(archive.other_fonds.pk).row_height == 15
