"""The four steps of filing: proposed, confirmed or decided otherwise with a reason, each traced; refusals in words."""

from collections.abc import Callable
from datetime import date
from typing import Any

import orjson
import pytest

from kedang.business.holdings.models import FilingTrace, Item, ReferenceCode, Volume
from kedang.business.holdings.services import items as s
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.audit.models import Event
from kedang.foundation.files.models import FileState, StoredFile
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from tests.cast import Cast
from tests.customers.making import event_of, make_customer
from tests.holdings.filing import PAPER, item_at, some_customer, stored
from tests.holdings.making import document_type, make_volume, period, series

pytestmark = pytest.mark.usefixtures("archive", "data_dir")


def refused(code: str, act: Callable[[], Any]) -> str:
    """The sentence of a refusal with this code."""
    with pytest.raises(Refused) as caught:
        act()
    assert caught.value.code == code, caught.value.sentence
    return caught.value.sentence


def test_from_the_inbox_to_the_volume(cast: Cast) -> None:
    item = item_at(cast, "filed")
    assert (item.state, item.volume.item_count, item.position) == ("filed", 1, 1)
    assert (item.series, item.year, item.retention) == (series(), 2026, period())
    assert item.filed_at is not None
    assert item.reference_code == ""  # in a volume the number comes when its order is settled
    traces = list(FilingTrace.objects.filter(item=item))
    assert [trace.step for trace in traces] == ["identify", "place", "catalogue", "put_away"]
    place = traces[1]
    assert place.proposed["series"] == place.decided["series"] == str(series())
    assert (place.proposed["year"], place.proposed["is_new_volume"], place.decided["volume"]) == (
        2026,
        True,
        item.volume.reference_code,
    )
    assert "暂按成文年度 2026 年" in place.because
    assert "建议新建一卷" in place.because
    codes = list(
        Event.objects.filter(subject_type="holdings.item", subject_id=item.pk, category="change")
        .order_by("id")
        .values_list("code", flat=True)
    )
    assert codes == [
        "holdings.item_received", "holdings.item_identified", "holdings.item_placed", "holdings.item_taken",
        "holdings.item_catalogued", "holdings.item_filed",
    ]  # fmt: skip


def test_the_next_one_goes_into_the_same_volume(cast: Cast) -> None:
    first = item_at(cast, "placed")
    second = item_at(cast, "placed", title="补充协议", dated_on=date(2026, 1, 5))
    assert first.volume_id == second.volume_id
    assert Volume.objects.get().item_count == 2


def test_by_item_it_gets_its_code_at_once(cast: Cast) -> None:
    item = item_at(cast, "catalogued", title="客户档案管理制度", document_type=document_type(_by_item()))
    assert item.volume_id is None
    assert item.number == 1
    assert item.reference_code.startswith("001-WS·KH")
    assert ReferenceCode.objects.get(item=item).code == item.reference_code
    told = refused("location_missing", lambda: s.item_put_away(actor=cast.archivist, item=item))
    assert "档案盒" in told


def _by_item() -> str:
    from kedang.business.holdings.models import DocumentType

    found = DocumentType.objects.filter(
        fonds__code="001", series_code="WS·KH", year_rule="own_date", is_kept=True
    ).first()
    assert found is not None
    return found.code


def test_another_decision_needs_its_reason(cast: Cast) -> None:
    item = item_at(cast)
    told = refused("reason_missing", lambda: s.item_identify(actor=cast.archivist, item=item, is_kept=False))
    assert "请写明理由" in told
    done = s.item_identify(actor=cast.archivist, item=item, is_kept=False, reason="草稿，未签署")
    assert done.state == "out_of_scope"
    assert event_of("holdings.item_not_kept", item).reason == "草稿，未签署"
    back = s.item_step_back(actor=cast.archivist, item=done, reason="客户要求留存")
    kept = s.item_identify(actor=cast.archivist, item=back)
    place = {"year": 2025}
    refused("reason_missing", lambda: s.item_place(actor=cast.archivist, item=kept, values=place))
    placed = s.item_place(actor=cast.archivist, item=kept, values=place, reason="上年合同的续页")
    assert (placed.year, placed.volume.year) == (2025, 2025)
    trace = FilingTrace.objects.filter(item=item, step="place").get()
    assert (trace.proposed["year"], trace.decided["year"], trace.reason) == (2026, 2025, "上年合同的续页")


def test_what_is_unknown_waits_for_the_archivist(cast: Cast) -> None:
    item = s.item_receive(actor=cast.archivist, values={"title": "无名氏"})
    told = refused("type_unknown", lambda: s.item_identify(actor=cast.archivist, item=item))
    assert "请选择文件材料种类" in told
    chosen = s.item_identify(actor=cast.archivist, item=item, document_type=document_type("HT01"))
    assert (chosen.state, chosen.document_type) == ("identified", document_type("HT01"))


def test_steps_come_in_their_order(cast: Cast) -> None:
    item = item_at(cast)
    for step in (s.item_place, s.item_catalogue, s.item_put_away):
        assert "待鉴别" in refused("item_state", lambda step=step: step(actor=cast.archivist, item=item))
    done = s.item_identify(actor=cast.archivist, item=item)
    refused("item_state", lambda: s.item_identify(actor=cast.archivist, item=done))


def test_the_catalogue_asks_for_what_the_form_needs(cast: Cast) -> None:
    item = item_at(cast, "placed", author="", pages=0)
    with pytest.raises(Refused) as caught:
        s.item_catalogue(actor=cast.archivist, item=item)
    assert set(caught.value.details["problems"]) == {"author", "pages"}
    done = s.item_catalogue(
        actor=cast.archivist, item=item, values={"author": "销售部", "pages": "3", "title": "采购合同"}
    )
    assert (done.author, done.pages, done.title, done.state) == ("销售部", 3, "采购合同", "catalogued")
    changes = orjson.loads(event_of("holdings.item_catalogued", item).changes)
    assert changes["title"] == ["设备采购合同", "采购合同"]


def test_the_volume_counts_along_when_pages_become_known(cast: Cast) -> None:
    """Found by the kill harness: an open volume told of the pages that its items had when they came in."""
    first, second = item_at(cast, "placed", pages=2), item_at(cast, "placed", title="补充协议", pages=0)
    volume = first.volume
    s.item_catalogue(actor=cast.archivist, item=first, values={"pages": "5", "dated_on": date(2026, 1, 2)})
    volume.refresh_from_db()
    assert (volume.page_count, volume.started_on) == (5, date(2026, 1, 2))
    scan = stored(cast, "补充协议.txt")
    StoredFile.objects.filter(pk=scan.pk).update(pages=4)
    scan.refresh_from_db()
    s.item_file_add(actor=cast.archivist, item=second, stored_file=scan, role="scan")
    volume.refresh_from_db()
    second.refresh_from_db()
    assert (volume.page_count, second.first_page) == (9, 6)


def test_companions_go_along_and_stay(cast: Cast) -> None:
    main, annex = item_at(cast), item_at(cast, title="合同附件一")
    s.item_bind(actor=cast.archivist, item=annex, belongs_to=main, relation="attachment")
    ready = s.item_identify(actor=cast.archivist, item=main)
    annex.refresh_from_db()
    early = s.item_identify(actor=cast.archivist, item=annex)
    assert "请先为" in refused("companion_first", lambda: s.item_place(actor=cast.archivist, item=early))
    placed = s.item_place(actor=cast.archivist, item=ready)
    annex.refresh_from_db()
    assert (annex.state, annex.volume_id, annex.position) == ("placed", placed.volume_id, 2)
    assert FilingTrace.objects.get(item=annex, step="place").because.startswith("随“设备采购合同”定位")
    other = make_volume(cast, customer=main.customer)
    refused("item_in_volume", lambda: _take(cast, other, annex))
    told = refused("companion_follows", lambda: s.item_remove(actor=cast.archivist, item=annex, reason="误收"))
    assert "成套" in told
    s.item_step_back(actor=cast.archivist, item=placed, reason="类别选错")
    annex.refresh_from_db()
    assert (annex.state, annex.volume_id) == ("identified", None)


def _take(cast: Cast, volume: Volume, item: Item) -> Any:
    from kedang.business.holdings.services.volumes import volume_take

    return volume_take(actor=cast.archivist, volume=volume, items=[item])


def test_a_bond_is_checked(cast: Cast) -> None:
    main, annex, third = item_at(cast), item_at(cast, title="合同附件一"), item_at(cast, title="合同附件二")

    def bind(item: Item, to: Item, relation: str = "attachment") -> Any:
        item.refresh_from_db()
        return s.item_bind(actor=cast.archivist, item=item, belongs_to=to, relation=relation)

    refused("bound_to_itself", lambda: bind(main, main))
    refused("relation_unknown", lambda: bind(annex, main, "cousin"))
    bind(annex, main)
    refused("bound_already", lambda: bind(annex, third))
    refused("main_is_companion", lambda: bind(third, annex))
    refused("has_companions", lambda: bind(main, third))
    refused("reason_missing", lambda: s.item_unbind(actor=cast.archivist, item=annex, reason=" "))
    s.item_unbind(actor=cast.archivist, item=annex, reason="误登")
    assert event_of("holdings.item_unbound", annex).reason == "误登"
    filed = item_at(cast, "filed")
    far = item_at(cast, "filed", dated_on=date(2025, 2, 2), title="2025年合同")
    refused("companions_apart", lambda: bind(far, filed))


def test_top_secret_lies_apart_but_its_companions_may_go_with_it(cast: Cast) -> None:
    cast.archivist.clearance = SecrecyLevel.TOP_SECRET
    cast.archivist.save()
    plain = item_at(cast, "placed")
    secret = item_at(cast, "identified", secrecy_level=SecrecyLevel.TOP_SECRET, title="收购合同")
    told = refused(
        "top_secret_apart",
        lambda: s.item_place(actor=cast.archivist, item=secret, values={"volume": plain.volume}, reason="图省事"),
    )
    assert "单独立卷" in told
    annex = item_at(cast, title="收购合同附件")
    s.item_bind(actor=cast.archivist, item=annex, belongs_to=secret, relation="attachment")
    placed = s.item_place(actor=cast.archivist, item=secret)
    annex.refresh_from_db()
    assert placed.volume.secrecy_level == SecrecyLevel.TOP_SECRET
    assert (annex.volume_id, annex.secrecy_level) == (placed.volume_id, SecrecyLevel.SECRET)
    other = item_at(cast, "identified", title="租赁合同")
    refused(
        "top_secret_apart",
        lambda: s.item_place(actor=cast.archivist, item=other, values={"volume": placed.volume}, reason="图省事"),
    )


def test_electronic_is_its_files(cast: Cast) -> None:
    item = item_at(cast, "catalogued", carrier="electronic")
    refused("no_content", lambda: s.item_put_away(actor=cast.archivist, item=item))
    bad = s.item_file_add(actor=cast.archivist, item=item, stored_file=stored(cast, state=FileState.WAITING))
    assert "还没有查毒" in refused("file_waiting", lambda: s.item_put_away(actor=cast.archivist, item=item))
    bad.file.state = FileState.INFECTED
    bad.file.save()
    assert "不能归档" in refused("file_unsound", lambda: s.item_put_away(actor=cast.archivist, item=item))
    bad.file.state = FileState.GOOD
    bad.file.save()
    assert s.item_put_away(actor=cast.archivist, item=item).state == "filed"


def test_files_follow_each_other_and_the_original_stays(cast: Cast) -> None:
    first = stored(cast)
    item = s.item_receive(actor=cast.archivist, values={**PAPER, "customer": some_customer(cast)}, files=[first])
    assert (item.title, item.carrier, item.document_type) == ("设备采购合同", "electronic", document_type("HT01"))
    row = item.files.get()
    again = stored(cast, content=b"second")
    newer = s.item_file_add(actor=cast.archivist, item=item, stored_file=again, follows=row)
    assert (newer.number, newer.follows) == (2, row)
    refused(
        "version_followed",
        lambda: s.item_file_add(actor=cast.archivist, item=item, stored_file=stored(cast, content=b"3"), follows=row),
    )
    refused("file_taken", lambda: s.item_file_add(actor=cast.archivist, item=item, stored_file=again))
    for step in (s.item_identify, s.item_place):
        item = step(actor=cast.archivist, item=item)
    item = s.item_catalogue(actor=cast.archivist, item=item, values={"author": "青山", "pages": 2})
    item = s.item_put_away(actor=cast.archivist, item=item)
    late = stored(cast, content=b"late")
    refused("original_kept", lambda: s.item_file_add(actor=cast.archivist, item=item, stored_file=late))
    refused(
        "reason_missing", lambda: s.item_file_add(actor=cast.archivist, item=item, stored_file=late, role="redacted")
    )
    added = s.item_file_add(actor=cast.archivist, item=item, stored_file=late, role="redacted", note="遮盖账号")
    assert event_of("holdings.item_file_added", added).parent_id == item.pk


def test_a_correction_after_filing_says_why(cast: Cast) -> None:
    item = item_at(cast, "filed")
    refused("reason_missing", lambda: s.item_change(actor=cast.archivist, item=item, values={"title": "采购合同"}))
    done = s.item_change(actor=cast.archivist, item=item, values={"pages": 6}, reason="漏数两页", version=item.version)
    assert (done.pages, Volume.objects.get().page_count) == (6, 6)
    event = event_of("holdings.item_corrected", item)
    assert (orjson.loads(event.changes)["pages"], event.reason) == ([4, 6], "漏数两页")
    refused(
        "place_settled",
        lambda: s.item_change(actor=cast.archivist, item=item, values={"customer": None}, reason="换客户"),
    )
    told = refused(
        "stale_version",
        lambda: s.item_change(
            actor=cast.archivist, item=item, values={"pages": 7}, reason="再数", version=item.version - 1
        ),
    )
    assert "页数" in told
    refused(
        "values_invalid",
        lambda: s.item_change(actor=cast.archivist, item=item, values={"dated_on": "2099-01-01"}, reason="试"),
    )


def test_in_a_closed_volume_nothing_moves(cast: Cast) -> None:
    item = item_at(cast, "filed")
    Volume.objects.update(state="closed")
    for act in (
        lambda: s.item_change(actor=cast.archivist, item=item, values={"title": "改"}, reason="改名"),
        lambda: s.item_remove(actor=cast.archivist, item=item, reason="误收"),
    ):
        assert "重新开卷" in refused("volume_closed", act)


def test_removed_it_keeps_its_entry(cast: Cast) -> None:
    item = item_at(cast, "filed")
    gone = s.item_remove(actor=cast.archivist, item=item, reason="退回销售部")
    assert (gone.state, gone.volume_id, Volume.objects.get().item_count) == ("removed", None, 0)
    assert event_of("holdings.item_removed", item).reason == "退回销售部"
    refused("item_state", lambda: s.item_remove(actor=cast.archivist, item=gone, reason="再移"))
    refused("item_ended", lambda: s.item_change(actor=cast.archivist, item=gone, values={"title": "改"}, reason="改名"))


def test_all_steps_at_once_stop_where_they_must(cast: Cast) -> None:
    item = item_at(cast)
    assert s.item_advance(actor=cast.archivist, item=item).state == "filed"
    lame = item_at(cast, author="", title="无责任者合同")
    assert s.item_advance(actor=cast.archivist, item=lame).state == "placed"
    refused("values_invalid", lambda: s.item_advance(actor=cast.archivist, item=lame))
    refused("item_state", lambda: s.item_advance(actor=cast.archivist, item=item))


def test_who_may_what(cast: Cast) -> None:
    mine = make_customer(
        cast.archivist, name="远洋贸易有限公司", phone="", responsible=cast.salesperson, department=cast.sales_one
    )
    item = s.item_receive(actor=cast.salesperson, values={"title": "采购合同", "customer": mine})
    assert (item.responsible, item.department) == (cast.salesperson, cast.sales_one)
    s.item_change(actor=cast.salesperson, item=item, values={"pages": 3})
    with pytest.raises(NotAllowed):
        s.item_identify(actor=cast.salesperson, item=item)
    with pytest.raises(NotAllowed):
        s.item_receive(actor=cast.reader, values={"title": "采购合同"})
    for act in (s.item_identify, s.item_advance):
        with pytest.raises(OutOfScope):
            act(actor=cast.stranger, item=item)
    theirs = make_customer(
        cast.archivist, name="近海贸易有限公司", phone="", responsible=cast.colleague, department=cast.sales_one
    )
    with pytest.raises(Refused) as caught:
        s.item_receive(actor=cast.salesperson, values={"title": "采购合同", "customer": theirs})
    assert "客户" in caught.value.details["problems"]["customer"]
    done = s.item_identify(actor=cast.archivist, item=item)
    with pytest.raises(NotAllowed):
        s.item_change(actor=cast.salesperson, item=done, values={"pages": 4})
