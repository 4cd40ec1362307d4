"""Projects on pages: opened from the customer, with their papers; what the dossier of a customer shows of the archive."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from kedang.business.customers.models import Customer
from kedang.business.holdings.choices import ItemState
from kedang.business.holdings.models import Item, Project, Volume
from kedang.business.holdings.services.projects import project_create
from kedang.foundation.access.grants import active_grants
from kedang.foundation.access.policies import can, require
from kedang.foundation.access.shared.reading import shares_reaching
from kedang.foundation.web.records import BelongingForm, Column, RecordPages, cells_of

MOST_SHOWN = 100
VOLUME_COLUMNS = (
    Column("reference_code"), Column("title", wrap=True), Column("year"), Column("retention"), Column("item_count"),
    Column("secrecy_level"),
    Column("state", tones={"open": "blue", "closed": "good", "shelved": "good", "destroyed": "plain"}),
)  # fmt: skip
ITEM_COLUMNS = (
    Column("reference_code"), Column("title", wrap=True), Column("dated_on"), Column("pages"), Column("secrecy_level"),
    Column("state", tones={"filed": "good", "out_of_scope": "plain", "removed": "plain", "destroyed": "plain"}),
)  # fmt: skip


def counted_for_customer(model: Any) -> Any:
    """Expression for the number on a tab of a customer: rows of this model that the actor may see."""

    def expression(actor: Any) -> Any:
        rows = model.objects.visible_to(actor).filter(customer=OuterRef("pk")).order_by()
        return Subquery(rows.values("customer").annotate(n=Count("pk")).values("n"))

    return expression


def counted_papers_of_customer(actor: Any) -> Any:
    """Expression for the number of volumes of a customer that the actor may see, and of shared items in volumes that they may not."""
    volumes = counted_for_customer(Volume)(actor)
    if not any(grant.reach is not None for grant in active_grants(actor)):
        return volumes
    items = _items_alone(actor).filter(customer=OuterRef("pk"), volume__isnull=False).order_by()
    shared = Subquery(items.values("customer").annotate(n=Count("pk")).values("n"))
    return Coalesce(volumes, Value(0)) + Coalesce(shared, Value(0))


def counted_papers(actor: Any) -> Any:
    """Expression for the number of volumes of a project that the actor may see."""
    rows = Volume.objects.visible_to(actor).filter(project=OuterRef("pk")).order_by()
    return Subquery(rows.values("project").annotate(n=Count("pk")).values("n"))


def projects_of(actor: Any, customer: Customer) -> dict[str, Any]:
    """Index of a customer's projects: each with the volumes and items kept of it."""
    rows = list(
        Project.objects.visible_to(actor).filter(customer=customer).select_related("responsible").order_by("-id")
    )
    keys = [row.pk for row in rows]
    volumes = _by_project(Volume, actor, keys)
    items = _by_project(Item, actor, keys)
    columns = [Column("number"), Column("name"), Column("state", tones=PROJECT_TONES), Column("started_on"), Column("ended_on"),
               Column("contract_number"), Column("contract_amount")]  # fmt: skip
    cells = cells_of(actor, Project, columns)
    may = can(actor, "holdings.project") and not customer.is_withdrawn
    return {
        "lines": [
            {
                "row": row, "cells": {cell.name: cell for cell in cells(row)}, "volumes": volumes.get(row.pk, 0),
                "items": items.get(row.pk, 0), "who": row.responsible.name if row.responsible else "",
            }
            for row in rows
        ],
        "create_url": reverse("holdings:project-create", args=[customer.pk]) if may else "",
    }  # fmt: skip


def _by_project(model: Any, actor: Any, keys: Sequence[int]) -> dict[int, int]:
    if not keys:
        return {}
    rows = model.objects.visible_to(actor).filter(project__in=keys).order_by()
    return dict(rows.values_list("project_id").annotate(n=Count("pk")))


PROJECT_TONES = {"talks": "plain", "running": "blue", "done": "good", "stopped": "warn"}


def papers_of_customer(actor: Any, customer: Customer) -> dict[str, Any]:
    """Volumes and items of a customer; of one that is only shared there are no volumes, whatever its items lie in."""
    return papers(actor, Q(customer=customer)) | {"is_shared": bool(shares_reaching(actor, customer))}


def papers_of_project(actor: Any, project: Project) -> dict[str, Any]:
    """Volumes and items of a project."""
    return papers(actor, Q(project=project))


def papers(actor: Any, which: Q) -> dict[str, Any]:
    """Volumes, then items that lie in none of those, newest first; every value through the veil."""
    volumes = Volume.objects.visible_to(actor).filter(which).select_related("retention").order_by("-year", "-id")
    loose = _items_alone(actor).filter(which).exclude(state=ItemState.REMOVED).order_by("-id")
    return {
        "volumes": _table(actor, Volume, VOLUME_COLUMNS, volumes),
        "items": _table(actor, Item, ITEM_COLUMNS, loose),
        "most": MOST_SHOWN,
    }


def _items_alone(actor: Any) -> Any:
    """Items outside volumes; where papers are shared, those in volumes that the actor does not see, too."""
    rows, alone = Item.objects.visible_to(actor), Q(volume__isnull=True)
    if any(grant.reach is not None for grant in active_grants(actor)):
        alone |= ~Q(volume__in=Volume.objects.visible_to(actor))
    return rows.filter(alone)


def _table(actor: Any, model: Any, columns: Sequence[Column], rows: Any) -> dict[str, Any]:
    found = list(rows[: MOST_SHOWN + 1])
    cells = cells_of(actor, model, columns)
    pages = RecordPages.of_kind(model._meta.label_lower)
    lines: list[dict[str, Any]] = [
        {"cells": cells(row), "url": pages.url("detail", row.pk) if pages is not None else ""}
        for row in found[:MOST_SHOWN]
    ]
    labels = [cell.label for cell in lines[0]["cells"]] if lines else []
    return {"labels": labels, "lines": lines, "is_cut": len(found) > MOST_SHOWN}


class ProjectForm(BelongingForm):
    """A project: opened from its customer."""

    belongs_to, owner_page, offers_another = "customer", "projects", False
    present, add = ("responsible", "department"), staticmethod(project_create)

    def ask(self) -> None:
        """A new one needs no right over the customer but that to see it."""
        require(self.actor, "holdings.project", self.obj)

    def defaults(self) -> dict[str, Any]:
        """It begins with who looks after the customer."""
        known = {"responsible": self.owner.responsible_id, "department": self.owner.department_id}
        return {**super().defaults(), **known}
