"""Telling people: rows in the transaction of what happened, so that there is a notice if and only if it did."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from kedang.foundation.access.models import Person
from kedang.foundation.kernel import clock
from kedang.foundation.notices.choices import ChannelKind, DeliveryState
from kedang.foundation.notices.models import Channel, Delivery, Notice, Preference
from kedang.foundation.notices.registry import is_known, kind_of

LONGEST_NUMBER = 40


def notice_send(
    *, people: Iterable[Person], kind: str, url_name: str, args: Sequence[Any] = (), number: str = "", about: str = ""
) -> int:
    """Tell people that something concerns them; returns how many were told.

    There is deliberately no argument for words: a notice leaves the house by ways that others read, so it says the title of its kind, a
    number and an address behind the sign-in, and nothing of what it is about.

    Args:
        people: whom; of the same person once.
        kind: a declared kind; its title is all that is said.
        url_name, args: where it leads.
        number: of a request, a loan, a batch; never a name.
        about: what it is about, for :func:`notices_settle`.
    """
    if not is_known(kind):
        raise LookupError(f"notice kind {kind!r} is not declared")
    chosen = {one.pk: one for one in people if one.is_active}
    if not chosen:
        return 0
    now, url = clock.now(), reverse(url_name, args=list(args))
    with transaction.atomic():
        rows = [
            Notice(
                fonds_id=one.fonds_id, person_id=one.pk, kind=kind, number=number[:LONGEST_NUMBER], url=url[:200], about=about[:80],
                made_at=now,
            )
            for one in chosen.values()
        ]  # fmt: skip
        Notice.objects.bulk_create(rows)
        _deliver(rows, chosen, now)
    return len(rows)


def notices_settle(*, about: str, people: Iterable[int] | None = None, kinds: Iterable[str] | None = None) -> int:
    """What these notices told of is over: they are read, and what has not gone out yet does not go. Returns how many."""
    rows = Notice.objects.filter(about=about, read_at__isnull=True)
    if people is not None:
        rows = rows.filter(person_id__in=list(people))
    if kinds is not None:
        rows = rows.filter(kind__in=list(kinds))
    keys = list(rows.values_list("pk", flat=True))
    if not keys:
        return 0
    now = clock.now()
    Notice.objects.filter(pk__in=keys).update(read_at=now)
    waiting = Delivery.objects.filter(notice_id__in=keys, state=DeliveryState.WAITING, taken_until__isnull=True)
    waiting.update(state=DeliveryState.DROPPED, ended_at=now)
    return len(keys)


def _deliver(rows: list[Notice], people: dict[int, Person], now: datetime) -> None:
    """Ways out for each notice, as its reader wants them."""
    active: dict[int, set[str]] = {}
    for fonds_id, channel in Channel.objects.filter(
        fonds_id__in={row.fonds_id for row in rows}, is_active=True
    ).values_list("fonds_id", "kind"):
        active.setdefault(fonds_id, set()).add(channel)
    if not active:
        return
    wishes = {one.person_id: one for one in Preference.objects.filter(person_id__in=list(people))}
    made = []
    for row in rows:
        person, used = people[row.person_id], active.get(row.fonds_id, set())
        for channel, due, is_digest in ways(person, wishes.get(person.pk), row.kind, used, now):
            made.append(Delivery(notice=row, fonds_id=row.fonds_id, channel=channel, is_digest=is_digest, due_at=due))
    Delivery.objects.bulk_create(made)


def ways(
    person: Person, wish: Preference | None, kind: str, active: set[str], now: datetime
) -> list[tuple[str, datetime, bool]]:
    """(channel, when, whether collected) by which somebody is told of a kind."""
    wish = wish or Preference(person=person)
    if kind in wish.unwanted:
        return []
    is_urgent = kind_of(kind).is_urgent
    found = []
    for channel in sorted(active):
        if channel == ChannelKind.EMAIL:
            if not (wish.by_email and person.email):
                continue
        elif not wish.accounts.get(channel):
            continue
        is_digest = channel == ChannelKind.EMAIL and wish.is_digest and not is_urgent
        due = now if is_urgent else next_digest(wish, now) if is_digest else after_quiet(wish, now)
        found.append((channel, due, is_digest))
    return found


def after_quiet(wish: Preference, now: datetime) -> datetime:
    """Now, or the end of the quiet hours on the company's wall clock; the same beginning and end means none."""
    local = clock.local(now)
    begin, end, at = wish.quiet_from, wish.quiet_until, local.time()
    if begin == end:
        return now
    is_quiet = begin <= at < end if begin < end else at >= begin or at < end
    if not is_quiet:
        return now
    turn = local.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    return turn if turn > local else turn + timedelta(days=1)


def next_digest(wish: Preference, now: datetime) -> datetime:
    """The next daily collection."""
    local = clock.local(now)
    turn = local.replace(hour=wish.digest_at.hour, minute=wish.digest_at.minute, second=0, microsecond=0)
    return turn if turn > local else turn + timedelta(days=1)


def absolute(url: str) -> str:
    """An address as it stands in a message; without a public address of the installation only its path."""
    base = str(settings.PUBLIC_URL).rstrip("/")
    return f"{base}{url}" if base else url
