"""How the seals stand: what the page of the seals, the operations page and the metrics say."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.audit.models import CheckpointPlace, Event, Seal
from kedang.foundation.audit.sealing import checkpoints, guards
from kedang.foundation.audit.sealing.events import VERIFIED
from kedang.foundation.audit.sealing.heads import parse
from kedang.foundation.kernel import clock, health, metrics
from kedang.foundation.kernel.health import Health

LATE = timedelta(minutes=2)
"""Entries that wait longer than this are bad news: sealing has stopped."""
UNVERIFIED = timedelta(days=2)
COUNTED = 10_000
"""Waiting entries are counted up to here."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place where checkpoints are kept."""

    path: str
    is_local: bool
    number: int
    at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class Verification:
    """The latest verification."""

    at: datetime
    who: str
    is_good: bool
    events: int
    seconds: float
    first_bad: str
    event_id: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything at a glance."""

    last: Seal | None
    total: int
    waiting: int
    lag: timedelta
    verification: Verification | None
    places: list[Place]
    guards_missing: list[str]
    algorithm: str
    key: str

    @property
    def is_late(self) -> bool:
        """Whether sealing has stopped."""
        return self.lag > LATE

    @property
    def is_alone(self) -> bool:
        """No second place for checkpoints."""
        return len(self.places) < 2

    @property
    def failing(self) -> list[Place]:
        """Places that cannot be written."""
        return [place for place in self.places if place.error]


def standing() -> Standing:
    """A few cheap queries."""
    last = Seal.objects.order_by("-number").first()
    head = parse(last.head) if last else None
    waiting, lag = _waiting(head.high if head else 0)
    known = {row.place: row for row in CheckpointPlace.objects.all()}
    places = []
    for number, path in enumerate(checkpoints.places()):
        row = known.get(str(path))
        told = (row.number, row.at, row.last_error) if row else (0, None, "")
        places.append(Place(str(path), number == 0, *told))
    return Standing(
        last, head.total if head else 0, waiting, lag, last_verification(), places, guards.missing(),
        head.algorithm if head else settings.AUDIT_ALGORITHM, head.key if head else "",
    )  # fmt: skip


def _waiting(high: int) -> tuple[int, timedelta]:
    """How many entries wait and how long the first of them has."""
    ids = list(Event.objects.filter(id__gt=high).order_by("id").values_list("at", flat=True)[:COUNTED])
    return len(ids), max(clock.now() - ids[0], timedelta()) if ids else timedelta()


def last_verification() -> Verification | None:
    """From the event that every verification leaves."""
    event = Event.objects.filter(code=VERIFIED.code).order_by("-id").first()
    if event is None:
        return None
    meta: dict[str, Any] = orjson.loads(event.meta)
    return Verification(
        event.at,
        event.actor_name,
        bool(meta["ok"]),
        int(meta["events"]),
        float(meta["seconds"]),
        meta.get("first_bad", ""),
        event.pk,
    )


def trail_health() -> Health:
    """One sentence for the operations page."""
    now = standing()
    seal = "-" if now.last is None else str(now.last.number)
    facts = (
        (_("最近封条"), seal),
        (_("待封存"), now.waiting),
        (_("最近核验"), f"{clock.local(now.verification.at):%Y-%m-%d %H:%M}" if now.verification else _("还没有")),
    )
    at = now.last.at if now.last else None
    if now.guards_missing:
        advice = _("请运行 kedang setup 恢复，并立即核验留痕。")
        return Health("bad", _("数据库里保护留痕不被改动的机关缺失。"), advice, facts, at)
    if now.verification is not None and not now.verification.is_good:
        return Health("bad", _("最近一次核验发现留痕被改动。"), now.verification.first_bad, facts, at)
    if now.last is None or now.is_late:
        return Health("bad", _("操作记录没有及时封存。"), _("请确认后台任务进程在运行。"), facts, at)
    if now.failing:
        return Health("bad", _("检查点写不进去。"), now.failing[0].error, facts, at)
    told = _("操作记录已封存到第 %(n)s 号封条。") % {"n": now.last.number}
    if now.is_alone:
        advice = _(
            "核对留痕用的检查点只存在本机，改了本机就能一并改掉。请另存一份到本系统改不了的地方（设置项 KEDANG_AUDIT_CHECKPOINTS）。"
        )
        return Health("warn", told, advice, facts, at)
    if now.verification is None or clock.now() - now.verification.at > UNVERIFIED:
        return Health("warn", told, _("两天内没有核验过留痕。"), facts, at)
    return Health("good", told, "", facts, at)


def _unsealed() -> float:
    return float(_waiting(_mark())[0])


def _lag() -> float:
    return _waiting(_mark())[1].total_seconds()


def _mark() -> int:
    last = Seal.objects.order_by("-number").first()
    return parse(last.head).high if last else 0


def register() -> None:
    """This room's question and figures."""
    health.check("trail", gettext_lazy("留痕"), trail_health, icon="shield-lock", url_name="access:seals", order=40)
    metrics.gauge(
        "kedang_events_unsealed", "Entries of the trail that wait to be sealed (at most 10000 are counted).", _unsealed
    )
    metrics.gauge("kedang_seal_lag_seconds", "How long the first entry that waits to be sealed has waited.", _lag)
