"""What lies on a dossier, a volume or an item: its holds, as far as a reader may know them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q

from kedang.business.holdings.models import Item, Volume
from kedang.business.retention.choices import HoldState
from kedang.business.retention.models import Hold, HoldLine
from kedang.foundation.kernel.actors import Actor


def on(things: Q) -> Any:
    """Holds in force on some of these lines, the oldest first."""
    lines = HoldLine.objects.filter(things)
    return Hold.objects.filter(state=HoldState.IN_FORCE, pk__in=lines.values("hold_id")).order_by("id")


def told_in_package(actor: Actor, volume: Volume | None, items: Sequence[Item]) -> Iterable[dict[str, Any]]:
    """Every hold in force on a volume, on what lies in it or on its customer: number, since when and on what; what it is about only to who
    may see it.
    """
    customers = {one.customer_id for one in (*items, *([volume] if volume is not None else ())) if one.customer_id}
    keys = [one.pk for one in items]
    about = Q(item__in=keys) | Q(customer__in=customers)
    if volume is not None:
        about |= Q(volume=volume.pk)
    rows = list(on(about))
    seen = set(Hold.objects.visible_to(actor).filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    lines: dict[int, set[str]] = {}
    for line in HoldLine.objects.filter(about, hold__in=rows):
        what = "volume" if line.volume_id else "customer" if line.customer_id else "item"
        lines.setdefault(line.hold_id, set()).add(what)
    for row in rows:
        told = {"title": row.title, "legal_basis": row.legal_basis, "reason": row.reason} if row.pk in seen else {}
        yield {
            "number": row.number, "since": row.in_force_at, "on": sorted(lines.get(row.pk, ())), "is_no_loan": row.is_no_loan,
            "title": None, "legal_basis": None, "reason": None, **told,
        }  # fmt: skip
