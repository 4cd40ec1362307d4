"""The page of an item: what is written about it, how far its filing is, its files, what belongs to it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import FilingStep, ItemState
from kedang.business.holdings.filing.group import ORDER
from kedang.business.holdings.models import FilingTrace, Item
from kedang.business.holdings.views.items.showing import file_lines, steps_of
from kedang.foundation.access.policies import can
from kedang.foundation.web.records import RecordDetail, RecordHistory, RecordTab

IN_HAND = (ItemState.RECEIVED, ItemState.IDENTIFIED, ItemState.PLACED, ItemState.CATALOGUED)


class ItemRecord:
    """What the head of every page of an item shows besides."""

    obj: Any
    actor: Any
    pages: Any

    def head(self) -> dict[str, Any]:
        """With the way to the next step."""
        made: dict[str, Any] = super().head()  # type: ignore[misc]  # of RecordPage
        links = []
        if self.obj.state in IN_HAND and can(self.actor, "holdings.file", self.obj):
            links.append((_("办理归档"), reverse("holdings:item-filing", args=[self.obj.pk]), "clipboard-check"))
        needed = "holdings.deliver" if self.obj.state == ItemState.RECEIVED else "holdings.file"
        may_change = can(self.actor, needed, self.obj) and self.obj.state != ItemState.REMOVED
        if self.obj.volume_id is not None and not self.obj.reference_code:
            made["code"] = None  # it is numbered when its volume is closed
        return {**made, "head_links": links, "can_change": may_change}


class ItemDetail(ItemRecord, RecordDetail):
    """First tab."""

    template_name = "holdings/items/detail.html"

    def extra(self) -> dict[str, Any]:
        """Steps, files, companions."""
        item = self.obj
        traces = list(FilingTrace.objects.filter(item=item).order_by("id"))
        return {
            "steps": steps_of(item, traces), "files": file_lines(self.actor, item), "main": visible_main(self.actor, item),
            "companions": companions_of(self.actor, item), "can_read": can(self.actor, "holdings.leaf", item),
            "may_file": item.state in IN_HAND and can(self.actor, "holdings.file", item),
        }  # fmt: skip


class ItemHistory(ItemRecord, RecordHistory):
    """操作记录."""


class CompanionsTab(ItemRecord, RecordTab):
    """What belongs together, in its order."""

    template_name = "holdings/items/companions.html"

    def context(self) -> dict[str, Any]:
        main = visible_main(self.actor, self.obj) or self.obj
        return {
            "main": main, "companions": companions_of(self.actor, main), "is_main": main.pk == self.obj.pk,
            "may_file": can(self.actor, "holdings.file", self.obj),
        }  # fmt: skip


class TracesTab(ItemRecord, RecordTab):
    """归档轨迹: each step as it was proposed, why, and as it was decided."""

    template_name = "holdings/items/traces.html"

    def context(self) -> dict[str, Any]:
        rows = FilingTrace.objects.filter(item=self.obj).order_by("id")
        return {"lines": [{"trace": row, "rows": compared(row)} for row in rows]}


def compared(trace: FilingTrace) -> list[dict[str, Any]]:
    """What was proposed beside what was decided, in words."""
    labels = _labels()
    rows = []
    for name in dict.fromkeys([*trace.proposed, *trace.decided]):
        proposed, decided = _word(trace.proposed.get(name)), _word(trace.decided.get(name))
        if name == "is_new_volume" or (not proposed and not decided):
            continue
        is_place = trace.step in (FilingStep.IDENTIFY, FilingStep.PLACE)
        rows.append({
            "label": labels.get(name, name), "proposed": proposed, "decided": decided,
            "differs": proposed != decided and bool(proposed) and is_place,
        })  # fmt: skip
    return rows


def _labels() -> dict[str, Any]:
    found = {field.name: getattr(field, "verbose_name", field.name) for field in Item._meta.fields}
    return {**found, "is_kept": _("是否归档"), "arrangement": _("整理方式"), "where": _("存放处")}


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return _("归档") if value else _("不归档")
    from kedang.business.holdings.choices import Arrangement

    return str(dict(Arrangement.choices).get(str(value), value)) if value not in (None, "") else ""


def visible_main(actor: Any, item: Item) -> Item | None:
    """The document that this one belongs to, as far as the reader may know it."""
    if item.belongs_to_id is None:
        return None
    found: Item | None = Item.objects.visible_to(actor).filter(pk=item.belongs_to_id).first()
    return found


def companions_of(actor: Any, item: Item) -> list[Item]:
    """What belongs to a document, in its order, as far as the reader sees it."""
    rows = Item.objects.visible_to(actor).filter(belongs_to_id=item.pk).select_related("volume")
    return sorted(rows, key=lambda one: (ORDER.get(one.relation, 9), one.pk))
