"""Passwords: one's own change, and the reset by an administrator, who hands over a first secret that must be replaced."""

import secrets

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.events import PASSWORD_CHANGED, PASSWORD_RESET
from kedang.foundation.access.models import OpenSession, Person
from kedang.foundation.access.policies import require
from kedang.foundation.access.signin import sessions
from kedang.foundation.access.signin.passwords import refuse_weak, set_password
from kedang.foundation.access.signin.stepup import require_recent
from kedang.foundation.access.throttle import forget_failures
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def random_password() -> str:
    """A first password that can be read out over the telephone: four groups of four."""
    return "-".join("".join(secrets.choice(LETTERS) for _letter in range(4)) for _group in range(4))


def password_change(*, actor: Person, old: str, new: str, again: str) -> Person:
    """Change one's own password; other sessions of the person end.

    Raises:
        Refused: ``password_wrong`` (old), ``password_differs`` (again), ``password_same``, ``password_weak``.
    """
    if not actor.check_password(old):
        raise Refused("password_wrong", _("原密码不正确。"), "old")
    if new != again:
        raise Refused("password_differs", _("两次输入的新密码不一致。"), "again")
    if new == old:
        raise Refused("password_same", _("新密码不能与原密码相同。"), "new")
    refuse_weak(new, actor, "new")
    with transaction.atomic():
        person: Person = Person.objects.select_for_update().get(pk=actor.pk)
        if person.password != actor.password:
            raise Refused("password_wrong", _("密码刚刚在别处改过，请重新登录。"), "old")
        set_password(person, new)
        person.must_change_password = False
        person.save(update_fields=["password", "password_set_at", "must_change_password"])
        record(actor, PASSWORD_CHANGED, person)
    return person


@transaction.atomic
def password_reset(*, actor: Actor, person: Person, reason: str) -> str:
    """Give a person a random first password, to be replaced when they next sign in; returns it for handing over.

    Raises:
        OutOfScope, NotAllowed: no right to manage this person.
        Refused: ``own_password``, ``reason_missing``.
    """
    locked = Person.objects.select_for_update().filter(pk=person.pk).first()
    if locked is None:
        raise OutOfScope
    require(actor, "access.manage_people", locked)
    if actor.id == locked.pk:
        raise Refused("own_password", _("自己的密码请在“我的账号”中修改。"))
    if not reason.strip():
        raise Refused("reason_missing", _("请写明重置原因，例如“本人忘记密码，已当面核对”。"), "reason")
    first = random_password()
    require_recent(actor)
    set_password(locked, first)
    locked.must_change_password = True
    locked.save(update_fields=["password", "password_set_at", "must_change_password"])
    sessions.end(OpenSession.objects.filter(person=locked))
    forget_failures(locked.username)
    record(actor, PASSWORD_RESET, locked, reason=reason.strip())
    return first
