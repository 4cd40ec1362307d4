"""The run that follows the trail: what is new since the last turn is held against the rules, by indexes, never by scans."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson
from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.governance.alerts.raising import Sign, alert_raise
from kedang.business.governance.alerts.rules import figures_of
from kedang.business.governance.choices import AlertRule
from kedang.business.governance.models import AlertMark, GovernanceRules
from kedang.foundation.access.models import Person, QuotaUse
from kedang.foundation.access.signin.quota import limit_of, title_of
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock

MARK = "trail"
AT_ONCE = 5_000
SETTLED_AFTER = timedelta(seconds=10)
"""An entry with a smaller key may be committed a little later than its neighbours: what is younger is left for the next turn."""
OPENING = ("read", "disclose", "change")
QUOTA_CODE, REFUSED_CODE = "access.quota_exceeded", "access.refused"


class Entry(NamedTuple):
    """What the rules look at of an entry."""

    id: int
    at: datetime
    fonds_id: int | None
    actor_id: int | None
    category: str
    code: str
    subject_type: str
    subject_id: int | None
    meta: str


def alerts_run() -> int:
    """Quiet run of the worker: what is new in the trail. Returns how many entries were looked at."""
    seen = 0
    while True:
        got = _turn()
        seen += got
        if got < AT_ONCE:
            return seen


@transaction.atomic
def _turn() -> int:
    mark, _made = AlertMark.objects.select_for_update().get_or_create(name=MARK, defaults={"last_event_id": _start()})
    fresh = _fresh(mark.last_event_id)
    if not fresh:
        return 0
    for (fonds_id, actor_id), entries in _by_actor(fresh).items():
        person = Person.objects.select_related("fonds__sign_in_policy").filter(pk=actor_id).first()
        if person is not None and fonds_id == person.fonds_id:
            look(person, entries)
    mark.last_event_id, mark.at = fresh[-1].id, clock.now()
    mark.save(update_fields=["last_event_id", "at"])
    return len(fresh)


def _start() -> int:
    """Rules that are new begin at the end of the trail, not at its beginning."""
    return Event.objects.order_by("-id").values_list("id", flat=True).first() or 0


def _fresh(last: int) -> list[Entry]:
    until = clock.now() - SETTLED_AFTER
    rows = Event.objects.filter(id__gt=last).order_by("id").values_list(
        "id", "at", "fonds_id", "actor_id", "category", "code", "subject_type", "subject_id", "meta"
    )[:AT_ONCE]  # fmt: skip
    found: list[Entry] = []
    for row in rows:
        if row[1] > until:
            break
        found.append(Entry(*row))
    return found


def _by_actor(fresh: Iterable[Entry]) -> dict[tuple[int | None, int], list[Entry]]:
    grouped: dict[tuple[int | None, int], list[Entry]] = defaultdict(list)
    for entry in fresh:
        if entry.actor_id is not None:
            grouped[entry.fonds_id, entry.actor_id].append(entry)
    return grouped


def look(person: Person, entries: list[Entry]) -> None:
    """Hold what one person has just done against every rule that is on."""
    own = GovernanceRules.objects.filter(fonds_id=person.fonds_id).values_list("thresholds", flat=True).first() or {}
    for rule, find in FINDERS.items():
        figures = figures_of(own, rule)
        if figures["on"]:
            for sign in find(person, entries, figures):
                alert_raise(person, rule, sign)


def bulk(person: Person, entries: list[Entry], figures: dict[str, int]) -> list[Sign]:
    """Many different records opened within minutes."""
    reads = [one for one in entries if one.category == "read" and one.subject_id is not None]
    if not reads:
        return []
    window = timedelta(minutes=figures["minutes"])
    rows = _around(person, reads, window, category="read")
    return [
        Sign(part, _("%(minutes)s 分钟内打开 %(n)s 份不同的档案") % {"minutes": figures["minutes"], "n": n}, n)
        for part, n in _dense(rows, window, figures["records"], distinct=True)
    ]


def refused(person: Person, entries: list[Entry], figures: dict[str, int]) -> list[Sign]:
    """Doors tried again and again."""
    tries = [one for one in entries if one.code == REFUSED_CODE]
    if not tries:
        return []
    window = timedelta(minutes=figures["minutes"])
    rows = _around(person, tries, window, code=REFUSED_CODE)
    return [
        Sign(part, _("%(minutes)s 分钟内 %(n)s 次打开无权打开的内容") % {"minutes": figures["minutes"], "n": n}, n)
        for part, n in _dense(rows, window, figures["times"])
    ]


def night(person: Person, entries: list[Entry], figures: dict[str, int]) -> list[Sign]:
    """Work on records while the house sleeps; the night belongs to the day on which it began."""
    signs: list[Sign] = []
    nights = {_night_of(one.at, figures) for one in entries if one.category in OPENING and _is_night(one.at, figures)}
    for begin in sorted(nights - {None}, key=str):
        start = clock.local(entries[0].at).replace(hour=figures["from"], minute=0, second=0, microsecond=0)
        start = start.replace(year=begin.year, month=begin.month, day=begin.day)
        hours = (figures["until"] - figures["from"]) % 24
        rows = [one for one in _of(person, start, start + timedelta(hours=hours)) if one.category in OPENING]
        if len(rows) >= figures["acts"]:
            signs.append(
                Sign(
                    rows,
                    _("夜间（%(from)s 点至 %(until)s 点）操作 %(n)s 次") % {**figures, "n": len(rows)},
                    len(rows),
                    day=begin,
                )
            )
    return signs


def leaver(person: Person, entries: list[Entry], figures: dict[str, int]) -> list[Sign]:
    """Somebody who hands over takes something out."""
    since = person.handing_since
    taken = [
        one
        for one in entries
        if since is not None
        and one.category == "disclose"
        and one.at >= since
        and not one.code.startswith("governance.")
    ]
    if since is None or not taken:
        return []
    rows = [
        one
        for one in _of(person, since, taken[-1].at + timedelta(seconds=1))
        if one.category == "disclose" and not one.code.startswith("governance.")
    ]
    if len(rows) < figures["times"]:
        return []
    return [
        Sign(
            rows,
            _("办理交接期间导出、打印或查看完整内容 %(n)s 次") % {"n": len(rows)},
            len(rows),
            day=clock.local(taken[-1].at).date(),
        )
    ]


def export(person: Person, entries: list[Entry], figures: dict[str, int]) -> list[Sign]:
    """One export of very many rows."""
    signs: list[Sign] = []
    for one in entries:
        rows = _rows_of(one)
        if rows >= figures["rows"]:
            signs.append(Sign([one], _("一次导出 %(n)s 行") % {"n": f"{rows:,}"}, rows))
    return signs


def quota(person: Person, entries: list[Entry], figures: dict[str, int]) -> list[Sign]:
    """The day's share nearly or wholly used, or run against."""
    signs = [
        Sign(
            [one],
            _("超出每日用量：%(kind)s") % {"kind": title_of(str(_meta(one).get("kind", "")))},
            int(_meta(one).get("count", 1) or 1),
        )
        for one in entries
        if one.code == QUOTA_CODE
    ]
    if any(one.category in ("read", "disclose") for one in entries):
        last = entries[-1]
        for use in QuotaUse.objects.filter(person=person, day=clock.local(last.at).date()):
            limit = limit_of(person, use.kind)
            most = limit + use.extra if limit else 0
            if most and use.used * 100 >= most * figures["percent"]:
                told = _("%(kind)s：已用 %(used)s，上限 %(most)s") % {
                    "kind": title_of(use.kind),
                    "used": use.used,
                    "most": most,
                }
                signs.append(Sign([last], told, use.used))
    return signs


FINDERS: dict[str, Any] = {
    AlertRule.QUOTA: quota, AlertRule.BULK: bulk, AlertRule.NIGHT: night, AlertRule.REFUSED: refused, AlertRule.LEAVER: leaver,
    AlertRule.EXPORT: export,
}  # fmt: skip


def _of(person: Person, since: datetime, until: datetime, **more: Any) -> list[Entry]:
    """What one person did in a span, by the index of actors."""
    rows = Event.objects.filter(
        fonds_id=person.fonds_id, actor_id=person.pk, at__gte=since, at__lt=until, **more
    ).order_by("at", "id")
    names = ("id", "at", "fonds_id", "actor_id", "category", "code", "subject_type", "subject_id", "meta")
    return [Entry(*row) for row in rows.values_list(*names)[:AT_ONCE]]


def _around(person: Person, seen: list[Entry], window: timedelta, **more: Any) -> list[Entry]:
    """The new entries with what lies one window before them."""
    return _of(person, seen[0].at - window, seen[-1].at + timedelta(microseconds=1), **more)


def _dense(
    rows: list[Entry], window: timedelta, least: int, *, distinct: bool = False
) -> list[tuple[list[Entry], int]]:
    """The densest window of each day that reaches the figure."""
    best: dict[Any, tuple[list[Entry], int]] = {}
    begin = 0
    for end, entry in enumerate(rows):
        while entry.at - rows[begin].at > window:
            begin += 1
        part = rows[begin : end + 1]
        n = len({(one.subject_type, one.subject_id) for one in part}) if distinct and len(part) >= least else len(part)
        if n >= least:
            day = clock.local(entry.at).date()
            if day not in best or n > best[day][1]:
                best[day] = (part, n)
    return list(best.values())


def _is_night(at: datetime, figures: dict[str, int]) -> bool:
    hour, start, end = clock.local(at).hour, figures["from"], figures["until"]
    return start <= hour < end if start < end else hour >= start or hour < end


def _night_of(at: datetime, figures: dict[str, int]) -> Any:
    local = clock.local(at)
    began_yesterday = figures["from"] >= figures["until"] and local.hour < figures["until"]
    return (local - timedelta(days=1)).date() if began_yesterday else local.date()


def _meta(entry: Entry) -> dict[str, Any]:
    made = orjson.loads(entry.meta) if entry.meta else {}
    return made if isinstance(made, dict) else {}


def _rows_of(entry: Entry) -> int:
    """How many rows left with an export."""
    if entry.category != "disclose" or "export" not in entry.code:
        return 0
    rows = _meta(entry).get("rows", 0)
    return rows if isinstance(rows, int) else 0
