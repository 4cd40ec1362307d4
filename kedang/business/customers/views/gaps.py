"""查漏补缺: incomplete and stale dossiers by who looks after them, and the ones to begin with."""

from collections.abc import Sequence

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.customers.completeness import Requirements, requirement_label, requirements_of, score
from kedang.business.customers.fields import PROFILE_FIELDS
from kedang.business.customers.filters import INCOMPLETE_BELOW, incomplete_q, stale_q
from kedang.business.customers.models import Contact, Customer, CustomerProfile, KeyPerson
from kedang.business.customers.services.writing import presence_values
from kedang.foundation.access.models import Person
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
        counts = list(
            rows.filter(incomplete | stale)
            .values("responsible_id")
            .annotate(incomplete=Count("id", filter=incomplete), stale=Count("id", filter=stale), all=Count("id"))
            .order_by("-all")[:50]
        )
        holders = Person.objects.select_related("department").in_bulk(
            [line["responsible_id"] for line in counts if line["responsible_id"]]
        )
        people = [{**line, "holder": holders.get(line["responsible_id"])} for line in counts]
        mine = Q(responsible_id=self.actor.pk) if request.GET.get("who") == "mine" else Q()
        keys = list(
            rows.filter(mine, incomplete).order_by("completeness", "-id").values_list("pk", flat=True)[:BEGIN_WITH]
        )
        by_key = Customer.objects.select_related("responsible").in_bulk(keys)
        begin = [by_key[key] for key in keys]
        missing = missing_words(begin, requirements_of(self.actor.fonds_id or 0))
        return self.draw(
            people=people, begin=[(row, missing[row.pk]) for row in begin], below=INCOMPLETE_BELOW,
            who=request.GET.get("who", ""), lead=_("完整度低于 %(below)s%% 的档案要补全，一年没有更新的要核对。") % {"below": INCOMPLETE_BELOW},
        )  # fmt: skip


def missing_words(customers: Sequence[Customer], requirements: Requirements, most: int = 6) -> dict[int, str]:
    """What each of some dossiers lacks, the weightiest first; three queries for all of them."""
    keys = [row.pk for row in customers]
    has_contact = set(
        Contact.objects.filter(customer_id__in=keys, left_on__isnull=True).values_list("customer_id", flat=True)
    )
    has_person = set(
        KeyPerson.objects.filter(customer_id__in=keys, removed_at__isnull=True).values_list("customer_id", flat=True)
    )
    profiles = {row.customer_id: row for row in CustomerProfile.objects.filter(customer_id__in=keys)}
    words = {}
    for row in customers:
        weights = dict(requirements[row.party_kind])
        values = presence_values(row, set(weights) - {"contacts", "key_persons", "profile"})
        profile = profiles.get(row.pk)
        values |= {
            "contacts": row.pk in has_contact, "key_persons": row.pk in has_person,
            "profile": profile is not None and any(getattr(profile, name) for name in PROFILE_FIELDS),
        }  # fmt: skip
        missing = sorted(score(values, requirements[row.party_kind])[1], key=weights.__getitem__, reverse=True)
        words[row.pk] = " · ".join(requirement_label(name) for name in missing[:most])
    return words
