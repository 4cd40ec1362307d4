"""预留号 of volumes: which are still free, and what class, year and period each one stands for."""

from dataclasses import dataclass
from typing import Any

from kedang.business.holdings.choices import Arrangement, SchemeState
from kedang.business.holdings.codes.grammar import template_of
from kedang.business.holdings.codes.ledger import VOLUME_KEY, tallies
from kedang.business.holdings.models import CodeTemplate, RetentionPeriod, Series
from kedang.foundation.numbering.models import NumberSeries, NumberState

MOST = 100
"""So many are offered at once; the ledger shows all."""


@dataclass(frozen=True, slots=True)
class Free:
    """A reserved number that nobody took up yet."""

    code: str
    reason: str


def free_codes(fonds_id: int) -> list[Free]:
    """Reserved codes of volumes that may still be chosen, in the order of their series."""
    kept = NumberSeries.objects.filter(fonds_id=fonds_id, key=VOLUME_KEY, entries__state=NumberState.RESERVED)
    found: list[Free] = []
    for tally in tallies(list(kept.distinct().order_by("-id")[:MOST])):
        found += [Free(tally.text(number), why) for number, why in tally.free]
    return found[:MOST]


def meant_by(fonds_id: int, code: str) -> dict[str, Any]:
    """Class, year, retention and template that a code of a volume stands for, as far as they can be read from it; keys of records."""
    templates = CodeTemplate.objects.filter(fonds_id=fonds_id, is_active=True, arrangement=Arrangement.VOLUME)
    for template in templates.order_by("-is_default", "position", "id"):
        parts = template_of(template.volume_template).parse(code) if template.volume_template else None
        if parts is None:
            continue
        found: dict[str, Any] = {"template": template.pk}
        if "year" in parts:
            found["year"] = parts["year"]
        if "catalogue" in parts:
            found["catalogue"] = parts["catalogue"]
        classes = Series.objects.filter(scheme__fonds_id=fonds_id, scheme__state=SchemeState.IN_FORCE, is_active=True)
        for name, rows in (("series", classes), ("retention", RetentionPeriod.objects.filter(fonds_id=fonds_id))):
            key = rows.filter(code=parts[name]).values_list("pk", flat=True).first() if name in parts else None
            if key is not None:
                found[name] = key
        return found
    return {}
