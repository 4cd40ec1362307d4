"""Passwords: one's own change, and the reset by an administrator, who hands over a first secret that must be replaced."""

import secrets

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.events import PASSWORD_CHANGED, PASSWORD_RESET
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import require
from kedang.foundation.access.throttle import forget_failures
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
LONGEST = 128


def refuse_weak(password: str, person: Person) -> None:
    """Raise when a password is too easy to guess (or so long that checking it would be an attack)."""
    if len(password) > LONGEST:
        raise Refused("password_weak", _("密码最多 %(count)d 位。") % {"count": LONGEST}, "password")
    try:
        validate_password(password, person)
    except ValidationError as error:
        told = _problems()
        raise Refused(
            "password_weak", "".join(told.get(str(one.code), one.messages[0]) for one in error.error_list), "password"
        ) from error


def _problems() -> dict[str, str]:
    """What is wrong with a password, by the code of the validator."""
    return {
        "password_too_short": _("密码太短，至少 10 位。"),
        "password_too_common": _("这个密码太常见，容易被猜中。"),
        "password_too_similar": _("密码与姓名、用户名或邮箱太像。"),
    }


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
    refuse_weak_new(new, actor)
    with transaction.atomic():
        person: Person = Person.objects.select_for_update().get(pk=actor.pk)
        if person.password != actor.password:
            raise Refused("password_wrong", _("密码刚刚在别处改过，请重新登录。"), "old")
        person.set_password(new)
        person.must_change_password = False
        person.save(update_fields=["password", "must_change_password"])
        record(actor, PASSWORD_CHANGED, person)
    return person


def refuse_weak_new(new: str, person: Person) -> None:
    """As :func:`refuse_weak`, for the field of the change form."""
    try:
        refuse_weak(new, person)
    except Refused as refusal:
        raise Refused(refusal.code, refusal.sentence, "new") from refusal


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
    locked.set_password(first)
    locked.must_change_password = True
    locked.save(update_fields=["password", "must_change_password"])
    forget_failures(locked.username)
    record(actor, PASSWORD_RESET, locked, reason=reason.strip())
    return first
