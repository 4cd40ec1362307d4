"""Settings of the archivist: axes of classification and their classes, and what a complete dossier must have."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.customers.choices import PartyKind
from kedang.business.customers.completeness import PRESENCE, requirement_label, requirements_of
from kedang.business.customers.fields import KIND_FIELDS
from kedang.business.customers.models import ClassAxis, ClassTerm
from kedang.business.customers.services import axis_change, axis_create, requirements_set, term_change, term_create
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.web.pages import Page

AXIS_INPUTS = ("code", "name", "position", "is_multiple", "gives_number_code", "is_active")
TERM_INPUTS = ("code", "name", "position", "is_active")


class AxisList(Page):
    """Axes with their classes, edited in place; every form posts what it is about as ``do``."""

    action = "customers.classify"
    template_name = "customers/axes.html"
    title = gettext_lazy("客户分类")
    lead = gettext_lazy(
        "按公司需要增加分类维度，例如业务领域、贸易性质、重要程度。停用的维度和类目不再出现在选项里，已归类的客户保持不变。"
    )

    def get(self, request: HttpRequest, problem: Refused | None = None, typed: Any = None) -> HttpResponse:
        """The page."""
        axes = ClassAxis.objects.filter(fonds_id=self.actor.fonds_id).prefetch_related("terms")
        return self.draw(axes=axes, problem=problem, typed=typed or {}, lead=self.lead, status=422 if problem else 200)

    def post(self, request: HttpRequest) -> HttpResponse:
        """One change."""
        try:
            self.act(request.POST.get("do", ""))
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.get(request, problem=refusal, typed=request.POST)
        messages.success(request, _("分类已保存。"))
        return HttpResponseRedirect(request.path)

    def act(self, what: str) -> None:
        """Create or change an axis or a class."""
        post = self.request.POST
        key = int(post["id"]) if post.get("id", "").isdecimal() else 0
        if what == "axis-new":
            axis_create(actor=self.actor, values={**self.values(AXIS_INPUTS), "is_active": True})
        elif what == "axis":
            axis_change(actor=self.actor, axis=get_object_or_404(ClassAxis, pk=key), values=self.values(AXIS_INPUTS))
        elif what == "term-new":
            values = {**self.values(TERM_INPUTS), "is_active": True}
            term_create(actor=self.actor, axis=get_object_or_404(ClassAxis, pk=key), values=values)
        elif what == "term":
            term = get_object_or_404(ClassTerm.objects.select_related("axis"), pk=key)
            term_change(actor=self.actor, term=term, values=self.values(TERM_INPUTS))

    def values(self, names: tuple[str, ...]) -> dict[str, Any]:
        """Typed values; boxes that are not ticked are not sent."""
        post = self.request.POST
        return {name: name in post if name.startswith(("is_", "gives_")) else post.get(name, "") for name in names}


class Requirements(Page):
    """Weights of contents per kind of customer."""

    action = "customers.classify"
    template_name = "customers/requirements.html"
    title = gettext_lazy("完整度要求")
    lead = gettext_lazy("权重越大，缺少时扣得越多；0 表示不要求。保存后在后台重新计算这一类客户的完整度。")

    def get(self, request: HttpRequest, problem: Refused | None = None) -> HttpResponse:
        """The page of one kind."""
        kind = self.kind
        given = dict(requirements_of(self.actor.fonds_id or 0)[kind])
        names = [*PRESENCE, *KIND_FIELDS[kind]]
        typed = {name: request.POST.get(f"weight-{name}", "") for name in names} if problem else {}
        lines = [
            {
                "name": n,
                "label": requirement_label(n),
                "weight": typed.get(n, given.get(n, 0)),
                "is_on": bool(given.get(n)),
            }
            for n in names
        ]
        total = sum(given.values())
        return self.draw(
            kind=kind, kinds=[(value, label, value == kind) for value, label in PartyKind.choices], problem=problem,
            lines=sorted(lines, key=lambda line: not line["is_on"]), total=total, lead=self.lead, status=422 if problem else 200,
        )  # fmt: skip

    def post(self, request: HttpRequest) -> HttpResponse:
        """Set them."""
        weights: dict[str, int] = {}
        for name in request.POST:
            if name.startswith("weight-"):
                text = request.POST[name].strip()
                weights[name.removeprefix("weight-")] = int(text) if text.isdecimal() else -1 if text else 0
        try:
            requirements_set(actor=self.actor, party_kind=self.kind, weights=weights)
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.get(request, problem=refusal)
        messages.success(request, _("要求已保存，正在后台重新计算完整度。"))
        return HttpResponseRedirect(f"{request.path}?kind={self.kind}")

    @property
    def kind(self) -> str:
        """Kind asked for."""
        asked = self.request.GET.get("kind", "")
        return asked if asked in PartyKind.values else PartyKind.ENTERPRISE.value
