"""库房与位置: the tree with its fill, and the page of a place: what stands here now, and what stood here when."""

from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.holdings.choices import LocationKind
from kedang.business.holdings.models import Item, Location, Placement, Volume
from kedang.business.holdings.services.locations import ancestors_of
from kedang.business.holdings.views.custody.drawing import (
    address,
    contents_of,
    ends_of,
    fills_below,
    own_fill,
)
from kedang.foundation.access.policies import can
from kedang.foundation.web.pages import Crumb, Page
from kedang.foundation.web.records import RecordDetail, RecordForm, RecordTab

MOST_SHOWN = 300
MOST_PAST = 100
UPPER = (LocationKind.STOREHOUSE, LocationKind.ROOM, LocationKind.CABINET)


def qr_of(text: str) -> str:
    """A code to scan, as SVG that takes the size it is given."""
    return str(segno.make(text, error="m", micro=False).svg_inline(border=0, omitsize=True))


class Places(Page):
    """The tree down to the cabinets, each with its fill."""

    action = "custody.view"
    template_name = "holdings/custody/places.html"
    title = gettext_lazy("库房与位置")

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page."""
        rows = Location.objects.visible_to(self.actor).filter(kind__in=UPPER).order_by("position", "label")
        fills = fills_below("", self.actor.fonds_id or 0)
        nodes: dict[int, dict[str, Any]] = {}
        for row in rows:
            nodes[row.pk] = {"row": row, "fill": fills.get(row.pk), "children": [], "url": self.url(row)}
        tops: list[dict[str, Any]] = []
        for node in nodes.values():
            above = nodes.get(node["row"].parent_id)
            (above["children"] if above is not None else tops).append(node)
        for node in nodes.values():
            kids = node["children"]
            node["rooms"] = [kid for kid in kids if kid["row"].kind == LocationKind.ROOM]
            node["cabinets"] = [kid for kid in kids if kid["row"].kind == LocationKind.CABINET]
        return self.draw(
            tops=tops, can_layout=can(self.actor, "custody.layout"), can_keep=can(self.actor, "custody.keep")
        )

    @staticmethod
    def url(row: Location) -> str:
        """Page of a place."""
        return reverse("holdings:location-detail", args=[row.pk])


class PlacePage(RecordDetail):
    """A place: where it is, how full, its code to scan, what stands in it now."""

    template_name = "holdings/custody/place.html"

    def crumbs(self) -> list[Crumb]:
        way: list[Crumb] = [(_("库房与位置"), reverse("holdings:places"))]
        way += [(row.name or row.code, Places.url(row)) for row in ancestors_of(self.obj)]
        return [*way, (self.obj.name or self.obj.label, "")]

    def extra(self) -> dict[str, Any]:
        place: Location = self.obj
        is_shelf = place.kind in (LocationKind.SHELF, LocationKind.BOX)
        fill = own_fill(place) if is_shelf else fills_below(place.path, place.fonds_id).get(place.pk)
        children = list(place.children.order_by("position", "label")[:MOST_SHOWN])
        volumes, hidden = self.volumes() if is_shelf else ([], 0)
        return {
            "place": place, "fill": fill, "is_box": place.kind == LocationKind.BOX, "is_shelf": place.kind == LocationKind.SHELF,
            "sides": self.sides(children) if place.kind == LocationKind.CABINET else [],
            "children": [] if place.kind == LocationKind.CABINET else self.lines(children),
            "volumes": volumes, "items": self.items() if is_shelf else [], "hidden": hidden, "qr": qr_of(place.label),
            "scan_url": f"{reverse('holdings:scan')}?place={place.label}", "can_keep": can(self.actor, "custody.keep", place),
            "can_print": can(self.actor, "holdings.print", place),
            "climate_url": reverse("holdings:climate-room", args=[place.pk]) if place.kind == LocationKind.ROOM else "",
        }  # fmt: skip

    def panels(self) -> list[dict[str, Any]]:
        """What is written down of the place; empty facts and those that its head shows are left out."""
        drawn = super().panels()
        for one in drawn:
            one["facts"] = [
                fact for fact in one["facts"] if not fact.is_empty and fact.name not in ("kind", "code", "position")
            ]
        return [one for one in drawn if one["facts"]]

    def lines(self, children: list[Location]) -> list[dict[str, Any]]:
        """Places inside, with fill and first and last number."""
        place: Location = self.obj
        is_boxes = place.kind == LocationKind.SHELF
        fills = {} if is_boxes else fills_below(place.path, place.fonds_id)
        counts = contents_of(children) if is_boxes else {}
        ends = ends_of(children, place.kind)
        return [
            {
                "row": child, "url": Places.url(child), "fill": own_fill(child) if is_boxes else fills.get(child.pk),
                "count": counts.get(child.pk), "ends": ends.get(child.pk),
            }
            for child in children
        ]  # fmt: skip

    def sides(self, shelves: list[Location]) -> list[dict[str, Any]]:
        """Shelves of a cabinet as one stands before it: side by side, the first on top."""
        ends = ends_of(shelves, self.obj.kind)
        faces: dict[str, list[dict[str, Any]]] = {}
        for shelf in shelves:
            side = shelf.code.rstrip("0123456789")
            line = {"row": shelf, "url": Places.url(shelf), "fill": own_fill(shelf), "ends": ends.get(shelf.pk)}
            faces.setdefault(side, []).append(line)
        return [
            {"name": _("%(side)s 面") % {"side": side} if side else "", "shelves": lines}
            for side, lines in faces.items()
        ]

    def volumes(self) -> tuple[list[dict[str, Any]], int]:
        """Volumes that stand here and exist for the actor, and how many others there are."""
        here = Volume.objects.filter(location=self.obj)
        seen = list(here.visible_to(self.actor).select_related("retention").order_by("reference_code")[:MOST_SHOWN])
        others = here.count() - len(seen) if len(seen) < MOST_SHOWN else 0
        return [{"row": row, "url": address("holdings:volume-detail", row.pk)} for row in seen], others

    def items(self) -> list[dict[str, Any]]:
        """Single items that stand here."""
        rows = Item.objects.visible_to(self.actor).filter(location=self.obj).order_by("reference_code")[:MOST_SHOWN]
        return [{"row": row, "url": address("holdings:item-detail", row.pk)} for row in rows]


class PastTab(RecordTab):
    """存放历史: what stood here from when to when; of a box also where it stood."""

    template_name = "holdings/custody/past.html"

    def context(self) -> dict[str, Any]:
        rows = (
            Placement.objects.filter(location=self.obj)
            .select_related("volume", "item", "box")
            .order_by("-since", "-id")[: MOST_PAST + 1]
        )
        journeys = []
        if self.obj.kind == LocationKind.BOX:
            journeys = list(self.obj.journeys.select_related("location").order_by("-since", "-id")[:MOST_PAST])
        lines = list(rows)
        visible = set(
            Volume.objects.visible_to(self.actor)
            .filter(pk__in=[row.volume_id for row in lines if row.volume_id])
            .values_list("pk", flat=True)
        )
        return {
            "lines": lines[:MOST_PAST],
            "has_more": len(lines) > MOST_PAST,
            "journeys": journeys,
            "visible": visible,
        }


class PlaceForm(RecordForm):
    """A new place: only places that may hold others are offered above it, and those by the address first."""

    def make_form(self, data: Any = None, initial: dict[str, Any] | None = None) -> Any:
        form = super().make_form(data, initial)
        parent: Any = form.fields.get("parent")
        if parent is not None:
            kept = Location.objects.visible_to(self.actor).filter(kind__in=UPPER)
            asked = str(self.request.GET.get("parent") or (data.get("parent") if data is not None else "") or "")
            if asked.isdecimal():
                kept = kept | Location.objects.visible_to(self.actor).filter(pk=int(asked))
            parent.queryset = kept.order_by("label")
        for name in ("code",):
            if name in form.fields:
                form.fields[name].required = False
                form.fields[name].help_text = _("档案盒可以不填，自动取下一个盒号。")
        return form


class RoomForm(RecordForm):
    """A form with a place in it: rooms and cabinets are offered, not thousands of boxes."""

    def make_form(self, data: Any = None, initial: dict[str, Any] | None = None) -> Any:
        form = super().make_form(data, initial)
        place: Any = form.fields.get("location")
        if place is not None:
            kept = Location.objects.visible_to(self.actor).filter(kind__in=UPPER)
            asked = str(self.request.GET.get("location") or (data.get("location") if data is not None else "") or "")
            if self.obj is not None:
                kept = kept | Location.objects.visible_to(self.actor).filter(pk=self.obj.location_id)
            elif asked.isdecimal():
                kept = kept | Location.objects.visible_to(self.actor).filter(pk=int(asked))
            place.queryset = kept.order_by("label")
            place.label_from_instance = lambda row: f"{row.label} {row.name}".strip()
            if self.obj is not None:
                place.disabled = True
        return form
