"""Signing in and out. Wrong name, wrong password, switched-off and locked account answer alike, in words and in time."""

from datetime import timedelta
from functools import cache
from typing import NoReturn

from django.contrib.auth import login, logout
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from kedang.foundation.access import throttle
from kedang.foundation.access.events import (
    GUESSING_SUSPECTED,
    SECOND_STEP_FAILED,
    SIGN_IN_FAILED,
    SIGN_IN_LOCKED,
    SIGNED_IN,
    SIGNED_OUT,
)
from kedang.foundation.access.models import Factor, FactorKind, Fonds, Person
from kedang.foundation.access.services.factors import needs_factor
from kedang.foundation.access.signin import passkeys, pending, proofs, sessions
from kedang.foundation.access.signin.policy import lock_minutes, policy_for_person
from kedang.foundation.audit.record import SubjectRef, record, subject_of
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import system_actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sure import sure

BACKEND = "kedang.foundation.access.backend.StaffBackend"
DOOR = system_actor("登录页")
LONGEST_PASSWORD = 128


def sign_in(*, request: HttpRequest, username: str, password: str, address: str, token: str = "") -> Person | None:
    """Open a session for who knows the password; None when a second step has to follow (see :func:`second_step`).

    Args:
        request: gets the new session; its key changes.
        username: as typed; capitals and small letters are the same.
        password: never kept, never recorded.
        address: where the attempt comes from.
        token: what this browser kept from an earlier sign-in, see :mod:`~kedang.foundation.access.throttle`.

    Raises:
        Refused: ``sign_in_empty``, ``sign_in_failed``; none tells whether the account exists or is locked.
    """
    username = username.strip()
    if not username or not password:
        raise Refused("sign_in_empty", _("请输入用户名和密码。"), "password" if username else "username")
    attempt = throttle.begin_attempt(username, address, token)
    person: Person | None = (
        Person.objects.select_related("fonds__sign_in_policy").filter(username__iexact=username).first()
    )
    is_right = _knows_password(person, password)
    if attempt.locked_until is not None or not is_right or person is None or not person.is_active:
        _refuse(person, username, attempt)
    person = sure(person)
    if Factor.objects.filter(person=person).exists():
        with transaction.atomic():
            throttle.forgive(attempt)
        pending.keep(request, person)
        return None
    with transaction.atomic():
        throttle.forgive(attempt)
        _tell_untold()
        _open(request, person, "password", known_browser=throttle.is_known_browser(token, username))
    return person


def second_step(*, request: HttpRequest, code: str = "", passkey: str = "", address: str, token: str = "") -> Person:
    """Open the session of who has just shown the password, by a code, a recovery code or a passkey.

    Raises:
        Refused: ``second_step_over`` (begin anew), ``second_step_failed`` (also during a lock).
    """
    person = pending.awaited(request)
    if person is None:
        raise Refused("second_step_over", _("登录等待超时，请重新输入用户名和密码。"))
    attempt = throttle.begin_attempt(person.username, address, token, step="second")
    method = ""
    if attempt.locked_until is None:
        method = proofs.second_proof(request, "second", person, code, passkey)
    if not method:
        if attempt.locked_until is None or attempt.held:
            why = "locked" if attempt.locked_until is not None else "wrong"
            record(DOOR, SECOND_STEP_FAILED, person, meta={"why": why, "count": max(1, attempt.held)})
        if attempt.locks_now:
            record(DOOR, SIGN_IN_LOCKED, person, meta={"step": "second"})
        raise Refused("second_step_failed", _second_words(), "code")
    with transaction.atomic():
        throttle.forgive(attempt)
        pending.forget(request)
        _open(request, person, f"password+{method}", known_browser=throttle.is_known_browser(token, person.username))
    return person


def passkey_sign_in(*, request: HttpRequest, passkey: str, address: str) -> Person:
    """Open a session by a passkey alone: it proves possession and, by finger, face or number, the person.

    Raises:
        Refused: ``passkey_failed``, also where the account is switched off or the address is locked.
    """
    attempt = throttle.begin_attempt("passkey", address, "", step="passkey")
    failed = Refused("passkey_failed", _("通行密钥没有通过验证，请再试一次，或用密码登录。"))
    if attempt.locked_until is not None:
        raise failed
    try:
        factor = passkeys.used(request, "sign-in", passkey)
    except Refused as refusal:
        record(DOOR, SIGN_IN_FAILED, _subject(None, ""), meta={"why": "passkey"}, fonds_id=_fonds_id(None))
        raise failed from refusal
    person: Person = Person.objects.select_related("fonds__sign_in_policy").get(pk=factor.person_id)
    if not person.is_active:
        record(DOOR, SIGN_IN_FAILED, person, meta={"why": "inactive"})
        raise failed
    with transaction.atomic():
        throttle.forgive(attempt)
        proofs.note_used(factor)
        _open(request, person, FactorKind.PASSKEY, known_browser=False)
    return person


def sign_out(*, request: HttpRequest) -> None:
    """Close the session of the request; nothing happens when there is none."""
    person = request.user
    if isinstance(person, Person):
        record(person, SIGNED_OUT, person)
        sessions.forget(request.session.session_key)
    logout(request)


def _open(request: HttpRequest, person: Person, method: str, *, known_browser: bool) -> None:
    request.session[sessions.METHOD] = method
    if person.factor_since is None and person.factor_due_at is None and needs_factor(person):
        person.factor_due_at = clock.now() + timedelta(days=policy_for_person(person).factor_grace_days)
        person.save(update_fields=["factor_due_at"])
    login(request, person, backend=BACKEND)
    record(person, SIGNED_IN, person, meta={"known_browser": known_browser, "method": method})


def _knows_password(person: Person | None, password: str) -> bool:
    """Costs the same whether or not the account exists."""
    if len(password) > LONGEST_PASSWORD:
        password = password[:LONGEST_PASSWORD] + "\0"
    return check_password(password, person.password if person is not None else _nobodys_password())


@cache
def _nobodys_password() -> str:
    return make_password("nobody", hasher="default")


def _tell_untold() -> None:
    """Write down attempts during locks that nobody has tried since."""
    if count := throttle.take_untold():
        meta = {"why": "locked", "count": count}
        record(DOOR, SIGN_IN_FAILED, SubjectRef("", None, _("锁定期间的尝试")), meta=meta, fonds_id=_fonds_id(None))


def _refuse(person: Person | None, username: str, attempt: throttle.Attempt) -> NoReturn:
    """Write down what happened, and say what is always said."""
    subject, fonds_id = _subject(person, username), _fonds_id(person)
    if attempt.locked_until is not None:
        if attempt.held:
            record(DOOR, SIGN_IN_FAILED, subject, meta={"why": "locked", "count": attempt.held}, fonds_id=fonds_id)
    else:
        why = "inactive" if person is not None and not person.is_active else "wrong"
        record(DOOR, SIGN_IN_FAILED, subject, meta={"why": why}, fonds_id=fonds_id)
    if attempt.locks_now:
        record(DOOR, SIGN_IN_LOCKED, subject, fonds_id=fonds_id)
    if attempt.is_guessed:
        record(DOOR, GUESSING_SUSPECTED, subject, fonds_id=fonds_id)
    raise Refused("sign_in_failed", _always(), "password")


def _always() -> str:
    sentence = _(
        "用户名或密码不正确，或账号已停用、暂停登录。请核对后再试；连续输错会暂停 %(minutes)d 分钟，也可请系统管理员解除。"
    )
    return sentence % {"minutes": lock_minutes()}


def _second_words() -> str:
    sentence = _(
        "验证没有通过。请用验证器中最新的一个码（每个码只能用一次），或用恢复码；连续输错会暂停 %(minutes)d 分钟。"
    )
    return sentence % {"minutes": lock_minutes()}


def _subject(person: Person | None, username: str) -> SubjectRef:
    """Who was tried. Of an unknown name only the first letters are kept: people type passwords there."""
    if person is not None:
        return subject_of(person)
    return SubjectRef("access.person", None, _("不存在的用户名 %(start)s…") % {"start": username[:3]})


def _fonds_id(person: Person | None) -> int | None:
    """Attempts on unknown names show in the company that runs the installation."""
    return person.fonds_id if person is not None else Fonds.objects.order_by("id").values_list("id", flat=True).first()
