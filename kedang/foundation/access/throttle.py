"""Slowing down guessing without handing strangers a way to lock people out.

Failures are counted per account *and* address (for browsers we do not know), per known browser of an account, and per address.
A browser that once signed in keeps a signed token with a number of its own; its attempts count on a counter of its own. So who
hammers an account locks out their own address, never its owner elsewhere, and never for longer than a quarter of an hour.
Attempts are counted *before* the password is checked: parallel guesses share the limit. Many addresses guessing at one account
are told to the trail (``locks.guessed``) and get fewer tries each.

During a lock nothing is checked, but the same work is done and the same words are said; such attempts are counted and written
down at most once a minute.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.core import signing
from django.db import transaction

from kedang.foundation.access.models import SignInCounter
from kedang.foundation.access.signin.policy import lock_minutes
from kedang.foundation.kernel import clock, keys

ADDRESS_FACTOR = 10
"""An address may fail this many times more often than an account: a whole office shares one."""
GUESSED_FACTOR = 20
"""After so many times the limit within a day an account is being guessed at from many places."""
FEW = 2
"""Tries an address gets at an account that is being guessed at."""
KEEP = timedelta(days=1)
TELL_EVERY = timedelta(minutes=1)
KNOWN_FOR = timedelta(days=180)
_SALT = "kedang.known-browser"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One counted attempt: whether it may go on, whether this one locks, and what of a lock is to be written down."""

    keys: tuple[str, ...]
    locked_until: datetime | None = None
    locks_now: bool = False
    is_guessed: bool = False
    """Whether this is the attempt that makes guessing from many places evident."""
    held: int = 0
    """Attempts during a lock since the last entry, this one included; 0 when nothing is to be written now."""


def browser_token(username: str) -> str:
    """What a browser keeps after a successful sign-in: whose it is, and a number of its own."""
    return signing.dumps([_fold(username), secrets.token_hex(8)], salt=_SALT)


def browser_number(token: str, username: str) -> str:
    """Number of a known browser of the account; empty when the token is not ours, too old or somebody else's."""
    try:
        name, number = signing.loads(token, salt=_SALT, max_age=KNOWN_FOR) if token else ("", "")
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(number) if name == _fold(username) else ""


def is_known_browser(token: str, username: str) -> bool:
    """Whether the token is ours and of this account."""
    return bool(browser_number(token, username))


@transaction.atomic
def begin_attempt(username: str, address: str, token: str, *, step: str = "account") -> Attempt:
    """Count an attempt before anything is looked at. A locked one does not lengthen the lock.

    ``step`` keeps the counters of the second step and of re-entering a password apart from those of the first.
    """
    names, account = _keys(username, address, token, step)
    moment = clock.now()
    _forget_old(moment)
    watch = f"{step}-all:{account}"
    fresh = [SignInCounter(key=name, account=account, started_at=moment, updated_at=moment) for name in (*names, watch)]
    fresh[-1].account = ""
    SignInCounter.objects.bulk_create(fresh, ignore_conflicts=True)
    asked = SignInCounter.objects.select_for_update().filter(key__in=[*names, watch]).order_by("key")
    rows = {row.key: row for row in asked}
    locked = [rows[name] for name in names if (until := rows[name].locked_until) and until > moment]
    if locked:
        return _hold(names, locked, moment)
    many = rows[watch]
    is_known = len(names) == 1
    is_guessed = not is_known and _count_all(many, moment)
    pause, locks_now = timedelta(minutes=lock_minutes()), False
    for number, name in enumerate(names):
        row = rows[name]
        is_address_over = number > 0 and moment - row.started_at > pause
        if row.locked_until is not None or is_address_over:
            row.failures, row.locked_until, row.started_at = 0, None, moment
        row.failures, row.updated_at = row.failures + 1, moment
        limit = _limit(number, is_known, many)
        if row.failures >= limit:
            row.locked_until, locks_now = moment + pause, True
        row.save(update_fields=["failures", "locked_until", "started_at", "updated_at"])
    return Attempt(names, None, locks_now, is_guessed)


def forgive(attempt: Attempt) -> None:
    """The password was right: the account's counter starts anew, the address gets its one attempt back."""
    SignInCounter.objects.filter(key=attempt.keys[0]).delete()
    for row in SignInCounter.objects.select_for_update().filter(key__in=attempt.keys[1:]):
        row.failures, row.locked_until = max(0, row.failures - 1), None
        row.save(update_fields=["failures", "locked_until"])


def forget_failures(username: str) -> bool:
    """Lift the locks of an account from every address and browser; False when there was none."""
    mine = SignInCounter.objects.filter(account=_digest(_fold(username)))
    was_locked = mine.filter(locked_until__gt=clock.now()).exists()
    mine.delete()
    return was_locked


def locked_until(username: str) -> datetime | None:
    """Until when the account is locked somewhere, for the pages of the administrator."""
    found: datetime | None = (
        SignInCounter.objects.filter(account=_digest(_fold(username)), locked_until__gt=clock.now())
        .order_by("-locked_until")
        .values_list("locked_until", flat=True)
        .first()
    )
    return found


def _limit(number: int, is_known: bool, many: SignInCounter) -> int:
    limit = int(settings.SIGN_IN_FAILURES_BEFORE_LOCK)
    if number:
        return limit * ADDRESS_FACTOR
    return min(limit, FEW) if not is_known and many.failures > limit * GUESSED_FACTOR else limit


def _count_all(row: SignInCounter, moment: datetime) -> bool:
    """Count an attempt of unknown browsers at the account; True for the one that crosses the line."""
    if moment - row.started_at > KEEP:
        row.failures, row.started_at = 0, moment
    row.failures, row.updated_at = row.failures + 1, moment
    row.save(update_fields=["failures", "started_at", "updated_at"])
    return row.failures == settings.SIGN_IN_FAILURES_BEFORE_LOCK * GUESSED_FACTOR + 1


def _hold(names: tuple[str, ...], locked: list[SignInCounter], moment: datetime) -> Attempt:
    """Count an attempt during a lock; once a minute it is written down with how many there were."""
    row = max(locked, key=lambda one: one.locked_until or moment)
    row.held, held = row.held + 1, 0
    if row.told_at is None or moment - row.told_at >= TELL_EVERY:
        held, row.held, row.told_at = row.held, 0, moment
    row.save(update_fields=["held", "told_at"])
    return Attempt(names, row.locked_until, held=held)


def _forget_old(moment: datetime) -> None:
    old = SignInCounter.objects.select_for_update(skip_locked=True).filter(updated_at__lt=moment - KEEP)
    SignInCounter.objects.filter(pk__in=[row.pk for row in old[:200]]).delete()


def take_untold() -> int:
    """Attempts during locks that nobody has tried since: how many, to be written down by who asks."""
    due = clock.now() - TELL_EVERY
    rows = list(SignInCounter.objects.select_for_update(skip_locked=True).filter(held__gt=0, told_at__lte=due)[:50])
    SignInCounter.objects.filter(pk__in=[row.pk for row in rows]).update(held=0, told_at=clock.now())
    return sum(row.held for row in rows)


def _keys(username: str, address: str, token: str, step: str) -> tuple[tuple[str, ...], str]:
    """The counters of an attempt, the account's first; and the mark of the account."""
    account = _digest(_fold(username))
    number = browser_number(token, username)
    if number:
        return (f"{step}-b:{_digest(f'{account} {number}')}",), account
    place = network_of(address)
    return (f"{step}:{_digest(f'{account} {place}')}", *([f"address:{_digest(place)}"] if place else [])), account


def network_of(address: str) -> str:
    """An address as counted: of IPv6 the network, of which one household has a whole one."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address) and known.ipv4_mapped is None:
        return str(known.exploded[:19])
    return str(known.ipv4_mapped or known) if isinstance(known, IPv6Address) else str(known)


def _digest(text: str) -> str:
    return keys.blind(text or "-", "sign-in")


def _fold(username: str) -> str:
    return username.strip().lower()[:80]
