"""Inspections, findings, climate, equipment, visitors and statistics."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client

from kedang.business.holdings.models import (
    ClimateReading,
    Equipment,
    Finding,
    Inspection,
    RoomVisit,
    StatisticsReport,
    StockTake,
)
from kedang.business.holdings.services.climate import climate_add, climate_add_many, climate_limit_set, read_csv
from kedang.business.holdings.services.equipment import equipment_add, equipment_change, equipment_look_after
from kedang.business.holdings.services.findings import finding_change, finding_note, finding_solve
from kedang.business.holdings.services.inspections import KEYS, inspection_change, inspection_do, inspection_plan
from kedang.business.holdings.services.placing import put_away
from kedang.business.holdings.services.statistics import period_of, statistics, statistics_keep
from kedang.business.holdings.services.stock_closing import stock_take_close
from kedang.business.holdings.services.stocktaking import stock_scans_take
from kedang.business.holdings.services.visits import room_enter, room_leave, visit_correct
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.project.cli import main
from tests.cast import Cast
from tests.holdings.printed import words
from tests.holdings.standing import a_cabinet, a_room, closed_volumes, shelves_of

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
GOOD = {key: {"result": "good"} for key in KEYS}


def test_an_inspection_every_ninety_days(cast: Cast) -> None:
    room, actor = a_room(cast), cast.archivist
    with clock.frozen(NOON):
        row = inspection_plan(actor=actor, values={"location": room, "every_days": "90", "planned_on": "2026-11-20"})
        answers = {**GOOD, "doors": {"result": "bad", "note": "北窗关不严"}, "mould": {"result": "none"}}
        with pytest.raises(Refused) as refusal:
            inspection_do(actor=actor, inspection=row, answers={**answers, "fire": {}, "damp": {"result": "bad"}})
        assert set(refusal.value.details["problems"]) == {"fire", "damp"} and "防火" in refusal.value.sentence
        inspection_do(actor=actor, inspection=row, answers=answers, conclusion="总体良好")
        with pytest.raises(Refused) as refusal:
            inspection_do(actor=actor, inspection=row, answers=answers)
    assert refusal.value.code == "inspection_done"
    finding = Finding.objects.get()
    assert (finding.text, finding.inspection_id, finding.location_id) == ("门窗：北窗关不严", row.pk, room.pk)
    later = Inspection.objects.get(done_at__isnull=True)
    assert (str(later.planned_on), later.every_days) == ("2027-02-18", 90)
    inspection_change(actor=actor, inspection=later, values={"planned_on": "2027-02-20"}, version=1)
    with pytest.raises(Refused) as refusal:
        inspection_change(actor=actor, inspection=later, values={"every_days": 30}, version=1)
    assert refusal.value.code == "stale_version"
    finding_change(actor=actor, finding=finding, values={"owner": actor, "due_on": "2026-12-01"})
    with pytest.raises(Refused):
        finding_solve(actor=actor, finding=finding, reason="")
    finding_solve(actor=actor, finding=finding, reason="已换密封条")
    with pytest.raises(Refused) as refusal:
        finding_solve(actor=actor, finding=finding, reason="再来一次")
    assert refusal.value.code == "finding_solved" and "已换密封条" in refusal.value.sentence
    codes = list(Event.objects.filter(subject_type="holdings.finding").order_by("id").values_list("code", flat=True))
    assert codes == ["custody.finding_noted", "custody.finding_changed", "custody.finding_solved"]


def test_after_a_fire_there_is_one_inspection(cast: Cast) -> None:
    room = a_room(cast)
    with pytest.raises(Refused) as refusal:
        inspection_plan(actor=cast.archivist, values={"location": room, "occasion": "fire", "every_days": 30})
    assert refusal.value.field == "every_days"
    row = inspection_plan(actor=cast.archivist, values={"location": room, "occasion": "fire"})
    inspection_do(actor=cast.archivist, inspection=row, answers=GOOD)
    assert Inspection.objects.count() == 1 and not Finding.objects.exists()
    with pytest.raises(NotAllowed):
        finding_note(actor=cast.auditor, values={"location": room, "text": "漏水"})


def test_out_of_the_limits_one_alarm(cast: Cast) -> None:
    room, actor = a_room(cast), cast.archivist
    with clock.frozen(NOON):
        climate_limit_set(actor=actor, location=room, values={"warmest": "25"})
        good = climate_add(actor=actor, location=room, temperature="24.5", humidity="50")
        assert not good.is_out and good.source == "手工"
        with pytest.raises(Refused) as refusal:
            climate_add(actor=actor, location=room, temperature="20", humidity="50")
        assert refusal.value.code == "reading_known"
    for hour in (1, 2):
        with clock.frozen(NOON + timedelta(hours=hour)):
            climate_add(actor=actor, location=room, temperature=Decimal("25.1"), humidity=61)
    finding = Finding.objects.get()
    assert finding.source == "climate" and "25.1℃、湿度 61.0%，超出 14.0–25.0℃" in finding.text
    assert ClimateReading.objects.filter(is_out=True).count() == 2
    with pytest.raises(Refused) as refusal:
        climate_add(actor=actor, location=shelves_of(a_cabinet(cast))[0], temperature=20, humidity=50)
    assert refusal.value.code == "not_a_room"
    with pytest.raises(Refused) as refusal:
        climate_limit_set(actor=actor, location=room, values={"coldest": "26"})
    assert refusal.value.field == "warmest"
    climate_limit_set(actor=actor, location=room, values={"coldest": "14", "warmest": "26"})
    told = Event.objects.filter(code="custody.climate_limited").latest("id")
    assert json.loads(told.changes) == {"warmest": ["25.0", "26.0"]}  # only what changed, as it is kept
    with pytest.raises(NotAllowed):
        climate_add(actor=cast.manager, location=room, temperature=20, humidity=50)


def test_a_device_delivers_over_http_and_may_deliver_again(cast: Cast, as_: Callable[[str], Client]) -> None:
    room, client = a_room(cast), as_("archivist")
    climate_limit_set(actor=cast.archivist, location=room, values={"warmest": "24"})
    url = f"/climate/{room.pk}/readings/"
    lines = [
        {"read_at": "2026-11-20T11:00:00+08:00", "temperature": 20.5, "humidity": 52},
        {"read_at": "2026-11-20T04:30:00Z", "temperature": "24.6", "humidity": "61"},
        {"read_at": "2026-11-20T12:00:00+08:00", "temperature": "?", "humidity": 50},
        {"read_at": "gestern", "temperature": 20, "humidity": 50},
        {"temperature": 20, "humidity": 50},
    ]

    def delivered(who: Client, body: object) -> HttpResponse:
        return who.post(url, json.dumps(body), content_type="application/json")  # type: ignore[return-value]

    with clock.frozen(NOON + timedelta(hours=1)):
        first, again = (
            delivered(client, {"source": "一号网关", "readings": lines}),
            delivered(client, {"readings": lines}),
        )
        told = first.json()  # type: ignore[attr-defined]
        assert (first.status_code, told["added"], told["known"], told["out"]) == (200, 2, 0, 1)
        assert [one["line"] for one in told["refused"]] == [3, 4, 5] and "缺少 read_at" in told["refused"][2][
            "sentence"
        ]
        told = again.json()  # type: ignore[attr-defined]
        assert (again.status_code, told["added"], told["known"]) == (200, 0, 2)
        read = Event.objects.get(code="custody.climate_read")  # one delivery, one entry
        assert json.loads(read.meta)["source"] == "一号网关" and read.actor_id == cast.archivist.pk
        alarm = Finding.objects.get()
        assert alarm.source == "climate" and "11-20 12:30 温度 24.6℃" in alarm.text
        asked = client.get(url).json()
        assert asked["latest"]["is_out"] is True and asked["limits"]["warmest"] == 24.0 and asked["token"]
        assert delivered(client, {"readings": lines[2:]}).status_code == 422
        for wrong in ([], {"readings": 5}, {"readings": ["x"]}, None):
            assert delivered(client, wrong).status_code == 400
        assert delivered(as_("manager"), {"readings": lines}).status_code == 403
        strict = as_("archivist")
        strict.handler.enforce_csrf_checks = True
        assert delivered(strict, {"readings": lines}).status_code == 403  # a page of others cannot deliver
    shelf = shelves_of(a_cabinet(cast))[0]
    assert client.get(f"/climate/{shelf.pk}/readings/").status_code == 404
    assert ClimateReading.objects.count() == 2


def test_reports_of_custody_leave_on_paper_and_are_told(cast: Cast, as_: Callable[[str], Client]) -> None:
    room, client = a_room(cast), as_("archivist")
    shelf = shelves_of(a_cabinet(cast))[0]
    one, two = closed_volumes(cast.fonds, 2)
    put_away(actor=cast.archivist, location=shelf, volumes=[one, two])
    begun = client.post(f"/places/{shelf.pk}/count/", {"title": "年度清点"})
    take = StockTake.objects.get()
    assert begun["Location"] == f"/stock-takes/{take.pk}/"  # where the counting goes on
    with clock.frozen(NOON):
        scan = {"code": one.reference_code, "place": shelf.label, "at": NOON.isoformat(), "key": "1"}
        stock_scans_take(actor=cast.archivist, stock_take=take, scans=[scan], device="手机")
        stock_take_close(actor=cast.archivist, stock_take=take, conclusion="差一卷，已查找。")
        climate_add(actor=cast.archivist, location=room, temperature="25.5", humidity="50")
        assert "去处理" in client.get(f"/climate/{room.pk}/").content.decode()
        paper = words(client.get(f"/stock-takes/{take.pk}/print/").content)
        for said in ("档案盘点报告", "年度清点", "未找到", two.reference_code, "差一卷，已查找。", "盘点人"):
            assert said in paper, said
        assert one.reference_code not in paper  # what agrees is counted, not listed
        paper = words(client.get(f"/climate/{room.pk}/print/?month=2026-11").content)
        for said in ("库房温湿度记录表", "2026年11月", "25.5", "14.0–24.0℃", "11-20", "11-19"):
            assert said in paper.replace(" ", ""), said
    told = Event.objects.filter(code="custody.printed").order_by("id")
    assert [event.subject_type for event in told] == ["holdings.stocktake", "holdings.location"]
    assert as_("salesperson").get(f"/climate/{room.pk}/print/").status_code == 403


def test_a_file_of_readings_may_come_twice(cast: Cast) -> None:
    room = a_room(cast)
    text = "时间,温度,湿度\n2026-11-19 08:00,20.5,50\n2026/11/19 14:00,21,51%\n2026-11-19 20:00,热,50\n坏的\n2026-11-20 08:00,99,50\n"
    readings, refused = read_csv(text)
    assert len(readings) == 4 and [line for line, _told in refused] == [5]
    with clock.frozen(NOON):
        answer = climate_add_many(actor=cast.archivist, location=room, readings=readings, source="CSV")
        again = climate_add_many(actor=cast.archivist, location=room, readings=readings, source="CSV")
    assert (answer.added, [line for line, _told in answer.refused]) == (2, [4, 6]) and "不合常理" in answer.refused[1][
        1
    ]
    assert (again.added, again.known) == (0, 2)
    assert Event.objects.filter(code="custody.climate_read").count() == 1


def test_equipment_is_due_again(cast: Cast) -> None:
    room, actor = a_room(cast), cast.archivist
    with clock.frozen(NOON):
        row = equipment_add(
            actor=actor, values={"location": room, "kind": "fire", "name": "灭火器 1", "every_days": 30}
        )
        assert str(row.due_on) == "2026-12-20"
    with clock.frozen(NOON + timedelta(days=31)):
        row = equipment_look_after(actor=actor, equipment=row, reason="压力正常")
    assert str(row.due_on) == "2027-01-20"
    equipment_change(actor=actor, equipment=row, values={"is_retired": True}, version=2)
    with pytest.raises(Refused) as refusal:
        equipment_look_after(actor=actor, equipment=row, reason="压力正常")
    assert refusal.value.code == "equipment_retired" and Equipment.objects.get().version == 3


def test_a_key_is_out_once(cast: Cast) -> None:
    room, actor = a_room(cast), cast.archivist
    values = {"location": room, "visitor": "王师傅", "unit": "消防公司", "purpose": "更换灭火器", "key_number": "K-1"}
    first = room_enter(actor=actor, values=values)
    with pytest.raises(Refused) as refusal:
        room_enter(actor=actor, values={**values, "visitor": "李师傅"})
    assert (refusal.value.code, refusal.value.field) == (
        "key_is_out",
        "key_number",
    ) and "王师傅" in refusal.value.sentence
    visit_correct(actor=actor, visit=first, values={"escorted_by": "沈砚"}, version=1)
    room_leave(actor=actor, visit=first)
    with pytest.raises(Refused):
        room_leave(actor=actor, visit=first)
    room_enter(actor=actor, values=values)
    room_enter(actor=actor, values={**values, "visitor": "访客", "key_number": ""})
    assert RoomVisit.objects.filter(left_at__isnull=True).count() == 2


def test_statistics_of_a_month_are_kept(cast: Cast) -> None:
    shelf = shelves_of(a_cabinet(cast, capacity=10))[0]
    with clock.frozen(NOON):
        volumes = closed_volumes(cast.fonds, 3)
        put_away(actor=cast.archivist, location=shelf, volumes=volumes[:2])
        report = statistics_keep(actor=cast.archivist, year=2026, month=11)
        with pytest.raises(Refused) as refusal:
            statistics_keep(actor=cast.archivist, year=2026, month=12)
    assert refusal.value.code == "period_ahead"
    found = {
        chapter["key"]: {line["label"]: line["value"] for line in chapter["figures"]}
        for chapter in report.figures["chapters"]
    }
    assert (found["holdings"]["案卷"], found["additions"]["入库"], found["custody"]["在架案卷"]) == (3, 2, 2)
    assert found["custody"]["架位使用率"] == round(100 * 2 / 30, 1) and found["arrangement"]["已入库"] == 2
    assert found["staff"]["专职档案人员"] == 1
    empty = {c.key: c for c in statistics(cast.other_fonds.pk, period_of(2026))}
    assert sum(line.value for line in empty["holdings"].figures) == 0
    with clock.frozen(NOON + timedelta(days=1)):
        statistics_keep(actor=cast.archivist, year=2026, month=11)
    assert StatisticsReport.objects.count() == 1
    with pytest.raises(NotAllowed):
        statistics_keep(actor=cast.auditor, year=2026)


def test_a_device_calls_the_command(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    a_room(cast)
    assert main(["climate", "add", "K-1", "20.5", "51", "--at", "2026-11-20 08:00", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"room": "K-1", "added": 1, "known": 0, "out": 0, "refused": []}
    reading = ClimateReading.objects.get()
    assert (str(reading.temperature), reading.source, reading.read_by) == ("20.5", "采集设备", "温湿度采集")
    for wrong, code in ((["K-9", "20", "50"], "no_such_room"), (["K-1", "热", "50"], "values_invalid")):
        assert main(["climate", "add", *wrong, "--json"]) == 1
        told = json.loads(capsys.readouterr().out)
        assert told["code"] == code and told["error"]
    assert Event.objects.get(code="custody.climate_read").actor_name == "温湿度采集"
