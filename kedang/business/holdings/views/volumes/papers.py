"""备考表 and 互见 of a volume."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import NoteKind, VolumeState
from kedang.business.holdings.models import Item, VolumeNote
from kedang.business.holdings.services.volumes import differences, notes_sign
from kedang.business.holdings.views.volumes.record import VolumeRecord
from kedang.foundation.access.policies import can
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.web.records import RecordTab

KIND_TONES = {
    NoteKind.ADDED.value: "good", NoteKind.REMOVED.value: "warn", NoteKind.DEFECT.value: "bad", NoteKind.DAMAGE.value: "bad",
    NoteKind.MISSING.value: "bad", NoteKind.REOPENED.value: "violet", NoteKind.MOVED.value: "blue", NoteKind.DESTROYED.value: "bad",
}  # fmt: skip
VERDICT_TONES = {
    "same": "good", "fewer": "bad", "more": "warn", "not_scanned": "warn", "no_file": "bad", "no_paper": "bad",
}  # fmt: skip


class NotesTab(VolumeRecord, RecordTab):
    """The lines, new ones marked, and the signature."""

    template_name = "holdings/volumes/notes.html"

    def context(self) -> dict[str, Any]:
        rows = list(VolumeNote.objects.filter(volume=self.obj).select_related("signed_by").order_by("-pk"))
        fresh = [row for row in rows if row.signed_at is None]
        may = can(self.actor, "holdings.mend", self.obj)
        return {
            "rows": [(row, KIND_TONES.get(row.kind, "plain")) for row in rows],
            "fresh": len(fresh),
            "upto": max((row.pk for row in fresh), default=0),
            "may_sign": may and bool(fresh),
            "may_note": may,
        }

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Sign what was shown."""
        upto = request.POST.get("upto", "")
        try:
            count = notes_sign(actor=self.actor, volume=self.obj, upto=int(upto) if upto.isdecimal() else None)
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, _("已签认 %(count)s 条备考记录。") % {"count": count})
        return HttpResponseRedirect(request.path)


class TwinTab(VolumeRecord, RecordTab):
    """The twin, and where paper and files differ."""

    template_name = "holdings/volumes/twin.html"

    def context(self) -> dict[str, Any]:
        volume = self.obj
        twin = volume.twin if volume.twin is not None and can(self.actor, "holdings.view", volume.twin) else None
        compared = twin is not None or (volume.twin is None and volume.carrier in {"hybrid", "paper"})
        both = [volume.pk, *([twin.pk] if twin is not None else [])]
        seen = Item.objects.filter(volume_id__in=both).visible_to(self.actor).values_list("pk", flat=True)
        lines = differences(volume, seen) if compared else []
        odd = [line for line in lines if not line.is_same]
        may = volume.state != VolumeState.DESTROYED and can(self.actor, "holdings.mend", volume)
        return {
            "twin": twin, "lines": [(line, VERDICT_TONES[line.verdict]) for line in lines], "odd": len(odd), "may_set": may,
            "scanned": sum(line.scanned or 0 for line in lines), "paper": sum(line.pages for line in lines),
        }  # fmt: skip
