"""Flows drawn in the browser: facts of the flow, its conditions, its steps in order. Works without JavaScript: buttons send the form."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.access.models import Department, Person, Role
from kedang.foundation.access.policies import can, require
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.approvals.choices import (
    AfterReturn,
    ApproverKind,
    Condition,
    EmptyRule,
    FlowState,
    Mode,
    OwnRule,
    RepeatRule,
)
from kedang.foundation.approvals.models import Flow
from kedang.foundation.approvals.registry import is_known, kind_of, kinds
from kedang.foundation.approvals.services import flows as services
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.web.pages import Page
from kedang.foundation.web.records import RecordDetail

MANAGE = "approvals.manage_flows"
MOST_PEOPLE = 500
FRESH: dict[str, Any] = {
    "name": "", "approver": ApproverKind.HEAD, "level": 1, "role": "", "person": "", "mode": Mode.ANY, "hours": 48,
    "on_empty": EmptyRule.FALLBACK, "on_repeat": RepeatRule.COUNT, "on_own": OwnRule.SUPERIOR, "may_delegate": True, "may_add": True,
    "conditions": [],
}  # fmt: skip


def fact_labels(kind_code: str) -> dict[str, str]:
    """Names that conditions may ask, with their labels."""
    own = {fact.name: str(fact.label) for fact in kind_of(kind_code).facts} if is_known(kind_code) else {}
    return {"department": str(_("部门")), "secrecy_level": str(_("密级")), "is_urgent": str(_("是否紧急")), **own}


def condition_words(kind_code: str, fonds_id: int, rules: Any) -> list[str]:
    """Conditions as sentences."""
    labels, names = fact_labels(kind_code), dict(Condition.choices)
    return [
        f"{labels.get(str(fact), fact)} {names.get(op, op)} {value_words(fonds_id, str(fact), value)}"
        for fact, op, value in rules
    ]


def value_words(fonds_id: int, fact: str, value: Any) -> str:
    """A value of a condition in words."""
    if isinstance(value, list):
        return "、".join(value_words(fonds_id, fact, one) for one in value)
    if fact == "department":
        found = Department.objects.filter(fonds_id=fonds_id, pk=value).first() if str(value).isdecimal() else None
        return str(found or value)
    if fact == "secrecy_level" and str(value).isdecimal() and int(value) in SecrecyLevel.values:
        return str(SecrecyLevel(int(value)).label)
    if fact == "is_urgent":
        return str(_("是")) if str(value).lower() in ("true", "1") else str(_("否"))
    return str(value)


def value_choices(fonds_id: int, kind_code: str) -> list[tuple[Any, Any]]:
    """Values that conditions are offered: departments, levels, and what the kind's own facts choose from."""
    found: list[tuple[Any, Any]] = list(
        Department.objects.filter(fonds_id=fonds_id, is_active=True).values_list("pk", "name")
    )
    found += list(SecrecyLevel.choices)
    for fact in kind_of(kind_code).facts if is_known(kind_code) else ():
        found += fact.choices(fonds_id) if fact.choices is not None else []
    return found


WHENS = (("open", gettext_lazy("提交时")), ("end", gettext_lazy("办结时")))


def copy_words(fonds_id: int, copies: Any) -> list[str]:
    """Who is told, as sentences."""
    names = {value: str(label) for value, label in reader_choices(fonds_id)}
    whens = {value: str(label) for value, label in WHENS}
    return [
        _("%(when)s抄送%(who)s") % {"when": whens.get(when, when), "who": names.get(f"{kind}:{value}", value)}
        for when, kind, value in copies
    ]


def reader_choices(fonds_id: int) -> list[tuple[str, str]]:
    """Whom a flow may tell: the head of the department, who holds a role, a person."""
    roles = Role.objects.filter(Q(fonds__isnull=True) | Q(fonds_id=fonds_id)).values_list("code", "name")
    people = (
        Person.objects.filter(fonds_id=fonds_id, is_active=True).order_by("id").values_list("pk", "name")[:MOST_PEOPLE]
    )
    return [
        ("head:", str(_("部门负责人"))),
        *((f"role:{code}", str(_("角色：%(name)s") % {"name": name})) for code, name in roles),
        *((f"person:{key}", name) for key, name in people),
    ]


def copies_of(given: Any) -> list[list[str]]:
    """Rows of the form as the flow keeps them: ``[when, kind, value]``."""
    found = []
    for when, who in zip(given.getlist("copy-when"), given.getlist("copy-who"), strict=False):
        kind, _colon, value = who.partition(":")
        if kind in ("head", "role", "person") and when in dict(WHENS):
            found.append([when, kind, value])
    return found


def approver_words(step: Any) -> str:
    """Who decides a step, in words."""
    if step.approver == ApproverKind.SUPERIOR:
        return str(_("申请人的第 %(n)s 级上级") % {"n": step.level}) if step.level > 1 else str(_("申请人的直接上级"))
    if step.approver == ApproverKind.ROLE and step.role is not None:
        return str(step.role.name)
    if step.approver == ApproverKind.PERSON and step.person is not None:
        return str(step.person.name)
    return str(step.get_approver_display())


class FlowDetail(RecordDetail):
    """One version: its steps as a picture, its conditions in words, the other versions."""

    template_name = "approvals/flow.html"

    def extra(self) -> dict[str, Any]:
        flow = self.obj
        steps = [
            {
                "step": step,
                "who": approver_words(step),
                "conditions": condition_words(flow.kind, flow.fonds_id, step.conditions),
            }
            for step in flow.steps.select_related("role", "person")
        ]
        versions = (
            Flow.objects.visible_to(self.actor).filter(fonds_id=flow.fonds_id, line=flow.line).order_by("-version")
        )
        draws = can(self.actor, MANAGE, flow)
        is_draft = flow.state == FlowState.DRAFT
        edit = [(_("修改草稿"), reverse("approvals:flow-edit", args=[flow.pk]), "pencil")] if draws and is_draft else []
        return {
            "copies": copy_words(flow.fonds_id, flow.copies), "head_links": edit, "flow": flow, "steps": steps,
            "kind_title": services.title_of(flow), "versions": list(versions),
            "conditions": condition_words(flow.kind, flow.fonds_id, flow.conditions), "can_draw": draws, "is_draft": is_draft,
            "case_count": flow.case_set.count() if flow.state != FlowState.DRAFT else 0,
        }  # fmt: skip


class FlowEdit(Page):
    """起草: a new flow, or a draft."""

    action, template_name = MANAGE, "approvals/flow_edit.html"

    def flow(self) -> Flow | None:
        """The draft, or None for a new flow."""
        key = self.kwargs.get("pk")
        if key is None:
            return None
        found: Flow = Flow.objects.get_for(self.actor, pk=key)
        require(self.actor, MANAGE, found)
        return found

    def page_title(self) -> Any:
        return _("修改流程草稿") if self.kwargs.get("pk") else _("新建审批流程")

    def crumbs(self) -> list[Any]:
        return [(_("审批流程"), reverse("approvals:flow-list")), (self.page_title(), "")]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The form."""
        flow = self.flow()
        if flow is None:
            kind = request.GET.get("kind", "")
            return self.form(
                None,
                {
                    "kind": kind,
                    "name": "",
                    "position": 100,
                    "after_return": AfterReturn.START,
                    "copies": [],
                    "conditions": [],
                },
                [dict(FRESH)],
            )
        values = {
            name: getattr(flow, name)
            for name in ("kind", "name", "position", "after_return", "conditions", "copies", "note")
        }
        values |= {"urgent_role": flow.urgent_role_id or "", "version": flow.row_version}
        steps = [
            {name: getattr(step, name) for name in FRESH if name not in ("role", "person")}
            | {"role": step.role_id or "", "person": step.person_id or ""}
            for step in flow.steps.all()
        ]
        return self.form(flow, values, steps)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Change the rows of the form, or keep it."""
        flow, given = self.flow(), request.POST
        values, steps = self.values(given), self.steps(given)
        if move := given.get("_move"):
            return self.form(flow, values, moved(steps, move), status=422)
        try:
            kept = self.keep(flow, values, steps)
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.form(flow, values, steps, problem=refusal.sentence, status=422)
        messages.success(request, _("草稿已保存，启用后才生效。"))
        return HttpResponseRedirect(reverse("approvals:flow-detail", args=[kept.pk]))

    def keep(self, flow: Flow | None, values: dict[str, Any], steps: list[dict[str, Any]]) -> Flow:
        """Through the services."""
        ready = [{**step, "role": one_of(Role, step["role"]), "person": self.person(step["person"])} for step in steps]
        facts = {name: values[name] for name in ("name", "position", "after_return", "conditions", "copies", "note")}
        facts["urgent_role"] = one_of(Role, values["urgent_role"])
        if flow is None:
            return services.flow_draft(actor=self.actor, kind=values["kind"], values=facts, steps=ready)
        return services.flow_change(actor=self.actor, flow=flow, values=facts, steps=ready, version=values["version"])

    def person(self, key: Any) -> Person | None:
        """A person of the company."""
        rows = Person.objects.filter(fonds_id=self.actor.fonds_id)
        return rows.filter(pk=key).first() if str(key).isdecimal() else None

    def values(self, given: Any) -> dict[str, Any]:
        """Facts of the flow as the form has them."""
        position = given.get("position", "")
        return {
            "kind": given.get("kind", ""), "name": " ".join(given.get("name", "").split()), "note": given.get("note", "").strip(),
            "position": int(position) if position.isdecimal() and len(position) < 6 else 100, "after_return": given.get("after_return", ""),
            "urgent_role": given.get("urgent_role", ""), "conditions": rules(given, "flow"), "copies": copies_of(given),
            "version": whole(given.get("version")),
        }  # fmt: skip

    def steps(self, given: Any) -> list[dict[str, Any]]:
        """Steps as the form has them."""
        return [step_of(given, at) for at in range(min(whole(given.get("steps")) or 0, services.MOST_STEPS))]

    def form(
        self,
        flow: Flow | None,
        values: dict[str, Any],
        steps: list[dict[str, Any]],
        *,
        problem: str = "",
        status: int = 200,
    ) -> HttpResponse:
        """Draw the form."""
        people = (
            Person.objects.filter(fonds_id=self.actor.fonds_id, is_active=True)
            .order_by("id")
            .values_list("pk", "name")[:MOST_PEOPLE]
        )
        roles = list(Role.objects.visible_to(self.actor).values_list("pk", "name"))
        facts = fact_labels(values["kind"]) if is_known(values["kind"]) else fact_labels("")
        choices = {
            "kinds": [(kind.code, kind.title) for kind in kinds()], "approvers": ApproverKind.choices, "modes": Mode.choices,
            "empties": EmptyRule.choices, "repeats": RepeatRule.choices, "owns": OwnRule.choices, "returns": AfterReturn.choices,
            "comparisons": Condition.choices, "whens": WHENS, "readers": reader_choices(self.actor.fonds_id or 0), "roles": roles,
            "people": list(people), "facts": list(facts.items()), "values": value_choices(self.actor.fonds_id, values["kind"]),
        }  # fmt: skip
        numbered = [{**step, "at": at, "rules": padded(step["conditions"])} for at, step in enumerate(steps)]
        return self.draw(
            status=status, flow=flow, values={**values, "rules": padded(values["conditions"]), "copy_rows": copy_rows(values["copies"])},
            steps=numbered, problem=problem, choices=choices,
            back_url=reverse("approvals:flow-detail", args=[flow.pk]) if flow is not None else reverse("approvals:flow-list"),
        )  # fmt: skip


class FlowNext(Page):
    """起草新版本: the draft is made and opened."""

    action, http_method_names = MANAGE, ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Make it."""
        flow = Flow.objects.get_for(self.actor, pk=kwargs["pk"])
        made = services.flow_next(actor=self.actor, flow=flow)
        return HttpResponseRedirect(reverse("approvals:flow-edit", args=[made.pk]))


def step_of(given: Any, at: int) -> dict[str, Any]:
    """One step as the form has it."""

    def get(name: str) -> str:
        return str(given.get(f"{name}-{at}", ""))

    return {
        "name": " ".join(get("name").split()), "approver": get("approver") or ApproverKind.HEAD, "level": whole(get("level")) or 1,
        "role": get("role"), "person": get("person"), "mode": get("mode") or Mode.ANY, "hours": whole(get("hours")) or 0,
        "on_empty": get("on_empty") or EmptyRule.FALLBACK, "on_repeat": get("on_repeat") or RepeatRule.COUNT,
        "on_own": get("on_own") or OwnRule.SUPERIOR, "may_delegate": bool(get("may_delegate")), "may_add": bool(get("may_add")),
        "conditions": rules(given, str(at)),
    }  # fmt: skip


def rules(given: Any, key: str) -> list[list[Any]]:
    """Conditions of the form: rows of fact, comparison, value; empty ones are left out."""
    rows = zip(
        given.getlist(f"fact-{key}"), given.getlist(f"comparison-{key}"), given.getlist(f"value-{key}"), strict=False
    )
    return [[fact, comparison, value.strip()] for fact, comparison, value in rows if fact and value.strip()]


def padded(found: Any) -> list[list[Any]]:
    """Conditions with an empty row to fill in."""
    return [*(list(one) for one in found), ["", Condition.IS, ""]]


def copy_rows(found: Any) -> list[tuple[str, str]]:
    """Copies as rows of the form, with an empty one to fill in."""
    return [*((when, f"{kind}:{value}") for when, kind, value in found), ("end", "")]


def moved(steps: list[dict[str, Any]], move: str) -> list[dict[str, Any]]:
    """Rows after ``add``, ``up-N``, ``down-N`` or ``drop-N``."""
    word, _dash, number = move.partition("-")
    at = int(number) if number.isdecimal() else -1
    rows = list(steps)
    if word == "add" and len(rows) < services.MOST_STEPS:
        rows.append(dict(FRESH))
    elif word == "drop" and 0 <= at < len(rows):
        rows.pop(at)
    elif word == "up" and 0 < at < len(rows):
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
    elif word == "down" and 0 <= at < len(rows) - 1:
        rows[at + 1], rows[at] = rows[at], rows[at + 1]
    return rows


def one_of(model: Any, key: Any) -> Any:
    """A row by key, or None."""
    return model.objects.filter(pk=key).first() if str(key).isdecimal() else None


def whole(text: Any) -> int | None:
    """A number as a form gives it."""
    return int(text) if isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) < 9 else None
