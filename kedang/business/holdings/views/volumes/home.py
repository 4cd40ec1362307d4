"""What volumes put on the work list: requests for reopening to decide, lines to sign, volumes to finish."""

from typing import Any

from django.db.models import Count, Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.holdings.choices import VolumeState
from kedang.business.holdings.models import Volume, VolumeNote, VolumeReopening
from kedang.foundation.access.policies import can
from kedang.foundation.kernel import clock
from kedang.foundation.web.home import Block, Line, Tile, work_list

MOST_LINES = 8


def to_decide(actor: Any) -> list[Line]:
    """Requests for reopening that wait for somebody like the actor, never their own."""
    rows = (
        VolumeReopening.objects.visible_to(actor, "holdings.reopen")
        .filter(decided_at__isnull=True)
        .exclude(asked_by_id=actor.pk)
    )
    return [
        Line(
            row.volume.title, reverse("holdings:reopening-decide", args=[row.pk]), f"{clock.local(row.asked_at):%m-%d %H:%M}",
            _("申请开卷"), "violet",
            note=f"{row.volume.reference_code} · {row.asked_by.name}：{row.reason}",
        )
        for row in rows.select_related("volume", "asked_by").order_by("asked_at")[:MOST_LINES]
    ]  # fmt: skip


def to_sign(actor: Any) -> list[Line]:
    """Volumes with new lines in the 备考表."""
    fresh = VolumeNote.objects.filter(volume=OuterRef("pk"), signed_at__isnull=True)
    rows = Volume.objects.visible_to(actor, "holdings.mend").filter(Exists(fresh)).order_by("-changed_at")[:MOST_LINES]
    counts = dict(
        VolumeNote.objects.filter(volume__in=[row.pk for row in rows], signed_at__isnull=True)
        .values_list("volume_id")
        .annotate(count=Count("pk"))
        .values_list("volume_id", "count")
    )
    return [
        Line(
            row.title, reverse("holdings:volume-notes", args=[row.pk]), _("%(count)s 条待签认") % {"count": counts.get(row.pk, 0)},
            note=row.reference_code,
        )
        for row in rows
    ]  # fmt: skip


def tiles(actor: Any) -> list[Tile]:
    """Volumes under way, for who arranges."""
    count = Volume.objects.visible_to(actor, "holdings.arrange").filter(state=VolumeState.OPEN).count()
    home = reverse("holdings:volume-list")
    return (
        [Tile(_("组卷中"), count, f"{home}?view=open", "folder-open", _("卷"))]
        if can(actor, "holdings.arrange")
        else []
    )


def declare() -> None:
    """Put all this on the work list; called once when the pages are declared."""
    work_list.add_tiles(tiles, action="holdings.arrange", order=30)
    work_list.add_block(
        Block(
            "volumes-to-decide", gettext_lazy("待审批的开卷申请"), to_decide, "lock-open", "holdings:volume-list", "holdings.reopen", 5,
            gettext_lazy("没有待审批的开卷申请。"),
        )
    )  # fmt: skip
    work_list.add_block(
        Block(
            "volumes-to-sign", gettext_lazy("备考表待签认"), to_sign, "signature", "holdings:volume-list", "holdings.mend", 30,
            gettext_lazy("没有待签认的备考记录。"), main=False,
        )
    )  # fmt: skip
