"""重大事项报告 (US-10): told to the information department, kept in the dossier, followed up, not one salesperson's alone."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from kedang.business.customers.services import customer_change, customer_withdraw
from kedang.business.governance.services import taking_over as taking
from kedang.business.service.choices import ReportState
from kedang.business.service.models import ContactReport, ReportNote
from kedang.business.service.services.reminding import reports_remind, working_days_back
from kedang.business.service.services.reporting import report_again, report_change, report_make
from kedang.business.service.services.rules import rules_change
from kedang.business.service.services.settling import report_accept, report_return, report_supplement, step_done
from kedang.foundation.access.policies import can
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.notices.models import Notice
from tests.cast import Cast
from tests.customers.making import event_of
from tests.governance.making import given_to, leaving, text_of
from tests.service.making import customer_of, fresh, report_of, said

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def told(kind: str, report: ContactReport) -> list[str]:
    """Who has an unread notice of a kind."""
    rows = Notice.objects.filter(kind=f"service.{kind}", about=f"contact_report:{report.pk}", read_at__isnull=True)
    return sorted(rows.values_list("person__name", flat=True))


def refused(act: Any, **given: Any) -> Refused:
    """The refusal of an act."""
    with pytest.raises(Refused) as caught:
        act(**given)
    return caught.value


def test_a_report_lies_in_the_dossier_and_before_the_archive(cast: Cast) -> None:
    report = report_of(cast)
    assert (report.state, report.reporter, report.department) == (
        ReportState.REPORTED,
        cast.salesperson,
        cast.sales_one,
    )
    assert report.number == f"ZD{clock.today().year}0001"
    assert told("report_waiting", report) == ["沈砚"]
    notice = Notice.objects.get(about=f"contact_report:{report.pk}")
    assert (notice.number, notice.url) == (report.number, f"/reports/{report.pk}/")
    seen = {name for name, one in cast.everybody().items() if ContactReport.objects.visible_to(one).exists()}
    assert seen == {"archivist", "salesperson", "head", "auditor", "reader", "manager", "clerk"}
    assert event_of("service.report_made", report).actor_name == "周航"
    assert refused(report_make, actor=cast.reader, customer=report.customer, values=said()).code == "not_allowed"
    with pytest.raises(OutOfScope):
        report_make(actor=cast.colleague, customer=report.customer, values=said())
    customer_withdraw(actor=cast.archivist, customer=report.customer, reason="重复建档")
    assert (
        refused(report_make, actor=cast.salesperson, customer=report.customer, values=said()).code
        == "customer_withdrawn"
    )


def test_accepted_sent_back_supplemented_never_taken_away(cast: Cast) -> None:
    report = report_of(cast)
    with pytest.raises(NotAllowed):
        report_accept(actor=cast.head, report=report)
    assert refused(report_return, actor=cast.archivist, report=report, reason="").code == "reason_missing"
    report_return(actor=cast.archivist, report=report, reason="请补充对方的答复期限")
    assert (told("report_waiting", report), told("report_returned", report)) == ([], ["周航"])
    assert refused(report_accept, actor=cast.archivist, report=report).code == "not_waiting"
    assert refused(report_change, actor=cast.head, report=report, values={"told": "没有的事"}).code == "not_keeper"
    report_change(actor=cast.salesperson, report=report, values={"told": "王总要求 11 月 30 日前检修。"}, version=2)
    assert "王总要求一周内派人检修" in event_of("service.report_changed", report).changes
    again = report_again(actor=cast.salesperson, report=report)
    assert (again.state, told("report_returned", report), told("report_waiting", report)) == ("reported", [], ["沈砚"])
    assert refused(report_again, actor=cast.salesperson, report=report).code == "not_returned"
    assert refused(report_supplement, actor=cast.salesperson, report=report, text="已派人").code == "not_accepted"
    done = report_accept(actor=cast.archivist, report=report)
    assert (done.state, done.settled_by, told("report_waiting", report)) == (ReportState.ACCEPTED, "沈砚", [])
    twice = refused(report_accept, actor=cast.archivist, report=report)
    assert twice.sentence == "此报告已由沈砚受理，请刷新。"
    changed = refused(report_change, actor=cast.salesperson, report=report, values={"told": "改口"})
    assert changed.code == "report_accepted" and "补充" in changed.sentence
    note = report_supplement(actor=cast.clerk, report=report, text="主轴已更换，王总签字确认。")
    assert (note.person_name, event_of("service.report_supplemented", note).parent_id) == ("唐果", report.pk)
    with pytest.raises(NotAllowed):
        report_supplement(actor=cast.reader, report=report, text="我也补充")
    assert list(ReportNote.objects.values_list("text", flat=True)) == ["主轴已更换，王总签字确认。"]
    ContactReport.objects.get(pk=report.pk).full_clean()


def test_what_is_secret_is_told_only_as_far_as_people_are_cleared(cast: Cast) -> None:
    customer, kept = customer_of(cast), customer_of(cast, name="远帆精工有限公司", secrecy_level=3)
    for name, person in (("archivist", cast.archivist), ("clerk", cast.clerk)):
        type(person).objects.filter(pk=person.pk).update(clearance=1)
        setattr(cast, name, fresh(person))
    missing = refused(report_make, actor=cast.salesperson, customer=customer, values=said(secrecy_level=2))
    assert missing.field == "secrecy_reason"
    too_high = refused(
        report_make, actor=cast.salesperson, customer=customer, values=said(secrecy_level=4, secrecy_reason="并购")
    )
    assert too_high.sentence == "密级不能高于您自己的知悉等级。"
    report = report_of(cast, customer, secrecy_level=2, secrecy_reason="对方尚未公告的并购")
    assert told("report_waiting", report) == ["方宁"]
    assert not ContactReport.objects.visible_to(cast.archivist).exists()
    assert not ContactReport.objects.visible_to(cast.clerk).exists()
    with pytest.raises(OutOfScope):
        report_accept(actor=cast.archivist, report=report)
    assert report_accept(actor=cast.manager, report=report).settled_by == "方宁"
    assert (
        refused(report_make, actor=cast.salesperson, customer=kept, values=said(secrecy_level=1)).field
        == "secrecy_level"
    )
    assert report_of(cast, kept, subject="再谈").secrecy_level == 3


def test_a_next_step_has_somebody_who_may_read_of_it(cast: Cast) -> None:
    customer, due = customer_of(cast), clock.today() + timedelta(days=7)
    step = {"next_step": "派人检修主轴", "next_due_on": due}
    half = refused(report_make, actor=cast.salesperson, customer=customer, values=said(next_step="派人检修主轴"))
    assert set(half.details["problems"]) == {"next_due_on", "next_person"}
    blind = refused(
        report_make, actor=cast.salesperson, customer=customer, values=said(**step, next_person=cast.colleague)
    )
    assert blind.sentence.startswith("林悦看不到此客户")
    report = report_of(cast, customer, **step, next_person=cast.clerk)
    assert told("step_yours", report) == ["唐果"]
    with pytest.raises(NotAllowed):
        step_done(actor=cast.head, report=report, note="我看办完了")
    assert refused(step_done, actor=cast.clerk, report=report, note="").code == "note_missing"
    done = step_done(actor=cast.clerk, report=report, note="已检修，王总签字")
    assert (done.next_done_by, done.next_note, told("step_yours", report)) == ("唐果", "已检修，王总签字", [])
    assert (
        refused(step_done, actor=cast.clerk, report=report, note="再办一次").sentence
        == "后续事项已由唐果办结，请刷新。"
    )
    tomorrow = refused(report_make, actor=cast.salesperson, customer=customer, values=said(happened_on=due))
    assert tomorrow.field == "happened_on"
    customer_change(actor=cast.archivist, customer=customer, values={"secrecy_level": 3}, version=None, reason="并购")
    type(cast.clerk).objects.filter(pk=cast.clerk.pk).update(clearance=2)
    report, clerk = ContactReport.objects.get(pk=report.pk), fresh(cast.clerk)
    assert not ContactReport.objects.visible_to(clerk).exists() and not can(clerk, "service.view", report)
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactReport.objects.filter(pk=report.pk).update(next_step="")


def test_working_days() -> None:
    assert working_days_back(date(2026, 11, 23), 1) == date(2026, 11, 20)
    assert working_days_back(date(2026, 11, 20), 4) == date(2026, 11, 16)
    assert working_days_back(date(2026, 11, 22), 4) == date(2026, 11, 17)


def test_what_waits_too_long_is_told_of_once_a_week(cast: Cast) -> None:
    monday = datetime(2026, 11, 16, 10, 0, tzinfo=SHANGHAI)
    with clock.frozen(monday):
        step = {"next_step": "寄出样品", "next_due_on": date(2026, 11, 20), "next_person": cast.salesperson}
        report = report_of(cast, **step)
    with clock.frozen(monday + timedelta(days=3)):
        assert reports_remind() == 0
    with clock.frozen(monday + timedelta(days=4)):
        assert reports_remind() == 2 and reports_remind() == 0
        assert (told("report_late", report), told("step_due", report)) == (["沈砚"], ["周航"])
    assert Event.objects.filter(code="service.report_reminded", subject_id=report.pk).count() == 2
    with clock.frozen(monday + timedelta(days=11)):
        report_accept(actor=cast.archivist, report=report)
        assert told("report_late", report) == []
        assert reports_remind() == 1
        rules_change(actor=cast.archivist, accept_days=10)
        later = report_of(cast, report.customer)
    with clock.frozen(monday + timedelta(days=17)):
        step_done(actor=cast.archivist, report=report, note="样品已签收")
        assert reports_remind() == 0 and told("report_waiting", later) == ["沈砚"]


def test_a_leaver_hands_over_what_is_open(cast: Cast) -> None:
    text_of(cast)
    customer, due = customer_of(cast), clock.today() + timedelta(days=7)
    step = {"next_step": "回复报价", "next_due_on": due, "next_person": cast.salesperson}
    waiting, closed = report_of(cast, customer, **step), report_of(cast, customer, subject="已了结")
    report_accept(actor=cast.archivist, report=closed)
    folder = leaving(cast)
    assert list(folder.lines.filter(kind="service.report").values_list("code", flat=True)) == [waiting.number]
    taking.part_accept(actor=cast.colleague, part=given_to(cast, folder), typed_name="林悦")
    waiting.refresh_from_db()
    assert (waiting.keeper, waiting.next_person, waiting.reporter) == (cast.colleague, cast.colleague, cast.salesperson)
    assert event_of("service.report_passed_on", waiting).reason.endswith("周航 → 林悦")
