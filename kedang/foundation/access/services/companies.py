"""The company itself, and the first run of an empty installation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.arrivals import welcome
from kedang.foundation.access.events import FONDS_CHANGED, FONDS_CREATED
from kedang.foundation.access.models import Fonds, Person, Role
from kedang.foundation.access.policies import require
from kedang.foundation.access.roles import ensure_builtin_roles
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.access.services.departments import department_create
from kedang.foundation.access.services.grants import grant_give
from kedang.foundation.access.services.people import person_create
from kedang.foundation.access.services.writing import apply, check, initial, save
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor, system_actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

FIRST_CODE = "0001"


@dataclass(frozen=True, slots=True)
class FirstPerson:
    """One of the people that an empty installation begins with."""

    username: str
    name: str
    password: str


@transaction.atomic
def fonds_create(*, actor: Actor, code: str, name: str, short_name: str = "", is_demo: bool = False) -> Fonds:
    """A new company, with the shipped roles and what other rooms bring to a new company.

    Raises:
        Refused: ``fonds_taken``, ``invalid``.
    """
    require(actor, "settings.manage")
    fonds = Fonds(
        code=code.strip(), name=name.strip(), short_name=short_name.strip(), is_demo=is_demo, created_at=clock.now()
    )
    check(fonds)
    taken = Refused("fonds_taken", _("全宗号“%(code)s”已有单位使用。") % {"code": fonds.code}, "code")
    if Fonds.objects.filter(code=fonds.code).exists():
        raise taken
    save(fonds, taken)
    ensure_builtin_roles()
    record(actor, FONDS_CREATED, fonds, changes=initial(fonds, ("code", "name", "short_name")), fonds_id=fonds.pk)
    welcome(fonds)
    return fonds


@transaction.atomic
def fonds_change(*, actor: Actor, fonds: Fonds, **values: Any) -> Fonds:
    """Change name or short name of the company; its number stands on boxes and does not change.

    Raises:
        Refused: ``invalid``.
    """
    unknown = set(values) - {"name", "short_name"}
    if unknown:
        raise TypeError(f"fonds_change() does not change {sorted(unknown)}")
    found = Fonds.objects.select_for_update().filter(pk=fonds.pk).first()
    if found is None:
        raise OutOfScope
    require(actor, "settings.manage", found)
    changes = apply(found, values)
    if changes:
        check(found)
        found.save(update_fields=list(changes))
        record(actor, FONDS_CHANGED, found, changes=changes, fonds_id=found.pk)
    return found


def is_first_run() -> bool:
    """Whether there is nobody yet who could sign in."""
    return not Person.objects.exists()


@transaction.atomic
def first_run(
    *,
    company: str,
    administrator: FirstPerson,
    archivist: FirstPerson,
    security_officer: FirstPerson | None = None,
    departments: Sequence[str] = (),
) -> Fonds:
    """Make an empty installation usable: the company, its departments, its administrator and its archivist.

    Somebody must be able to grant rights, and that may not be the administrator: without an officer of their own
    the archivist is 安全保密员 as well.

    Raises:
        Refused: ``already_set_up``, and whatever the services below refuse, with the field of the form.
    """
    setter_up = system_actor("首次设置")
    over = Refused("already_set_up", _("系统已完成首次设置，请直接登录。"))
    fonds = Fonds.objects.select_for_update().order_by("id").first()
    if Person.objects.exists():
        raise over
    if fonds is None:
        try:
            fonds = fonds_create(actor=setter_up, code=FIRST_CODE, name=company)
        except Refused as refusal:
            raise (over if refusal.code == "fonds_taken" else _at("company", refusal)) from refusal
    else:
        ensure_builtin_roles()
        fonds = fonds_change(actor=setter_up, fonds=fonds, name=company)
    for name in dict.fromkeys(part.strip() for part in departments if part.strip()):
        department_create(actor=setter_up, fonds=fonds, name=name)
    posts = [("administrator", administrator, ["system_admin"])]
    posts.append(("archivist", archivist, ["archivist"] if security_officer else ["archivist", "security_admin"]))
    if security_officer is not None:
        posts.append(("security_officer", security_officer, ["security_admin"]))
    for post, first, roles in posts:
        _employ(setter_up, fonds, post, first, roles)
    return fonds


def _employ(actor: Actor, fonds: Fonds, post: str, first: FirstPerson, roles: Sequence[str]) -> None:
    try:
        person = person_create(
            actor=actor, fonds=fonds, username=first.username, name=first.name, password=first.password,
            clearance=SecrecyLevel.TOP_SECRET if "archivist" in roles else SecrecyLevel.INTERNAL,
            must_change_password=post != "administrator",
        )  # fmt: skip
    except Refused as refusal:
        raise _at(f"{post}_{refusal.field or 'username'}", refusal) from refusal
    for code in roles:
        grant_give(actor=actor, person=person, role=Role.objects.get(code=code), reason=_("首次设置"))


def _at(field: str, refusal: Refused) -> Refused:
    return Refused(refusal.code, refusal.sentence, field)
