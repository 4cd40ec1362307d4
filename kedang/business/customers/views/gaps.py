"""查漏补缺: incomplete and stale dossiers by who looks after them, and the ones to begin with."""

from typing import Any

from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.customers.completeness import requirement_label, requirements_of, score
from kedang.business.customers.filters import INCOMPLETE_BELOW, incomplete_q, stale_q
from kedang.business.customers.models import Customer
from kedang.business.customers.services.writing import presence_values
from kedang.foundation.web.pages import Page

BEGIN_WITH = 20


class Gaps(Page):
    """The page."""

    action = "customers.view"
    template_name = "customers/gaps.html"
    title = gettext_lazy("查漏补缺")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Numbers by person, and the most urgent dossiers with what they lack."""
        rows = Customer.objects.visible_to(self.actor).current()
        incomplete, stale = incomplete_q(self.actor), stale_q(self.actor)
        people = (
            rows.filter(incomplete | stale)
            .values("responsible_id", holder=F("responsible__name"), unit=F("responsible__department__name"))
            .annotate(incomplete=Count("id", filter=incomplete), stale=Count("id", filter=stale), all=Count("id"))
            .order_by("-all")[:50]
        )
        mine = Q(responsible_id=self.actor.pk) if request.GET.get("who") == "mine" else Q()
        begin = list(rows.filter(mine, incomplete).order_by("completeness", "-id").select_related("responsible")[:BEGIN_WITH])
        requirements = requirements_of(self.actor.fonds_id)
        return self.draw(
            people=list(people), begin=[(row, missing_words(row, requirements)) for row in begin], below=INCOMPLETE_BELOW,
            who=request.GET.get("who", ""), lead=_("完整度低于 %(below)s%% 的档案要补全，一年没有更新的要核对。") % {"below": INCOMPLETE_BELOW},
        )  # fmt: skip


def missing_words(customer: Any, requirements: Any, most: int = 6) -> str:
    """What a dossier lacks, the weightiest first."""
    wanted = requirements[customer.party_kind]
    missing = score(presence_values(customer, {name for name, _weight in wanted}), wanted)[1]
    weights = dict(wanted)
    missing.sort(key=lambda name: -weights[name])
    return " · ".join(requirement_label(name) for name in missing[:most])
