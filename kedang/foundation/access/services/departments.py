"""The tree of departments. Paths follow every move; a circle cannot arise because tree changes of a company queue up."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.events import DEPARTMENT_CHANGED, DEPARTMENT_CREATED, DEPARTMENT_MOVED
from kedang.foundation.access.models import Department, Fonds, Person
from kedang.foundation.access.policies import require
from kedang.foundation.access.services.writing import apply, check, fonds_of, initial, save
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

CHANGEABLE = frozenset({"name", "code", "position", "is_active"})
DEEPEST = 8


@transaction.atomic
def department_create(
    *,
    actor: Actor,
    name: str,
    parent: Department | None = None,
    code: str = "",
    position: int = 0,
    fonds: Fonds | None = None,
) -> Department:
    """A new department under another one, or at the top.

    Raises:
        NotAllowed: no right to manage people and departments.
        Refused: ``department_taken``, ``foreign_department``, ``too_deep``, ``invalid``.
    """
    require(actor, "access.manage_people")
    company = _lock_tree(fonds_of(actor, fonds))
    parent = _parent(company, parent)
    row = Department(fonds=company, parent=parent, name=name.strip(), code=code.strip(), position=position)
    check(row)
    _refuse_taken(row)
    save(row, _taken(row))
    row.path = _path(parent, row.pk)
    row.save(update_fields=["path"])
    record(actor, DEPARTMENT_CREATED, row, changes=initial(row, ("name", "parent", "code", "position")))
    return row


@transaction.atomic
def department_change(*, actor: Actor, department: Department, **values: Any) -> Department:
    """Rename, recode, reorder, switch off or on.

    Raises:
        Refused: ``department_taken``, ``department_in_use`` (people or active departments in it), ``invalid``.
    """
    unknown = set(values) - CHANGEABLE
    if unknown:
        raise TypeError(f"department_change() does not change {sorted(unknown)}")
    department = _locked(actor, department)
    if department.is_active and values.get("is_active") is False:
        _refuse_in_use(department)
    changes = apply(department, values)
    if changes:
        check(department)
        _refuse_taken(department)
        save(department, _taken(department), fields=changes)
        record(actor, DEPARTMENT_CHANGED, department, changes=changes)
    return department


@transaction.atomic
def department_move(*, actor: Actor, department: Department, parent: Department | None) -> Department:
    """Hang a department, with everything below it, under another one.

    Raises:
        Refused: ``department_circle``, ``department_taken``, ``foreign_department``, ``too_deep``.
    """
    department = _locked(actor, department)
    parent = _parent(department.fonds, parent)
    if parent is not None and f"/{department.pk}/" in parent.path:
        raise Refused("department_circle", _("不能把部门移到它自己或它的下级部门之下。"), "parent")
    if parent == department.parent:
        return department
    below = list(Department.objects.filter(fonds=department.fonds, path__startswith=department.path))
    depth_below = max(row.path.count("/") for row in below) - department.path.count("/")
    _refuse_deep(_path(parent, department.pk), depth_below)
    changes = apply(department, {"parent": parent})
    _refuse_taken(department)
    save(department, _taken(department), fields=["parent"])
    old, new = department.path, _path(parent, department.pk)
    for row in below:
        row.path = new + row.path.removeprefix(old)
    Department.objects.bulk_update(below, ["path"], batch_size=200)
    department.path = new
    record(actor, DEPARTMENT_MOVED, department, changes=changes, meta={"moved_below": len(below) - 1})
    return department


def _lock_tree(fonds: Fonds) -> Fonds:
    return Fonds.objects.select_for_update().get(pk=fonds.pk)


def _locked(actor: Actor, department: Department) -> Department:
    _lock_tree(department.fonds)
    found = Department.objects.select_related("fonds", "parent").filter(pk=department.pk).first()
    if found is None:
        raise OutOfScope
    require(actor, "access.manage_people", found)
    return found


def _parent(fonds: Fonds, parent: Department | None) -> Department | None:
    """The parent as it is now (its path may have moved since the page was drawn)."""
    if parent is None:
        return None
    found = Department.objects.filter(pk=parent.pk, fonds=fonds, is_active=True).first()
    if found is None:
        raise Refused("foreign_department", _("没有这个上级部门，或它已停用。请重新选择。"), "parent")
    _refuse_deep(_path(found, 0), 0)
    return found


def _path(parent: Department | None, pk: int) -> str:
    return f"{parent.path if parent else '/'}{pk}/"


def _refuse_deep(path: str, below: int) -> None:
    if path.count("/") - 1 + below > DEEPEST:
        raise Refused("too_deep", _("部门最多 %(count)d 级。") % {"count": DEEPEST}, "parent")


def _taken(row: Department) -> Refused:
    return Refused("department_taken", _("同一上级下已有部门“%(name)s”。") % {"name": row.name}, "name")


def _refuse_taken(row: Department) -> None:
    if Department.objects.filter(fonds=row.fonds, parent=row.parent, name=row.name).exclude(pk=row.pk).exists():
        raise _taken(row)


def _refuse_in_use(department: Department) -> None:
    people = Person.objects.filter(department=department, is_active=True).count()
    if people:
        raise Refused(
            "department_in_use", _("部门中还有 %(count)d 名在用人员，请先调整他们的部门。") % {"count": people}
        )
    if Department.objects.filter(parent=department, is_active=True).exists():
        raise Refused("department_in_use", _("还有启用的下级部门，请先停用或移走它们。"))
