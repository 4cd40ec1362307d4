"""重大事项报告设置 of a company."""

from django.db import transaction

from kedang.business.customers.services.problems import Problems, clean_record, typed
from kedang.business.customers.services.writing import take_over
from kedang.business.service.events import RULES_CHANGED
from kedang.business.service.models import ServiceRules
from kedang.business.service.policies import ACCEPT
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope


def rules_of(fonds_id: int) -> ServiceRules:
    """The settings that hold: those that were saved, else the shipped ones."""
    return ServiceRules.objects.filter(fonds_id=fonds_id).first() or ServiceRules(fonds_id=fonds_id)


@transaction.atomic
def rules_change(*, actor: Actor, accept_days: int | str) -> ServiceRules:
    """Within how many working days a report is to be accepted.

    Raises:
        NotAllowed. Refused: ``values_invalid``.
    """
    require(actor, ACCEPT.code)
    if actor.fonds_id is None:
        raise OutOfScope
    Fonds.objects.select_for_update().get(pk=actor.fonds_id)
    row = rules_of(actor.fonds_id)
    problems = Problems()
    changes = take_over(row, {"accept_days": typed(ServiceRules, "accept_days", accept_days, problems)})
    clean_record(row, ("accept_days",), problems)
    problems.refuse()
    if changes:
        row.save()
        record(actor, RULES_CHANGED, row, changes=changes)
    return row
