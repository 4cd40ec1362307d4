"""Work of the archive in somebody's hands when they leave or move. What is settled keeps its names, as who arranged a closed volume."""

from collections.abc import Iterator
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


def passing(model: Any, field: str, run: Any) -> Any:
    """A hand-over of one record by its own service, where it is still in the leaver's hands."""

    def pass_on(actor: Actor, leaver: Person, to: Person, key: int, why: str) -> None:
        row = model.objects.filter(pk=key, **{field: leaver}).first()
        if row is not None:
            run(actor, row, to, why)

    return pass_on


def declare_kinds() -> None:
    """At start-up."""
    declare(
        HandoverKind(
            "holdings.project",
            _("项目"),
            "holdings.project",
            projects_of,
            passing(
                Project,
                "responsible",
                lambda actor, row, to, why: project_change(
                    actor=actor, project=row, values={"responsible": to.pk}, reason=why
                ),
            ),
            needs="holdings.view",
            order=20,
        )
    )
    declare(
        HandoverKind(
            "holdings.volume",
            _("组卷中的案卷"),
            "holdings.volume",
            volumes_of,
            passing(
                Volume,
                "responsible",
                lambda actor, row, to, why: volume_change(
                    actor=actor, volume=row, values={"responsible": to.pk}, reason=why
                ),
            ),
            needs="holdings.view",
            order=30,
        )
    )
    declare(
        HandoverKind(
            "holdings.item",
            _("未归档的文件"),
            "holdings.item",
            items_of,
            passing(
                Item,
                "responsible",
                lambda actor, row, to, why: item_change(
                    actor=actor, item=row, values={"responsible": to.pk}, reason=why
                ),
            ),
            needs="holdings.view",
            order=40,
        )
    )
    declare(
        HandoverKind(
            "holdings.finding",
            _("库房待处理问题"),
            "holdings.finding",
            findings_of,
            passing(
                Finding,
                "owner",
                lambda actor, row, to, why: finding_change(actor=actor, finding=row, values={"owner": to}),
            ),
            needs="custody.view",
            order=50,
        )
    )
