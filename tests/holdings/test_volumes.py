"""Volumes: what goes in, in which order, with which numbers (AR-04, AR-06, AR-07)."""

from datetime import date

import pytest
from django.db import transaction
from django.db.models import Q

from kedang.business.holdings.models import Item, ReferenceCode, Volume
from kedang.business.holdings.services import volumes as v
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.search.find import find_ids
from tests.cast import Cast
from tests.holdings.making import period, series
from tests.holdings.volumes import SERVICE, a_customer, a_volume, an_item, volume_values

Said = tuple[str, str]


def refusal(act: object, **given: object) -> Refused:
    with pytest.raises(Refused) as caught:
        act(**given)  # type: ignore[operator]  # a service
    return caught.value


def titles(volume: Volume) -> list[str]:
    return [item.title for item in v.items_in_order(volume)]


def test_a_volume_gets_its_code_and_is_found(archive: Cast) -> None:
    customer = a_customer(archive.archivist)
    volume = v.volume_create(actor=archive.archivist, values=volume_values(archive.fonds, title="", customer=customer))
    again = v.volume_create(actor=archive.archivist, values=volume_values(archive.fonds))
    assert volume.title == "青山精密机械有限公司2026年合同协议"
    assert (volume.number, again.number) == (1, 2) and volume.reference_code != again.reference_code
    assert (volume.responsible, volume.department) == (archive.archivist, archive.head_office)
    assert ReferenceCode.objects.get(code=volume.reference_code).volume == volume
    event = Event.objects.get(code="holdings.volume_created", subject_id=volume.pk)
    assert event.actor_name == "沈砚" and volume.reference_code in event.changes
    for text in ("青山精密", "qsjm", volume.reference_code):
        assert volume.pk in find_ids("volume", text, Q(fonds_id=archive.fonds.pk), {}), text


def test_who_may_not_arrange_makes_none(archive: Cast) -> None:
    for who in (archive.salesperson, archive.reader, archive.auditor, archive.admin):
        with pytest.raises(NotAllowed):
            v.volume_create(actor=who, values=volume_values(archive.fonds))
    volume = a_volume(archive.archivist, archive.fonds)
    with pytest.raises(OutOfScope):
        v.volume_change(actor=archive.stranger, volume=volume, values={"title": "别家"})
    assert Volume.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "code", "words"),
    [
        ({"series": ""}, "values_invalid", "类别没有填写"), ({"year": 1500}, "values_invalid", "年度应在"),
        ({"series": "WS·KH"}, "values_invalid", "按件整理"), ({"retention": "other"}, "values_invalid", "重新选择"),
        ({"project": 999999}, "values_invalid", "重新选择"), ({"nonsense": 1}, "values_invalid", "没有“nonsense”"),
    ],
)  # fmt: skip
def test_wrong_values_are_told(archive: Cast, wrong: dict[str, object], code: str, words: str) -> None:
    if wrong.get("series") == "WS·KH":
        wrong = {"series": series("WS·KH")}
    if wrong.get("retention") == "other":
        wrong = {"retention": period(fonds=archive.other_fonds)}
    found = refusal(v.volume_create, actor=archive.archivist, values=volume_values(archive.fonds) | wrong)
    assert found.code == code and words in found.sentence
    assert Volume.objects.count() == 0


def test_items_go_in_at_their_natural_places(archive: Cast) -> None:
    fonds, volume = archive.fonds, a_volume(archive.archivist, archive.fonds)
    late = an_item(fonds, "补充协议", dated_on=date(2026, 6, 1), pages=2)
    main = an_item(fonds, "批复", dated_on=date(2026, 2, 1), pages=3)
    asked = an_item(fonds, "请示", dated_on=date(2026, 1, 20), belongs_to=main, relation="request", pages=5)
    draft = an_item(fonds, "批复定稿", belongs_to=main, relation="draft", pages=3)
    paper = an_item(fonds, "批复附件", belongs_to=main, relation="attachment", pages=7)
    v.volume_take(actor=archive.archivist, volume=volume, items=[late, asked])
    volume.refresh_from_db()
    assert titles(volume) == ["批复", "批复附件", "批复定稿", "请示", "补充协议"]
    rows = v.items_in_order(volume)
    assert [row.position for row in rows] == [1, 2, 3, 4, 5]
    assert [row.first_page for row in rows] == [1, 4, 11, 14, 19]
    assert (volume.item_count, volume.page_count) == (5, 20)
    assert (volume.started_on, volume.ended_on) == (date(2026, 1, 20), date(2026, 6, 1))
    assert {main.pk, draft.pk, paper.pk} <= {row.pk for row in rows}
    assert Event.objects.filter(code="holdings.item_taken").count() == 5
    assert Event.objects.get(code="holdings.volume_filled").subject_id == volume.pk


@pytest.mark.parametrize(
    ("values", "code", "words"),
    [
        ({"series": "FW"}, "series_differs", "不同类别不能混在一卷"), ({"year": 2025}, "year_differs", "不同年度不能混在一卷"),
        ({"retention": "D10"}, "retention_differs", "不同期限不能混在一卷"), ({"customer": None}, "customer_differs", "不是客户"),
        ({"secrecy_level": SecrecyLevel.TOP_SECRET}, "top_secret_apart", "应单独组成绝密案卷"),
        ({"state": "identified"}, "item_not_placed", "完成鉴别和定位"), ({"whereabouts": "issued"}, "item_away", "借出"),
    ],
)  # fmt: skip
def test_what_does_not_belong_stays_out(archive: Cast, values: dict[str, object], code: str, words: str) -> None:
    fonds, customer = archive.fonds, a_customer(archive.archivist)
    volume = a_volume(archive.archivist, fonds, customer=customer)
    if values.get("series") == "FW":
        values = {"series": series(SERVICE)}
    if values.get("retention") == "D10":
        values = {"retention": period("D10", fonds)}
    archive.archivist.clearance = SecrecyLevel.TOP_SECRET
    archive.archivist.save()
    item = an_item(fonds, **{"customer": customer, **values})  # type: ignore[arg-type]
    found = refusal(v.volume_take, actor=archive.archivist, volume=volume, items=[item])
    assert found.code == code and words in found.sentence and "销售合同" in found.sentence
    item.refresh_from_db()
    assert item.volume is None and not Event.objects.filter(code="holdings.item_taken").exists()


def test_an_old_period_is_read_as_the_present_one(archive: Cast) -> None:
    volume = a_volume(archive.archivist, archive.fonds)
    item = an_item(archive.fonds, retention=period("CQ"))
    v.volume_take(actor=archive.archivist, volume=volume, items=[item])
    assert titles(volume) == ["销售合同"]


def test_top_secret_apart_but_with_what_is_closely_tied(archive: Cast) -> None:
    archive.archivist.clearance = SecrecyLevel.TOP_SECRET
    archive.archivist.save()
    volume = a_volume(archive.archivist, archive.fonds, secrecy_level=SecrecyLevel.TOP_SECRET)
    secret = an_item(archive.fonds, "绝密方案", secrecy_level=SecrecyLevel.TOP_SECRET)
    tied = an_item(archive.fonds, "方案附图", belongs_to=secret, relation="attachment")
    plain = an_item(archive.fonds, "普通来函")
    v.volume_take(actor=archive.archivist, volume=volume, items=[secret])
    assert titles(volume) == ["绝密方案", "方案附图"]
    found = refusal(v.volume_take, actor=archive.archivist, volume=volume, items=[plain])
    assert found.code == "top_secret_apart" and "绝密卷" in found.sentence
    tied.refresh_from_db()
    assert tied.volume == volume


def test_the_volume_becomes_as_secret_as_its_items(archive: Cast) -> None:
    volume = a_volume(archive.archivist, archive.fonds)
    item = an_item(archive.fonds, secrecy_level=SecrecyLevel.CONFIDENTIAL)
    v.volume_take(actor=archive.archivist, volume=volume, items=[item])
    volume.refresh_from_db()
    assert volume.secrecy_level == SecrecyLevel.CONFIDENTIAL
    found = refusal(v.volume_change, actor=archive.archivist, volume=volume, values={"secrecy_level": 1})
    assert found.code == "secrecy_below_items" and "机密" in found.sentence


def test_companions_come_along_or_nobody_does(archive: Cast) -> None:
    fonds, volume = archive.fonds, a_volume(archive.archivist, archive.fonds)
    main = an_item(fonds, "主合同")
    other = a_volume(archive.archivist, fonds, title="另一卷")
    lone = an_item(fonds, "附件一")
    v.volume_take(actor=archive.archivist, volume=other, items=[lone])
    Item.objects.filter(pk=lone.pk).update(belongs_to=main, relation="attachment")
    found = refusal(v.volume_take, actor=archive.archivist, volume=volume, items=[main])
    assert found.code == "companions_apart" and "附件一" in found.sentence and other.reference_code in found.sentence
    assert titles(volume) == []


def test_companions_out_of_reach_are_not_named(archive: Cast) -> None:
    main = an_item(archive.fonds, "主合同")
    an_item(archive.fonds, "密件附件", belongs_to=main, relation="attachment", secrecy_level=SecrecyLevel.TOP_SECRET)
    volume = a_volume(archive.archivist, archive.fonds)
    found = refusal(v.volume_take, actor=archive.archivist, volume=volume, items=[main])
    assert found.code == "companions_apart" and "密件附件" not in found.sentence and "数据范围" in found.sentence


def test_taking_out_needs_a_reason_and_the_whole_set(archive: Cast) -> None:
    fonds, actor = archive.fonds, archive.archivist
    volume = a_volume(actor, fonds, items=2)
    main = an_item(fonds, "主合同", dated_on=date(2026, 12, 1))
    part = an_item(fonds, "附件", belongs_to=main, relation="attachment")
    v.volume_take(actor=actor, volume=volume, items=[main])
    assert refusal(v.volume_release, actor=actor, volume=volume, item=main, reason="").code == "reason_missing"
    found = refusal(v.volume_release, actor=actor, volume=volume, item=main, reason="误编")
    assert found.code == "companions_stay" and "“附件”" in found.sentence
    v.volume_release(actor=actor, volume=volume, item=main, reason="误编", with_companions=True)
    volume.refresh_from_db()
    part.refresh_from_db()
    assert (part.volume, part.position, part.first_page) == (None, None, None)
    assert (volume.item_count, volume.page_count) == (2, 8)
    assert Event.objects.filter(code="holdings.item_released", reason="误编").count() == 2
    assert refusal(v.volume_release, actor=actor, volume=volume, item=main, reason="再移").code == "item_not_here"


def test_own_order_within_the_rules(archive: Cast) -> None:
    fonds, actor = archive.fonds, archive.archivist
    volume = a_volume(actor, fonds, items=3)
    one, two, three = v.items_in_order(volume)
    v.volume_reorder(actor=actor, volume=volume, order=[three.pk, one.pk, two.pk])
    assert titles(volume) == ["第3号合同", "第1号合同", "第2号合同"]
    assert [row.first_page for row in v.items_in_order(volume)] == [1, 5, 9]
    v.volume_reorder(actor=actor, volume=volume, item=two, to=1)
    assert titles(volume) == ["第2号合同", "第3号合同", "第1号合同"]
    late = an_item(fonds, "附件", belongs_to=three, relation="attachment")
    v.volume_take(actor=actor, volume=volume, items=[late])
    assert titles(volume) == ["第2号合同", "第3号合同", "附件", "第1号合同"]
    found = refusal(v.volume_reorder, actor=actor, volume=volume, item=late, to=1)
    assert found.code == "companion_before" and "“附件”是“第3号合同”的附件" in found.sentence
    assert refusal(v.volume_reorder, actor=actor, volume=volume, order=[one.pk]).code == "order_stale"
    assert refusal(v.volume_reorder, actor=actor, volume=volume, item=one, to=9).code == "position_unknown"
    v.volume_reorder(actor=actor, volume=volume)
    assert titles(volume) == ["第1号合同", "第2号合同", "第3号合同", "附件"]
    assert Event.objects.filter(code="holdings.volume_reordered").count() == 3


def test_pages_after_an_unknown_count_are_unknown(archive: Cast) -> None:
    volume = a_volume(archive.archivist, archive.fonds, items=1)
    thing = an_item(archive.fonds, "样品", carrier="object", pages=0, dated_on=date(2026, 2, 1))
    blank = an_item(archive.fonds, "未数页", pages=0, dated_on=date(2026, 3, 1))
    after = an_item(archive.fonds, "其后", pages=2, dated_on=date(2026, 4, 1))
    v.volume_take(actor=archive.archivist, volume=volume, items=[thing, blank, after])
    assert [row.first_page for row in v.items_in_order(volume)] == [1, None, None, None]
    Item.objects.filter(pk=blank.pk).update(pages=6)
    with transaction.atomic():
        v.volume_recounted(volume.pk)
        v.note_add(actor=archive.archivist, volume=volume, kind="changed", text="未数页补数页数")
    assert [row.first_page for row in v.items_in_order(volume)] == [1, None, 5, 11]


def test_description_changes_and_what_is_fixed(archive: Cast) -> None:
    actor, fonds = archive.archivist, archive.fonds
    volume = a_volume(actor, fonds)
    old = volume.reference_code
    v.volume_change(actor=actor, volume=volume, values={"series": series(SERVICE)}, reason="类别更正")
    volume.refresh_from_db()
    assert volume.reference_code != old and "FW" in volume.reference_code
    former = ReferenceCode.objects.get(code=old)
    assert (former.state, str(former.successor)) == ("former", volume.reference_code)
    full = a_volume(actor, fonds, items=1)
    assert refusal(v.volume_change, actor=actor, volume=full, values={"year": 2025}).code == "volume_has_items"
    version = full.version
    v.volume_change(actor=actor, volume=full, values={"title": "新题名"}, version=version)
    found = refusal(v.volume_change, actor=actor, volume=full, values={"title": "又一题名"}, version=version)
    assert found.code == "stale_version" and full.reference_code in found.sentence
