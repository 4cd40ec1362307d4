"""Imports that somebody has begun and not ended when they leave or move."""

from collections.abc import Iterator

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kedang.business.intake.events import BATCH_PASSED_ON
from kedang.business.intake.models import BatchState, ImportBatch
from kedang.foundation.access.handover import HandoverKind, InHand, declare
from kedang.foundation.access.models import Person
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor

BEGUN = (
    BatchState.UPLOADED,
    BatchState.MAPPED,
    BatchState.STAGING,
    BatchState.STAGED,
    BatchState.FAILED,
    BatchState.CANCELLED,
)


def batches_of(person: Person) -> Iterator[InHand]:
    """Batches that wait for their end."""
    for row in ImportBatch.objects.filter(fonds_id=person.fonds_id, actor=person, state__in=BEGUN).order_by("id"):
        told = _now("%(rows)s 行") % {"rows": row.row_count}
        yield InHand(row.pk, row.file_name, told, str(row.get_state_display()))


def batch_pass(actor: Actor, leaver: Person, to: Person, key: int, why: str) -> None:
    """Somebody else brings it to its end."""
    row = ImportBatch.objects.select_for_update(of=("self",)).filter(pk=key, actor=leaver).first()
    if row is None:
        return
    row.actor, row.actor_name = to, to.name
    row.version += 1
    row.save(update_fields=["actor", "actor_name", "version"])
    record(actor, BATCH_PASSED_ON, row, changes={"actor": (leaver.name, to.name)}, reason=why)


def declare_kinds() -> None:
    """At start-up."""
    declare(
        HandoverKind(
            "intake.batch",
            _("未完成的导入"),
            "intake.importbatch",
            batches_of,
            batch_pass,
            needs="intake.use",
            order=60,
        )
    )
