"""Whether a new password will do, by the company's profile. Every refusal says what to do."""

from typing import Any

from django.contrib.auth.hashers import check_password
from django.utils.translation import gettext as _

from kedang.foundation.access.models import Person
from kedang.foundation.access.signin.models import PasswordTrace, Profile
from kedang.foundation.access.signin.policy import policy_for_person
from kedang.foundation.access.signin.weak_words import is_weak
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import Refused

LONGEST = 128
KINDS_NEEDED = 3


def refuse_weak(password: str, person: Person, field: str = "password") -> None:
    """Raise when a password does not meet the company's rules, or is so long that checking it would be an attack.

    Raises:
        Refused: ``password_weak`` with the sentence of the first rule that is not met; ``password_used``.
    """
    policy = policy_for_person(person)
    if len(password) > LONGEST:
        raise Refused("password_weak", _("密码最多 %(count)d 位，请短一些。") % {"count": LONGEST}, field)
    if len(password) < policy.min_length:
        sentence = _("密码太短，至少 %(count)d 位。可以用一句只有自己知道的话，例如几个不相干的词连在一起。")
        raise Refused("password_weak", sentence % {"count": policy.min_length}, field)
    if policy.profile == Profile.GRADED and kinds_in(password) < KINDS_NEEDED:
        sentence = _("密码须在大写字母、小写字母、数字、符号中至少用三种，请补上缺的几种。")
        raise Refused("password_weak", sentence, field)
    if person.fonds.is_demo:
        return  # the password of a demo company stands on its door
    if is_weak(
        password,
        (person.username, person.name, person.email, person.mobile, person.fonds.name, person.fonds.short_name),
    ):
        sentence = _(
            "这个密码容易被猜中：不要用常见密码、键盘顺序、生日、手机号、姓名或单位名称的拼音。请换一句别人想不到的话。"
        )
        raise Refused("password_weak", sentence, field)
    if policy.history_count and is_used(password, person, policy.history_count):
        sentence = _("最近 %(count)d 次用过这个密码，请换一个没用过的。")
        raise Refused("password_used", sentence % {"count": policy.history_count}, field)


def kinds_in(password: str) -> int:
    """How many of capitals, small letters, digits and other signs occur."""
    tests = (str.isupper, str.islower, str.isdecimal)
    kinds = [any(sign.isascii() and test(sign) for sign in password) for test in tests]
    return sum(kinds) + any(not (sign.isascii() and sign.isalnum()) for sign in password)


def is_used(password: str, person: Person, count: int) -> bool:
    """Whether it is one of the last passwords, the present one included."""
    if person._state.adding:
        return False
    earlier = PasswordTrace.objects.filter(person=person).order_by("-id").values_list("digest", flat=True)[: count - 1]
    return any(digest and check_password(password, digest) for digest in (person.password, *earlier))


def set_password(person: Person, password: str) -> None:
    """Set, not save; the one before is remembered as long as rules may ask for it."""
    if person.pk is not None and person.password:
        PasswordTrace.objects.create(
            person=person, digest=person.password, set_at=person.password_set_at or clock.now()
        )
        kept = PasswordTrace.objects.filter(person=person).order_by("-id").values_list("id", flat=True)[24:]
        PasswordTrace.objects.filter(pk__in=list(kept)).delete()
    person.set_password(password)
    person.password_set_at = clock.now()


def is_overdue(person: Person) -> bool:
    """Whether the password is older than the company's rules allow."""
    days = policy_for_person(person).rotation_days
    if not days:
        return False
    return (clock.now() - (person.password_set_at or person.created_at)).days >= days


def hint(person: Person | None = None, policy: Any = None) -> str:
    """What the form says before anything is typed."""
    rules = policy or (policy_for_person(person) if person is not None else None)
    length = rules.min_length if rules is not None else 12
    if rules is not None and rules.profile == Profile.GRADED:
        text = _("至少 %(count)d 位，大写、小写、数字、符号至少三种；不要用姓名、生日或单位名称。")
    else:
        text = _("至少 %(count)d 位，越长越好，可以用一句话；可以粘贴；不要用姓名、生日或单位名称。")
    return text % {"count": length}
