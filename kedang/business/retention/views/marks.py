"""The tag 冻结 in the head of the pages of dossiers, volumes and items."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from kedang.business.customers.models import Customer
from kedang.business.holdings.models import Item, Volume
from kedang.business.retention.lying import on
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.web.records import Mark

TONE = "seal"


def marks_of(actor: Actor, thing: Customer | Volume | Item) -> list[Mark]:
    """A tag for each hold on this very thing, leading to it; one without number where the reader may not know it."""
    if not thing.hold_count:
        return []
    mine = on(Q(**{str(thing._meta.model_name): thing.pk}))
    seen = list(mine.visible_to(actor))
    marks = [
        Mark(
            _("冻结 %(number)s") % {"number": hold.number}, TONE, reverse("retention:hold-detail", args=[hold.pk]),
            _("%(title)s，自 %(day)s 起") % {"title": hold.title, "day": f"{clock.local(hold.in_force_at):%Y-%m-%d}"},
        )
        for hold in seen
    ]  # fmt: skip
    return marks if len(marks) >= thing.hold_count else [*marks, Mark(_("冻结中"), TONE)]
