"""申请篮: records put aside for the next request, from their pages and lists."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.lending.events_use import BASKET_CHANGED
from kedang.business.lending.models import BasketLine
from kedang.business.lending.services.things import KINDS, Thing, things_of
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record, subject_of
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

MOST = 60


@transaction.atomic
def basket_add(*, actor: Actor, thing: Thing) -> BasketLine:
    """Put a record aside that one sees; one that lies there already stays.

    Raises:
        OutOfScope. Refused: ``basket_full``.
    """
    person = _person(actor)
    kind = thing._meta.label_lower
    if kind not in KINDS or not KINDS[kind].objects.visible_to(actor).filter(pk=thing.pk).exists():
        raise OutOfScope
    Person.objects.select_for_update().get(pk=person.pk)
    known = BasketLine.objects.filter(person=person, subject_type=kind, subject_id=thing.pk).first()
    if known is not None:
        found: BasketLine = known
        return found
    if BasketLine.objects.filter(person=person).count() >= MOST:
        raise Refused("basket_full", _("申请篮已有 %(most)s 项。请先提交这一份，再继续添加。") % {"most": MOST})
    row: BasketLine = BasketLine.objects.create(
        person=person, subject_type=kind, subject_id=thing.pk, added_at=clock.now()
    )
    record(actor, BASKET_CHANGED, subject_of(thing), meta={"put": True})
    return row


@transaction.atomic
def basket_drop(*, actor: Actor, line: BasketLine | int) -> None:
    """Take one out again.

    Raises:
        OutOfScope.
    """
    person = _person(actor)
    key = line if isinstance(line, int) else line.pk
    row = BasketLine.objects.select_for_update().filter(person=person, pk=key).first()
    if row is None:
        raise OutOfScope
    record(actor, BASKET_CHANGED, meta={"put": False, "kind": row.subject_type, "key": row.subject_id})
    row.delete()


def basket_of(actor: Actor) -> list[tuple[BasketLine, Thing]]:
    """What lies there and is still seen by its owner, in the order in which it was put."""
    rows: list[Any] = list(BasketLine.objects.filter(person_id=actor.id or 0))
    things = things_of([(row.subject_type, row.subject_id) for row in rows], actor)
    return [
        (row, things[row.subject_type, row.subject_id]) for row in rows if (row.subject_type, row.subject_id) in things
    ]


def _person(actor: Actor) -> Person:
    require(actor, "lending.ask")
    if not isinstance(actor, Person):
        raise OutOfScope
    return actor
