"""交接单: opening it, its folder with all lines, splitting, signing; what is printed of it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from kedang.business.governance import events as e
from kedang.business.governance.choices import HandoverState, LineState, PartState
from kedang.business.governance.models import HandoverPart
from kedang.business.governance.policies import MANAGE
from kedang.business.governance.printing.handover import letters_pdf, list_pdf
from kedang.business.governance.services import handing, taking_over
from kedang.business.governance.views.shown import (
    LINE_TONES,
    PART_TONES,
    PersonChoice,
    colleagues,
    mark_of,
    pdf,
    people_choices,
    whole,
)
from kedang.foundation.access.grants import clearance_of
from kedang.foundation.access.handover import kind_of
from kedang.foundation.access.models import Department, Person
from kedang.foundation.access.policies import can
from kedang.foundation.audit.record import record
from kedang.foundation.jobs.models import UNFINISHED, Job
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.departments import DepartmentChoice
from kedang.foundation.web.records import RecordDetail, RecordForm, RecordPage, RecordPages, RecordTab, style
from kedang.foundation.web.records.form_fields import RecordFormBase, form_class

PAGE = 50
CONDITIONS = ("kind", "group", "q", "state")


class HandoverForm(RecordForm):
    """开办交接."""

    def make_form(self, data: Any = None, initial: dict[str, Any] | None = None) -> RecordFormBase:
        """The inputs: people with their departments."""
        made = form_class(self.pages, self.actor, None)
        people = colleagues(self.actor)
        made.base_fields["person"] = style(
            PersonChoice(people.exclude(pk=self.actor.pk), label=_("移交人"), empty_label=_("请选择"))
        )
        made.base_fields["supervisor"] = style(PersonChoice(people, label=_("监交人"), empty_label=_("请选择")))
        departments = Department.objects.filter(fonds_id=self.actor.fonds_id, is_active=True).order_by("path")
        made.base_fields["to_department"] = style(
            DepartmentChoice(
                departments, label=_("调入部门"), required=False, empty_label=_("请选择"), help_text=_("调岗时填写。")
            )
        )
        values = {**self.defaults(), "supervisor": self.actor.pk}
        return made(data, initial={**values, **(initial or {})}, label_suffix="")


class HandoverPage(RecordPage):
    """What the pages of one folder share: who the reader is in it."""

    def roles(self) -> dict[str, Any]:
        """The reader's part."""
        row, actor = self.obj, self.actor
        manages = can(actor, MANAGE.code, row)
        works = manages or actor.pk in (row.person_id, row.supervisor_id)
        return {
            "manages": manages,
            "works": works,
            "is_leaver": actor.pk == row.person_id,
            "is_supervisor": actor.pk == row.supervisor_id,
        }

    def lines(self) -> Any:
        """Lines that the reader may see: all of them for who works at the folder, one's own for a successor."""
        rows = self.obj.lines.all()
        return rows if self.roles()["works"] else rows.filter(part__successor_id=self.actor.pk)


class HandoverDetail(HandoverPage, RecordDetail):
    """The folder."""

    template_name = "governance/handover.html"

    def extra(self) -> dict[str, Any]:
        row, roles = self.obj, self.roles()
        parts = list(
            row.parts.select_related("successor__department").annotate(
                n=Count("lines"), passed=Count("lines", filter=Q(lines__state=LineState.PASSED))
            )
        )
        counts = self.counts()
        mine = next((part for part in parts if part.successor_id == self.actor.pk), None)
        busy = (
            row.is_open
            and Job.objects.filter(
                kind=taking_over.JOB,
                args__part_id__in=[part.pk for part in parts if part.state == PartState.ACCEPTED],
                state__in=UNFINISHED,
            ).first()
        )
        total = sum(one["n"] for one in counts if not one["ends"])
        passed = sum(one["passed"] for one in counts if not one["ends"])
        return {
            **roles,
            "row": row,
            "parts": [{"part": part, "tone": PART_TONES.get(part.state, "")} for part in parts],
            "mine": mine,
            "counts": counts,
            "total": total,
            "passed": passed,
            "percent": passed * 100 // total if total else 100,
            "job": busy or None,
            "can_split": row.state == HandoverState.OPEN and roles["works"],
            "stops": stops(row, parts, passed == total),
            "people": people_choices(self.actor, row.person_id)
            if row.state == HandoverState.OPEN and roles["works"]
            else [],
            "signs_for": roles["works"] and not roles["is_leaver"],
            **self.listed(),
        }

    def counts(self) -> list[dict[str, Any]]:
        """Sorts of things with how many there are and how many passed."""
        rows = (
            self.lines()
            .order_by()
            .values("kind", "ends")
            .annotate(
                n=Count("id", filter=~Q(state=LineState.GONE)),
                passed=Count("id", filter=Q(state=LineState.PASSED)),
                waiting=Count("id", filter=Q(state__in=[LineState.WAITING, LineState.STUCK])),
            )
        )
        made = []
        for one in rows:
            kind = kind_of(one["kind"])
            made.append({**one, "title": kind.title if kind else one["kind"], "order": kind.order if kind else 999})
        return sorted(made, key=lambda one: one["order"])

    def listed(self) -> dict[str, Any]:
        """Lines of the page that was asked for, as the conditions say."""
        given = self.request.GET
        asked = {name: given.get(name, "").strip()[:80] for name in CONDITIONS}
        known = self.lines()
        rows = known.filter(**{name: asked[name] for name in ("kind", "group", "state") if asked[name]})
        if asked["q"]:
            rows = rows.filter(
                Q(label__icontains=asked["q"]) | Q(code__icontains=asked["q"]), level__lte=clearance_of(self.actor)
            )
        page, total = max(1, whole(given.get("page")) or 1), rows.count()
        shown = list(
            rows.select_related("part__successor").order_by("ends", "kind", "id")[(page - 1) * PAGE : page * PAGE]
        )
        groups = known.filter(ends=False, level__lte=clearance_of(self.actor)).exclude(group="").order_by("group")
        query = urlencode({name: value for name, value in asked.items() if value})
        return {
            "asked": asked,
            "listed": [self.drawn(line) for line in shown],
            "found": total,
            "page": page,
            "pages_of": (total + PAGE - 1) // PAGE,
            "groups": list(groups.values_list("group", flat=True).distinct()[:200]),
            "states": LineState.choices,
            "query": query,
        }

    def drawn(self, line: Any) -> dict[str, Any]:
        """One line, with a link to its page where there is one, without words above the reader's clearance."""
        kind = kind_of(line.kind)
        hidden = line.level > clearance_of(self.actor)
        pages = (
            RecordPages.of_kind(kind.model) if kind is not None and not kind.code.startswith("approvals.task") else None
        )
        return {
            "line": line,
            "tone": LINE_TONES.get(line.state, ""),
            "kind": kind.title if kind else line.kind,
            "hidden": hidden,
            "url": pages.url("detail", line.subject_id) if pages is not None and not hidden else "",
        }


def stops(row: Any, parts: list[Any], is_passed: bool) -> list[dict[str, Any]]:
    """The way of a folder as a line of stops: opened, split, taken over, signed, supervised."""
    is_split = bool(parts) and not row.lines.filter(ends=False, state__in=[LineState.WAITING, LineState.STUCK]).exists()
    taken = is_passed and all(part.state in (PartState.DONE, PartState.DECLINED) for part in parts)
    steps = [
        (_("开单清点"), True, row.opened_by, row.opened_at),
        (_("分配接收人"), is_split or is_passed, "", None),
        (_("接收人签收"), taken, "、".join(part.successor.name for part in parts)[:60], None),
        (_("移交人签字"), row.signed_at is not None, row.signed_by or row.person.name, row.signed_at),
        (_("监交人签字"), row.closed_at is not None, row.supervisor.name, row.closed_at),
    ]
    made: list[dict[str, Any]] = []
    for name, done, who, at in steps:
        before = not made or made[-1]["state"] == "done"
        state = "done" if done and before else "now" if before and row.is_open else "next"
        made.append({"name": name, "state": state, "who": who, "at": at})
    return made


class HandoverAct(HandoverPage):
    """One of the buttons of a folder; says what came of it and goes back to it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Run what the button names."""
        name, reason = request.POST.get("typed_name", ""), request.POST.get("reason", "")
        common: dict[str, Any] = {"actor": self.actor, "handover": self.obj}
        runs: dict[str, tuple[Callable[[], Any], str]] = {
            "gather": (lambda: handing.handover_gather(**common), _("已重新清点。")),
            "split": (self.split, ""),
            "accept": (
                lambda: taking_over.part_accept(actor=self.actor, part=self.part(), typed_name=name),
                _("已签收。"),
            ),
            "decline": (
                lambda: taking_over.part_decline(actor=self.actor, part=self.part(), reason=reason),
                _("已答复不接受，请开单人另行分配。"),
            ),
            "sign": (
                lambda: taking_over.handover_sign(**common, typed_name=name),
                _("已签字，请监交人核对后签字办结。"),
            ),
            "unsign": (lambda: taking_over.handover_unsign(**common, reason=reason), _("已取消移交人签字。")),
            "close": (lambda: taking_over.handover_close(**common, typed_name=name), _("交接已办结。")),
            "cancel": (lambda: taking_over.handover_cancel(**common, reason=reason), _("已取消，本人恢复原有权限。")),
        }
        if kwargs["verb"] not in runs:
            raise OutOfScope
        run, done = runs[kwargs["verb"]]
        try:
            outcome = run()
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, done or str(outcome))
        asked = dict(parse_qsl(request.POST.get("back", "")[:800]))
        back = urlencode({name: value for name, value in asked.items() if name in CONDITIONS})
        return HttpResponseRedirect(self.pages.url("detail", self.obj.pk) + (f"?{back}#lines" if back else ""))

    def part(self) -> HandoverPart:
        """The reader's own part."""
        found: HandoverPart | None = self.obj.parts.filter(successor_id=self.actor.pk).first()
        if found is None:
            raise OutOfScope
        return found

    def split(self) -> str:
        """Picked lines, or all that fit the conditions, to one person."""
        post = self.request.POST
        key = whole(post.get("successor"))
        person = Person.objects.filter(pk=key, fonds_id=self.actor.fonds_id).first() if key else None
        if person is None and post.get("successor") != "none":
            raise Refused("successor_unfit", _("请选择接收人。"), "successor")
        given = handing.handover_split(
            actor=self.actor,
            handover=self.obj,
            successor=person,
            lines=[found for one in post.getlist("line") if (found := whole(one)) is not None]
            if post.get("which") == "picked"
            else None,
            kind=post.get("kind", ""),
            group=post.get("group", ""),
            text=post.get("q", ""),
        )
        if person is None:
            return _("已收回 %(n)s 项的分配。") % {"n": given}
        return _("已把 %(n)s 项分配给%(name)s。") % {"n": given, "name": person.name}


class HandoverCustomers(HandoverPage, RecordTab):
    """告知客户: customers who get somebody new, and the letter for them."""

    template_name = "governance/handover_customers.html"

    def context(self) -> dict[str, Any]:
        return {
            "rows": customers_of(self.obj, self.lines(), clearance_of(self.actor)),
            "row": self.obj,
            "may_print": self.roles()["works"],
        }


def customers_of(row: Any, lines: Any, clearance: int) -> list[Any]:
    """Lines of customers who are to be told, with who follows."""
    found = lines.exclude(told="").exclude(state=LineState.GONE).filter(level__lte=clearance)
    return list(found.select_related("part__successor").order_by("part", "id"))


class HandoverPaper(HandoverPage):
    """交接清册 as PDF."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The file, once it is written down that it left."""
        made = list_pdf(
            self.obj,
            list(self.lines().exclude(state=LineState.GONE).select_related("part__successor")),
            self.actor,
            mark_of(self.actor),
        )
        with transaction.atomic():
            record(self.actor, e.HANDOVER_PRINTED, self.obj)
        return pdf(made, f"{_('交接清册')}-{self.obj.number}.pdf")


class HandoverLetters(HandoverPage):
    """告知客户函 as PDF: one page for each customer."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The file, once it is written down that it left."""
        if not self.roles()["works"]:
            raise NotAllowed(_("告知函由开单人、监交人或移交人打印。"), action=MANAGE.code)
        rows = [
            line
            for line in customers_of(self.obj, self.lines(), clearance_of(self.actor))
            if line.state in (LineState.GIVEN, LineState.PASSED)
        ]
        if not rows:
            raise Refused("nothing_to_tell", _("还没有分配接收人的客户，暂无告知函可打印。"))
        made = letters_pdf(self.obj, rows, self.actor.fonds.name)
        with transaction.atomic():
            record(self.actor, e.LETTERS_PRINTED, self.obj, meta={"letters": len(rows)})
        return pdf(made, f"{_('告知客户函')}-{self.obj.number}.pdf")
