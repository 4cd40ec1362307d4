"""Handing in scans: of what waits, at once and every minute; of what was scanned long ago, every night."""

from contextlib import suppress
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from kedang.foundation.files.models import FileState, StoredFile
from kedang.foundation.files.scanning import clamd
from kedang.foundation.files.scanning.setting import is_on
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor, system_actor
from kedang.foundation.kernel.refused import Refused

SCAN = "files.scan"
STALE_AFTER = timedelta(days=30)
"""New signatures find what old ones did not: a file is scanned again when its last scan is so old."""


def waiting() -> "QuerySet[StoredFile]":
    """Files that wait for their first scan, oldest first; not those the scanner has turned away for their size."""
    found: QuerySet[StoredFile] = StoredFile.objects.filter(state=FileState.WAITING, is_too_large=False).order_by("pk")
    return found


def stale() -> "QuerySet[StoredFile]":
    """Usable files that were never scanned or not lately."""
    old = Q(scanned_at__isnull=True, is_too_large=False) | Q(scanned_at__lt=clock.now() - STALE_AFTER)
    found: QuerySet[StoredFile] = StoredFile.objects.filter(old, state=FileState.GOOD).order_by("pk")
    return found


def scanner() -> Actor:
    """Who acts when files are scanned."""
    return system_actor(_("查毒"))


def hand_in(*, again: bool = False) -> None:
    """One job scans all that waits; if one is under way it takes new files along."""
    from kedang.foundation.jobs.services import enqueue

    with suppress(Refused):
        enqueue(
            system_actor(_("查毒")), SCAN, args={"again": True} if again else {}, key="again" if again else "waiting"
        )


def look_after() -> None:
    """Every minute: a scan for files that still wait, once the scanner answers.

    Raises:
        Refused: ``scanner_down`` while files wait for it, so that the schedule is shown as failing.
    """
    if is_on() and waiting().exists():
        clamd.version()
        hand_in()


def look_again() -> None:
    """Every night: a scan of what was never scanned or not lately."""
    if is_on() and stale().exists():
        clamd.version()
        hand_in(again=True)
