"""Whose content lies at a place where it does not belong: files that were swapped or copied over one another are named."""

from collections.abc import Iterable

from kedang.foundation.files import places
from kedang.foundation.files.models import StoredFile
from kedang.foundation.kernel import sealed_files
from kedang.foundation.kernel.refused import Refused

MOST_TRIES = 3_000_000


class Origins:
    """Tries the keys of other places on a file. The suspects, files that are faulty too, are tried first."""

    def __init__(self, suspects: Iterable[str]) -> None:
        self._suspects, self._left = list(suspects), MOST_TRIES

    def of(self, where: str) -> str:
        """The place whose file lies at ``where``; empty where none is found."""
        try:
            with places.path_of(where).open("rb") as stream:
                head = sealed_files.read_head(stream)
        except (OSError, Refused):
            return ""
        return self._among(head, self._suspects) or self._among(
            head, StoredFile.objects.order_by("pk").values_list("place", flat=True).iterator(5000)
        )

    def _among(self, head: sealed_files.Head, candidates: Iterable[str]) -> str:
        for candidate in candidates:
            if self._left <= 0:
                return ""
            self._left -= 1
            bound = places.bound_to(candidate)
            if any(sealed_files.slot_opens(head, slot, bound) for slot in head.slots):
                return candidate
        return ""
