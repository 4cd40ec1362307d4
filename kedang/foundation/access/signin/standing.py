"""Whether who began something long may still go on with it: switched off, new password or rights taken away ends it (R37)."""

from django.utils.translation import gettext as _

from kedang.foundation.access.grants import forget_grants
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import require
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused


def require_standing(actor: Actor, code: str = "") -> None:
    """Raise unless the person is still what they were when they began, and still has the right.

    Raises:
        Refused: ``standing_lost``. NotAllowed: the right is gone.
    """
    if actor.is_system or not isinstance(actor, Person):
        return
    same = Person.objects.filter(
        pk=actor.pk,
        is_active=True,
        password=actor.password,
        sign_in_stamp=actor.sign_in_stamp,
        clearance=actor.clearance,
    )
    if not same.exists():
        raise Refused(
            "standing_lost", _("账号已停用，或密码、密级、验证方式已变更，未办完的事已停止。请重新登录后再办。")
        )
    if code:
        forget_grants(actor)
        require(actor, code)


def is_switched_off(actor: Actor) -> bool:
    """Whether the person behind a job was switched off since it was handed in."""
    if actor.is_system or not isinstance(actor, Person):
        return False
    return not Person.objects.filter(pk=actor.pk, is_active=True).exists()
