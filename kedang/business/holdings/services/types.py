"""归档范围: what kinds of documents are kept, where, how long, how secret, and which department owes them (AR-02)."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import Problems, clean_record, constraints_refuse, typed
from kedang.business.customers.services.writing import first_values, refuse_stale, take_over
from kedang.business.holdings.choices import SchemeState
from kedang.business.holdings.events.scheme import TYPE_CHANGED, TYPE_CREATED
from kedang.business.holdings.models import DocumentType, Series
from kedang.business.holdings.services.locking import locked
from kedang.foundation.access.models import Department, Fonds
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.sure import sure

FIELDS = (
    "code", "name", "is_kept", "series_code", "retention", "secrecy_level", "year_rule", "department", "due_days", "keywords",
    "order_weight", "basis", "position", "is_active",
)  # fmt: skip
RECORDS = ("retention", "department")
Values = Mapping[str, Any]


@transaction.atomic
def document_type_create(*, actor: Actor, values: Values, fonds: Fonds | None = None) -> DocumentType:
    """Add a line to the filing scope.

    Raises:
        Refused: ``values_invalid``, ``type_code_taken``.
    """
    require(actor, "holdings.scheme")
    made = DocumentType(fonds_id=sure(fonds.pk if fonds is not None else actor.fonds_id))
    problems = Problems()
    take_over(made, _checked(made, values, problems))
    _whole(made, FIELDS, problems)
    with constraints_refuse(_taken(made)):
        made.save(force_insert=True)
    record(actor, TYPE_CREATED, made, changes=first_values(made, FIELDS), meta={"version": 1})
    return made


@transaction.atomic
def document_type_change(
    *, actor: Actor, document_type: DocumentType, values: Values, version: int | None = None
) -> DocumentType:
    """Change a line; what was filed by it stays as it was decided.

    Raises:
        Refused: ``stale_version``, ``values_invalid``, ``type_code_taken``.
    """
    found = locked(DocumentType, actor, "holdings.scheme", document_type)
    refuse_stale(found, version)
    problems = Problems()
    changes = take_over(found, _checked(found, values, problems))
    if not changes:
        return found
    _whole(found, tuple(changes), problems)
    found.version += 1
    with constraints_refuse(_taken(found)):
        found.save(update_fields=[*changes, "version"])
    record(actor, TYPE_CHANGED, found, changes=changes, meta={"version": found.version})
    return found


@transaction.atomic
def document_types_assign(*, actor: Actor, duties: Mapping[str, tuple[str, ...]], fonds: Fonds | None = None) -> int:
    """Give lines without a department the one whose name holds one of the words that ``duties`` has for their code.

    Returns how many lines found their department.
    """
    require(actor, "holdings.scheme")
    fonds_id = sure(fonds.pk if fonds is not None else actor.fonds_id)
    departments = list(Department.objects.filter(fonds_id=fonds_id, is_active=True))
    found = 0
    rows = DocumentType.objects.select_for_update(of=("self",)).filter(fonds_id=fonds_id, department__isnull=True)
    for row in rows.order_by("id"):
        words = duties.get(row.code, ())
        fitting = next((one for word in words for one in departments if word in one.name), None)
        if fitting is not None:
            changes = take_over(row, {"department": fitting})
            row.version += 1
            row.save(update_fields=["department", "version"])
            record(actor, TYPE_CHANGED, row, changes=changes, reason=_("按部门名称补全"), meta={"version": row.version})
            found += 1
    return found


def _checked(row: DocumentType, values: Values, problems: Problems) -> dict[str, Any]:
    clean = {
        name: value if name in RECORDS else typed(DocumentType, name, value, problems)
        for name, value in values.items()
        if name in FIELDS
    }
    for name in ("code", "series_code"):
        if isinstance(clean.get(name), str):
            clean[name] = "".join(clean[name].split()).upper()
    for name, default in (("position", 0), ("order_weight", 50)):
        if name in clean and clean[name] is None:
            clean[name] = default
    for name in RECORDS:
        if clean.get(name) is not None and clean[name].fonds_id != row.fonds_id:
            problems.tell(name, _("请从列表中选择。"))
    if clean.get("keywords"):
        words = clean["keywords"].replace("，", " ").replace("、", " ").replace(",", " ").split()
        clean["keywords"] = " ".join(dict.fromkeys(words))
    return clean


def _whole(row: DocumentType, names: tuple[str, ...], problems: Problems) -> None:
    for name in ("code", "name"):
        if not getattr(row, name):
            title = DocumentType._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            problems.tell(name, _("%(label)s没有填写，请补上。") % {"label": title})
    if row.is_kept:
        if not row.series_code:
            problems.tell("series_code", _("列入归档范围的，须指明归入哪一类。"))
        elif {"series_code", "is_kept"} & set(names) and not _is_class(row):
            told = _("现行分类方案中没有启用的类别“%(code)s”，请从列表中选择。")
            problems.tell("series_code", told % {"code": row.series_code})
        if row.retention is None:
            problems.tell("retention", _("列入归档范围的，须定保管期限。"))
    if row.retention is not None and row.retention.is_old and "retention" in names:
        told = _("“%(period)s”是旧期限，请改用“%(present)s”。")
        problems.tell("retention", told % {"period": row.retention, "present": row.retention.reads_as})
    clean_record(row, names, problems)
    problems.refuse()


def _is_class(row: DocumentType) -> bool:
    known = Series.objects.filter(scheme__fonds_id=row.fonds_id, scheme__state=SchemeState.IN_FORCE, is_active=True)
    return bool(known.filter(code=row.series_code).exists())


def _taken(row: DocumentType) -> dict[str, tuple[str, str, str]]:
    entry = ("type_code_taken", "code", _("归档范围中已有代码“%(code)s”，请换一个。") % {"code": row.code})
    return {"document_type_once": entry, "documenttype.code": entry}
