"""Handing over: drawn up, signed, counted line by line, accepted or sent back, signed by somebody else (CO-10)."""

from typing import Any

import pytest

from kedang.business.holdings.models import CheckRun, Transfer, TransferLine
from kedang.business.holdings.services import transfer_receiving as r
from kedang.business.holdings.services import transfers as t
from kedang.business.holdings.services.check_runs import transfer_check
from kedang.business.holdings.services.transfer_receiving import Answer
from kedang.foundation.audit.models import Event
from kedang.foundation.jobs.models import Job
from kedang.foundation.kernel.actors import SYSTEM
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from tests.cast import Cast
from tests.holdings.handed import a_list, a_loose_item, a_volume_of, accept_all, second_archivist, sent_list


def refusal(act: Any, **given: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        act(**given)
    return caught.value


def test_a_list_is_drawn_up_signed_counted_and_received(cast: Cast) -> None:
    volume, item = a_volume_of(cast), a_loose_item(cast)
    transfer = a_list(cast, volume, item)
    assert (transfer.number, transfer.state, transfer.line_count, transfer.page_count) == ("YJ202601", "draft", 2, 7)
    t.transfer_send(actor=cast.salesperson, transfer=transfer)
    transfer.refresh_from_db()
    assert (transfer.state, transfer.handed_by) == ("sent", cast.salesperson) and transfer.handed_at
    job = Job.objects.get(kind="holdings.transfer_check")
    assert job.args == {"transfer_id": transfer.pk} and transfer.number in job.title
    transfer_check(actor=cast.salesperson, transfer=transfer)
    assert transfer_check(actor=cast.salesperson, transfer=transfer) == {}  # what is done is not done again
    assert CheckRun.objects.filter(transfer=transfer).count() == 2
    accept_all(cast, transfer)
    transfer.refresh_from_db()
    assert (transfer.state, transfer.received_by) == ("received", cast.archivist) and transfer.received_at
    assert not transfer.lines.filter(is_running=True).exists() and t.received_by_archive(volume)
    codes = list(Event.objects.filter(subject_type="holdings.transfer").order_by("id").values_list("code", flat=True))
    assert codes == [f"holdings.transfer_{word}" for word in ("drawn_up", "lines_added", "sent", "counted", "received")]
    told = Event.objects.get(code="holdings.transfer_line_accepted", subject_type="holdings.volume")
    assert told.subject_id == volume.pk and "YJ202601" in told.meta
    note = volume.notes.get()
    assert "清册 YJ202601" in note.text and "清点 4 页相符" in note.text
    assert (
        refusal(t.transfer_withdraw, actor=cast.salesperson, transfer=transfer, reason="撤").code == "transfer_settled"
    )
    again = a_list(cast)
    told_no = refusal(t.transfer_add, actor=cast.salesperson, transfer=again, volumes=[volume])
    assert told_no.code == "already_received" and "YJ202601" in told_no.sentence


def test_what_may_not_stand_on_a_list(cast: Cast) -> None:
    transfer = a_list(cast)
    wrong = {
        "volume_open": a_volume_of(cast, 0, state="open"),
        "department_differs": a_volume_of(cast, 0, department=cast.sales),
        "not_in_store": a_volume_of(cast, 0, whereabouts="issued"),
        "volume_destroyed": a_volume_of(cast, 0, state="destroyed"),
    }
    for code, volume in wrong.items():
        assert refusal(t.transfer_add, actor=cast.archivist, transfer=transfer, volumes=[volume]).code == code
    inside = a_volume_of(cast, 1, files=False).items.get()
    assert refusal(t.transfer_add, actor=cast.archivist, transfer=transfer, items=[inside]).code == "item_in_volume"
    gone = a_loose_item(cast, state="out_of_scope")
    assert refusal(t.transfer_add, actor=cast.archivist, transfer=transfer, items=[gone]).code == "item_gone"
    bare = a_loose_item(cast, pages=0)
    assert refusal(t.transfer_add, actor=cast.archivist, transfer=transfer, items=[bare]).code == "pages_unknown"
    assert refusal(t.transfer_add, actor=cast.archivist, transfer=transfer).code == "nothing_picked"
    assert refusal(t.transfer_send, actor=cast.salesperson, transfer=transfer).code == "transfer_empty"
    item = a_loose_item(cast)
    t.transfer_add(actor=cast.salesperson, transfer=transfer, items=[item])
    other = a_list(cast)
    told = refusal(t.transfer_add, actor=cast.salesperson, transfer=other, items=[item])
    assert told.code == "already_listed" and transfer.number in told.sentence
    assert TransferLine.objects.count() == 1 and not Event.objects.filter(code="holdings.transfer_sent").exists()


def test_who_may_draw_up_and_who_may_receive(cast: Cast) -> None:
    item = a_loose_item(cast)
    for who in (cast.reader, cast.auditor, cast.admin):
        with pytest.raises(NotAllowed):
            t.transfer_create(actor=who, values={"department": cast.sales_one, "title": "资料"})
    transfer = sent_list(cast, item)
    with pytest.raises(NotAllowed):
        r.transfer_receive(actor=cast.head, transfer=transfer)
    with pytest.raises(OutOfScope):
        r.transfer_receive(actor=cast.stranger, transfer=transfer)
    with pytest.raises(OutOfScope):
        t.transfer_withdraw(actor=cast.colleague, transfer=transfer, reason="不是我的")
    for wrong, code in (
        ({"title": " ", "department": cast.sales_one}, "title_missing"),
        ({"title": "资料"}, "department_missing"),
        ({"title": "资料", "department": cast.stranger.department or _foreign(cast)}, "department_foreign"),
    ):
        assert refusal(t.transfer_create, actor=cast.archivist, values=wrong).code == code


def _foreign(cast: Cast) -> Any:
    from tests.cast import make_department

    return make_department(cast.other_fonds, "外贸部")


def test_both_sign_and_never_the_same(cast: Cast) -> None:
    transfer = sent_list(cast, a_loose_item(cast), actor=cast.archivist)
    line = transfer.lines.get()
    told = refusal(r.transfer_count, actor=cast.archivist, transfer=transfer, answers={line.pk: Answer(3, "accepted")})
    assert told.code == "signed_twice"
    assert refusal(r.transfer_receive, actor=SYSTEM, transfer=transfer).code == "signature_missing"
    other = second_archivist(cast)
    accept_all(cast, transfer, other)
    transfer.refresh_from_db()
    assert (transfer.handed_by, transfer.received_by) == (cast.archivist, other)


def test_pages_are_counted_and_a_difference_is_no_receipt(cast: Cast) -> None:
    transfer = sent_list(cast, a_loose_item(cast), a_loose_item(cast, title="验收单"))
    first, second = transfer.lines.order_by("position")

    def count(**answers: Answer) -> Refused:
        given = {first.pk: answers["a"]}
        return refusal(r.transfer_count, actor=cast.archivist, transfer=transfer, answers=given)

    assert count(a=Answer(None, "accepted")).code == "pages_missing"
    told = count(a=Answer(2, "accepted"))
    assert told.code == "pages_differ" and told.sentence.startswith("第 1 条清点为 2 页，清册为 3 页，帐表不符")
    assert count(a=Answer(2, "rejected")).code == "reason_missing"
    assert refusal(r.transfer_receive, actor=cast.archivist, transfer=transfer).code == "lines_open"
    answers = {first.pk: Answer(2, "rejected", "少第 3 页"), second.pk: Answer(3, "accepted", "")}
    r.transfer_count(actor=cast.archivist, transfer=transfer, answers=answers, version=Transfer.objects.get().version)
    stale = refusal(r.transfer_count, actor=cast.archivist, transfer=transfer, answers=answers, version=1)
    assert stale.code == "stale_version"
    r.transfer_receive(actor=cast.archivist, transfer=transfer)
    first.refresh_from_db()
    assert (first.state, first.pages_counted, first.reason, first.is_running) == ("rejected", 2, "少第 3 页", False)
    told_item = Event.objects.get(code="holdings.transfer_line_rejected")
    assert told_item.subject_id == first.item_id and told_item.reason == "少第 3 页"
    again = t.transfer_again(actor=cast.salesperson, transfer=transfer)
    assert [line.item_id for line in again.lines.all()] == [first.item_id] and transfer.number in again.remarks
    assert refusal(t.transfer_again, actor=cast.salesperson, transfer=transfer).code == "nothing_rejected"


def test_what_changed_after_sending_is_not_received(cast: Cast) -> None:
    volume = a_volume_of(cast, 1, files=False, carrier="paper")
    volume.items.update(carrier="paper")
    transfer = sent_list(cast, volume)
    line = transfer.lines.get()
    good = {line.pk: Answer(2, "accepted", "可")}
    volume.state = "open"
    volume.save(update_fields=["state"])
    told = refusal(r.transfer_count, actor=cast.archivist, transfer=transfer, answers=good)
    assert told.code == "changed_since_sent"
    volume.state = "closed"
    volume.save(update_fields=["state"])
    r.transfer_count(actor=cast.archivist, transfer=transfer, answers=good)
    volume.page_count = 9
    volume.save(update_fields=["page_count"])
    assert refusal(r.transfer_receive, actor=cast.archivist, transfer=transfer).code == "changed_since_sent"
    assert Transfer.objects.get().state == "sent" and volume.notes.count() == 0


def test_a_line_without_test_or_with_a_failing_one(cast: Cast) -> None:
    bare = a_loose_item(cast, carrier="electronic")  # electronic, and no file: a veto
    transfer = t.transfer_send(actor=cast.salesperson, transfer=a_list(cast, bare))
    line = transfer.lines.get()
    given = {line.pk: Answer(3, "accepted")}
    assert refusal(r.transfer_count, actor=cast.archivist, transfer=transfer, answers=given).code == "not_checked"
    transfer_check(actor=cast.salesperson, transfer=transfer)
    assert CheckRun.objects.get(transfer=transfer).verdict == "failed"
    assert refusal(r.transfer_count, actor=cast.archivist, transfer=transfer, answers=given).code == "check_failed"
    accept_all(cast, transfer)  # with a reason
    line.refresh_from_db()
    assert (line.state, line.reason) == ("accepted", "已核对")


def test_a_list_is_taken_back_and_its_lines_are_free(cast: Cast) -> None:
    item = a_loose_item(cast)
    transfer = sent_list(cast, item)
    assert refusal(t.transfer_withdraw, actor=cast.salesperson, transfer=transfer, reason=" ").code == "reason_missing"
    t.transfer_withdraw(actor=cast.salesperson, transfer=transfer, reason="漏了附件")
    assert refusal(r.transfer_receive, actor=cast.archivist, transfer=transfer).code == "transfer_settled"
    again = t.transfer_again(actor=cast.salesperson, transfer=transfer)
    assert again.lines.get().item_id == item.pk
    line = again.lines.get()
    t.transfer_remove(actor=cast.salesperson, transfer=again, line=line)
    again.refresh_from_db()
    assert (again.line_count, again.page_count) == (0, 0)
    assert refusal(t.transfer_remove, actor=cast.salesperson, transfer=again, line=line).code == "line_gone"
    sent = sent_list(cast, item)
    assert refusal(t.transfer_add, actor=cast.salesperson, transfer=sent, items=[item]).code == "transfer_not_draft"
    changed = {"title": "改名"}
    assert (
        refusal(t.transfer_change, actor=cast.salesperson, transfer=sent, values=changed).code == "transfer_not_draft"
    )
    t.transfer_change(actor=cast.salesperson, transfer=again, values=changed)
    again.refresh_from_db()
    assert again.title == "改名" and Event.objects.filter(code="holdings.transfer_changed").count() == 1
