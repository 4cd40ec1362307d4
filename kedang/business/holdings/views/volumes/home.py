"""What volumes put on the work list: requests for reopening to decide, lines to sign, volumes to finish."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.holdings.choices import VolumeState
from kedang.business.holdings.models import Volume, VolumeNote, VolumeReopening
from kedang.foundation.access.policies import can
from kedang.foundation.access.prepared import PreparedWithin
from kedang.foundation.kernel import clock
from kedang.foundation.web.home import Block, Line, Tile, work_list

MOST_LINES = 8


_fresh = VolumeNote.objects.filter(volume=OuterRef("pk"), signed_at__isnull=True).order_by()
_asked = PreparedWithin(
    VolumeReopening,
    lambda rows, me: (
        rows.filter(decided_at__isnull=True)
        .exclude(asked_by_id=me)
        .select_related("volume", "asked_by")
        .order_by("asked_at")[:MOST_LINES]
    ),
    "holdings.reopen",
    me=int,
)
_unsigned = PreparedWithin(
    Volume,
    lambda rows: (
        rows.filter(Exists(_fresh))
        .annotate(fresh=Subquery(_fresh.values("volume").annotate(count=Count("pk")).values("count")))
        .only("title", "reference_code")
        .order_by("-changed_at")[:MOST_LINES]
    ),
    "holdings.mend",
)
_under_way = PreparedWithin(
    Volume, lambda rows: rows.filter(state=VolumeState.OPEN).order_by().values_list("pk"), "holdings.arrange"
)


def to_decide(actor: Any) -> list[Line]:
    """Requests for reopening that wait for somebody like the actor, never their own."""
    return [
        Line(
            row.volume.title, reverse("holdings:reopening-decide", args=[row.pk]), f"{clock.local(row.asked_at):%m-%d %H:%M}",
            _("申请开卷"), "violet",
            note=f"{row.volume.reference_code} · {row.asked_by.name}：{row.reason}",
        )
        for row in _asked.rows(actor, me=actor.pk)
    ]  # fmt: skip


def to_sign(actor: Any) -> list[Line]:
    """Volumes with new lines in the 备考表."""
    return [
        Line(
            row.title, reverse("holdings:volume-notes", args=[row.pk]), _("%(count)s 条待签认") % {"count": row.fresh},
            note=row.reference_code,
        )
        for row in _unsigned.rows(actor)
    ]  # fmt: skip


def tiles(actor: Any) -> list[Tile]:
    """Volumes under way, for who arranges."""
    count = _under_way.count(actor)
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
