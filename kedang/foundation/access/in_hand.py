"""What ends when somebody leaves or moves: their grants, and records that requests opened to them."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.handover import HandoverKind, InHand, declare
from kedang.foundation.access.models import Grant, Person, RecordGrant
from kedang.foundation.access.opened.services import records_close
from kedang.foundation.access.rights import reach_of
from kedang.foundation.access.services.grants import grant_end
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor


def grants_of(person: Person) -> Iterator[InHand]:
    """Grants that run, or begin later."""
    rows = Grant.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=clock.now()), person=person, ended_at__isnull=True
    )
    for row in rows.select_related("role", "person").order_by("id"):
        yield InHand(row.pk, row.role.name, group=reach_of(row))


def grant_stop(actor: Actor, leaver: Person, to: Person, key: int, why: str) -> None:
    """End one grant."""
    row = Grant.objects.filter(pk=key, person=leaver, ended_at__isnull=True).select_related("person", "role").first()
    if row is not None:
        grant_end(actor=actor, grant=row, reason=why)


def openings_of(person: Person) -> Iterator[InHand]:
    """Records that are open to the person now."""
    rows = RecordGrant.objects.filter(person=person, valid_until__gt=clock.now(), ended_at__isnull=True).order_by("id")
    for row in rows:
        label = _now("申请 %(number)s 开放的档案") % {"number": row.source}
        yield InHand(row.pk, label, code=row.source, group=row.purpose[:80])


def opening_stop(actor: Actor, leaver: Person, to: Person, key: int, why: str) -> None:
    """Close one opening."""
    records_close(actor=actor, grants=RecordGrant.objects.filter(pk=key, person=leaver), reason=why)


def declare_kinds() -> None:
    """At start-up."""
    declare(HandoverKind("access.grant", _("授权"), "access.grant", grants_of, grant_stop, ends=True, order=900))
    declare(
        HandoverKind(
            "access.recordgrant", _("专项授权"), "access.recordgrant", openings_of, opening_stop, ends=True, order=910
        )
    )
