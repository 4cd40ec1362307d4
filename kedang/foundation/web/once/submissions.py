"""The ledger of sent forms: who sent which key, what was in it, and where it led."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest

from kedang.foundation.kernel import clock
from kedang.foundation.web.models import Submission

KEY_FIELD = "_once"
KEY_HEADER = "Idempotency-Key"
LONGEST_KEY = 64
KEPT = timedelta(hours=48)
WAIT_MS = 15_000
EDGE = 1 << 20


class StillRunning(Exception):
    """The same form is being worked on at this moment, and has been for longer than anyone should wait."""


def new_key() -> str:
    """A key for one form as it is drawn."""
    return secrets.token_urlsafe(16)


def key_of(request: HttpRequest) -> str:
    """The key that a request carries, in its header or its form; empty when it carries none or one that is no key."""
    found = request.headers.get(KEY_HEADER, "") or request.POST.get(KEY_FIELD, "")
    return found if len(found) <= LONGEST_KEY else ""


def digest_of(request: HttpRequest) -> str:
    """Digest of what is sent: path, fields without key and cross-site token, and files by name, size and both ends."""
    made = hmac.new(
        settings.SECRET_KEY.encode(), request.get_full_path().encode(), hashlib.sha256
    )  # forms hold passwords too
    for name in sorted(request.POST):
        if name not in (KEY_FIELD, "csrfmiddlewaretoken"):
            for value in request.POST.getlist(name):
                feed(made, (name, value))
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            feed(made, (name, str(file.name), str(file.size)))
            feed_ends(made, file)
    return made.hexdigest()


def feed(made: Any, parts: Iterable[str]) -> None:
    """Add texts to a digest so that no two lists of them look alike."""
    for part in parts:
        raw = part.encode(errors="surrogatepass")
        made.update(len(raw).to_bytes(8, "big") + raw)


def feed_ends(made: Any, file: Any) -> None:
    """Add the first and last MiB of a file: enough to tell two uploads of the same name and size apart, quick for a large one."""
    file.seek(0)
    made.update(file.read(EDGE))
    if file.size > EDGE:
        file.seek(max(EDGE, file.size - EDGE))
        made.update(file.read(EDGE))
    file.seek(0)


def claim(person_id: int, key: str, digest: str) -> tuple[Submission, bool]:
    """The ledger row of a key inside the transaction under way, and whether this request is the first to bring it.

    The unique row is what decides: a second request waits here until the first has committed (and then finds its answer) or
    has rolled back (and then goes first itself).

    Raises:
        StillRunning: the first one did not end within fifteen seconds.
    """
    mark = secrets.token_hex(8)
    row = Submission(person_id=person_id, key=key, digest=digest, mark=mark, created_at=clock.now())
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = '{WAIT_MS}ms'")
            Submission.objects.bulk_create([row], ignore_conflicts=True)
    except OperationalError as error:
        raise StillRunning from error
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = DEFAULT")
    found = Submission.objects.get(person_id=person_id, key=key)
    return found, found.mark == mark


def finish(row: Submission, status: int, location: str) -> None:
    """Keep where the form led, in the same transaction as what it did."""
    Submission.objects.filter(pk=row.pk).update(status=status, location=location)


def forget(row: Submission) -> None:
    """Nothing was done: the key may be used again."""
    Submission.objects.filter(pk=row.pk).delete()


def clear_old() -> int:
    """Remove keys older than two days; returns how many."""
    return int(Submission.objects.filter(created_at__lt=clock.now() - KEPT).delete()[0])
