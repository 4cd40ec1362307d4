"""Signing in and out. Wrong name, wrong password and switched-off account answer alike, in words and in time."""

import math
from functools import cache

from django.contrib.auth import login, logout
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from kedang.foundation.access import throttle
from kedang.foundation.access.events import SIGN_IN_FAILED, SIGN_IN_LOCKED, SIGNED_IN, SIGNED_OUT
from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.audit.record import SubjectRef, record, subject_of
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import system_actor
from kedang.foundation.kernel.refused import Refused

BACKEND = "django.contrib.auth.backends.ModelBackend"
DOOR = system_actor("登录页")
LONGEST_PASSWORD = 128


def sign_in(*, request: HttpRequest, username: str, password: str, address: str, token: str = "") -> Person:
    """Open a session for who knows the password.

    Args:
        request: gets the new session; its key changes.
        username: as typed; capitals and small letters are the same.
        password: never kept, never recorded.
        address: where the attempt comes from.
        token: what this browser kept from an earlier sign-in, see :mod:`~kedang.foundation.access.throttle`.

    Raises:
        Refused: ``sign_in_empty``, ``sign_in_failed``, ``sign_in_locked``; none tells whether the account exists.
    """
    username = username.strip()
    if not username or not password:
        raise Refused("sign_in_empty", _("请输入用户名和密码。"), "password" if username else "username")
    attempt = throttle.begin_attempt(username, address, token)
    person: Person | None = Person.objects.select_related("fonds").filter(username__iexact=username).first()
    if attempt.locked_until is not None:
        minutes = max(1, math.ceil((attempt.locked_until - clock.now()).total_seconds() / 60))
        _record_failure(person, username, "locked")
        raise Refused("sign_in_locked", _locked_words(minutes), "password", minutes=minutes)
    if not _knows_password(person, password) or person is None or not person.is_active:
        _refuse(person, username, attempt)
    assert person is not None
    with transaction.atomic():
        throttle.forgive(attempt)
        login(request, person, backend=BACKEND)
        record(person, SIGNED_IN, person, meta={"known_browser": throttle.is_known_browser(token, username)})
    return person


def sign_out(*, request: HttpRequest) -> None:
    """Close the session of the request; nothing happens when there is none."""
    person = request.user
    if isinstance(person, Person):
        record(person, SIGNED_OUT, person)
    logout(request)


def _knows_password(person: Person | None, password: str) -> bool:
    """Costs the same whether or not the account exists."""
    if len(password) > LONGEST_PASSWORD:
        password = password[:LONGEST_PASSWORD] + "\0"
    return check_password(password, person.password if person is not None else _nobodys_password())


@cache
def _nobodys_password() -> str:
    return make_password("nobody", hasher="default")


def _refuse(person: Person | None, username: str, attempt: throttle.Attempt) -> None:
    from django.conf import settings

    _record_failure(person, username, "inactive" if person is not None and not person.is_active else "wrong")
    if attempt.locks_now:
        record(DOOR, SIGN_IN_LOCKED, _subject(person, username), fonds_id=_fonds_id(person))
        minutes = settings.SIGN_IN_LOCK_MINUTES
        raise Refused("sign_in_locked", _locked_words(minutes), "password", minutes=minutes)
    sentence = _("用户名或密码不正确，或账号已停用。请核对后重试。")
    if attempt.left <= 2:
        sentence = _("用户名或密码不正确，或账号已停用。再错 %(left)d 次将暂停登录。") % {"left": attempt.left}
    raise Refused("sign_in_failed", sentence, "password")


def _locked_words(minutes: int) -> str:
    return _("登录失败次数过多，请 %(minutes)d 分钟后再试，或请系统管理员解除锁定。") % {"minutes": minutes}


def _record_failure(person: Person | None, username: str, why: str) -> None:
    record(DOOR, SIGN_IN_FAILED, _subject(person, username), meta={"why": why}, fonds_id=_fonds_id(person))


def _subject(person: Person | None, username: str) -> SubjectRef:
    """Who was tried. Of an unknown name only the first letters are kept: people type passwords there."""
    if person is not None:
        return subject_of(person)
    return SubjectRef("access.person", None, _("不存在的用户名 %(start)s…") % {"start": username[:3]})


def _fonds_id(person: Person | None) -> int | None:
    """Attempts on unknown names show in the company that runs the installation."""
    return person.fonds_id if person is not None else Fonds.objects.order_by("id").values_list("id", flat=True).first()
