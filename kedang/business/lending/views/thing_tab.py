"""借阅 on the page of a volume or an item: where it is, who waits, what can be read instead, and its loans so far."""

from typing import Any

from django.urls import reverse

from kedang.business.holdings.choices import Whereabouts
from kedang.business.holdings.models import Item, Volume
from kedang.business.holdings.services.whereabouts import away
from kedang.business.lending.choices import OPEN_STATES
from kedang.business.lending.models import Loan
from kedang.business.lending.offering import electronic
from kedang.business.lending.services.locking import of_thing
from kedang.business.lending.services.rules import rules_of
from kedang.business.lending.views.loans import late_tone, late_words
from kedang.foundation.access.policies import can
from kedang.foundation.web.records import RecordTab

MOST = 50


class ThingTab(RecordTab):
    """The tab."""

    template_name = "lending/thing_tab.html"

    def context(self) -> dict[str, Any]:
        thing = self.obj
        rows = (
            Loan.objects.visible_to(self.actor)
            .filter(**of_thing(thing))
            .select_related("borrower")
            .order_by("-pk")[:MOST]
        )
        is_volume = isinstance(thing, Volume)
        papers = Item.objects.visible_to(self.actor).filter(volume_id=thing.pk if is_volume else None)
        papers = papers.exclude(whereabouts=Whereabouts.IN_STORE).order_by("position", "pk")
        kind = "volume" if is_volume else "item"
        needs_request = rules_of(thing.fonds_id).needs_request
        may_register = not needs_request and can(self.actor, "lending.reserve")
        return {
            "thing": thing, "stands": away(thing), "offer": electronic(self.actor, thing),
            "loans": [(one, late_words(one), late_tone(one)) for one in rows],
            "waiting": Loan.objects.filter(**of_thing(thing), state__in=OPEN_STATES).count(),
            "papers": list(papers[:20]) if is_volume and thing.whereabouts == Whereabouts.IN_STORE else [],
            "needs_request": needs_request,
            "new_url": reverse("lending:loan-new", args=[kind, thing.pk]) if may_register else "",
        }  # fmt: skip
