"""档案统计: holdings, additions, arrangement, custody, files, use, staff of a period, and the reports that keep them (CS-07)."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from kedang.business.holdings.choices import (
    Carrier,
    FindingState,
    ItemState,
    LocationKind,
    StockState,
    VolumeState,
    Whereabouts,
)
from kedang.business.holdings.events.custody import STATISTICS_KEPT
from kedang.business.holdings.models import (
    ClimateReading,
    Equipment,
    Finding,
    Inspection,
    Item,
    Location,
    RoomVisit,
    StatisticsReport,
    StockTake,
    Volume,
)
from kedang.business.holdings.services.custody_writing import fonds_of
from kedang.foundation.access.models import Fonds, Grant
from kedang.foundation.access.policies import require
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.record import record
from kedang.foundation.files.models import StoredFile
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

GIB = 1024**3
STAFF_ROLES = ("archivist",)
ARRANGED = (VolumeState.OPEN, VolumeState.CLOSED, VolumeState.SHELVED)
WAITING = (ItemState.RECEIVED, ItemState.IDENTIFIED, ItemState.PLACED, ItemState.CATALOGUED)
"""States of items on their way to the shelf."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: what it counts, its unit, and where its list is (name of the address and its conditions)."""

    label: str
    value: int | float
    unit: str = ""
    url_name: str = ""
    query: str = ""


@dataclass(slots=True)
class Chapter:
    """Figures of one subject; ``is_period`` tells that they are of the period, not of the day."""

    key: str
    title: str
    figures: list[Figure] = field(default_factory=list)
    is_period: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """From a day up to and including another."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        """First instant."""
        return clock.end_of_day(self.first - timedelta(days=1))

    @property
    def until(self) -> datetime:
        """Last instant."""
        return clock.end_of_day(self.last)

    def query(self, name: str) -> str:
        """Conditions of a list for this period."""
        return f"{name}_from={self.first}&{name}_to={self.last}"


def period_of(year: int, month: int = 0) -> Period:
    """A month of a year, or with month 0 the year."""
    if not month:
        return Period(date(year, 1, 1), date(year, 12, 31))
    after = date(year + month // 12, month % 12 + 1, 1)
    return Period(date(year, month, 1), after - timedelta(days=1))


@dataclass(slots=True)
class _Counted:
    """What several chapters tell of volumes and items, counted in one pass over each."""

    volumes: dict[str, int]
    items: dict[str, int]
    singles: int
    received: int
    filed: int


def statistics(fonds_id: int, period: Period) -> list[Chapter]:
    """All chapters: what there is today, and what happened in the period. They count; they name nothing."""
    counted = _counted(fonds_id, period)
    makers: tuple[Callable[[int, Period], Chapter], ...] = (_care, _files, _use, _staff)
    return [
        _holdings(counted), _additions(counted, period), _arrangement(counted), _custody(fonds_id, counted),
        *(make(fonds_id, period) for make in makers),
    ]  # fmt: skip


def _counted(fonds_id: int, period: Period) -> _Counted:
    span = (period.since, period.until)
    kept = ~Q(state=VolumeState.DESTROYED)
    volumes = Volume.objects.filter(fonds_id=fonds_id).aggregate(
        all=Count("pk", filter=kept),
        pages=Sum("page_count", filter=kept),
        paper=Count("pk", filter=kept & ~Q(carrier=Carrier.ELECTRONIC)),
        located=Count("pk", filter=kept & Q(location__isnull=False)),
        issued=Count("pk", filter=Q(whereabouts=Whereabouts.ISSUED)),
        laid_out=Count("pk", filter=Q(created_at__range=span)),
        finished=Count("pk", filter=Q(closed_at__range=span)),
        put_away=Count("pk", filter=Q(shelved_at__range=span)),
        **{str(state): Count("pk", filter=Q(state=state)) for state in ARRANGED},
    )
    items = Item.objects.filter(fonds_id=fonds_id)
    return _Counted(
        {name: found or 0 for name, found in volumes.items()},
        {
            ItemState.FILED: items.filter(
                state=ItemState.FILED
            ).count(),  # nearly all: counted alone, not put into groups
            **dict(items.filter(state__in=WAITING).values_list("state").annotate(n=Count("pk")).order_by("state")),
        },
        items.filter(state=ItemState.FILED, volume__isnull=True).count(),
        items.filter(created_at__range=span).count(),
        items.filter(filed_at__range=span).count(),
    )


def _holdings(counted: _Counted) -> Chapter:
    of = counted.volumes
    return Chapter("holdings", _("馆藏"), [
        Figure(_("案卷"), of["all"], _("卷"), "holdings:volume-list"),
        Figure(_("其中有纸质"), of["paper"], _("卷"), "holdings:volume-list"),
        Figure(_("案卷页数"), of["pages"], pgettext("单位", "页")),
        Figure(_("已归档文件"), counted.items.get(ItemState.FILED, 0), pgettext("单位", "件"), "holdings:item-list", "state=filed"),
        Figure(_("其中按件保管"), counted.singles, pgettext("单位", "件"), "holdings:item-list", "state=filed"),
    ])  # fmt: skip


def _additions(counted: _Counted, period: Period) -> Chapter:
    of = counted.volumes
    return Chapter("additions", _("新增"), [
        Figure(_("新立案卷"), of["laid_out"], _("卷"), "holdings:volume-list", period.query("created_at")),
        Figure(pgettext("统计", "结卷"), of["finished"], _("卷"), "holdings:volume-list", period.query("closed_at")),
        Figure(_("入库"), of["put_away"], _("卷"), "holdings:volume-list", period.query("shelved_at")),
        Figure(_("收到文件"), counted.received, pgettext("单位", "件"), "holdings:item-list", period.query("created_at")),
        Figure(_("归档文件"), counted.filed, pgettext("单位", "件"), "holdings:item-list", period.query("filed_at")),
    ], is_period=True)  # fmt: skip


def _arrangement(counted: _Counted) -> Chapter:
    figures = [
        Figure(str(state.label), counted.volumes[str(state)], _("卷"), "holdings:volume-list", f"state={state}")
        for state in ARRANGED
    ]
    figures += [
        Figure(
            str(state.label),
            counted.items.get(state, 0),
            pgettext("单位", "件"),
            "holdings:item-list",
            f"state={state}",
        )
        for state in WAITING
    ]
    return Chapter("arrangement", _("整理"), figures)


def _custody(fonds_id: int, counted: _Counted) -> Chapter:
    places = Location.objects.filter(fonds_id=fonds_id)
    sized = Q(capacity__isnull=False)
    rows = places.values_list("kind").annotate(
        n=Count("pk"), taken=Sum("used", filter=sized), room=Sum("capacity", filter=sized)
    )
    kinds = {kind: (count, used or 0, capacity or 0) for kind, count, used, capacity in rows.order_by("kind")}
    _shelves, used, capacity = kinds.get(LocationKind.SHELF, (0, 0, 0))
    share = round(100 * used / capacity, 1) if capacity else 0
    return Chapter("custody", _("存放"), [
        *[
            Figure(str(LocationKind(kind).label), kinds.get(kind, (0,))[0], _("个"), "holdings:location-list", f"kind={kind}")
            for kind in (LocationKind.ROOM, LocationKind.CABINET, LocationKind.SHELF, LocationKind.BOX)
        ],
        Figure(_("架位使用率"), share, "%", "holdings:places"),
        Figure(_("在架案卷"), counted.volumes["located"], _("卷"), "holdings:volume-list", f"state={VolumeState.SHELVED}"),
        Figure(_("借出案卷"), counted.volumes["issued"], _("卷"), "holdings:volume-list", "whereabouts=issued"),
    ])  # fmt: skip


def _care(fonds_id: int, period: Period) -> Chapter:
    span = (period.since, period.until)
    inspections = Inspection.objects.filter(fonds_id=fonds_id).aggregate(
        done=Count("pk", filter=Q(done_at__range=span)),
        due=Count("pk", filter=Q(done_at__isnull=True, planned_on__lt=clock.today())),
    )
    readings = ClimateReading.objects.filter(location__fonds_id=fonds_id, read_at__range=span)
    climate = readings.aggregate(all=Count("pk"), out=Count("pk", filter=Q(is_out=True)))
    findings = Finding.objects.filter(fonds_id=fonds_id).aggregate(
        found=Count("pk", filter=Q(found_at__range=span)), waiting=Count("pk", filter=Q(state=FindingState.OPEN))
    )
    late = Equipment.objects.filter(fonds_id=fonds_id, is_retired=False, due_on__lt=clock.today()).count()
    closed = StockTake.objects.filter(fonds_id=fonds_id, state=StockState.CLOSED, closed_at__range=span)
    takes = closed.aggregate(all=Count("pk"), differing=Sum("differing_count"))
    visits = RoomVisit.objects.filter(fonds_id=fonds_id, entered_at__range=span).count()
    return Chapter("care", _("保管"), [
        Figure(_("库房检查"), inspections["done"], _("次"), "holdings:inspection-list", "view=done"),
        Figure(_("逾期未检查（现在）"), inspections["due"], _("次"), "holdings:inspection-list", "view=late"),
        Figure(_("发现问题"), findings["found"], _("项"), "holdings:finding-list", period.query("found_at")),
        Figure(_("尚未处理（现在）"), findings["waiting"], _("项"), "holdings:finding-list", "view=open"),
        Figure(_("温湿度记录"), climate["all"], _("次"), "holdings:climate"),
        Figure(_("超出范围"), climate["out"], _("次"), "holdings:climate"),
        Figure(_("盘点"), takes["all"], _("次"), "holdings:stock-take-list", "state=closed"),
        Figure(_("盘点差异"), takes["differing"] or 0, _("项"), "holdings:stock-take-list", "state=closed"),
        Figure(_("设备逾期未检查（现在）"), late, _("台"), "holdings:equipment-list", "view=late"),
        Figure(_("人员入库"), visits, _("人次"), "holdings:visit-list", period.query("entered_at")),
    ], is_period=True)  # fmt: skip


def _files(fonds_id: int, period: Period) -> Chapter:
    files = StoredFile.objects.filter(fonds_id=fonds_id)
    of = files.aggregate(all=Count("*"), bytes=Sum("size"))
    fresh = files.filter(uploaded_at__range=(period.since, period.until)).aggregate(all=Count("*"), bytes=Sum("size"))
    return Chapter("files", _("电子文件"), [
        Figure(_("文件数"), of["all"], _("个")),
        Figure(_("占用空间"), round((of["bytes"] or 0) / GIB, 3), "GiB"),
        Figure(_("本期新增"), fresh["all"], _("个")),
        Figure(_("本期新增空间"), round((fresh["bytes"] or 0) / GIB, 3), "GiB"),
    ])  # fmt: skip


def _use(fonds_id: int, period: Period) -> Chapter:
    """From the trail: what was opened, printed and taken out of the archive in the period."""
    span = (period.since, period.until)
    own = Event.objects.filter(fonds_id=fonds_id, subject_type__in=("holdings.volume", "holdings.item"), at__range=span)
    read, taken = (own.filter(category=what).order_by() for what in ("read", "disclose"))
    people = {
        key for acts in (read, taken) for key in acts.values_list("actor_id", flat=True).distinct() if key is not None
    }
    return Chapter("use", _("利用"), [
        Figure(_("查看案卷和文件"), read.count(), _("次"), "access:event-list"),
        Figure(_("打印和导出"), taken.count(), _("次"), "access:event-list"),
        Figure(_("利用者"), len(people), _("人")),
    ], is_period=True)  # fmt: skip


def _staff(fonds_id: int, period: Period) -> Chapter:
    people = Grant.objects.filter(person__fonds_id=fonds_id, person__is_active=True, role__code__in=STAFF_ROLES)
    return Chapter("staff", _("人员"), [
        Figure(_("专职档案人员"), people.values("person_id").distinct().count(), _("人"), "access:person-list"),
    ])  # fmt: skip


@transaction.atomic
def statistics_keep(*, actor: Actor, year: int, month: int = 0, fonds: Fonds | int | None = None) -> StatisticsReport:
    """Make the report of a month or a year that is over, or of the one under way, and keep it; making it again replaces its figures.

    Raises:
        Refused: ``period_ahead``.
    """
    require(actor, "custody.keep")
    fonds_id = fonds_of(actor, fonds)
    if not (1990 <= year <= 2200 and 0 <= month <= 12) or period_of(year, month).first > clock.today():
        raise Refused(
            "period_ahead",
            _("%(year)s 年 %(month)s 月还没有到，不能编制报表。") % {"year": year, "month": month},
            "month",
        )
    with override("zh-hans"):
        chapters = [asdict(chapter) for chapter in statistics(fonds_id, period_of(year, month))]
    values = {"figures": {"chapters": chapters}, "made_by": actor.display_name[:80], "made_at": clock.now()}
    row, _is_new = StatisticsReport.objects.update_or_create(fonds_id=fonds_id, year=year, month=month, defaults=values)
    record(actor, STATISTICS_KEPT, row, meta={"year": year, "month": month})
    return row
