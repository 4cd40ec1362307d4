"""Every reading of a page leaves an entry at the record that holds the file; a picture shown by a page just noted is not noted again."""

from typing import Any

from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction

from kedang.foundation.audit.record import record
from kedang.foundation.files.events.reading import PAGE_VIEWED
from kedang.foundation.files.owners import Held

NOTED_FOR = 300
"""Seconds within which the browser fetches the picture that belongs to a page."""
_signer = TimestampSigner(salt="kedang.files.page")


@transaction.atomic
def page_note(*, actor: Any, held: Held, page: int) -> str:
    """Write down who reads which page; the answer lets the picture of this page pass without a second entry."""
    record(actor, PAGE_VIEWED, held.record, meta={"file": held.file.pk, "name": held.file.name, "page": page})
    return _signer.sign(_what(actor, held, page)).partition(":")[2]


def is_noted(*, actor: Any, held: Held, page: int, proof: str) -> bool:
    """Whether this person was shown this page a moment ago."""
    try:
        _signer.unsign(f"{_what(actor, held, page)}:{proof}", max_age=NOTED_FOR)
    except BadSignature:
        return False
    return True


def _what(actor: Any, held: Held, page: int) -> str:
    return f"{actor.pk}/{held.file.pk}/{page}"
