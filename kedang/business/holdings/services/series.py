"""类别: the classes of a scheme. Codes and places change in a draft only; names and notes also in force."""

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import Problems, clean_record, constraints_refuse, typed
from kedang.business.customers.services.writing import first_values, refuse_stale, take_over
from kedang.business.holdings.choices import SchemeState
from kedang.business.holdings.codes.grammar import PATTERNS
from kedang.business.holdings.events.scheme import SERIES_CHANGED, SERIES_CREATED, SERIES_REMOVED
from kedang.business.holdings.models import RetentionPeriod, Scheme, Series, SeriesMerger
from kedang.business.holdings.services.locking import locked
from kedang.business.holdings.services.schemes import refuse_fixed, series_held
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

FIELDS = ("parent", "code", "name", "arrangement", "retention", "scope_note", "former", "position", "is_active")
FREE = ("name", "arrangement", "retention", "scope_note", "position", "is_active")
"""What may change while the scheme is in force."""
RECORDS: Mapping[str, Any] = {"parent": Series, "retention": RetentionPeriod, "former": Series}
MERGED = "merged"
"""Name of the value that holds the further classes which this one takes over."""
MOST_LEVELS = 4
_CODE = re.compile(PATTERNS["series"])
Values = Mapping[str, Any]


@transaction.atomic
def series_create(*, actor: Actor, scheme: Scheme, values: Values) -> Series:
    """Add a class to a draft. Its code begins with that of the class above (``ZY·KH`` → ``ZY·KH·HT``).

    Args:
        values: its fields; ``merged`` are classes of the version before that it takes over besides ``former``.

    Raises:
        Refused: ``scheme_fixed``, ``values_invalid``, ``series_code_taken``.
    """
    owner = locked(Scheme, actor, "holdings.scheme", scheme)
    refuse_fixed(owner)
    problems = Problems()
    made = Series(scheme=owner)
    take_over(made, _checked(owner, values, problems))
    _whole(made, FIELDS, problems)
    with constraints_refuse(_taken(made)):
        made.save(force_insert=True)
    made.path = f"{made.parent.path if made.parent else '/'}{made.pk}/"
    made.save(update_fields=["path"])
    changes = first_values(made, FIELDS) | _merge(made, values)
    record(actor, SERIES_CREATED, made, changes=changes, meta={"version": 1})
    return made


@transaction.atomic
def series_change(*, actor: Actor, series: Series, values: Values, version: int | None = None) -> Series:
    """Change a class; when its code or place changes, the codes of the classes below change along.

    Raises:
        Refused: ``stale_version``, ``scheme_fixed``, ``values_invalid``, ``series_code_taken``.
    """
    owner = locked(Scheme, actor, "holdings.scheme", series.scheme_id)
    found = Series.objects.select_for_update(of=("self",)).filter(pk=series.pk).first()
    if found is None:
        raise OutOfScope
    found.scheme = owner
    refuse_stale(found, version)
    problems = Problems()
    old_code, old_path = found.code, found.path
    changes = take_over(found, _checked(owner, values, problems))
    merged = _merged_changes(found, values)
    if not changes and not merged:
        return found
    if owner.state == SchemeState.RETIRED or (
        owner.state == SchemeState.IN_FORCE and (merged or set(changes) - set(FREE))
    ):
        refuse_fixed(owner)
    if found.parent is not None and found.parent.path.startswith(old_path):
        problems.tell("parent", _("不能移到自己或下级类别之下。"))
    _whole(found, tuple(changes), problems)
    found.path = f"{found.parent.path if found.parent else '/'}{found.pk}/"
    found.version += 1
    with constraints_refuse(_taken(found)):
        found.save(update_fields=[*changes, "path", "version"])
        _take_along(actor, found, old_code, old_path)
    record(actor, SERIES_CHANGED, found, changes=changes | _merge(found, values), meta={"version": found.version})
    return found


def _merged_changes(series: Series, values: Values) -> tuple[list[Series], set[int]] | None:
    """Classes to be merged from now on and keys of those that no longer are; None where nothing changes."""
    if MERGED not in values:
        return None
    wanted = {row.pk: row for row in values[MERGED] or () if row.pk != series.former_id}
    known = set(series.mergers.values_list("former_id", flat=True)) if series.pk else set()
    if set(wanted) == known:
        return None
    return [row for key, row in wanted.items() if key not in known], known - set(wanted)


def _merge(series: Series, values: Values) -> dict[str, tuple[Any, Any]]:
    """Write down which further classes this one takes over, as the values say; the change as the trail keeps it."""
    changes = _merged_changes(series, values)
    if changes is None:
        return {}
    problems = Problems()
    if not all(_is_near(series.scheme, "former", row) for row in changes[0]):
        problems.tell(MERGED, _("请从列表中选择。"))
    problems.refuse()
    before = [row.former.code for row in series.mergers.select_related("former")]
    series.mergers.filter(former__in=changes[1]).delete()
    SeriesMerger.objects.bulk_create(SeriesMerger(series=series, former=row) for row in changes[0])
    after = [row.former.code for row in series.mergers.select_related("former")]
    return {MERGED: ("、".join(before), "、".join(after))}


def _take_along(actor: Actor, series: Series, old_code: str, old_path: str) -> None:
    """Codes and paths of the classes below follow."""
    if (series.code, series.path) == (old_code, old_path):
        return
    for below in Series.objects.filter(scheme_id=series.scheme_id, path__startswith=old_path).exclude(pk=series.pk):
        changes = take_over(below, {"code": series.code + below.code.removeprefix(old_code)})
        below.path = series.path + below.path.removeprefix(old_path)
        below.version += 1
        below.save(update_fields=["code", "path", "version"])
        if changes:
            told = _("随上级类别 %(code)s 更改") % {"code": series.code}
            record(actor, SERIES_CHANGED, below, changes=changes, reason=told, meta={"version": below.version})


@transaction.atomic
def series_remove(*, actor: Actor, series: Series) -> None:
    """Take a class out of a draft.

    Raises:
        Refused: ``scheme_fixed``, ``series_has_children``, ``series_in_use``: something is filed under the class it takes over.
    """
    owner = locked(Scheme, actor, "holdings.scheme", series.scheme_id)
    found = Series.objects.select_for_update(of=("self",)).filter(pk=series.pk).first()
    if found is None:
        raise OutOfScope
    found.scheme = owner
    refuse_fixed(owner)
    if found.children.exists():
        raise Refused("series_has_children", _("“%(series)s”下面还有类别，请先移走或移除它们。") % {"series": found})
    alone = next((one for one in _taken_over(found) if _is_only_heir(owner, found, one)), None)
    if alone is not None:
        told = _("“%(former)s”之下已有归档文件，新版中只有“%(series)s”承接它，不能移除。不再使用的，请改为停用。")
        raise Refused("series_in_use", told % {"former": alone, "series": found})
    record(actor, SERIES_REMOVED, found, changes={"code": (found.code, None), "name": (found.name, None)})
    found.delete()


def _taken_over(series: Series) -> list[Series]:
    """All classes of the version before that this one takes over."""
    merged = [row.former for row in series.mergers.select_related("former")]
    return [*([series.former] if series.former is not None else []), *merged]


def _is_only_heir(scheme: Scheme, series: Series, former: Series) -> bool:
    """Whether papers under an old class would be left without a class of this version."""
    if former.pk not in series_held(scheme.fonds_id):
        return False
    others = scheme.series.filter(former=former).exclude(pk=series.pk).exists()
    return (
        not others
        and not SeriesMerger.objects.filter(series__scheme=scheme, former=former).exclude(series=series).exists()
    )


def _checked(scheme: Scheme, values: Values, problems: Problems) -> dict[str, Any]:
    clean: dict[str, Any] = {}
    for name, value in values.items():
        if name not in FIELDS:
            continue
        clean[name] = value if name in RECORDS else typed(Series, name, value, problems)
    if isinstance(clean.get("code"), str):
        clean["code"] = "".join(clean["code"].split()).upper()
    if "position" in clean and clean["position"] is None:
        clean["position"] = 0
    for name, row in clean.items():
        if name in RECORDS and row is not None and not _is_near(scheme, name, row):
            problems.tell(name, _("请从列表中选择。"))
    return clean


def _is_near(scheme: Scheme, name: str, row: Any) -> bool:
    """Of the same scheme, of an earlier one, of the same company."""
    if name == "parent":
        return bool(row.scheme_id == scheme.pk)
    if name == "former":
        return bool(row.scheme.fonds_id == scheme.fonds_id and row.scheme_id != scheme.pk)
    return bool(row.fonds_id == scheme.fonds_id)


def _whole(series: Series, names: tuple[str, ...], problems: Problems) -> None:
    if not series.name:
        problems.tell("name", _("名称没有填写，请补上。"))
    if not _CODE.fullmatch(series.code):
        problems.tell("code", _("类别号由字母、数字或汉字组成，各级以“·”相连，例如 ZY·KH·HT。"))
    elif series.code.count("·") >= MOST_LEVELS:
        problems.tell("code", _("类别号最多 %(most)s 级。") % {"most": MOST_LEVELS})
    elif series.parent is not None and not series.code.startswith(f"{series.parent.code}·"):
        told = _("类别号应以上级的“%(code)s·”开头，例如 %(code)s·01。")
        problems.tell("code", told % {"code": series.parent.code})
    clean_record(series, names, problems)
    problems.refuse()


def _taken(series: Series) -> dict[str, tuple[str, str, str]]:
    entry = ("series_code_taken", "code", _("这一版中已有类别号“%(code)s”，请换一个。") % {"code": series.code})
    return {"series_code_once": entry, "series.code": entry}
