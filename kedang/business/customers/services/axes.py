"""Axes of classification and their classes, kept by the archivist (CU-11)."""

from collections.abc import Mapping
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from kedang.business.customers.events import AXIS_CHANGED, AXIS_CREATED, TERM_CHANGED, TERM_CREATED
from kedang.business.customers.models import ClassAxis, ClassTerm, CustomerClass
from kedang.business.customers.services.problems import Problems, clean_record, constraints_refuse, typed
from kedang.business.customers.services.writing import first_values, take_over
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused
from kedang.foundation.kernel.sure import sure

AXIS_FIELDS = ("code", "name", "is_multiple", "gives_number_code", "position", "is_active")
TERM_FIELDS = ("code", "name", "position", "is_active")
Values = Mapping[str, Any]


@transaction.atomic
def axis_create(*, actor: Actor, values: Values, fonds: Fonds | None = None) -> ClassAxis:
    """Add an axis.

    Raises:
        Refused: ``values_invalid``, ``axis_code_taken``, ``axis_for_numbers_taken``.
    """
    require(actor, "customers.classify")
    fonds_id = sure(fonds.pk if fonds is not None else actor.fonds_id)
    clean, problems = _checked(ClassAxis, AXIS_FIELDS, values)
    axis = ClassAxis(fonds_id=fonds_id, **clean)
    clean_record(axis, AXIS_FIELDS, problems)
    problems.refuse()
    with constraints_refuse(_axis_sentences()):
        axis.save(force_insert=True)
    record(actor, AXIS_CREATED, axis, changes=first_values(axis, AXIS_FIELDS))
    return axis


@transaction.atomic
def axis_change(*, actor: Actor, axis: ClassAxis, values: Values) -> ClassAxis:
    """Change an axis; switched off, it is no longer offered but stays on the customers that have it.

    Raises:
        Refused: ``axis_in_use`` when it shall allow only one class while customers have several; see also :func:`axis_create`.
    """
    found = _locked(actor, axis)
    clean, problems = _checked(ClassAxis, AXIS_FIELDS, values)
    changes = take_over(found, clean)
    if not changes:
        return found
    clean_record(found, tuple(changes), problems)
    problems.refuse()
    if changes.get("is_multiple", (None, True))[1] is False and _has_several(found):
        raise Refused(
            "axis_in_use",
            _("已有客户在“%(axis)s”上归入多个类目，不能改为单选。请先调整这些客户。") % {"axis": found},
            "is_multiple",
        )
    with constraints_refuse(_axis_sentences()):
        found.save(update_fields=list(changes))
    record(actor, AXIS_CHANGED, found, changes=changes)
    return found


@transaction.atomic
def term_create(*, actor: Actor, axis: ClassAxis, values: Values) -> ClassTerm:
    """Add a class to an axis.

    Raises:
        Refused: ``values_invalid``, ``term_code_taken``.
    """
    owner = _locked(actor, axis)
    clean, problems = _checked(ClassTerm, TERM_FIELDS, values)
    term = ClassTerm(axis=owner, **clean)
    clean_record(term, TERM_FIELDS, problems)
    _check_number_code(owner, term, problems)
    problems.refuse()
    with constraints_refuse(_term_sentences()):
        term.save(force_insert=True)
    record(actor, TERM_CREATED, term, changes=first_values(term, TERM_FIELDS))
    return term


@transaction.atomic
def term_change(*, actor: Actor, term: ClassTerm, values: Values) -> ClassTerm:
    """Change a class; switched off, it is no longer offered but stays on the customers that have it.

    Raises:
        Refused: ``values_invalid``, ``term_code_taken``.
    """
    owner = _locked(actor, term.axis)
    found: ClassTerm = ClassTerm.objects.select_for_update().get(pk=term.pk)
    found.axis = owner
    clean, problems = _checked(ClassTerm, TERM_FIELDS, values)
    changes = take_over(found, clean)
    if not changes:
        return found
    clean_record(found, tuple(changes), problems)
    _check_number_code(owner, found, problems)
    problems.refuse()
    with constraints_refuse(_term_sentences()):
        found.save(update_fields=list(changes))
    record(actor, TERM_CHANGED, found, changes=changes)
    return found


def _locked(actor: Actor, axis: ClassAxis) -> ClassAxis:
    found: ClassAxis | None = ClassAxis.objects.select_for_update().filter(pk=axis.pk).first()
    if found is None:
        raise OutOfScope
    require(actor, "customers.classify", found)
    return found


def _checked(model: type[models.Model], names: tuple[str, ...], values: Values) -> tuple[dict[str, Any], Problems]:
    problems = Problems()
    clean = {name: typed(model, name, value, problems) for name, value in values.items() if name in names}
    if clean.get("position", 0) is None:
        clean["position"] = 0
    for name in ("code", "name"):
        if name in clean and not clean[name]:
            problems.tell(
                name,
                _("%(label)s没有填写，请补上。")
                % {"label": getattr(model._meta.get_field(name), "verbose_name", name)},
            )
    if clean.get("code"):
        clean["code"] = clean["code"].upper()
    return clean, problems


def _check_number_code(axis: ClassAxis, term: ClassTerm, problems: Problems) -> None:
    """A code that stands in customer numbers is short and plain."""
    code = term.code
    if axis.gives_number_code and not (code.isascii() and code.isalnum() and len(code) <= 8):
        problems.tell("code", _("“%(axis)s”用于编号，类目代码应为 1 到 8 位字母或数字，例如 GY。") % {"axis": axis})


def _has_several(axis: ClassAxis) -> bool:
    linked = CustomerClass.objects.filter(term__axis=axis).values("customer").annotate(count=models.Count("id"))
    return linked.filter(count__gt=1).exists()


def _axis_sentences() -> dict[str, tuple[str, str, str]]:
    code = ("axis_code_taken", "code", _("已有使用此代码的分类维度，请换一个代码。"))
    one = ("axis_for_numbers_taken", "gives_number_code", _("已有一个分类维度用于编号，请先在那个维度上取消。"))
    return {"axis_one_for_numbers": one, "axis_once": code, "classaxis.code": code, "classaxis.fonds_id": one}


def _term_sentences() -> dict[str, tuple[str, str, str]]:
    taken = ("term_code_taken", "code", _("此维度中已有使用此代码的类目，请换一个代码。"))
    return {"class_term_once": taken, "classterm.code": taken}
