"""Acts on one report: accepted once, not changed or sent back afterwards, its next step ended once, every note kept."""

from datetime import timedelta
from typing import Any

from kedang.business.service.models import ContactReport, ReportNote
from kedang.business.service.services.reporting import report_again, report_change, report_make
from kedang.business.service.services.settling import report_accept, report_return, report_supplement, step_done
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from tests.cast import Cast
from tests.lending.using import fresh
from tests.races.acts import Act, Ground, Group, told
from tests.service.making import customer_of, said


def what_is_reported(cast: Cast, number: int) -> Ground:
    """A report of 周航's with a next step of 唐果's."""
    customer = customer_of(cast, name=f"往来{clock.now():%H%M%S%f}有限公司", phone="")
    step = {"next_step": "派人检修", "next_due_on": clock.today() + timedelta(days=7), "next_person": cast.clerk}
    report = report_make(actor=fresh(cast.salesperson), customer=customer, values=said(**step))
    return Ground(cast, number, report, {}, [report])


def one_way(ground: Ground) -> list[str]:
    """The trail tells one course, and the report stands where it ends."""
    row = ContactReport.objects.get(pk=ground.on.pk)
    events: Any = Event.objects.order_by("id").values_list("code", flat=True)
    codes = list(events.filter(subject_type="service.contactreport", subject_id=row.pk))
    notes = events.filter(
        parent_type="service.contactreport", parent_id=row.pk, code="service.report_supplemented"
    ).count()
    found = [
        f"{code} {codes.count(code)} times"
        for code in ("service.report_accepted", "service.step_done")
        if codes.count(code) > 1
    ]
    if "service.report_accepted" in codes:
        after = set(codes[codes.index("service.report_accepted") :])
        found += [
            f"{code} after it was accepted" for code in after & {"service.report_changed", "service.report_returned"}
        ]
    if (row.state == "accepted") != ("service.report_accepted" in codes) or (row.next_done_at is None) == (
        "service.step_done" in codes
    ):
        found.append(f"{row.state}, {row.next_done_at}, {codes}")
    if notes != ReportNote.objects.filter(report=row).count():
        found.append(f"{notes} notes told of, {ReportNote.objects.filter(report=row).count()} kept")
    return found


REPORTED = Group(
    "reported", what_is_reported,
    (
        Act("report_accept", lambda g, n: report_accept(actor=fresh(g.cast.archivist), report=g.on), once=True, told=told("not_waiting")),
        Act("report_return", lambda g, n: report_return(actor=fresh(g.cast.archivist), report=g.on, reason="请补充答复期限"),
            told=told("not_waiting")),
        Act("report_again", lambda g, n: report_again(actor=fresh(g.cast.salesperson), report=g.on), opened=True,
            told=told("not_returned", "report_accepted")),
        Act("report_change", lambda g, n: report_change(actor=fresh(g.cast.salesperson), report=g.on, values={"told": f"第{n}次改写"}),
            quiet=True, told=told("report_accepted")),
        Act("report_supplement", lambda g, n: report_supplement(actor=fresh(g.cast.clerk), report=g.on, text=f"补充之{n}"), opened=True,
            told=told("not_accepted")),
        Act("step_done", lambda g, n: step_done(actor=fresh(g.cast.clerk), report=g.on, note="已检修"), once=True, told=told("no_step")),
    ),
    one_way,
)  # fmt: skip
