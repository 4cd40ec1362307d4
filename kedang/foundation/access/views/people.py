"""Pages of people that differ from ordinary record pages: first passwords, grants, what somebody has done."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from kedang.foundation.access.events import EVENTS_VIEWED
from kedang.foundation.access.forms import GrantForm
from kedang.foundation.access.models import Grant, Person, Role, Scope
from kedang.foundation.access.policies import can, policy_for, require
from kedang.foundation.access.rights import is_in_force, reach_of, rights_of, state_of
from kedang.foundation.access.scopes import scope_values
from kedang.foundation.access.services import grant_give
from kedang.foundation.access.trail import doings_of, veil_labels
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.record import record
from kedang.foundation.audit.vocabulary import CATEGORIES, event_type
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.pages import Crumb, Page
from kedang.foundation.web.records.detail import RecordTab
from kedang.foundation.web.records.form import RecordForm
from kedang.foundation.web.records.history import entries_of, events_of
from kedang.foundation.web.records.verb import RecordVerb, verb_form

RECENT = 30


class PersonForm(RecordForm):
    """A new account ends on the page that shows its first password, once."""

    saved: Any = None

    def save(self, form: Any) -> Any:
        """Remember who was made."""
        self.saved = super().save(form)
        return self.saved

    def done_sentence(self, saved: Any) -> str:
        """What is said after saving."""
        return _("“%(name)s”的账号已保存。") % {"name": saved.name}

    def go(self, url: str) -> HttpResponse:
        """Show the first password instead of moving on."""
        first = getattr(self.saved, "first_password", "")
        if not first:
            return super().go(url)
        template = "access/parts/first_password_box.html" if self.is_fragment else "access/first_password.html"
        drawing = self.draw_part if self.is_fragment else self.draw
        context: dict[str, Any] = {"person": self.saved, "first": first, "title": _("账号已建立")}
        return drawing(template, **context)


class PersonVerb(RecordVerb):
    """The reset of a password shows the new one, once."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Run the service."""
        if self.verb.key != "password-reset":
            return super().post(request, **kwargs)
        form = verb_form(self.verb, request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            first = self.verb.service(actor=self.actor, person=self.obj, **form.cleaned_data)
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.show(form, status=422, problem=refusal.sentence)
        context: dict[str, Any] = {"person": self.obj, "first": first, "title": _("密码已重置")}
        if self.is_fragment:
            return self.draw_part("access/parts/first_password_box.html", **context)
        return self.draw("access/first_password.html", **context)


class PersonGrants(RecordTab):
    """授权: what a person holds, held, and what it adds up to."""

    template_name = "access/person_grants.html"

    def context(self) -> dict[str, Any]:
        """Grants, newest first, and their sum."""
        grants = Grant.objects.filter(person=self.obj).select_related("role", "person").order_by("-id")
        may_grant = can(self.actor, "access.manage_grants", self.obj)
        rows = [
            {
                "grant": grant, "reach": reach_of(grant), "state": state_of(grant), "is_now": is_in_force(grant),
                "may_end": may_grant and grant.ended_at is None and self.obj.pk != self.actor.pk,
            }
            for grant in grants
        ]  # fmt: skip
        rows.sort(key=lambda row: not row["is_now"])
        may_give = may_grant and self.obj.pk != self.actor.pk and self.obj.is_active
        return {
            "rows": rows,
            "rights": rights_of(self.obj),
            "may_give": may_give,
            "is_self": self.obj.pk == self.actor.pk,
        }


class PersonTrail(RecordTab):
    """做过什么: acts per day and per hour, and the latest ones."""

    template_name = "access/person_trail.html"

    def context(self) -> dict[str, Any]:
        """Counts and the latest acts."""
        record(self.actor, EVENTS_VIEWED, self.obj, meta={"what": "person"})
        mine = Event.objects.filter(policy_for(Event).scope(self.actor), actor_id=self.obj.pk).order_by("-at", "-id")
        latest = list(veil_labels(self.actor, mine.defer("changes", "meta")[:RECENT]))
        doings = doings_of(self.actor, self.obj)
        return {
            "doings": doings,
            "days": bars([count for _day, count in doings.days], [f"{day:%m-%d}" for day, _count in doings.days]),
            "hours": bars(doings.hours, [f"{hour}" for hour in range(24)]),
            "by_category": [
                (CATEGORIES.get(code, code), count)
                for code, count in sorted(doings.by_category.items(), key=lambda c: -c[1])
            ],
            "lines": [
                {"event": event, "title": known.title if (known := event_type(event.code)) else event.code}
                for event in latest
            ],
        }


class PersonChanges(RecordTab):
    """变更记录: what was changed about a person, by whom."""

    template_name = "access/person_changes.html"

    def context(self) -> dict[str, Any]:
        """The latest changes."""
        found = list(events_of(self.obj).filter(category="admin").exclude(code="audit.viewed")[:100])
        return {"entries": entries_of(self.actor, self.obj, found)}


class GrantGive(Page):
    """授权: give a role to a person."""

    template_name = "access/grant_form.html"
    person: Person

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Load the person and ask for the right."""
        found = Person.objects.filter(policy_for(Person).scope(self.actor), pk=kwargs["pk"]).first()
        if found is None:
            raise OutOfScope
        self.person = found
        require(self.actor, "access.manage_grants", found)
        return super().dispatch(request, *args, **kwargs)

    def page_title(self) -> Any:
        return _("给%(name)s授权") % {"name": self.person.name}

    def crumbs(self) -> list[Crumb]:
        person = (self.person.name, reverse("access:person-detail", args=[self.person.pk]))
        return [(_("人员"), reverse("access:person-list")), person, (_("授权"), "")]

    def form(self, data: Any = None) -> GrantForm:
        """The form with what may be chosen in this company."""
        form = GrantForm(data, initial={"scope": Scope.ALL, "role": self.request.GET.get("role")})
        fields: dict[str, Any] = form.fields
        fields["role"].queryset = Role.objects.filter(policy_for(Role).scope(self.actor))
        for name, scope, blank in (
            ("department", Scope.DEPARTMENT, _("本人所在部门")),
            ("region", Scope.REGION, _("请选择")),
            ("term", Scope.CLASS, _("请选择")),
        ):
            fields[name].choices = [("", blank), *scope_values(scope, self.person.fonds_id)]
        return form

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The empty form."""
        return self.show(self.form())

    def show(self, form: GrantForm, *, status: int = 200) -> HttpResponse:
        """Draw the form beside the roles it offers."""
        roles = Role.objects.filter(policy_for(Role).scope(self.actor))
        return self.draw(status=status, form=form, person=self.person, roles=roles, rights=rights_of(self.person))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Give the role."""
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        given = form.cleaned_data
        try:
            grant_give(
                actor=self.actor, person=self.person, role=given["role"], scope=given["scope"],
                scope_value=form.scope_value(), valid_from=_start(given["valid_from"]),
                valid_until=clock.end_of_day(given["valid_until"]) if given["valid_until"] else None, reason=given["reason"],
            )  # fmt: skip
        except NotAllowed:
            raise
        except Refused as refusal:
            shown = {"scope_value": {"region": "region", "class": "term"}.get(given["scope"], "department")}
            form.tell(refusal.sentence, shown.get(refusal.field or "", refusal.field))
            return self.show(form, status=422)
        messages.success(
            request, _("已授予%(name)s“%(role)s”，即刻生效。") % {"name": self.person.name, "role": given["role"].name}
            if not given["valid_from"] else _("已授予%(name)s“%(role)s”。") % {"name": self.person.name, "role": given["role"].name}
        )  # fmt: skip
        return HttpResponseRedirect(reverse("access:person-grants", args=[self.person.pk]))


def bars(counts: list[int], labels: list[str]) -> dict[str, Any]:
    """Geometry of a bar chart 720 × 120, drawn as SVG without any style attribute."""
    top = max(counts, default=0)
    step = 720 / max(1, len(counts))
    drawn = []
    for at, (count, label) in enumerate(zip(counts, labels, strict=True)):
        height = round(100 * count / top) if top else 0
        height = max(height, 2) if count else 0
        drawn.append(
            {
                "x": round(at * step + step * 0.15, 1), "width": round(step * 0.7, 1), "y": 100 - height, "height": height,
                "count": count, "label": label, "middle": round(at * step + step / 2, 1),
            }
        )  # fmt: skip
    every = max(1, len(counts) // 10)
    return {"bars": drawn, "top": top, "marks": drawn[::every]}


def _start(day: Any) -> datetime | None:
    """The first instant of a day on the company's clock; today means at once."""
    if day is None or day <= clock.today():
        return None
    return datetime.combine(day, time.min, ZoneInfo(settings.TIME_ZONE))
