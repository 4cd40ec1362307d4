"""Slowing down guessing without handing strangers a way to lock people out.

Failures are counted per account (for browsers we do not know), per known browser of an account, and per address. A browser
that once signed in keeps a signed token; its attempts count on a counter of its own, so strangers who hammer an account lock
each other out but never its owner. Attempts are counted *before* the password is checked: parallel guesses share the limit.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Q

from kedang.foundation.access.models import SignInCounter
from kedang.foundation.kernel import clock, keys

ADDRESS_FACTOR = 10
"""An address may fail this many times more often than an account: a whole office shares one."""
KEEP = timedelta(days=1)
_SALT = "kedang.known-browser"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One counted attempt: whether it may go on, until when not, how many are left, whether this one locks."""

    keys: tuple[str, ...]
    locked_until: datetime | None = None
    left: int = 0
    locks_now: bool = False


def browser_token(username: str) -> str:
    """What a browser keeps after a successful sign-in."""
    return signing.dumps(_fold(username), salt=_SALT)


def is_known_browser(token: str, username: str) -> bool:
    """Whether the token is ours and of this account."""
    try:
        return bool(token) and signing.loads(token, salt=_SALT, max_age=timedelta(days=180)) == _fold(username)
    except signing.BadSignature:
        return False


@transaction.atomic
def begin_attempt(username: str, address: str, token: str) -> Attempt:
    """Count an attempt before the password is looked at. A locked one is not counted: locks do not grow."""
    names = _keys(username, address, token)
    moment = clock.now()
    _forget_old(moment)
    fresh = [SignInCounter(key=name, started_at=moment, updated_at=moment) for name in names]
    SignInCounter.objects.bulk_create(fresh, ignore_conflicts=True)
    rows = {row.key: row for row in SignInCounter.objects.select_for_update().filter(key__in=names).order_by("key")}
    locks = [row.locked_until for row in rows.values() if row.locked_until and row.locked_until > moment]
    until = max(locks, default=None)
    if until is not None:
        return Attempt(names, until)
    left, locks_now = 0, False
    pause = timedelta(minutes=settings.SIGN_IN_LOCK_MINUTES)
    for number, name in enumerate(names):
        row = rows[name]
        is_address_over = number > 0 and moment - row.started_at > pause
        if row.locked_until is not None or is_address_over:
            row.failures, row.locked_until, row.started_at = 0, None, moment
        row.failures, row.updated_at = row.failures + 1, moment
        limit = settings.SIGN_IN_FAILURES_BEFORE_LOCK * (ADDRESS_FACTOR if number else 1)
        if row.failures >= limit:
            row.locked_until, locks_now = moment + pause, True
        left = limit - row.failures if number == 0 else left
        row.save(update_fields=["failures", "locked_until", "started_at", "updated_at"])
    return Attempt(names, None, left, locks_now)


def forgive(attempt: Attempt) -> None:
    """The password was right: the account's counter starts anew, the address gets its one attempt back."""
    SignInCounter.objects.filter(key=attempt.keys[0]).delete()
    for row in SignInCounter.objects.select_for_update().filter(key__in=attempt.keys[1:]):
        row.failures, row.locked_until = max(0, row.failures - 1), None
        row.save(update_fields=["failures", "locked_until"])


def forget_failures(username: str) -> bool:
    """Lift the locks of an account, known browsers included; False when there was none."""
    mine = Q(key=_digest("account", _fold(username))) | Q(key=_digest("browser", _fold(username)))
    was_locked = SignInCounter.objects.filter(mine, locked_until__gt=clock.now()).exists()
    SignInCounter.objects.filter(mine).delete()
    return was_locked


def locked_until(username: str) -> datetime | None:
    """Until when the account is locked for browsers that are not known, for the pages of the administrator."""
    found: datetime | None = (
        SignInCounter.objects.filter(key=_digest("account", _fold(username)), locked_until__gt=clock.now())
        .values_list("locked_until", flat=True)
        .first()
    )
    return found


def _forget_old(moment: datetime) -> None:
    old = SignInCounter.objects.select_for_update(skip_locked=True).filter(updated_at__lt=moment - KEEP)
    SignInCounter.objects.filter(pk__in=[row.pk for row in old[:200]]).delete()


def _keys(username: str, address: str, token: str) -> tuple[str, ...]:
    """The account's counter first, then that of the address (not for known browsers)."""
    folded = _fold(username)
    if is_known_browser(token, username):
        return (_digest("browser", folded),)
    return (_digest("account", folded), *([_digest("address", address)] if address else []))


def _digest(purpose: str, text: str) -> str:
    return f"{purpose}:{keys.blind(text or '-', f'sign-in.{purpose}')}"


def _fold(username: str) -> str:
    return username.strip().lower()[:80]
