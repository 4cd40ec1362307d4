"""权限申请: the form; 权限年审: the list of all grants, judged line by line."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kedang.business.governance import events as e
from kedang.business.governance.choices import RightsKind, Verdict
from kedang.business.governance.printing.review import review_pdf
from kedang.business.governance.services import reviews as review_services
from kedang.business.governance.services.rights import rights_ask
from kedang.business.governance.views.shown import PersonChoice, colleagues, mark_of, pdf, whole
from kedang.foundation.access.models import Grant, Role, Scope
from kedang.foundation.access.rights import reach_of
from kedang.foundation.access.scopes import scope_values
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.pages import Crumb, Page
from kedang.foundation.web.records import RecordDetail, RecordForm, RecordPage, style


class GrantChoice(forms.ModelChoiceField):
    """Grants with whose they are."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.person.name}：{obj.role.name}（{reach_of(obj)}）"


class RightsForm(forms.Form):
    """What is asked for, for whom, how far, until when, why."""

    kind = forms.ChoiceField(label=_("申请事项"), choices=RightsKind.choices)
    person = PersonChoice(None, label=_("使用人"), empty_label=_("请选择"))
    grant = GrantChoice(
        None, label=_("现有授权"), required=False, empty_label=_("请选择"), help_text=_("变更、收回时选择。")
    )
    role: Any = forms.ModelChoiceField(
        None, label=_("角色"), required=False, empty_label=_("请选择"), help_text=_("申请、变更、临时权限时选择。")
    )
    scope = forms.ChoiceField(label=_("数据范围"), required=False, choices=Scope.choices)
    scope_value = forms.ChoiceField(
        label=_("范围取值"), required=False, help_text=_("部门、地区、类别范围须选择；“本部门”不选即使用人自己的部门。")
    )
    until = forms.DateTimeField(
        label=_("失效时间"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("临时权限必填，到时自动失效。"),
    )
    reason = forms.CharField(label=_("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": "3"}))

    def __init__(self, actor: Any, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, label_suffix="", **kwargs)
        fields: Any = self.fields
        fields["person"].queryset = colleagues(actor)
        fields["role"].queryset = Role.objects.filter(Q(fonds__isnull=True) | Q(fonds_id=actor.fonds_id))
        grants = Grant.objects.filter(person__fonds_id=actor.fonds_id, person__is_active=True, ended_at__isnull=True)
        fields["grant"].queryset = grants.select_related("person__department", "role").order_by(
            "person__department__path", "person_id", "id"
        )
        groups = [
            (label, list(scope_values(value, actor.fonds_id)))
            for value, label in Scope.choices
            if value not in (Scope.OWN, Scope.ALL, Scope.BELOW)
        ]
        fields["scope_value"].choices = [("", _now("请选择")), *[(label, rows) for label, rows in groups if rows]]
        for field in fields.values():
            style(field)


class RightsAsk(Page):
    """Asking for rights."""

    action: ClassVar[str] = "governance.use"
    template_name = "governance/rights_ask.html"
    title = _("权限申请")

    def crumbs(self) -> list[Crumb]:
        return [(_now("权限申请"), reverse("governance:rights-list")), (_now("提交申请"), "")]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The form; for oneself unless somebody else is named."""
        start = {
            "person": whole(request.GET.get("person")) or self.actor.pk,
            "kind": request.GET.get("kind") or RightsKind.GIVE,
            "scope": Scope.OWN,
        }
        return self.draw(form=RightsForm(self.actor, initial=start))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Hand it in."""
        form = RightsForm(self.actor, request.POST)
        if form.is_valid():
            try:
                made = rights_ask(actor=self.actor, **form.cleaned_data)
            except NotAllowed:
                raise
            except Refused as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
            else:
                messages.success(request, _now("已提交，单号 %(number)s。") % {"number": made.case.number})
                return HttpResponseRedirect(reverse("approvals:case-detail", args=[made.case_id]))
        return self.draw(form=form, status=422)


class ReviewForm(RecordForm):
    """Begin a review: of this year unless said otherwise."""

    def defaults(self) -> dict[str, Any]:
        return {"year": clock.today().year}


class ReviewDetail(RecordDetail):
    """All grants by department, each with keep or withdraw."""

    template_name = "governance/review.html"

    def extra(self) -> dict[str, Any]:
        rows = list(self.obj.lines.select_related("person", "grant").order_by("department", "person_id", "id"))
        department = self.request.GET.get("department", "")
        left = self.request.GET.get("left", "")
        shown = [
            row for row in rows if (not department or row.department == department) and (not left or not row.verdict)
        ]
        return {
            "row": self.obj,
            "rows": shown,
            "departments": sorted({row.department for row in rows}),
            "department": department,
            "left": left,
            "total": len(rows),
            "judged": sum(1 for row in rows if row.verdict),
            "kept": sum(1 for row in rows if row.verdict == Verdict.KEEP),
            "withdrawn": sum(1 for row in rows if row.verdict == Verdict.WITHDRAW),
            "verdicts": Verdict.choices,
        }


class ReviewAct(RecordPage):
    """Judge lines, or end the review."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Run what the button names."""
        post = request.POST
        try:
            if kwargs["verb"] == "judge":
                verdicts: dict[int, str] = {
                    key: str(value)
                    for name, value in post.items()
                    if name.startswith("line-") and (key := whole(name[5:])) is not None
                }
                if post.get("rest"):
                    verdicts = {
                        key: verdicts.get(key) or str(Verdict.KEEP)
                        for key in (whole(one) for one in post.getlist("shown"))
                        if key
                    }
                n = review_services.review_judge(
                    actor=self.actor, review=self.obj, verdicts=verdicts, remark=post.get("remark", "")
                )
                messages.success(request, _now("已审核 %(n)s 项授权。") % {"n": n})
            elif kwargs["verb"] == "close":
                review_services.review_close(actor=self.actor, review=self.obj, conclusion=post.get("conclusion", ""))
                messages.success(request, _now("年审已办结。"))
            else:
                raise OutOfScope
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        return HttpResponseRedirect(self.pages.url("detail", self.obj.pk))


class ReviewPaper(RecordPage):
    """权限年审表 as PDF."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The file, once it is written down that it left."""
        made = review_pdf(self.obj, list(self.obj.lines.select_related("person", "grant")), mark_of(self.actor))
        with transaction.atomic():
            record(self.actor, e.REVIEW_VIEWED, self.obj, meta={"printed": True})
        return pdf(made, f"{_now('权限年审表')}-{self.obj.year}.pdf")
