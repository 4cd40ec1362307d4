"""Columns, conditions and view tabs of the list of volumes; colours of its tags."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from kedang.business.customers.models import Customer
from kedang.business.holdings.choices import Carrier, VolumeState, Whereabouts
from kedang.business.holdings.models import RetentionPeriod, Series, Volume, VolumeNote, VolumeReopening
from kedang.foundation.access.models import Department, Person
from kedang.foundation.access.policies import scope_q
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.search.find import CAP, find, find_ids
from kedang.foundation.search.results import Result
from kedang.foundation.web.records import Column, Filter, View

KIND = "volume"
STATE_TONES = {
    VolumeState.OPEN.value: "blue", VolumeState.CLOSED.value: "violet", VolumeState.SHELVED.value: "good",
    VolumeState.DESTROYED.value: "plain",
}  # fmt: skip
SECRECY_TONES = {
    SecrecyLevel.PUBLIC: "plain", SecrecyLevel.INTERNAL: "plain", SecrecyLevel.SECRET: "warn", SecrecyLevel.CONFIDENTIAL: "bad",
    SecrecyLevel.TOP_SECRET: "bad",
}  # fmt: skip
CARRIER_TONES = {
    Carrier.ELECTRONIC.value: "blue",
    Carrier.PAPER.value: "plain",
    Carrier.HYBRID.value: "violet",
    Carrier.OBJECT.value: "plain",
}
WHEREABOUTS_TONES = {
    Whereabouts.IN_STORE.value: "plain", Whereabouts.ISSUED.value: "warn", Whereabouts.WITHDRAWN.value: "bad",
    Whereabouts.GONE.value: "bad",
}  # fmt: skip
TONES: dict[str, dict[Any, str]] = {
    "state": STATE_TONES,
    "secrecy_level": SECRECY_TONES,
    "carrier": CARRIER_TONES,
    "whereabouts": WHEREABOUTS_TONES,
}


def named(field: str) -> Any:
    """Name of a related record alone: the record itself is not always the reader's business."""

    def text(volume: Any, actor: Any) -> str:
        related = getattr(volume, field)
        return str(getattr(related, "name", related)) if related is not None else ""

    return text


COLUMNS: tuple[Column, ...] = (
    Column("reference_code", sort=True),
    Column("title", lead=True),
    Column("state", tones=STATE_TONES),
    Column("customer", text=named("customer"), needs=("customer",)),
    Column("series", text=named("series"), needs=("series",), shown=False),
    Column("year"),
    Column("retention", text=named("retention"), needs=("retention",)),
    Column("item_count"),
    Column("page_count"),
    Column("location", text=lambda volume, actor: str(volume.location or ""), needs=("location",)),
    Column("secrecy_level", tones=SECRECY_TONES, shown=False),
    Column("carrier", tones=CARRIER_TONES, shown=False),
    Column("whereabouts", tones=WHEREABOUTS_TONES, shown=False),
    Column("responsible", text=named("responsible"), needs=("responsible",), shown=False),
    Column("inspected_by", text=named("inspected_by"), needs=("inspected_by",), shown=False),
    Column("department", text=named("department"), needs=("department",), shown=False),
    Column("project", text=named("project"), needs=("project",), shown=False),
    Column("started_on", shown=False),
    Column("ended_on", shown=False),
    Column("created_at", shown=False),
    Column("closed_at", shown=False),
    Column("shelved_at", shown=False),
)


def find_volumes(
    actor: Actor, text: str, within: Q | None = None, *, page: int = 1, page_size: int = 50, cap: int = CAP
) -> Result:
    """Visible volumes that hold a text, within further conditions."""
    scope = scope_q(actor, "holdings.view", Volume)
    if within is not None and within:
        scope &= within
    return find(KIND, text, scope, {}, page=page, page_size=page_size, cap=cap)


def keyword_q(actor: Any, operator: str, values: list[Any]) -> Q:
    """Volumes that a text finds, as a condition beside others."""
    return Q(pk__in=find_ids(KIND, str(values[0] or ""), scope_q(actor, "holdings.view", Volume), {}))


def series_q(actor: Any, operator: str, values: list[Any]) -> Q:
    """Volumes of a class and of those below it, whatever the version of the scheme."""
    codes = list(
        Series.objects.filter(
            scheme__fonds_id=actor.fonds_id, pk__in=[v for v in values if str(v).isdecimal()]
        ).values_list("code", flat=True)
    )
    below = Q(pk__in=[])
    for code in codes:
        below |= Q(code=code) | Q(code__startswith=f"{code}·")
    q = Q(series__in=Series.objects.filter(below, scheme__fonds_id=actor.fonds_id).values("pk"))
    return ~q if operator == "ne" else q


def customer_q(actor: Any, operator: str, values: list[Any]) -> Q:
    """Volumes of the customers whose number or name is as written."""
    if operator in {"empty", "filled"}:
        return Q(customer__isnull=operator == "empty")
    text = str(values[0] or "").strip()
    found = Customer.objects.visible_to(actor).filter(Q(number=text) | Q(name=text)).values_list("pk", flat=True)[:20]
    return Q(customer__in=list(found))


def series_choices(actor: Any) -> list[tuple[int, str]]:
    """Classes of the scheme in force, indented."""
    rows = Series.objects.filter(scheme__fonds_id=actor.fonds_id, scheme__state="in_force").order_by("code")
    return [(row.pk, f"{'　' * row.code.count('·')}{row.code} {row.name}") for row in rows]


def period_choices(actor: Any) -> list[tuple[int, str]]:
    """Retention periods."""
    return list(RetentionPeriod.objects.filter(fonds_id=actor.fonds_id).values_list("pk", "name"))


def person_choices(actor: Any) -> list[tuple[int, str]]:
    """People of the company."""
    return list(
        Person.objects.filter(fonds_id=actor.fonds_id).order_by("-is_active", "id").values_list("pk", "name")[:500]
    )


def department_choices(actor: Any) -> list[tuple[int, str]]:
    """Departments as an indented tree."""
    rows = Department.objects.filter(fonds_id=actor.fonds_id, is_active=True)
    ordered = sorted(rows, key=lambda row: [int(key) for key in row.path.split("/") if key])
    return [(row.pk, f"{'　' * (row.path.count('/') - 2)}{row.name}") for row in ordered]


def open_to_all(actor: Any) -> bool:
    """The condition says nothing that is veiled."""
    return True


FILTERS: tuple[Filter, ...] = (
    Filter("q", _("关键词"), kind="text", q=keyword_q, may=open_to_all, operators=("has",), help=_("题名、档号、客户、项目、拼音…")),
    Filter("series", kind="choice", q=series_q, choices=series_choices, operators=("eq", "ne")),
    Filter("year"),
    Filter("retention", choices=period_choices),
    Filter("customer", kind="text", q=customer_q, may=open_to_all, operators=("eq", "empty", "filled"), help=_("客户编号或全称")),
    Filter("carrier"),
    Filter("secrecy_level"),
    Filter("responsible", choices=person_choices),
    *(
        Filter(name, basic=False)
        for name in (
            "state", "whereabouts", "title", "reference_code", "item_count", "page_count", "started_on", "ended_on", "created_at",
            "closed_at",
            "shelved_at",
        )
    ),
    Filter("department", choices=department_choices, basic=False),
    Filter("inspected_by", choices=person_choices, basic=False),
)  # fmt: skip


def state_q(state: str) -> Any:
    """Volumes of a state."""
    return lambda actor: Q(state=state)


def unsigned_q(actor: Any) -> Q:
    """With lines of the 备考表 that nobody has signed."""
    return Q(Exists(VolumeNote.objects.filter(volume=OuterRef("pk"), signed_at__isnull=True)))


def asked_q(actor: Any) -> Q:
    """With a request for reopening that waits."""
    return Q(Exists(VolumeReopening.objects.filter(volume=OuterRef("pk"), decided_at__isnull=True)))


VIEWS: tuple[View, ...] = (
    View("open", _("组卷中"), state_q(VolumeState.OPEN)),
    View("closed", _("已结卷"), state_q(VolumeState.CLOSED)),
    View("shelved", _("已入库"), state_q(VolumeState.SHELVED)),
    View("unsigned", _("待签认"), unsigned_q),
    View("asked", _("申请开卷"), asked_q),
)
