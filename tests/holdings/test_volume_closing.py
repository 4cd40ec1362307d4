"""Closing, the living 备考表, reopening, twins, and volumes proposed by themselves (AR-04, AR-06, AR-10, AR-11)."""

from datetime import date

import pytest

from kedang.business.holdings.models import Item, ItemFile, ReferenceCode, Volume, VolumeNote, VolumeReopening
from kedang.business.holdings.services import volumes as v
from kedang.foundation.access.models import Grant, Person, Role
from kedang.foundation.audit.models import Event
from kedang.foundation.files.models import StoredFile
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope
from tests.cast import Cast
from tests.holdings.test_volumes import refusal, titles
from tests.holdings.volumes import a_customer, a_volume, an_item


def closed(archive: Cast, items: int = 2, **values: object) -> Volume:
    """A closed volume, inspected by 何静."""
    volume = a_volume(archive.archivist, archive.fonds, items=items, department=archive.sales_one, **values)
    return v.volume_close(actor=archive.archivist, volume=volume, inspector=archive.head)


def notes(volume: Volume) -> list[tuple[str, str]]:
    return list(VolumeNote.objects.filter(volume=volume).values_list("kind", "text"))


def with_scan(item: Item, pages: int | None, role: str = "scan") -> None:
    now = clock.now()
    file = StoredFile.objects.create(
        fonds_id=item.fonds_id, name="扫描.pdf", place=f"test/{item.pk}-{role}", size=1, sha256="0" * 64, sm3="0" * 64,
        media_type="application/pdf", pages=pages, state="good", uploaded_at=now,
    )  # fmt: skip
    ItemFile.objects.create(item=item, file=file, role=role, added_at=now)


def test_closing_numbers_the_items(archive: Cast) -> None:
    volume = a_volume(archive.archivist, archive.fonds, items=3, department=archive.sales_one)
    v.volume_close(actor=archive.archivist, volume=volume, inspector=archive.head, situation="原件齐全。")
    volume.refresh_from_db()
    assert (volume.state, volume.inspected_by, volume.situation) == ("closed", archive.head, "原件齐全。")
    rows = v.items_in_order(volume)
    assert [row.number for row in rows] == [1, 2, 3]
    assert all(row.reference_code.startswith(volume.reference_code) for row in rows)
    assert ReferenceCode.objects.filter(item__in=rows, state="current").count() == 3
    assert notes(volume) == []
    found = refusal(v.volume_take, actor=archive.archivist, volume=volume, items=[an_item(archive.fonds)])
    assert found.code == "volume_closed" and "申请重新开卷" in found.sentence
    assert (
        refusal(v.volume_close, actor=archive.archivist, volume=volume, inspector=archive.head).code == "volume_closed"
    )


def test_what_is_missing_is_told_all_at_once(archive: Cast) -> None:
    fonds, actor = archive.fonds, archive.archivist
    volume = a_volume(actor, fonds, department=archive.sales_one)
    empty = refusal(v.volume_close, actor=actor, volume=volume, inspector=archive.head)
    assert empty.code == "volume_incomplete" and "还没有文件" in empty.sentence
    bare = an_item(fonds, "缺页数", pages=0)
    v.volume_take(
        actor=actor,
        volume=volume,
        items=[bare, an_item(fonds, "未编目", state="placed", document_type=None, dated_on=None, copies=0)],
    )
    an_item(fonds, "落下的附件", belongs_to=bare, relation="attachment")
    found = refusal(v.volume_close, actor=actor, volume=volume, inspector=archive.head)
    told = "\n".join(found.details["problems"])
    for words in (
        "“缺页数”没有页数",
        "没有注明文件种类",
        "没有份数",
        "没有成文日期",
        "还没有编目",
        "“落下的附件”与卷内文件成套",
    ):
        assert words in told, words
    volume.refresh_from_db()
    assert volume.state == "open"


@pytest.mark.parametrize(
    ("who", "code", "words"),
    [("", "inspector_missing", "请选择检查人"), ("archivist", "inspector_same", "不能是立卷人沈砚本人"), ("admin", "inspector_unknown", "无权查看"),
     ("stranger", "inspector_unknown", "另选一位"), ("colleague", "inspector_unknown", "无权查看")],
)  # fmt: skip
def test_another_person_inspects(archive: Cast, who: str, code: str, words: str) -> None:
    volume = a_volume(archive.archivist, archive.fonds, items=1, department=archive.sales_one)
    inspector = getattr(archive, who) if who else None
    found = refusal(v.volume_close, actor=archive.archivist, volume=volume, inspector=inspector)
    assert found.code == code and words in found.sentence


def test_reopening_is_asked_by_one_and_decided_by_another(archive: Cast) -> None:
    volume = closed(archive)
    with pytest.raises((NotAllowed, OutOfScope)):
        v.volume_reopen_ask(actor=archive.clerk, volume=volume, reason="补入协议")
    assert refusal(v.volume_reopen_ask, actor=archive.archivist, volume=volume, reason=" ").code == "reason_missing"
    asked = v.volume_reopen_ask(actor=archive.archivist, volume=volume, reason="补入补充协议")
    assert (
        refusal(v.volume_reopen_ask, actor=archive.archivist, volume=volume, reason="再问").code == "reopening_waiting"
    )
    with pytest.raises(NotAllowed):
        v.volume_reopen_decide(actor=archive.archivist, reopening=asked, is_granted=True)
    assert (
        refusal(v.volume_reopen_decide, actor=archive.head, reopening=asked, is_granted=False).code == "opinion_missing"
    )
    v.volume_reopen_decide(actor=archive.head, reopening=asked, is_granted=True, opinion="同意")
    volume.refresh_from_db()
    assert (volume.state, volume.inspected_by) == ("open", None)
    assert notes(volume) == [("reopened", "经何静批准重新开卷。理由：补入补充协议")]
    again = refusal(v.volume_reopen_decide, actor=archive.manager, reopening=asked, is_granted=False, opinion="不行")
    assert again.code == "reopening_decided"
    assert Event.objects.filter(code="holdings.reopening_decided", subject_type="holdings.volume").count() == 1


def test_nobody_decides_on_their_own(archive: Cast) -> None:
    volume = closed(archive)
    asked = v.volume_reopen_ask(actor=archive.archivist, volume=volume, reason="补入补充协议")
    Grant.objects.create(person=archive.archivist, role=Role.objects.get(code="executive"), scope="all")
    both = Person.objects.get(pk=archive.archivist.pk)
    found = refusal(v.volume_reopen_decide, actor=both, reopening=asked, is_granted=True)
    assert found.code == "reopening_own" and "另一位" in found.sentence


def test_declined_it_stays_closed(archive: Cast) -> None:
    volume = closed(archive)
    asked = v.volume_reopen_ask(actor=archive.archivist, volume=volume, reason="想改题名")
    v.volume_reopen_decide(actor=archive.head, reopening=asked, is_granted=False, opinion="理由不足")
    volume.refresh_from_db()
    assert volume.state == "closed" and notes(volume) == []
    assert VolumeReopening.objects.get().opinion == "理由不足"
    v.volume_reopen_ask(actor=archive.archivist, volume=volume, reason="补入补充协议")


def test_a_volume_on_loan_is_not_opened(archive: Cast) -> None:
    volume = closed(archive)
    asked = v.volume_reopen_ask(actor=archive.archivist, volume=volume, reason="补入补充协议")
    Volume.objects.filter(pk=volume.pk).update(whereabouts="issued")
    found = refusal(v.volume_reopen_decide, actor=archive.head, reopening=asked, is_granted=True)
    assert found.code == "volume_away" and "借出" in found.sentence
    assert VolumeReopening.objects.get().decided_at is None


def test_every_act_after_the_first_closing_is_a_line_and_numbers_stay(archive: Cast) -> None:
    actor, volume = archive.archivist, closed(archive)
    asked = v.volume_reopen_ask(actor=actor, volume=volume, reason="补入补充协议")
    v.volume_reopen_decide(actor=archive.head, reopening=asked, is_granted=True)
    added = an_item(archive.fonds, "补充协议", dated_on=date(2026, 1, 1))
    first, second = v.items_in_order(volume)
    v.volume_take(actor=actor, volume=volume, items=[added])
    v.volume_reorder(actor=actor, volume=volume, item=second, to=1, reason="按成文先后")
    v.volume_change(actor=actor, volume=volume, values={"title": "更正后的题名"})
    v.volume_release(actor=actor, volume=volume, item=first, reason="误编")
    v.volume_close(actor=actor, volume=volume, inspector=archive.head)
    assert [kind for kind, _text in notes(volume)] == ["reopened", "added", "reordered", "changed", "removed", "remark"]
    assert "补入 1 件：“补充协议”" in notes(volume)[1][1] and "误编" in notes(volume)[4][1]
    assert [(row.title, row.number) for row in v.items_in_order(volume)] == [("第2号合同", 2), ("补充协议", 3)]
    first.refresh_from_db()
    assert first.number is None and first.reference_code.endswith("1")


def test_what_comes_from_elsewhere_gets_a_new_code_and_the_old_one_leads_to_it(archive: Cast) -> None:
    actor, volume = archive.archivist, closed(archive)
    asked = v.volume_reopen_ask(actor=actor, volume=volume, reason="误编")
    v.volume_reopen_decide(actor=archive.head, reopening=asked, is_granted=True)
    item = v.items_in_order(volume)[0]
    old = item.reference_code
    v.volume_release(actor=actor, volume=volume, item=item, reason="误编")
    other = a_volume(actor, archive.fonds, title="另一卷", department=archive.sales_one)
    v.volume_take(actor=actor, volume=other, items=[item])
    v.volume_close(actor=actor, volume=other, inspector=archive.head)
    item.refresh_from_db()
    assert item.reference_code.startswith(other.reference_code) and item.number == 1
    former = ReferenceCode.objects.get(code=old)
    assert (former.state, str(former.successor)) == ("former", item.reference_code)


def test_the_archivist_signs_what_was_shown(archive: Cast) -> None:
    actor, volume = archive.archivist, closed(archive)
    assert refusal(v.notes_sign, actor=actor, volume=volume).code == "nothing_to_sign"
    first = v.note_write(actor=actor, volume=volume, kind="defect", text="第 3 页右下角破损，已修裱")
    v.note_add(actor=actor, volume=volume, kind="damage", text="借阅归还时封面脱落")
    assert refusal(v.note_write, actor=actor, volume=volume, kind="moved", text="自己写移库").code == "note_kind"
    assert refusal(v.note_write, actor=actor, volume=volume, kind="remark", text=" ").code == "note_empty"
    assert v.notes_sign(actor=actor, volume=volume, upto=first.pk) == 1
    assert list(VolumeNote.objects.values_list("signed_by__name", flat=True)) == ["沈砚", None]
    assert v.notes_sign(actor=actor, volume=volume) == 1
    event = Event.objects.filter(code="holdings.notes_signed").latest("id")
    assert event.subject_id == volume.pk
    with pytest.raises(NotAllowed):
        v.note_write(actor=archive.head, volume=volume, kind="remark", text="我也写一笔")


def test_twins_lead_to_each_other(archive: Cast) -> None:
    actor = archive.archivist
    paper = closed(archive)
    files = a_volume(actor, archive.fonds, carrier="electronic", department=archive.sales_one)
    v.volume_twin_set(actor=actor, volume=paper, twin=files)
    paper.refresh_from_db()
    files.refresh_from_db()
    assert (paper.twin, files.twin) == (files, paper)
    assert notes(paper) == [("changed", f"互见号：{files.reference_code}")] and notes(files) == []
    third = a_volume(actor, archive.fonds, carrier="electronic")
    assert refusal(v.volume_twin_set, actor=actor, volume=paper, twin=third).code == "twin_taken"
    assert refusal(v.volume_twin_set, actor=actor, volume=third, twin=third).code == "twin_same"
    alike = a_volume(actor, archive.fonds, carrier="electronic")
    assert refusal(v.volume_twin_set, actor=actor, volume=third, twin=alike).code == "twin_carrier"
    v.volume_twin_set(actor=actor, volume=files, twin=None)
    paper.refresh_from_db()
    assert paper.twin is None


def test_the_difference_list_counts_page_by_page(archive: Cast) -> None:
    actor, fonds = archive.archivist, archive.fonds
    paper = a_volume(actor, fonds)
    files = a_volume(actor, fonds, carrier="electronic")
    named = ("齐全", "少两页", "多一页", "没扫", "只有纸")
    v.volume_take(
        actor=actor,
        volume=paper,
        items=[an_item(fonds, name, dated_on=date(2026, n, 1)) for n, name in enumerate(named, 1)],
    )
    twins = [
        an_item(fonds, name, dated_on=date(2026, n, 1), carrier="electronic") for n, name in enumerate(named[:4], 1)
    ]
    twins.append(an_item(fonds, "只有电子", carrier="electronic"))
    v.volume_take(actor=actor, volume=files, items=twins)
    for item, pages in zip(twins, (4, 2, 5), strict=False):
        with_scan(item, pages)
    v.volume_twin_set(actor=actor, volume=paper, twin=files)
    paper.refresh_from_db()
    lines = v.differences(paper)
    assert [line.verdict for line in lines] == ["same", "fewer", "more", "not_scanned", "no_file", "no_paper"]
    assert (lines[1].first, lines[1].last, lines[1].scanned) == (5, 8, 2)
    assert "第 7–8 页" in lines[1].sentence and "多 1 页" in lines[2].sentence
    files.refresh_from_db()
    assert [line.verdict for line in v.differences(files)] == [line.verdict for line in lines]


def test_a_volume_on_both_carriers_is_compared_with_itself(archive: Cast) -> None:
    volume = a_volume(archive.archivist, archive.fonds, items=2, carrier="hybrid")
    first, _second = v.items_in_order(volume)
    with_scan(first, 3)
    with_scan(first, 9, role="original")
    assert [(line.scanned, line.verdict) for line in v.differences(volume)] == [(3, "fewer"), (None, "not_scanned")]
    assert v.differences(volume)[0].sentence.endswith("缺卷内第 4 页，请逐页核对。")


def test_volumes_are_proposed_with_the_reason(archive: Cast) -> None:
    fonds, actor = archive.fonds, archive.archivist
    customer = a_customer(actor)
    mine = [an_item(fonds, f"合同{n}", customer=customer, pages=90) for n in range(3)]
    main = an_item(fonds, "散件")
    an_item(fonds, "散件附件", belongs_to=main, relation="attachment", state="received")
    last_year = an_item(fonds, "去年", year=2025)
    found = v.volumes_proposed(actor)
    assert found.waiting == 1 and len(found.lines) == 3
    by_customer = [line for line in found.lines if line.head.customer_id]
    assert [len(line.items) for line in by_customer] == [2, 1]
    assert by_customer[0].title == "青山精密机械有限公司2026年合同协议（1）"
    assert "同一客户“青山精密机械有限公司”" in by_customer[0].because and "分为 2 卷" in by_customer[0].because
    wanted = {line.key: [item.pk for item in line.items] for line in found.lines}
    wanted[by_customer[1].key] = [last_year.pk]
    made = v.volumes_arranged(actor=actor, wanted=wanted, titles={by_customer[0].key: "青山合同卷"})
    assert sum(1 for one in made if one.volume is not None) == 2
    assert [one.sentence for one in made if one.volume is None] == [
        "这组文件刚有变动，没有组卷。请按最新的建议重新确认。"
    ]
    volume = Volume.objects.get(title="青山合同卷")
    assert (volume.customer, volume.page_count, volume.carrier) == (customer, 180, "paper") and len(titles(volume)) == 2
    more = v.volumes_proposed(actor).lines
    assert [line.volume for line in more if line.items == [mine[2]]] == [None]
    an_item(fonds, "薄合同", customer=customer, pages=5, dated_on=date(2026, 1, 1))
    into = next(line for line in v.volumes_proposed(actor).lines if line.head.customer_id)
    assert into.volume == volume and "编入该卷" in into.because


def test_with_a_flow_it_is_a_request(archive: Cast) -> None:
    from kedang.foundation.approvals.services.deciding import case_approve
    from kedang.foundation.approvals.services.flows import ensure_flows
    from kedang.foundation.approvals.services.owning import case_withdraw

    ensure_flows(archive.fonds)
    volume = closed(archive)
    asked = v.volume_reopen_ask(actor=archive.archivist, volume=volume, reason="补入补充协议")
    assert (asked.case.kind, asked.case.state) == ("holdings.reopen", "running")
    assert volume.title not in asked.case.title
    case_withdraw(actor=archive.archivist, case=asked.case)
    asked.refresh_from_db()
    assert (asked.is_granted, asked.opinion) == (False, "申请人撤回")
    second = v.volume_reopen_ask(actor=archive.archivist, volume=volume, reason="补入补充协议")
    second.case.tasks.update(person=archive.manager)
    case_approve(actor=archive.manager, case=second.case, opinion="同意")
    volume.refresh_from_db()
    second.refresh_from_db()
    assert (volume.state, second.is_granted, second.decided_by) == ("open", True, archive.manager)
    assert notes(volume) == [("reopened", "经方宁批准重新开卷。理由：补入补充协议")]


def test_who_may_grant_decides_though_the_flow_did_not_ask_them(archive: Cast) -> None:
    from kedang.foundation.approvals.services.flows import ensure_flows

    ensure_flows(archive.fonds)
    volume = closed(archive)
    asked = v.volume_reopen_ask(actor=archive.archivist, volume=volume, reason="想改题名")
    v.volume_reopen_decide(actor=archive.manager, reopening=asked, is_granted=False, opinion="理由不足")
    asked.refresh_from_db()
    asked.case.refresh_from_db()
    volume.refresh_from_db()
    assert (asked.is_granted, asked.case.state, volume.state) == (False, "rejected", "closed")
    assert (
        refusal(v.volume_reopen_decide, actor=archive.manager, reopening=asked, is_granted=True).code
        == "reopening_decided"
    )
