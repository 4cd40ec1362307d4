"""Whose content lies at a place where it does not belong: files that were swapped or copied over one another are named."""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress

from kedang.foundation.files import places
from kedang.foundation.files.models import StoredFile
from kedang.foundation.kernel import sealed_files
from kedang.foundation.kernel.refused import Refused

MOST_TRIES = 3_000_000


class Origins:
    """Only the place a file was sealed for opens its key. Tried are places whose file has the same identity (then this is a copy),
    places that are faulty too (then they were swapped), and all others.
    """

    def __init__(self, suspects: Iterable[str]) -> None:
        self._suspects, self._left = list(suspects), MOST_TRIES
        self._twins: dict[bytes, list[str]] | None = None

    def of(self, where: str) -> str:
        """The place whose file lies at ``where``; empty where none is found."""
        head = _head(where)
        if head is None:
            return ""
        everywhere = StoredFile.objects.order_by("pk").values_list("place", flat=True).iterator(5000)
        return (
            self._among(head, self._of_identity(head.file_id))
            or self._among(head, self._suspects)
            or self._among(head, everywhere)
        )

    def _of_identity(self, file_id: bytes) -> list[str]:
        """Places whose file has this identity; the heads of the store are read once for all questions."""
        if self._twins is None:
            self._twins = defaultdict(list)
            for where in places.all_places():
                with suppress(OSError), places.path_of(where).open("rb") as stream:
                    self._twins[stream.read(24)[8:]].append(where)
        return self._twins.get(file_id, [])

    def _among(self, head: sealed_files.Head, candidates: Iterable[str]) -> str:
        for candidate in candidates:
            if self._left <= 0:
                return ""
            self._left -= 1
            bound = places.bound_to(candidate)
            if any(sealed_files.slot_opens(head, slot, bound) for slot in head.slots):
                return candidate
        return ""


def _head(where: str) -> sealed_files.Head | None:
    try:
        with places.path_of(where).open("rb") as stream:
            return sealed_files.read_head(stream)
    except (OSError, Refused):
        return None
