"""Issuing, reserving and voiding numbers."""

import re
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.numbering.events import NUMBER_TAKEN_UP, NUMBERS_RESERVED, NUMBERS_VOIDED, RULE_CHANGED
from kedang.foundation.numbering.models import NumberEntry, NumberRule, NumberSeries, NumberState
from kedang.foundation.numbering.subjects import subject_of

WORDS = {"code", "year", "yy", "month", "serial"}
MOST_RESERVED = 1000


@dataclass(frozen=True, slots=True)
class Run:
    """A run of consecutive numbers of one series, issued at once."""

    prefix: str
    suffix: str
    width: int
    first: int
    count: int

    def text(self, offset: int) -> str:
        """The number at ``offset`` within the run (0 … count-1)."""
        return f"{self.prefix}{self.first + offset:0{self.width}d}{self.suffix}"

    def texts(self) -> list[str]:
        """All numbers of the run in order."""
        prefix, suffix = self.prefix.replace("%", "%%"), self.suffix.replace("%", "%%")
        pattern = f"{prefix}%0{self.width}d{suffix}"
        return list(map(pattern.__mod__, range(self.first, self.first + self.count)))


def rule_for(fonds: Fonds | int, key: str) -> NumberRule:
    """The rule of a company for a kind of record; made with its default template when there is none yet."""
    fonds_id, subject = fonds if isinstance(fonds, int) else fonds.pk, subject_of(key)
    shipped = {"serial_width": subject.width} if subject is not None else {}
    rule, _created = NumberRule.objects.get_or_create(fonds_id=fonds_id, key=key, defaults=shipped)
    return rule


def template_parts(template: str, *, code: str, day: date) -> tuple[str, str]:
    """Prefix and suffix around the serial for a type code and a day.

    Raises:
        Refused: unknown words in braces, or not exactly one ``{serial}``.
    """
    words = re.findall(r"\{([^{}]*)\}", template)
    unknown = [word for word in words if word not in WORDS]
    if unknown or words.count("serial") != 1 or re.sub(r"\{[^{}]*\}", "", template).count("{"):
        raise Refused(
            "number_template_invalid",
            "编号格式须恰好含一个 {serial}，另可用 {code}、{year}、{yy}、{month}；"
            + (f"“{{{unknown[0]}}}”不认识。" if unknown else "请检查花括号。"),
            "template",
        )
    values = {"code": code, "year": f"{day.year:04d}", "yy": f"{day.year % 100:02d}", "month": f"{day.month:02d}"}
    before, after = template.split("{serial}")
    for word, value in values.items():
        before, after = before.replace(f"{{{word}}}", value), after.replace(f"{{{word}}}", value)
    return before, after


def issue_run(*, actor: Actor, rule: NumberRule, code: str, count: int = 1, day: date | None = None) -> Run:
    """Take the next ``count`` numbers of a series and write them into the ledger, in the transaction under way.

    The series row stays locked until the transaction ends, so numbers are gap-free in commit order: a transaction that
    rolls back gives its numbers back. On SQLite the immediate transaction itself is the lock.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("numbers are issued inside the transaction that uses them")
    prefix, suffix = template_parts(rule.template, code=code, day=day or clock.today())
    series = _locked_series(rule, prefix, suffix)
    run = Run(prefix, suffix, rule.serial_width, series.last + 1, count)
    series.last += count
    series.save(update_fields=["last"])
    _enter_used(actor, series, run)
    return run


@transaction.atomic
def number_void(*, actor: Actor, series: NumberSeries, first: int, last: int, reason: str) -> NumberEntry:
    """Declare used or reserved numbers void, with a reason; they are never issued again.

    Raises:
        Refused: ``number_not_issued`` (beyond the last one), ``number_void_already``.
    """
    locked = NumberSeries.objects.select_for_update().get(pk=series.pk)
    if not 1 <= first <= last <= locked.last:
        told = _("%(series)s 只发到第 %(last)s 号，没有第 %(first)s 至 %(until)s 号，请核对。")
        raise Refused(
            "number_not_issued", told % {"series": locked, "last": locked.last, "first": first, "until": last}, "first"
        )
    if locked.entries.filter(state=NumberState.VOID, first__lte=last, last__gte=first).exists():
        raise Refused("number_void_already", _("这些编号中有的已经作废，不能再次作废。请刷新台账查看。"), "first")
    entry = NumberEntry.objects.create(
        series=series, first=first, last=last, state=NumberState.VOID, reason=reason[:200],
        issued_by=actor.display_name, at=clock.now(),
    )  # fmt: skip
    record(actor, NUMBERS_VOIDED, entry, reason=reason, fonds_id=series.fonds_id)
    return entry


@transaction.atomic
def number_reserve(*, actor: Actor, series: NumberSeries, count: int, reason: str) -> NumberEntry:
    """Set the next ``count`` numbers of a series aside for later use; nobody else is given them.

    Raises:
        Refused: ``reserve_count_odd``.
    """
    if not 1 <= count <= MOST_RESERVED:
        told = _("一次可以预留 1 到 %(most)s 个编号，请重新填写个数。")
        raise Refused("reserve_count_odd", told % {"most": MOST_RESERVED}, "count")
    locked = NumberSeries.objects.select_for_update().get(pk=series.pk)
    first = locked.last + 1
    locked.last += count
    locked.save(update_fields=["last"])
    entry = NumberEntry.objects.create(
        series=locked, first=first, last=locked.last, state=NumberState.RESERVED, reason=reason[:200],
        issued_by=actor.display_name, at=clock.now(),
    )  # fmt: skip
    record(actor, NUMBERS_RESERVED, entry, reason=reason, fonds_id=locked.fonds_id)
    return entry


@transaction.atomic
def number_take_up(*, actor: Actor, series: NumberSeries, number: int, reason: str = "") -> NumberEntry:
    """Use a number that was set aside; the ledger keeps why it had been, and what for it was used.

    Raises:
        Refused: ``number_not_reserved``, ``number_void_already``, ``number_taken_up``: somebody used it meanwhile.
    """
    locked = NumberSeries.objects.select_for_update().get(pk=series.pk)
    about = locked.entries.filter(first__lte=number, last__gte=number)
    fates = {entry.state: entry for entry in about}
    said = {"series": locked, "number": number}
    if NumberState.RESERVED not in fates:
        raise Refused("number_not_reserved", _("%(series)s 第 %(number)s 号没有预留，请从预留号中选择。") % said)
    if NumberState.VOID in fates:
        raise Refused("number_void_already", _("%(series)s 第 %(number)s 号已经作废，不能取用。") % said)
    if NumberState.USED in fates:
        raise Refused("number_taken_up", _("%(series)s 第 %(number)s 号刚被他人取用，请另选一个。") % said)
    told = _("取用预留号：%(why)s") % {"why": reason or fates[NumberState.RESERVED].reason}
    entry = NumberEntry.objects.create(
        series=locked, first=number, last=number, state=NumberState.USED, reason=told[:200],
        issued_by=actor.display_name, at=clock.now(),
    )  # fmt: skip
    record(actor, NUMBER_TAKEN_UP, entry, reason=entry.reason, fonds_id=locked.fonds_id)
    return entry


@transaction.atomic
def number_rule_change(
    *, actor: Actor, rule: NumberRule, template: str, serial_width: int, codes: dict[str, str]
) -> NumberRule:
    """Change how future numbers look; numbers already given stay as they are."""
    require(actor, "numbering.manage", rule)
    template_parts(template, code="GY", day=clock.today())
    if not 1 <= serial_width <= 12:
        raise Refused("serial_width_invalid", "流水号位数应在 1 到 12 之间。", "serial_width")
    for kind, code in codes.items():
        if not re.fullmatch(r"[A-Z0-9]{1,8}", code):
            raise Refused(
                "number_code_invalid", f"类型“{kind}”的代码应为 1 到 8 位大写字母或数字，现为“{code}”。", "codes"
            )
    if len(set(codes.values())) < len(codes):
        raise Refused("number_code_repeated", "两个类型用了同一个代码，编号会混在一起，请改成不同的代码。", "codes")
    locked = NumberRule.objects.select_for_update().get(pk=rule.pk)
    new = {"template": template, "serial_width": serial_width, "codes": codes}
    changes = {name: (getattr(locked, name), value) for name, value in new.items() if getattr(locked, name) != value}
    if changes:
        for name, value in new.items():
            setattr(locked, name, value)
        locked.version += 1
        locked.save(update_fields=[*new, "version"])
        record(actor, RULE_CHANGED, locked, changes=changes)
    return locked


def _locked_series(rule: NumberRule, prefix: str, suffix: str) -> NumberSeries:
    """The series row under lock, created when this prefix is new; the unique constraint settles a race of creators."""
    identity = {"fonds_id": rule.fonds_id, "key": rule.key, "prefix": prefix, "suffix": suffix}
    found = NumberSeries.objects.select_for_update().filter(**identity).first()
    if found is None:
        try:
            with transaction.atomic():
                NumberSeries.objects.create(**identity, width=rule.serial_width)
        except IntegrityError:
            pass
        found = NumberSeries.objects.select_for_update().get(**identity)
    return found


def _enter_used(actor: Actor, series: NumberSeries, run: Run) -> None:
    """Extend the last used run of the same issuer, or begin a new one."""
    tail = series.entries.filter(state=NumberState.USED, reason="").order_by("-last").first()
    last = run.first + run.count - 1
    if tail is not None and tail.last == run.first - 1 and tail.issued_by == actor.display_name:
        tail.last = last
        tail.save(update_fields=["last"])
        return
    NumberEntry.objects.create(
        series=series, first=run.first, last=last, state=NumberState.USED,
        issued_by=actor.display_name, at=clock.now(),
    )  # fmt: skip
