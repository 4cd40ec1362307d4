"""A volume's page: head, what is to be done with it, panels of facts."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import VolumeState
from kedang.business.holdings.models import Item, VolumeNote, VolumeReopening
from kedang.business.holdings.services.volumes import shortcomings
from kedang.foundation.access.policies import can
from kedang.foundation.web.records import RecordDetail, RecordHistory


class VolumeRecord:
    """What the head of every page of a volume shows besides."""

    obj: Any
    actor: Any
    pages: Any

    def head(self) -> dict[str, Any]:
        """Head with the request that waits, and the link to put items in."""
        links = []
        if self.obj.state == VolumeState.OPEN and can(self.actor, "holdings.arrange", self.obj):
            links.append((_("编入文件"), reverse("holdings:volume-take", args=[self.obj.pk]), "folder-open"))
        if self.obj.item_count and can(self.actor, "holdings.print", self.obj):
            links.append((_("打印"), reverse("holdings:volume-print", args=[self.obj.pk]), "printer"))
        return {**super().head(), "head_links": links, **self.waiting()}  # type: ignore[misc]  # a mixin before RecordPage

    def waiting(self) -> dict[str, Any]:
        """The request for reopening that waits for a decision, if any."""
        asked = (
            VolumeReopening.objects.filter(volume=self.obj, decided_at__isnull=True).select_related("asked_by").first()
        )
        if asked is None:
            return {"asked": None}
        asked.volume = self.obj
        may = can(self.actor, "holdings.reopen", asked) and asked.asked_by_id != self.actor.pk
        return {"asked": asked, "may_decide": may}


class VolumeDetail(VolumeRecord, RecordDetail):
    """First tab."""

    template_name = "holdings/volumes/detail.html"

    def extra(self) -> dict[str, Any]:
        """Counts of kinds, copies and pages; what is in the way of closing; unsigned lines; where its twin is."""
        volume = self.obj
        rows = list(
            Item.objects.filter(volume=volume)
            .visible_to(self.actor)
            .values_list("document_type_id", "copies", "carrier")
        )
        is_open = volume.state == VolumeState.OPEN and can(self.actor, "holdings.arrange", volume)
        twin = volume.twin if volume.twin is not None and can(self.actor, "holdings.view", volume.twin) else None
        customer = (
            volume.customer
            if volume.customer is not None and can(self.actor, "customers.view", volume.customer)
            else None
        )
        return {
            "kinds": len({kind for kind, _copies, _carrier in rows}),
            "copies": sum(copies for _kind, copies, _carrier in rows),
            "papers": sum(1 for _kind, _copies, carrier in rows if carrier != "electronic"),
            "files": sum(1 for _kind, _copies, carrier in rows if carrier != "paper"),
            "missing": shortcomings(volume)[:12] if is_open else [],
            "is_open": is_open,
            "unsigned": VolumeNote.objects.filter(volume=volume, signed_at__isnull=True).count(),
            "twin": twin,
            "customer": customer,
        }


class VolumeHistory(VolumeRecord, RecordHistory):
    """变更历史."""
