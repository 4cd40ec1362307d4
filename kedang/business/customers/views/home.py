"""What customers put on the work list: numbers and the dossiers to complete."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.customers.choices import Stage
from kedang.business.customers.filters import incomplete_q, mine_q, stale_q
from kedang.business.customers.models import Customer
from kedang.business.customers.views.changes import BEGINNING, change_events, change_titles, lines_of, visible_changes
from kedang.foundation.kernel import clock
from kedang.foundation.web.home import Block, Line, Tile, work_list
from kedang.foundation.web.records.paging import capped_count

MOST_LINES = 8
RECENT_DAYS = 30


def tiles(actor: Any) -> list[Tile]:
    """My dossiers by what they need; who keeps none sees what lies in reach, counted no further than lists count."""
    home = reverse("customers:customer-list")
    rows = Customer.objects.visible_to(actor).counted()
    mine = rows.filter(mine_q(actor)).aggregate(
        all=Count("id"), potential=Count("id", filter=Q(stage=Stage.POTENTIAL)), incomplete=Count("id", filter=incomplete_q(actor)),
        stale=Count("id", filter=stale_q(actor)),
    )  # fmt: skip
    if mine["all"]:
        return [
            Tile(_("我的客户"), mine["all"], f"{home}?view=mine", "building", _("户")),
            Tile(_("其中潜在客户"), mine["potential"], f"{home}?view=mine&stage=potential", "seedling", _("户")),
            Tile(
                _("待补全"), mine["incomplete"], f"{home}?view=incomplete&responsible={actor.pk}", "checklist", _("份"),
                tone="warn" if mine["incomplete"] else "",
            ),
            Tile(
                _("久未更新"), mine["stale"], f"{home}?view=stale&responsible={actor.pk}", "clock", _("份"),
                tone="warn" if mine["stale"] else "",
            ),
        ]  # fmt: skip
    # Stale dossiers of a whole company are counted where they are wanted, in 查漏补缺: finding few of many means looking at all.
    everything, incomplete = (capped_count(found) for found in (rows, rows.filter(incomplete_q(actor))))
    words = [f"{count:,}+" if not is_exact else count for count, is_exact in (everything, incomplete)]
    return [
        Tile(_("客户档案"), words[0], home, "building", _("户")),
        Tile(
            _("待补全"), words[1], f"{home}?view=incomplete", "checklist", _("份"), tone="warn" if incomplete[0] else ""
        ),
    ]


def to_complete(actor: Any) -> list[Line]:
    """The emptiest of my dossiers; for who keeps none, of those in reach."""
    current = Customer.objects.visible_to(actor).current()
    rows = current.filter(incomplete_q(actor)).only("id", "name", "number", "completeness")
    if current.filter(mine_q(actor)).exists():
        own = list(rows.filter(mine_q(actor)).order_by("completeness", "-id")[:MOST_LINES])
    else:
        own = list(rows.order_by("-id")[:MOST_LINES])
    return [
        Line(row.name, reverse("customers:customer-detail", args=[row.pk]), note=row.number, percent=row.completeness)
        for row in own
    ]  # fmt: skip


def latest_changes(actor: Any) -> list[Line]:
    """What was changed lately in the dossiers in reach."""
    since = clock.now() - timedelta(days=RECENT_DAYS)
    codes = [code for code, _title in change_titles() if code != BEGINNING]
    events = change_events(actor.fonds_id, codes).filter(at__gte=since)
    return [
        Line(
            line.customer.name, reverse("customers:customer-history", args=[line.customer.pk]), f"{clock.local(line.at):%m-%d %H:%M}",
            line.title, note=f"{line.who} {'、'.join(label for label, _old, _new in line.changes[:3])}",
        )
        for line in lines_of(actor, visible_changes(actor, events, MOST_LINES))
    ]  # fmt: skip


def declare() -> None:
    """Put all this on the work list; called once when the pages are declared."""
    work_list.add_quick(gettext_lazy("新建客户"), "customers:customer-create", "plus", "customers.create", 10)
    work_list.add_tiles(tiles, action="customers.view", order=10)
    work_list.add_block(
        Block(
            "customers-to-complete", gettext_lazy("待补全的档案"), to_complete, "checklist", "customers:gaps", "customers.view", 10,
            gettext_lazy("没有要补全的档案。"),
        )
    )  # fmt: skip
    work_list.add_block(
        Block(
            "customers-changed", gettext_lazy("最近异动"), latest_changes, "notebook", "customers:register", "customers.view", 20,
            gettext_lazy("最近没有异动。"),
        )
    )  # fmt: skip
