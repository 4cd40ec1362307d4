"""Pages of custody as people use them: scanning, counting, inspecting, climate, statistics; and what they cost."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from django.test import Client
from openpyxl import load_workbook

from kedang.business.holdings.jobs.custody import ask_for_reports, keep_report
from kedang.business.holdings.models import (
    ClimateReading,
    Finding,
    Inspection,
    Location,
    StatisticsReport,
    StockTake,
    Volume,
)
from kedang.business.holdings.services.climate import climate_add_many
from kedang.business.holdings.services.equipment import equipment_add
from kedang.business.holdings.services.findings import finding_note
from kedang.business.holdings.services.inspections import KEYS, inspection_plan
from kedang.business.holdings.services.placing import put_away
from kedang.business.holdings.services.stocktaking import stock_take_begin
from kedang.business.holdings.services.visits import room_enter
from kedang.business.holdings.standing import custody_health
from kedang.foundation.audit.models import Event
from kedang.foundation.jobs.models import Job
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import SYSTEM
from tests.cast import Cast
from tests.counting import compare, count_of
from tests.holdings.standing import a_box, a_cabinet, a_room, closed_volumes, shelves_of

As = Callable[[str], Client]


def words_of(pdf: bytes) -> str:
    """Text of a PDF."""
    return "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf)).replace(" ", "")


@pytest.fixture
def keeper(as_: As, cast: Cast) -> Client:
    return as_("archivist")


def test_scan_a_place_then_things(keeper: Client, cast: Cast) -> None:
    shelf, other, _last = shelves_of(a_cabinet(cast))
    volume = closed_volumes(cast.fonds, 1)[0]
    first = keeper.post("/scan/", {"code": volume.reference_code})
    assert first.status_code == 422 and "请先扫位置" in first.content.decode()
    opened = keeper.post("/scan/", {"code": f"{shelf.label}\n"})
    assert opened.headers["Location"] == f"/scan/?place={shelf.label}"
    keeper.post("/scan/", {"code": volume.reference_code, "place": shelf.label})
    assert Volume.objects.get().location_id == shelf.pk
    wrong = keeper.post("/scan/", {"code": "不存在", "place": other.label})
    text = wrong.content.decode()
    assert wrong.status_code == 422 and "没有改动任何位置" in text and f'value="{other.label}"' in text
    assert Volume.objects.get().location_id == shelf.pk
    page = keeper.get(f"/scan/?place={shelf.label}")
    assert volume.reference_code in page.content.decode() and "camera=(self)" in page.headers["Permissions-Policy"]


def test_a_box_is_opened_or_moved_and_mixing_asks_why(keeper: Client, cast: Cast) -> None:
    shelf, other, _last = shelves_of(a_cabinet(cast))
    box = a_box(cast, shelf)
    assert keeper.post("/scan/", {"code": box.label, "place": shelf.label}).headers["Location"].endswith(box.label)
    keeper.post("/scan/", {"code": box.label, "place": other.label, "box": "move"})
    assert Location.objects.get(pk=box.pk).parent_id == other.pk
    old, new = closed_volumes(cast.fonds, 1)[0], closed_volumes(cast.fonds, 1, year=2024)[0]
    keeper.post("/scan/", {"code": old.reference_code, "place": box.label})
    asked = keeper.post("/scan/", {"code": new.reference_code, "place": box.label})
    assert asked.status_code == 422 and 'name="override"' in asked.content.decode()
    keeper.post("/scan/", {"code": new.reference_code, "place": box.label, "override": "卷少合装"})
    assert Volume.objects.get(pk=new.pk).location_id == box.pk


def test_a_place_shows_what_stands_there_and_what_did(keeper: Client, cast: Cast) -> None:
    cabinet = a_cabinet(cast, capacity=4)
    shelf, other, _last = shelves_of(cabinet)
    seen, secret = closed_volumes(cast.fonds, 1)[0], closed_volumes(cast.fonds, 1, secrecy_level=5, title="绝密案卷")[0]
    put_away(actor=cast.archivist, location=shelf, volumes=[seen])
    put_away(actor=SYSTEM, location=shelf, volumes=[secret])
    text = keeper.get(f"/places/{shelf.pk}/").content.decode()
    assert seen.title in text and "绝密案卷" not in text and secret.reference_code not in text and "另有 1 卷" in text
    put_away(actor=cast.archivist, location=other, volumes=[seen], reason="腾架")
    past = keeper.get(f"/places/{shelf.pk}/past/").content.decode()
    assert seen.reference_code in past and "不在查看范围内" in past and secret.reference_code not in past
    front = keeper.get(f"/places/{cabinet.pk}/").content.decode()
    assert seen.reference_code in front and "25%" in front
    tree = keeper.get("/places/tree/").content.decode()
    assert "1 号库房" in tree and "17%" in tree


def test_a_phone_brings_its_scans(keeper: Client, cast: Cast) -> None:
    shelf = shelves_of(a_cabinet(cast))[0]
    a, b = closed_volumes(cast.fonds, 2)
    put_away(actor=cast.archivist, location=shelf, volumes=[a, b])
    take = stock_take_begin(actor=cast.archivist, location=shelf)
    told = keeper.get(f"/stock-takes/{take.pk}/expected/").json()
    assert told["lines"][0][:2] == [a.reference_code, shelf.label] and told["places"] == [shelf.label] and told["token"]
    body = {
        "device": "甲",
        "scans": [{"key": "k1", "code": a.reference_code, "place": shelf.label, "at": clock.now().isoformat()}],
    }
    address = f"/stock-takes/{take.pk}/scans/"
    answers = [keeper.post(address, json.dumps(body), content_type="application/json").json() for _again in range(2)]
    assert [(one["new"], one["known"]) for one in answers] == [(1, 0), (0, 1)]
    assert keeper.post(address, "坏的", content_type="application/json").status_code == 400
    assert keeper.get(f"/stock-takes/{take.pk}/count/").status_code == 200
    worker = keeper.get("/stock-takes/worker.js")
    assert worker.headers["Content-Type"].startswith("text/javascript") and "{{" not in worker.content.decode()
    keeper.post(f"/stock-takes/{take.pk}/close/", {"conclusion": "完"})
    text = keeper.get(f"/stock-takes/{take.pk}/?result=missing").content.decode()
    assert StockTake.objects.get().differing_count == 1 and b.reference_code in text
    assert keeper.post(address, json.dumps(body), content_type="application/json").status_code == 409


def test_books_are_set_to_where_it_was_seen(keeper: Client, cast: Cast) -> None:
    cabinet = a_cabinet(cast)
    shelf, other, _last = shelves_of(cabinet)
    a = closed_volumes(cast.fonds, 1)[0]
    put_away(actor=cast.archivist, location=shelf, volumes=[a])
    take = stock_take_begin(actor=cast.archivist, location=cabinet)
    body = {"scans": [{"key": "k1", "code": a.reference_code, "place": other.label}]}
    keeper.post(f"/stock-takes/{take.pk}/scans/", json.dumps(body), content_type="application/json")
    early = keeper.post(f"/stock-takes/{take.pk}/", {"line": take.lines.get().pk})
    assert early.status_code == 422 and "请先结束盘点" in early.content.decode()
    keeper.post(f"/stock-takes/{take.pk}/close/", {})
    assert "以实际位置为准" in keeper.get(f"/stock-takes/{take.pk}/").content.decode()
    assert keeper.post(f"/stock-takes/{take.pk}/", {"line": take.lines.get().pk}).status_code == 302
    assert Volume.objects.get().location_id == other.pk and Finding.objects.get().state == "solved"


def test_an_inspection_from_the_plan_to_paper(keeper: Client, cast: Cast) -> None:
    row = inspection_plan(actor=cast.archivist, values={"location": a_room(cast), "every_days": 30})
    form = {f"result-{key}": "good" for key in KEYS} | {"version": "1", "conclusion": "良好"}
    again = keeper.post(f"/inspections/{row.pk}/do/", {**form, "result-fire": "bad", "note-doors": "门已修"})
    text = again.content.decode()
    assert again.status_code == 422 and "请写明情况" in text and 'value="门已修"' in text
    keeper.post(f"/inspections/{row.pk}/do/", {**form, "result-fire": "bad", "note-fire": "灭火器过期"})
    assert Inspection.objects.count() == 2 and Finding.objects.get().text == "防火：灭火器过期"
    shown = keeper.get(f"/inspections/{row.pk}/").content.decode()
    assert "灭火器过期" in shown and f"/inspections/{row.pk}/edit/" not in shown
    paper = keeper.get(f"/inspections/{row.pk}/print/")
    words = words_of(paper.content)
    assert "库房检查记录" in words and "灭火器过期" in words and Event.objects.filter(code="custody.printed").exists()


def test_what_is_not_answered_is_good_in_one_act(keeper: Client, cast: Cast) -> None:
    """The list comes back filled in to be looked over; a point with words but no answer stays open."""
    row = inspection_plan(actor=cast.archivist, values={"location": a_room(cast)})
    given = {"result-fire": "bad", "note-fire": "灭火器过期", "note-doors": "门已修", "_rest": "1", "version": "1"}
    text = keeper.post(f"/inspections/{row.pk}/do/", given).content.decode()
    assert text.count('value="good" checked') == len(KEYS) - 2 and text.count('value="bad" checked') == 1
    assert 'value="门已修"' in text and "还没有填写结果" not in text
    row.refresh_from_db()
    assert row.done_at is None and not Finding.objects.exists()


def test_climate_by_hand_by_file_and_its_chart(keeper: Client, cast: Cast) -> None:
    room = a_room(cast)
    address = f"/climate/{room.pk}/"
    keeper.post(address, {"do": "reading", "temperature": "30", "humidity": "52", "read_at": "2026-11-20T09:00"})
    keeper.post(address, {"do": "file", "text": "2026-11-18 08:00,20,50\n2026-11-19 08:00,21,51\n坏行 9\n"})
    assert ClimateReading.objects.count() == 3 and Finding.objects.get().source == "climate"
    text = keeper.get(f"{address}?month=2026-11").content.decode()
    assert (
        'class="chart-point is-out"' in text and "缺 " in text and text.count("<polyline") == 4 and "style=" not in text
    )
    assert keeper.get(f"{address}?by=month&month=2026-11").status_code == 200
    bad = keeper.post(address, {"do": "limits", "coldest": "30", "warmest": "20", "driest": "40", "dampest": "60"})
    assert bad.status_code == 422 and "最高温度要高于最低温度" in bad.content.decode()
    assert custody_health().state == "bad"
    assert "1 号库房" in keeper.get("/climate/").content.decode()


def test_work_list_tells_what_is_due(keeper: Client, as_: As, cast: Cast) -> None:
    room = a_room(cast)
    finding_note(actor=cast.archivist, values={"location": room, "text": "东墙返潮"})
    inspection_plan(actor=cast.archivist, values={"location": room})
    room_enter(
        actor=cast.archivist, values={"location": room, "visitor": "王师傅", "purpose": "检修", "key_number": "K-1"}
    )
    text = keeper.get("/").content.decode()
    assert "东墙返潮" in text and "检查 1 号库房" in text and "钥匙 K-1 在 王师傅 处" in text
    assert "东墙返潮" not in as_("salesperson").get("/").content.decode()


def test_statistics_on_the_page_on_paper_and_kept(keeper: Client, cast: Cast) -> None:
    shelf = shelves_of(a_cabinet(cast, capacity=10))[0]
    put_away(actor=cast.archivist, location=shelf, volumes=closed_volumes(cast.fonds, 2))
    today = clock.today()
    text = keeper.get("/statistics/").content.decode()
    assert "在架案卷" in text and "/volumes/?state=shelved" in text
    keeper.post("/statistics/", {"year": today.year, "month": today.month})
    kept = StatisticsReport.objects.get()
    paper = keeper.get(f"/statistics/print/?report={kept.pk}")
    words = words_of(paper.content)
    assert "档案统计月报表" in words and "在架案卷" in words
    book: Any = keeper.get(f"/statistics/workbook/?year={today.year}&month=0")
    sheet = load_workbook(BytesIO(b"".join(book.streaming_content))).active
    assert sheet is not None and [cell.value for cell in sheet[2]][1:3] == ["案卷", 2]
    assert keeper.get("/statistics/print/?report=999999").status_code == 404
    assert ask_for_reports() == 1 and ask_for_reports() == 0
    job = Job.objects.get(kind="custody.statistics")
    keep_report(None, **job.args)
    assert StatisticsReport.objects.count() == 2 and ask_for_reports() == 0


PAGES = {
    "custody/places": "/places/tree/",
    "custody/room": "/places/{room}/",
    "custody/cabinet": "/places/{cabinet}/",
    "custody/shelf": "/places/{shelf}/",
    "custody/box": "/places/{box}/",
    "custody/past": "/places/{shelf}/past/",
    "custody/scan": "/scan/?place={label}",
    "custody/take": "/stock-takes/{take}/",
    "custody/findings": "/findings/",
    "custody/climate": "/climate/",
    "custody/climate-room": "/climate/{room}/",
    "custody/statistics": "/statistics/",
}


def test_a_fixed_number_of_statements(keeper: Client, cast: Cast) -> None:
    """With little and with much to show, each page costs the same."""
    cabinet = a_cabinet(cast, capacity=30)
    shelf = shelves_of(cabinet)[0]
    box = a_box(cast, shelf)
    more(cast, shelf, box, 1)
    take = stock_take_begin(actor=cast.archivist, location=cabinet)
    names = {
        "room": cabinet.parent_id,
        "cabinet": cabinet.pk,
        "shelf": shelf.pk,
        "box": box.pk,
        "label": shelf.label,
        "take": take.pk,
    }
    addresses = {name: address.format(**names) for name, address in PAGES.items()}
    for name, address in addresses.items():
        keeper.get(address)
        compare(name, *count_of(keeper, address))
    for number in range(3):
        a_cabinet(cast, code=f"1{number}")
        a_box(cast, shelf)
        more(cast, shelf, box, 1)
    for name, address in addresses.items():
        compare(name, *count_of(keeper, address))


def more(cast: Cast, shelf: Location, box: Location, count: int) -> None:
    """Another volume in the box and on the shelf, a finding, a reading."""
    put_away(actor=cast.archivist, location=box, volumes=closed_volumes(cast.fonds, count, page_count=10))
    put_away(actor=cast.archivist, location=shelf, volumes=closed_volumes(cast.fonds, count))
    room = Location.objects.get(label="K-1")
    finding_note(actor=cast.archivist, values={"location": room, "text": "返潮"})
    at = clock.now() - timedelta(minutes=ClimateReading.objects.count() + 1)
    climate_add_many(actor=cast.archivist, location=room, readings=[{"read_at": at, "temperature": 20, "humidity": 50}])


def test_a_day_before_something_was_written_down(keeper: Client, cast: Cast) -> None:
    """Found by the access harness: the record of a day before its first entry was drawn without its room, and broke."""
    room, actor = a_room(cast), cast.archivist
    day = clock.today() - timedelta(days=1)
    rows = {
        "visits": room_enter(actor=actor, values={"location": room, "visitor": "工程队", "purpose": "检修"}),
        "inspections": inspection_plan(actor=actor, values={"location": room}),
        "equipment": equipment_add(actor=actor, values={"location": room, "kind": "fire", "name": "灭火器"}),
        "findings": finding_note(actor=actor, values={"location": room, "text": "窗户关不严"}),
    }
    for word, row in rows.items():
        before = keeper.get(f"/{word}/{row.pk}/history/", {"on": str(day)})
        assert before.status_code == 200 and "当日还没有这份档案" in before.content.decode()
        assert "当日还没有" not in keeper.get(f"/{word}/{row.pk}/history/", {"on": str(clock.today())}).content.decode()
