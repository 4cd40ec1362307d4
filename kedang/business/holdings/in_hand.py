"""Work of the archive in somebody's hands when they leave or move. What is settled keeps its names, as who arranged a closed volume."""

from collections.abc import Callable, Iterator
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kedang.business.holdings.choices import FindingState, ItemState, VolumeState
from kedang.business.holdings.models import Finding, Item, Project, Volume
from kedang.business.holdings.models.project import ProjectState
from kedang.business.holdings.services.findings import finding_change
from kedang.business.holdings.services.items.changing import item_change
from kedang.business.holdings.services.projects import project_change
from kedang.business.holdings.services.volumes import volume_change
from kedang.foundation.access.handover import HandoverKind, InHand, declare
from kedang.foundation.access.models import Person
from kedang.foundation.kernel.actors import Actor

SETTLED = (ItemState.FILED, ItemState.OUT_OF_SCOPE, ItemState.REMOVED, ItemState.DESTROYED)
ENDED = (ProjectState.DONE, ProjectState.STOPPED)


def volumes_of(person: Person) -> Iterator[InHand]:
    """Volumes that the person is arranging."""
    rows = Volume.objects.filter(fonds_id=person.fonds_id, responsible=person, state=VolumeState.OPEN).order_by("id")
    for row in rows:
        yield InHand(
            row.pk, row.title, row.reference_code, _now("%(year)s 年度") % {"year": row.year}, row.secrecy_level
        )


def items_of(person: Person) -> Iterator[InHand]:
    """Items not filed yet."""
    rows = Item.objects.filter(fonds_id=person.fonds_id, responsible=person).exclude(state__in=SETTLED).order_by("id")
    for row in rows:
        yield InHand(row.pk, row.title, row.reference_code or "", str(row.get_state_display()), row.secrecy_level)


def projects_of(person: Person) -> Iterator[InHand]:
    """Projects under way."""
    rows = Project.objects.filter(fonds_id=person.fonds_id, responsible=person).exclude(state__in=ENDED).order_by("id")
    for row in rows:
        yield InHand(row.pk, row.name, row.number, str(row.get_state_display()), row.secrecy_level)


def findings_of(person: Person) -> Iterator[InHand]:
    """Problems of the store that the person is to put right."""
    for row in Finding.objects.filter(fonds_id=person.fonds_id, owner=person, state=FindingState.OPEN).order_by("id"):
        yield InHand(row.pk, row.text)


def passing(model: Any, field: str, change: Callable[[Actor, Any, Person, str], object]) -> Any:
    """A hand-over of one record by its own service, where it is still in the leaver's hands."""

    def pass_on(actor: Actor, leaver: Person, to: Person, key: int, why: str) -> None:
        row = model.objects.filter(pk=key, **{field: leaver}).first()
        if row is not None:
            change(actor, row, to, why)

    return pass_on


def responsible_for(noun: str, service: Callable[..., object]) -> Callable[[Actor, Any, Person, str], object]:
    """The service that changes a record, told to change who is responsible for it."""
    return lambda actor, row, to, why: service(actor=actor, **{noun: row}, values={"responsible": to.pk}, reason=why)


def declare_kinds() -> None:
    """At start-up."""
    kinds: tuple[tuple[str, Any, Any, Any, Callable[..., object]], ...] = (
        ("project", _("项目"), projects_of, Project, project_change),
        ("volume", _("组卷中的案卷"), volumes_of, Volume, volume_change),
        ("item", _("未归档的文件"), items_of, Item, item_change),
    )
    for at, (noun, title, rows, model, service) in enumerate(kinds, 2):
        pass_on = passing(model, "responsible", responsible_for(noun, service))
        code = f"holdings.{noun}"
        declare(HandoverKind(code, title, code, rows, pass_on, needs="holdings.view", order=10 * at))
    pass_on = passing(
        Finding, "owner", lambda actor, row, to, why: finding_change(actor=actor, finding=row, values={"owner": to})
    )
    code = "holdings.finding"
    declare(HandoverKind(code, _("库房待处理问题"), code, findings_of, pass_on, needs="custody.view", order=50))
