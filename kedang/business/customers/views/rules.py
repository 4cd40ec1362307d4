"""变更与审核: which fields change only after approval, whose new dossiers are reviewed; a scheduled change called off."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.customers.choices import PartyKind
from kedang.business.customers.fields import KIND_FIELDS, label
from kedang.business.customers.models import ChangeRequest
from kedang.business.customers.protection import protected_in, roles_to_choose, rules_of
from kedang.business.customers.services.changing import change_call_off
from kedang.business.customers.services.rules import dossier_rules_set
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.web.pages import Page


class DossierRulesPage(Page):
    """One kind of customer at a time; the roles stand below."""

    action, template_name = "customers.classify", "customers/dossier_rules.html"
    title = gettext_lazy("变更与审核")
    lead = gettext_lazy("勾选的内容须审批后才改；没有勾选的保存后立即生效。档案管理员不受此限。")

    def get(self, request: HttpRequest, problem: Refused | None = None) -> HttpResponse:
        """The page of one kind."""
        rules, kind = rules_of(self.actor.fonds_id or 0), self.kind
        chosen = protected_in(rules, kind)
        return self.draw(
            kind=kind, kinds=[(value, text, value == kind) for value, text in PartyKind.choices], problem=problem, version=rules.version,
            fields=[(name, label(name), name in chosen) for name in KIND_FIELDS[kind]], lead=self.lead,
            roles=[(role.code, role.name, role.code in rules.reviewed_roles) for role in roles_to_choose(self.actor)],
            status=422 if problem else 200,
        )  # fmt: skip

    def post(self, request: HttpRequest) -> HttpResponse:
        """Set them."""
        version = request.POST.get("version", "")
        try:
            dossier_rules_set(
                actor=self.actor, party_kind=self.kind, fields=request.POST.getlist("field"), roles=request.POST.getlist("role"),
                version=int(version) if version.isascii() and version.isdecimal() and len(version) < 9 else None,
            )  # fmt: skip
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.get(request, problem=refusal)
        messages.success(request, _("规则已保存，从现在起生效；已提交的申请不受影响。"))
        return HttpResponseRedirect(f"{request.path}?kind={self.kind}")

    @property
    def kind(self) -> str:
        """Kind asked for."""
        asked = self.request.GET.get("kind", "")
        return asked if asked in PartyKind.values else PartyKind.ENTERPRISE.value


class ChangeCallOff(Page):
    """A change that waits for its day is taken back."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do it."""
        row: Any = ChangeRequest.objects.select_related("customer").get_for(self.actor, pk=pk)
        try:
            change_call_off(actor=self.actor, request=row, reason=request.POST.get("reason", ""))
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, _("变更已撤回，原内容不变。"))
        return HttpResponseRedirect(reverse("customers:customer-detail", args=[row.customer_id]))
