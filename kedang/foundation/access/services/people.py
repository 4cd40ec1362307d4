"""Accounts of people. A person is never deleted: what they did stays theirs."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.events import (
    LANGUAGE_CHANGED,
    PERSON_ACTIVATED,
    PERSON_CHANGED,
    PERSON_CREATED,
    PERSON_DEACTIVATED,
    PERSON_UNLOCKED,
)
from kedang.foundation.access.models import Department, Fonds, OpenSession, Person
from kedang.foundation.access.policies import require
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.access.services.writing import apply, check, fonds_of, initial, save
from kedang.foundation.access.signin import sessions
from kedang.foundation.access.signin.passwords import refuse_weak, set_password
from kedang.foundation.access.signin.stepup import require_recent
from kedang.foundation.access.succession import refuse_last
from kedang.foundation.access.throttle import forget_failures
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

KEPT = ("username", "name", "department", "title", "email", "mobile", "clearance", "language")
CHANGEABLE = frozenset({"name", "department", "title", "email", "mobile", "clearance"})


@transaction.atomic
def person_create(
    *,
    actor: Actor,
    username: str,
    name: str,
    password: str,
    department: Department | None = None,
    title: str = "",
    email: str = "",
    mobile: str = "",
    clearance: int = SecrecyLevel.INTERNAL,
    language: str = "",
    must_change_password: bool = True,
    fonds: Fonds | None = None,
) -> Person:
    """A new account, without any right until somebody grants one.

    Raises:
        NotAllowed: no right to manage people, or (for another clearance than 内部) to grant.
        Refused: ``username_taken``, ``password_weak``, ``foreign_department``, ``invalid``.
    """
    require(actor, "access.manage_people")
    if int(clearance) != SecrecyLevel.INTERNAL:
        require(actor, "access.manage_grants")
    company = fonds_of(actor, fonds)
    _refuse_foreign(company, department)
    person = Person(
        fonds=company, username=username.strip(), name=name.strip(), department=department, title=title.strip(),
        email=email.strip(), mobile=mobile.strip(), clearance=int(clearance), language=language,
        must_change_password=must_change_password, created_at=clock.now(),
    )  # fmt: skip
    check(person, exclude=["password"])
    taken = Refused(
        "username_taken", _("用户名“%(name)s”已有人使用，请换一个。") % {"name": person.username}, "username"
    )
    if Person.objects.filter(username__iexact=person.username).exists():
        raise taken
    refuse_weak(password, person)
    set_password(person, password)
    save(person, taken)
    record(actor, PERSON_CREATED, person, changes=initial(person, KEPT))
    return person


@transaction.atomic
def person_change(*, actor: Actor, person: Person, reason: str = "", **values: Any) -> Person:
    """Change name, department, title, mail, mobile or clearance. Clearance is a right: it needs 授权与收回.

    Raises:
        OutOfScope, NotAllowed: as everywhere.
        Refused: ``own_clearance``, ``foreign_department``, ``invalid``.
    """
    unknown = set(values) - CHANGEABLE
    if unknown:
        raise TypeError(f"person_change() does not change {sorted(unknown)}")
    person = _locked(person)
    if set(values) - {"clearance"}:
        require(actor, "access.manage_people", person)
    if "clearance" in values and int(values["clearance"]) != person.clearance:
        require(actor, "access.manage_grants", person)
        require_recent(actor)
        if actor.id == person.pk:
            raise Refused("own_clearance", _("不能调整自己的知悉等级，请由另一位安全保密员办理。"), "clearance")
    if "department" in values:
        _refuse_foreign(person.fonds, values["department"])
    changes = apply(person, values)
    if changes:
        check(person, exclude=["password"])
        person.save(update_fields=list(changes))
        record(actor, PERSON_CHANGED, person, changes=changes, reason=reason.strip())
    return person


@transaction.atomic
def person_deactivate(*, actor: Actor, person: Person, reason: str) -> Person:
    """Switch an account off: its sessions end at the next request, its grants reach nothing.

    Raises:
        Refused: ``self_deactivated``, ``reason_missing``, ``last_holder``, ``already_inactive``.
    """
    person = _locked(person)
    require(actor, "access.manage_people", person)
    if actor.id == person.pk:
        raise Refused("self_deactivated", _("不能停用自己的账号，请由另一位系统管理员办理。"))
    if not reason.strip():
        raise Refused("reason_missing", _("请写明停用原因，例如“离职”“调岗”。"), "reason")
    if not person.is_active:
        raise Refused("already_inactive", _("此账号已经停用。"))
    refuse_last(person)
    person.is_active = False
    person.save(update_fields=["is_active"])
    sessions.end(OpenSession.objects.filter(person=person))
    record(actor, PERSON_DEACTIVATED, person, changes={"is_active": (True, False)}, reason=reason.strip())
    return person


@transaction.atomic
def person_activate(*, actor: Actor, person: Person, reason: str = "") -> Person:
    """Switch an account on again, with the grants it still has.

    Raises:
        Refused: ``already_active``.
    """
    person = _locked(person)
    require(actor, "access.manage_people", person)
    if person.is_active:
        raise Refused("already_active", _("此账号没有停用。"))
    person.is_active = True
    person.save(update_fields=["is_active"])
    record(actor, PERSON_ACTIVATED, person, changes={"is_active": (False, True)}, reason=reason.strip())
    return person


@transaction.atomic
def person_unlock(*, actor: Actor, person: Person, reason: str = "") -> Person:
    """Let somebody try again at once who is locked after wrong passwords.

    Raises:
        Refused: ``not_locked``.
    """
    person = _locked(person)
    require(actor, "access.manage_people", person)
    if not forget_failures(person.username):
        raise Refused("not_locked", _("此账号没有锁定。"))
    record(actor, PERSON_UNLOCKED, person, reason=reason.strip())
    return person


@transaction.atomic
def language_change(*, actor: Person, language: str) -> Person:
    """One's own language of the pages.

    Raises:
        Refused: ``language_unknown``.
    """
    from django.conf import settings

    if language not in dict(settings.LANGUAGES):
        raise Refused("language_unknown", _("没有这种界面语言。"), "language")
    person = _locked(actor)
    changes = apply(person, {"language": language})
    if changes:
        person.save(update_fields=["language"])
        record(actor, LANGUAGE_CHANGED, person, changes=changes)
    return person


def _locked(person: Person) -> Person:
    found: Person | None = Person.objects.select_for_update().filter(pk=person.pk).first()
    if found is None:
        raise OutOfScope
    return found


def _refuse_foreign(fonds: Fonds, department: Department | None) -> None:
    if department is not None and (department.fonds_id != fonds.pk or not department.is_active):
        raise Refused("foreign_department", _("没有这个部门，或部门已停用。请重新选择。"), "department")
