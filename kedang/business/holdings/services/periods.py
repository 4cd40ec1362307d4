"""保管期限: the archivist's own table; the old 长期 and 短期 stand beside the present ones and say how they are read."""

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import Problems, clean_record, constraints_refuse, typed
from kedang.business.customers.services.writing import first_values, refuse_stale, take_over
from kedang.business.holdings.events.scheme import PERIOD_CHANGED, PERIOD_CREATED
from kedang.business.holdings.models import Item, RetentionPeriod, Volume
from kedang.business.holdings.services.locking import locked
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sure import sure

FIELDS = ("code", "name", "years", "is_old", "reads_as", "position", "is_active")
MOST_YEARS = 200
Values = Mapping[str, Any]


@transaction.atomic
def period_create(*, actor: Actor, values: Values, fonds: Fonds | None = None) -> RetentionPeriod:
    """Add a period.

    Raises:
        Refused: ``values_invalid``, ``period_code_taken``.
    """
    require(actor, "holdings.scheme")
    made = RetentionPeriod(fonds_id=sure(fonds.pk if fonds is not None else actor.fonds_id))
    problems = Problems()
    take_over(made, _checked(made, values, problems))
    _whole(made, FIELDS, problems)
    with constraints_refuse(_taken(made)):
        made.save(force_insert=True)
    record(actor, PERIOD_CREATED, made, changes=first_values(made, FIELDS), meta={"version": 1})
    return made


@transaction.atomic
def period_change(
    *, actor: Actor, period: RetentionPeriod, values: Values, version: int | None = None
) -> RetentionPeriod:
    """Change a period. Its code stands in codes already given, and its years were promised: both are fixed once something is filed.

    Raises:
        Refused: ``stale_version``, ``values_invalid``, ``period_code_taken``, ``period_in_use``.
    """
    found = locked(RetentionPeriod, actor, "holdings.scheme", period)
    refuse_stale(found, version)
    problems = Problems()
    changes = take_over(found, _checked(found, values, problems))
    if not changes:
        return found
    _whole(found, tuple(changes), problems)
    fixed = [name for name in ("code", "years") if name in changes]
    if fixed and _is_used(found):
        told = _("已有档案定为“%(period)s”，代码和年数不能改。请另设一个期限，把这个停用。")
        raise Refused("period_in_use", told % {"period": found}, fixed[0])
    found.version += 1
    with constraints_refuse(_taken(found)):
        found.save(update_fields=[*changes, "version"])
    record(actor, PERIOD_CHANGED, found, changes=changes, meta={"version": found.version})
    return found


def _is_used(period: RetentionPeriod) -> bool:
    return bool(Volume.objects.filter(retention=period).exists() or Item.objects.filter(retention=period).exists())


def _checked(period: RetentionPeriod, values: Values, problems: Problems) -> dict[str, Any]:
    clean = {
        name: value if name == "reads_as" else typed(RetentionPeriod, name, value, problems)
        for name, value in values.items()
        if name in FIELDS
    }
    if isinstance(clean.get("code"), str):
        clean["code"] = "".join(clean["code"].split()).upper()
    if "position" in clean and clean["position"] is None:
        clean["position"] = 0
    other = clean.get("reads_as")
    if other is not None and (other.fonds_id != period.fonds_id or other.pk == period.pk or other.is_old):
        problems.tell("reads_as", _("请从现行期限中选择。"))
    return clean


def _whole(period: RetentionPeriod, names: tuple[str, ...], problems: Problems) -> None:
    if not re.fullmatch(r"[A-Z0-9]{1,8}", period.code):
        problems.tell("code", _("代码为 1 到 8 位大写字母或数字，例如 Y、D30。"))
    if not period.name:
        problems.tell("name", _("名称没有填写，请补上。"))
    if isinstance(period.years, int) and not 1 <= period.years <= MOST_YEARS:
        problems.tell("years", _("年数应在 1 到 %(most)s 之间；永久保管请留空。") % {"most": MOST_YEARS})
    if period.is_old and period.reads_as is None:
        problems.tell("reads_as", _("旧期限须注明按哪一个现行期限执行。"))
    if not period.is_old and period.reads_as is not None:
        problems.tell("reads_as", _("现行期限不用对应，请留空。"))
    clean_record(period, names, problems)
    problems.refuse()


def _taken(period: RetentionPeriod) -> dict[str, tuple[str, str, str]]:
    entry = ("period_code_taken", "code", _("已有代码为“%(code)s”的期限，请换一个。") % {"code": period.code})
    return {"retention_period_once": entry, "retentionperiod.code": entry}
