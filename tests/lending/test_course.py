"""The course of a loan: from an approved request to being struck off, and what each step refuses."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from kedang.business.holdings.choices import NoteKind, Whereabouts
from kedang.business.holdings.models import Finding, VolumeNote
from kedang.business.holdings.services.whereabouts import thing_put_back, thing_withdraw
from kedang.business.lending.models import Loan
from kedang.business.lending.services.faults import Fault
from kedang.business.lending.services.fetching import loan_cancel, loan_fetch, loans_lapse
from kedang.business.lending.services.going import loan_recall, loan_renew
from kedang.business.lending.services.issuing import loan_issue, loan_sign
from kedang.business.lending.services.preparing import loan_open, loan_prepare, loan_reserve
from kedang.business.lending.services.reminding import loans_remind
from kedang.business.lending.services.returning import loan_close, loan_return
from kedang.foundation.access.veil import reveal
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from tests.cast import Cast
from tests.lending.making import a_loan, approved, issued, paper_in, returned, rules, shelved


def codes(loan: Loan) -> list[str]:
    rows = Event.objects.filter(subject_type="lending.loan", subject_id=loan.pk)
    return list(rows.order_by("id").values_list("code", flat=True))


def refused(code: str, act: Any, *words: str) -> Refused:
    with pytest.raises(Refused) as refusal:
        act()
    assert refusal.value.code == code, refusal.value.sentence
    for word in words:
        assert word in refusal.value.sentence
    return refusal.value


def fresh(*rows: Any) -> None:
    for row in rows:
        row.refresh_from_db()


def told(code: str) -> Any:
    return json.loads(Event.objects.filter(code=code).latest("id").meta)


def later(days: int) -> Any:
    return clock.frozen(clock.now() + timedelta(days=days))


def test_an_approved_request_becomes_a_loan_that_comes_back_whole(cast: Cast) -> None:
    volume = shelved(cast)[0]
    paper = paper_in(volume)
    loan = a_loan(cast, volume)
    assert (loan.state, loan.number[:6], loan.days, loan.approved_by) == ("reserved", "JY2026", 14, "何静")
    assert loan.department == cast.sales_one and loan.expected_pages == 80 and "K-1-01" in loan.location_text
    loan = loan_fetch(actor=cast.archivist, loan=loan)
    assert loan.state == "prepared" and loan.held_until == clock.today() + timedelta(days=3)
    loan = loan_issue(actor=cast.archivist, loan=loan, pages=80)
    fresh(volume, paper)
    assert (loan.state, volume.whereabouts, paper.whereabouts) == ("issued", "issued", "issued")
    assert loan.due_on == clock.today() + timedelta(days=14) and not loan.signed_how
    loan = loan_sign(actor=cast.salesperson, loan=loan)
    assert (loan.signed_how, loan.signed_name) == ("own", "周航")
    loan = loan_return(actor=cast.archivist, loan=loan, pages=80)
    fresh(volume, paper)
    assert (loan.state, loan.is_whole, volume.whereabouts, paper.whereabouts) == (
        "closed",
        True,
        "in_store",
        "in_store",
    )
    assert codes(loan) == [
        "loan.reserved",
        "loan.prepared",
        "loan.issued",
        "loan.signed",
        "loan.returned",
        "loan.closed",
    ]
    told = Event.objects.filter(subject_type="holdings.volume", subject_id=volume.pk).values_list("code", flat=True)
    assert {"custody.issued", "custody.came_back"} <= set(told)
    assert not VolumeNote.objects.exists() and not Finding.objects.exists()


def test_what_comes_back_damaged_is_written_into_the_volume_and_stays_to_be_done(cast: Cast) -> None:
    volume = shelved(cast)[0]
    paper = paper_in(volume)
    loan = issued(cast, volume)
    refused("missing_unnamed", lambda: returned(cast, loan, pages=78), "交出 80 页", "78 页", "对不上")
    refused("worse_unnamed", lambda: returned(cast, loan, condition="poor"), "破损")
    refused("fault_pages", lambda: returned(cast, loan, faults=[Fault("damaged", 81)]), "1 到 80")
    faults = [Fault("missing", 3, 4, "被撕下"), Fault("altered", 2, item=paper)]
    back = returned(cast, loan, pages=78, condition="poor", note="装订线脱落", faults=faults)
    assert (back.state, back.is_whole, back.returned_pages) == ("returned", False, 78)
    notes = list(VolumeNote.objects.order_by("id"))
    assert [note.kind for note in notes] == [NoteKind.MISSING, NoteKind.DAMAGE]
    assert "第 3-4 页缺页：被撕下" in notes[0].text and back.number in notes[0].text and "周航" in notes[0].text
    assert "“销售合同”第 2 页涂改" in notes[1].text
    finding = Finding.objects.get()
    assert finding.volume_id == volume.pk and back.number in finding.text and finding.loan_faults.count() == 2
    assert told("loan.returned")["faults"] == 2
    refused("reason_missing", lambda: loan_close(actor=cast.archivist, loan=back, reason=""))
    done = loan_close(actor=cast.archivist, loan=back, reason="缺页已补回")
    assert (done.state, done.closing_note) == ("closed", "缺页已补回")
    refused("loan_state", lambda: loan_close(actor=cast.archivist, loan=back, reason="再来"), "已销号")


def test_only_the_desk_keeps_the_desk(cast: Cast) -> None:
    loan = a_loan(cast)
    with pytest.raises(NotAllowed):
        loan_fetch(actor=cast.salesperson, loan=loan)
    with pytest.raises(OutOfScope):
        loan_fetch(actor=cast.stranger, loan=loan)
    with pytest.raises(OutOfScope):
        loan_cancel(actor=cast.colleague, loan=loan, reason="不要了")
    with pytest.raises(NotAllowed):
        loan_cancel(actor=cast.head, loan=loan, reason="不要了")
    out = issued(cast)
    with pytest.raises(NotAllowed):
        loan_sign(actor=cast.head, loan=out)
    with pytest.raises(NotAllowed):
        loan_return(actor=cast.salesperson, loan=out, pages=80)
    assert loan_cancel(actor=cast.salesperson, loan=loan, reason="不再需要").state == "cancelled"
    assert set(Loan.objects.visible_to(cast.head)) == {loan, out} and not Loan.objects.visible_to(cast.colleague)


def test_nothing_is_lent_without_an_approved_request(cast: Cast) -> None:
    volume = shelved(cast)[0]
    running = approved(cast, effective_at=None, state="running", closed_at=None)
    refused("request_not_approved", lambda: loan_prepare(actor=cast.head, request=running, thing=volume))
    values = {"place": "room", "reason": "当面查阅"}
    refused(
        "request_needed",
        lambda: loan_open(actor=cast.archivist, thing=volume, borrower=cast.reader, values=values),
        "借档申请",
    )
    refused("request_needed", lambda: loan_reserve(actor=cast.clerk, thing=volume, values=values))
    rules(cast, needs_request=False)
    loan = loan_open(actor=cast.archivist, thing=volume, borrower=cast.reader, values=values)
    assert (loan.request, loan.approved_by, loan.days) == (None, "按规则免审批", 1)
    refused(
        "loan_asked_already",
        lambda: loan_open(actor=cast.archivist, thing=volume, borrower=cast.reader, values=values),
        "陈曦",
    )
    refused("room_only", lambda: loan_reserve(actor=cast.clerk, thing=volume, values={"place": "away"}), "一般不外借")
    assert loan_issue(actor=cast.archivist, loan=loan, pages=80, seat="3").due_on == clock.today()


@pytest.mark.parametrize(("values", "told", "code"), [
    ({"take_away": "never"}, {}, "room_only"), ({}, {"secrecy_level": 2}, "room_only_level"),
    ({"take_away_roles": ["archivist"]}, {}, "room_only_role"), ({}, {"permanent": True}, "room_only_permanent"),
])  # fmt: skip
def test_what_stays_in_the_reading_room(cast: Cast, values: dict[str, Any], told: dict[str, Any], code: str) -> None:
    volume = shelved(cast, secrecy_level=told.get("secrecy_level", 1))[0]
    if told.get("permanent"):
        volume.retention.years = None
        volume.retention.save()
    if values:
        rules(cast, **values)
    refused(code, lambda: a_loan(cast, volume), "阅览室")
    assert a_loan(cast, volume, place="room").place == "room"


def test_what_cannot_be_lent_at_all(cast: Cast) -> None:
    gone, electronic, withdrawn, open_one = shelved(cast, 4)
    gone.whereabouts, electronic.carrier, withdrawn.whereabouts, open_one.state = (
        "gone",
        "electronic",
        "withdrawn",
        "open",
    )
    for volume, code in (
        (gone, "thing_gone"),
        (electronic, "no_paper"),
        (withdrawn, "thing_withdrawn"),
        (open_one, "volume_open"),
    ):
        volume.save()
        refused(code, lambda volume=volume: a_loan(cast, volume))


def test_the_queue_first_come_first_served(cast: Cast) -> None:
    volume = shelved(cast)[0]
    first = issued(cast, volume)
    second, third = a_loan(cast, volume, cast.colleague), a_loan(cast, volume, cast.clerk)
    refused("thing_issued", lambda: loan_fetch(actor=cast.archivist, loan=second), "还没有归还")
    refused("others_wait", lambda: loan_renew(actor=cast.salesperson, loan=first), "2 人")
    returned(cast, first)
    second.refresh_from_db()
    assert second.told_at is not None and Event.objects.filter(code="loan.next_told").count() == 1
    refused("not_first", lambda: loan_fetch(actor=cast.archivist, loan=third), "林悦", second.number)
    loan_fetch(actor=cast.archivist, loan=second)
    with later(4):
        assert loans_lapse() == 1 and loans_lapse() == 0
        fresh(second, third)
        assert second.state == "cancelled" and "逾期未领" in second.closing_note and third.told_at is not None
        assert loan_issue(actor=cast.archivist, loan=third, pages=80).prepared_at is not None


def test_a_volume_and_its_papers_are_not_in_two_places(cast: Cast) -> None:
    volume = shelved(cast)[0]
    paper = paper_in(volume)
    alone = issued(cast, paper, cast.colleague)
    assert alone.issued_pages == 8
    whole = a_loan(cast, volume)
    refused("paper_of_volume_away", lambda: loan_fetch(actor=cast.archivist, loan=whole), "有 1 件不在库")
    returned(cast, alone)
    again = a_loan(cast, paper, cast.clerk)
    loan_fetch(actor=cast.archivist, loan=again)
    refused("kept_for_another", lambda: loan_fetch(actor=cast.archivist, loan=whole), "唐果")
    loan_cancel(actor=cast.archivist, loan=again, reason="读者改期")
    loan_issue(actor=cast.archivist, loan=whole, pages=80)
    third = a_loan(cast, paper, cast.clerk)
    refused("volume_of_paper_away", lambda: loan_fetch(actor=cast.archivist, loan=third), volume.reference_code)
    with pytest.raises(IntegrityError), transaction.atomic():
        Loan.objects.filter(pk=third.pk).update(item=None, volume=volume, state="prepared")


def test_lending_and_withdrawing_refuse_each_other(cast: Cast) -> None:
    volume, other = shelved(cast, 2)
    loan = a_loan(cast, volume)
    loan_fetch(actor=cast.archivist, loan=loan)
    refused(
        "promised_to_reader", lambda: thing_withdraw(actor=cast.archivist, thing=volume, reason="到期"), loan.number
    )
    loan_issue(actor=cast.archivist, loan=loan, pages=80)
    refused("thing_issued", lambda: thing_withdraw(actor=cast.archivist, thing=volume, reason="到期"))
    waiting = a_loan(cast, other)
    assert thing_withdraw(actor=cast.archivist, thing=other, reason="到期").whereabouts == Whereabouts.WITHDRAWN
    refused("thing_withdrawn", lambda: loan_issue(actor=cast.archivist, loan=waiting, pages=80))
    refused("thing_not_withdrawn", lambda: thing_put_back(actor=cast.archivist, thing=volume, reason="误列"))
    thing_put_back(actor=cast.archivist, thing=other, reason="误列")
    assert loan_issue(actor=cast.archivist, loan=waiting, pages=80).state == "issued"


def test_terms_renewals_and_recalls(cast: Cast) -> None:
    loan = issued(cast)
    renewed = loan_renew(actor=cast.salesperson, loan=loan)
    assert renewed.due_on == clock.today() + timedelta(days=28) and renewed.renewals == 1
    refused("renewed_enough", lambda: loan_renew(actor=cast.archivist, loan=loan), "1 次")
    recalled = loan_recall(actor=cast.archivist, loan=loan, reason="立卷单位急用")
    assert (recalled.state, recalled.due_on) == ("recalled", clock.today() + timedelta(days=3))
    assert told("loan.recalled")["to"] == ["周航"]
    rules(cast, renew_times=5)
    refused("loan_recalled", lambda: loan_renew(actor=cast.salesperson, loan=loan), "不能续借")
    refused("term_long", lambda: a_loan(cast, days=31), "30 天")
    room = a_loan(cast, place="room")
    loan_issue(actor=cast.archivist, loan=room, pages=80)
    refused("room_not_renewed", lambda: loan_renew(actor=cast.salesperson, loan=room))


def test_the_ladder_tells_each_rung_once(cast: Cast) -> None:
    loan = issued(cast)
    assert loans_remind() == 0
    for days, rung, names in (
        (11, 1, ["周航"]), (15, 2, ["周航"]), (17, 3, ["周航", "何静"]), (21, 4, ["周航", "何静", "方宁"]),
    ):  # fmt: skip
        with later(days):
            assert (loans_remind(), loans_remind()) == (1, 0)
        loan.refresh_from_db()
        assert loan.rung == rung
        assert told("loan.reminded")["to"] == names
    with later(21):
        blocked = a_loan(cast)
        refused("has_overdue", lambda: loan_issue(actor=cast.archivist, loan=blocked, pages=80), loan.number)
        refused("loan_overdue", lambda: loan_renew(actor=cast.salesperson, loan=loan))
        assert returned(cast, loan).state == "closed"
        assert told("loan.returned")["late"] == 7
        assert loan_issue(actor=cast.archivist, loan=blocked, pages=80).state == "issued"


def test_pages_are_counted_and_signatures_are_honest(cast: Cast) -> None:
    loan = a_loan(cast)
    refused("pages_differ", lambda: loan_issue(actor=cast.archivist, loan=loan, pages=79), "79 页", "80 页")
    refused("signature_missing", lambda: loan_issue(actor=cast.archivist, loan=loan, pages=80, signed_how="typed"))
    refused(
        "signature_missing",
        lambda: loan_issue(actor=cast.archivist, loan=loan, pages=80, signed_how="own", signed_name="周航"),
    )
    out = loan_issue(
        actor=cast.archivist, loan=loan, pages=79, note="封底缺失", condition="worn", signed_how="typed", signed_name="周航",
        faults=[Fault("missing", 80, text="原已缺失")],
    )  # fmt: skip
    assert (out.signed_how, out.issued_pages, out.faults.get().moment) == ("typed", 79, "issue")
    assert returned(cast, out, condition="worn").is_whole is True
    rules(cast, most_loans=1)
    issued(cast)
    extra = a_loan(cast)
    refused("too_many_loans", lambda: loan_issue(actor=cast.archivist, loan=extra, pages=80), "1 份")


def test_particulars_of_an_outside_reader_are_veiled(cast: Cast) -> None:
    reader = {
        "reader_name": "郭子衡",
        "reader_unit": "正诚事务所",
        "reader_paper": "310101199001011234",
        "reader_phone": "13917004721",
    }
    loan = a_loan(cast, reader=reader)
    stored = Loan.objects.filter(pk=loan.pk).extra(select={"raw": "reader_phone"}).values_list("raw", flat=True)[0]
    assert "13917004721" not in str(stored)
    for who, phone, paper in ((cast.archivist, True, False), (cast.reader, False, False)):
        seen = (
            reveal(who, Loan.objects.get(pk=loan.pk), "reader_phone").text,
            reveal(who, Loan.objects.get(pk=loan.pk), "reader_paper").text,
        )
        assert (("13917004721" in seen[0]), ("310101199001011234" in seen[1])) == (phone, paper)
    assert "13917004721" not in "".join(
        Event.objects.filter(subject_type="lending.loan").values_list("changes", flat=True)
    )
