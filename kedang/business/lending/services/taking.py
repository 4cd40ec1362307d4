"""导出: what an approved request lets its reader take of a dossier or a volume, as rows of a workbook; counted."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.models import Customer
from kedang.business.holdings.models import Volume
from kedang.business.lending.events_use import RECORD_EXPORTED
from kedang.business.lending.services.things import things_of
from kedang.foundation.access.models import Person, RecordGrant
from kedang.foundation.access.opened.services import opening_spend
from kedang.foundation.access.policies import require
from kedang.foundation.access.signin.quota import spend
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.refused import OutOfScope

EXPORTS: dict[type[Any], str] = {Customer: "customers.export", Volume: "holdings.export"}


@transaction.atomic
def record_take(*, actor: Person, opening: RecordGrant | int) -> Any:
    """Count an export of the one record that an opening of the actor's is for; the record, whose values the page then writes.

    Raises:
        OutOfScope, NotAllowed. Refused: ``opening_used_up``. QuotaExceeded.
    """
    key = opening if isinstance(opening, int) else opening.pk
    row: RecordGrant | None = RecordGrant.objects.filter(pk=key, person=actor).first()
    thing = (
        things_of([(row.subject_type, row.subject_id)], actor).get((row.subject_type, row.subject_id))
        if row is not None
        else None
    )
    if row is None or thing is None or type(thing) not in EXPORTS:
        raise OutOfScope
    code = EXPORTS[type(thing)]
    require(actor, code, thing)
    spent = opening_spend(actor=actor, code=code, obj=thing)
    spend(actor, "export", 1)
    record(
        actor,
        RECORD_EXPORTED,
        thing,
        reason=row.purpose,
        meta={"source": spent.source if spent else row.source, "format": "xlsx"},
    )
    return thing


def title_of(thing: Any) -> str:
    """Title of the sheet."""
    return str(_("客户档案") if isinstance(thing, Customer) else _("卷内目录"))
