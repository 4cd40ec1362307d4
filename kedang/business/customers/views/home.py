"""What customers put on the work list: numbers and the dossiers to complete."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.customers.choices import Stage
from kedang.business.customers.filters import INCOMPLETE_BELOW
from kedang.business.customers.models import Customer
from kedang.business.customers.querysets import STALE_AFTER_DAYS, CustomerQuerySet
from kedang.business.customers.views.changes import (
    BEGINNING,
    change_events,
    change_titles,
    first_batch,
    lines_of,
    visible_changes,
)
from kedang.foundation.access.prepared import PreparedWithin
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.prepared import Prepared, one_row
from kedang.foundation.web.home import Block, Line, Tile, work_list
from kedang.foundation.web.records.paging import EXACT_TO, capped

MOST_LINES = 8
RECENT_DAYS = 30


def _passed(rows: CustomerQuerySet) -> Any:
    """:meth:`CustomerQuerySet.counted`, by the index of pages, which does not know of reviews: those under review are few."""
    under_review = Customer.objects.filter(review_state__isnull=False).order_by().values("pk")
    return rows.current().exclude(pk__in=under_review).order_by().values_list("pk")[: EXACT_TO + 1]


def _narrow(rows: CustomerQuerySet) -> Any:
    return rows.current().incomplete().only("name", "number", "completeness")


def _changes(fonds_id: int, since: datetime) -> Any:
    codes = [code for code, _title in change_titles() if code != BEGINNING]
    return change_events(fonds_id, codes).filter(at__gte=since)


_mine = PreparedWithin(
    Customer,
    lambda rows, me, before: one_row(
        rows.counted().filter(responsible_id=me),
        mine=Count("id"), potential=Count("id", filter=Q(stage=Stage.POTENTIAL)),
        gaps=Count("id", filter=Q(completeness__lt=INCOMPLETE_BELOW)), stale=Count("id", filter=Q(updated_at__lt=before)),
    ),
    me=int,
    before=datetime,
)  # fmt: skip
_all = PreparedWithin(Customer, _passed)
_incomplete = PreparedWithin(Customer, lambda rows: _passed(rows.incomplete()))
_kept = PreparedWithin(
    Customer, lambda rows, me: rows.current().filter(responsible_id=me).values_list("pk")[:1], me=int
)
_own_gaps = PreparedWithin(
    Customer,
    lambda rows, me: _narrow(rows).filter(responsible_id=me).order_by("completeness", "-id")[:MOST_LINES],
    me=int,
)
_gaps = PreparedWithin(Customer, lambda rows: _narrow(rows).order_by("-id")[:MOST_LINES])
_latest = Prepared(
    lambda fonds_id, since: _changes(fonds_id, since)[: first_batch(MOST_LINES)], fonds_id=int, since=datetime
)


def tiles(actor: Any) -> list[Tile]:
    """My dossiers by what they need; who keeps none sees what lies in reach, counted no further than lists count."""
    home = reverse("customers:customer-list")
    before = clock.now() - timedelta(days=STALE_AFTER_DAYS)
    mine, potential, gaps, stale = next(iter(_mine.tuples(actor, me=actor.pk, before=before)), (0, 0, 0, 0))
    if mine:
        return [
            Tile(_("我的客户"), mine, f"{home}?view=mine", "building", _("户")),
            Tile(_("其中潜在客户"), potential, f"{home}?view=mine&stage=potential", "seedling", _("户")),
            Tile(
                _("待补全"), gaps, f"{home}?view=incomplete&responsible={actor.pk}", "checklist", _("份"),
                tone="warn" if gaps else "",
            ),
            Tile(
                _("久未更新"), stale, f"{home}?view=stale&responsible={actor.pk}", "clock", _("份"),
                tone="warn" if stale else "",
            ),
        ]  # fmt: skip
    # Stale dossiers of a whole company are counted where they are wanted, in 查漏补缺: finding few of many means looking at all.
    incomplete = capped(_incomplete.count(actor))
    everything = capped(_all.count(actor)) if incomplete[1] else incomplete  # which are at least as many
    words = [f"{count:,}+" if not is_exact else count for count, is_exact in (everything, incomplete)]
    return [
        Tile(_("客户档案"), words[0], home, "building", _("户")),
        Tile(
            _("待补全"), words[1], f"{home}?view=incomplete", "checklist", _("份"), tone="warn" if incomplete[0] else ""
        ),
    ]


def to_complete(actor: Any) -> list[Line]:
    """The emptiest of my dossiers; for who keeps none, of those in reach."""
    keeps_some = _kept.tuples(actor, me=actor.pk)
    own = _own_gaps.rows(actor, me=actor.pk) if keeps_some else _gaps.rows(actor)
    return [
        Line(row.name, reverse("customers:customer-detail", args=[row.pk]), note=row.number, percent=row.completeness)
        for row in own
    ]  # fmt: skip


def latest_changes(actor: Any) -> list[Line]:
    """What was changed lately in the dossiers in reach."""
    since = clock.now() - timedelta(days=RECENT_DAYS)
    events: Any = SimpleLazyObject(lambda: _changes(actor.fonds_id, since))

    def first() -> list[Event]:
        return _latest.rows(fonds_id=actor.fonds_id, since=since)

    return [
        Line(
            line.customer.name, reverse("customers:customer-history", args=[line.customer.pk]), f"{clock.local(line.at):%m-%d %H:%M}",
            line.title, note=f"{line.who} {'、'.join(label for label, _old, _new in line.changes[:3])}",
        )
        for line in lines_of(actor, visible_changes(actor, events, MOST_LINES, first))
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
