"""借阅规则: reading and changing them, and what they say of one thing and one borrower."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import Problems, clean_record, typed
from kedang.business.customers.services.writing import refuse_stale, take_over
from kedang.business.holdings.models import Item, Volume
from kedang.business.lending.choices import Place, TakeAway
from kedang.business.lending.events import RULES_CHANGED
from kedang.business.lending.models import LendingRules
from kedang.foundation.access.models import Fonds, Grant, Person, Role
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

CHANGEABLE = (
    "needs_request", "take_away", "take_away_level", "keeps_permanent", "take_away_roles", "loan_days", "most_days", "renew_times",
    "renew_days", "most_loans", "blocks_overdue", "hold_days", "remind_days", "overdue_days", "overdue_head_days",
    "overdue_superior_days", "seats",
)  # fmt: skip


def rules_of(fonds_id: int) -> LendingRules:
    """The rules of a company: its own, or those that come with the system."""
    return LendingRules.objects.filter(fonds_id=fonds_id).first() or LendingRules(fonds_id=fonds_id)


@transaction.atomic
def rules_change(*, actor: Actor, values: Mapping[str, Any], version: int | None = None) -> LendingRules:
    """Change the rules; loans that are out keep their terms, everything from now on follows the new ones.

    Raises:
        Refused: ``stale_version``, ``values_invalid``.
    """
    require(actor, "lending.rules")
    if actor.fonds_id is None:
        raise OutOfScope
    Fonds.objects.select_for_update().get(pk=actor.fonds_id)
    row = rules_of(actor.fonds_id)
    if not row._state.adding:
        refuse_stale(row, version)
    problems = Problems()
    clean = {name: _typed(name, values[name], problems) for name in CHANGEABLE if name in values}
    changes = take_over(row, clean)
    clean_record(row, tuple(changes), problems)
    _check(row, problems)
    problems.refuse()
    if changes:
        if row._state.adding:
            row.save(force_insert=True)
        else:
            row.version += 1
            row.save(update_fields=[*changes, "version"])
        record(actor, RULES_CHANGED, row, changes=changes, meta={"version": row.version})
    return row


def _typed(name: str, value: Any, problems: Problems) -> Any:
    if name != "take_away_roles":
        return typed(LendingRules, name, value, problems)
    codes = sorted({str(code) for code in value})
    if set(codes) - set(Role.objects.filter(code__in=codes).values_list("code", flat=True)):
        problems.tell(name, _("有的角色已不存在，请刷新页面重新选择"))
    return codes


def _check(row: LendingRules, problems: Problems) -> None:
    if problems:
        return
    if row.most_days < row.loan_days:
        problems.tell("most_days", _("最长借期不能短于通常的借期（%(days)s 天）") % {"days": row.loan_days})
    if row.overdue_head_days < row.overdue_days:
        problems.tell("overdue_head_days", _("上报部门负责人不能早于提醒借阅人"))
    if row.overdue_superior_days < row.overdue_head_days:
        problems.tell("overdue_superior_days", _("上报上一级不能早于上报部门负责人"))


def stays_inside(rules: LendingRules, thing: Volume | Item, borrower: Person, *, has_request: bool) -> Refused | None:
    """Why a thing may not leave the reading room with this borrower (US-07), or None."""
    name = {"name": thing.reference_code or thing.title}
    if rules.take_away == TakeAway.NEVER or (rules.take_away == TakeAway.REQUEST and not has_request):
        told = _("档案一般不外借：“%(name)s”请在阅览室查阅%(how)s。")
        how = _("；确需借出的，请提交借档申请") if rules.take_away == TakeAway.REQUEST else ""
        return Refused("room_only", told % {**name, "how": how}, "place")
    if thing.secrecy_level > rules.take_away_level:
        told = _("“%(name)s”的密级是%(level)s，只能在阅览室查阅。")
        return Refused("room_only_level", told % {**name, "level": thing.get_secrecy_level_display()}, "place")
    if (
        rules.keeps_permanent
        and thing.retention_id is not None
        and thing.retention is not None
        and thing.retention.years is None
    ):
        return Refused("room_only_permanent", _("“%(name)s”永久保管，只能在阅览室查阅。") % name, "place")
    if rules.take_away_roles:
        held = Grant.objects.filter(person=borrower, ended_at__isnull=True, role__code__in=rules.take_away_roles)
        if not held.exists():
            return Refused(
                "room_only_role", _("%(who)s的角色不能把档案带出，请在阅览室查阅。") % {"who": borrower}, "place"
            )
    return None


def days_of(rules: LendingRules, place: str, days: int | None) -> int:
    """The term in days: in the reading room the same day.

    Raises:
        Refused: ``term_long``.
    """
    if place == Place.ROOM:
        return 1
    wanted = days or rules.loan_days
    if not 1 <= wanted <= rules.most_days:
        told = _("借期应在 1 到 %(most)s 天之间，请改短；到期前可以续借。")
        raise Refused("term_long", told % {"most": rules.most_days}, "days")
    return wanted
