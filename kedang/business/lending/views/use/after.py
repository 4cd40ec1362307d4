"""After use: the reader's answer on one small page; the register of effects on paper."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from kedang.business.lending.choices_use import Accuracy, EffectKind
from kedang.business.lending.events_use import FEEDBACK_PRINTED
from kedang.business.lending.models import UseFeedback
from kedang.business.lending.printing.loans import mark_of
from kedang.business.lending.services.feedback import feedback_give
from kedang.business.lending.views.papers import pdf
from kedang.foundation.access.policies import at_large
from kedang.foundation.access.signin.quota import spend
from kedang.foundation.approvals.models import Case
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.pages import Crumb, Page
from kedang.foundation.web.printing import Column, Listing, Table, render_listing
from kedang.foundation.web.records import RecordList, style
from kedang.foundation.web.records.form_fields import told_in

MOST_ROWS = 2000


class FeedbackForm(forms.Form):
    """Was it right, and what was it good for."""

    accuracy = forms.ChoiceField(
        label=gettext_lazy("档案内容"), choices=Accuracy.choices, widget=forms.RadioSelect, initial=Accuracy.GOOD
    )
    problem = forms.CharField(
        label=gettext_lazy("哪里有误或缺什么"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": "2"}),
        help_text=gettext_lazy("写清楚档号、页码和正确的内容，会转给维护人更正。"),
    )  # fmt: skip
    effect_kind = forms.ChoiceField(
        label=gettext_lazy("利用效果"), choices=[("", gettext_lazy("请选择")), *EffectKind.choices]
    )
    effect = forms.CharField(
        label=gettext_lazy("具体效果"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": "2"}),
        help_text=gettext_lazy("例如“依据合同原件追回货款”。"),
    )  # fmt: skip
    amount = forms.DecimalField(
        label=gettext_lazy("涉及金额（元）"), required=False, min_value=Decimal(0), max_digits=14, decimal_places=2
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        for field in self.fields.values():
            style(field)


class FeedbackGive(Page):
    """填写利用效果."""

    template_name, title = "lending/use/feedback.html", gettext_lazy("利用效果")
    obj: UseFeedback

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Load it."""
        rows = UseFeedback.objects.visible_to(self.actor).select_related("request__case", "person")
        found = rows.filter(pk=kwargs["pk"]).first()
        if found is None:
            raise OutOfScope
        self.obj = found
        return super().dispatch(request, *args, **kwargs)

    def case_title(self) -> str:
        """What was asked for, to who may read the request."""
        case = self.obj.request.case
        return case.title if Case.objects.visible_to(self.actor).filter(pk=case.pk).exists() else ""

    def crumbs(self) -> list[Crumb]:
        return [(_("利用效果登记"), reverse("lending:feedback-list")), (self.obj.request.case.number, "")]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The questions."""
        if self.obj.answered_at is not None:
            return HttpResponseRedirect(reverse("lending:feedback-detail", args=[pk]))
        return self.draw(form=FeedbackForm(), obj=self.obj)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The answer."""
        form = FeedbackForm(request.POST)
        if form.is_valid():
            try:
                feedback_give(actor=self.actor, feedback=self.obj, values=form.cleaned_data)
            except NotAllowed:
                raise
            except Refused as refusal:
                told_in(form, refusal)
            else:
                messages.success(request, _("谢谢，已登记。"))
                return HttpResponseRedirect(reverse("web:home"))
        return self.draw(form=form, obj=self.obj, status=422)


class EffectsPrint(RecordList):
    """利用效果登记簿 as PDF, with the conditions of the list."""

    def required_action(self) -> str:
        return "lending.export"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]  # a file
        """The file, once it is written down."""
        rows = self.pages.visible(self.actor).filter(self.query.q() & self.narrowed(), answered_at__isnull=False)
        rows = rows.filter(at_large(self.actor, "lending.export", UseFeedback)).select_related(
            "request__case", "person", "department"
        )
        found = list(rows.order_by("answered_at", "id")[: MOST_ROWS + 1])
        if len(found) > MOST_ROWS:
            messages.warning(request, _("一次最多打印 %(most)s 行，请先缩小范围。") % {"most": f"{MOST_ROWS:,}"})
            return HttpResponseRedirect(f"{self.list_url()}?{request.GET.urlencode()}")
        with transaction.atomic():
            spend(self.actor, "export", len(found))
            subject = SubjectRef(
                UseFeedback._meta.label_lower, None, str(self.pages.plural()), fonds_id=self.actor.fonds_id
            )
            record(self.actor, FEEDBACK_PRINTED, subject, meta={"rows": len(found)})
        heads = [
            _("日期"),
            _("申请单号"),
            _("利用者"),
            _("部门"),
            _("利用目的"),
            _("利用的问题"),
            _("收到的效果"),
            _("金额（元）"),
            _("档案内容"),
        ]
        widths: list[Any] = ["auto", "auto", "auto", 1.1, "auto", 2.2, 2.4, "auto", "auto"]
        columns = [
            Column(head, width, "right" if head == _("金额（元）") else "left")
            for head, width in zip(heads, widths, strict=True)
        ]
        lines = [self.line(row) for row in found]
        words = "；".join(condition.words for condition in self.query.conditions)
        listing = Listing(
            _("利用效果登记簿"), Table(columns, lines, empty=_("此范围没有登记"), numbered=True), mark_of(self.actor), words,
            _("共 %(n)s 条") % {"n": len(found)}, signatures=[_("登记"), pgettext("签字", "复核"), _("日期")],
        )  # fmt: skip
        return pdf(render_listing(listing), f"{_('利用效果登记簿')}-{clock.today():%Y%m%d}.pdf")

    def line(self, row: UseFeedback) -> list[str]:
        """One line of the register."""
        asked = row.request
        effect = "，".join(part for part in (str(row.get_effect_kind_display()), row.effect) if part)
        return [
            f"{clock.local(row.answered_at):%Y-%m-%d}" if row.answered_at else "", asked.case.number, asked.outside_name or row.person.name,
            asked.outside_unit or (row.department.name if row.department else ""), str(asked.get_purpose_display()),
            asked.case.reason, effect,
            f"{row.amount:,.2f}" if row.amount is not None else "", str(row.get_accuracy_display()),
        ]  # fmt: skip
