"""Files in the store that no record names."""

from collections.abc import Iterator
from itertools import islice

from kedang.foundation.files import places
from kedang.foundation.files.models import FileState, StoredFile
from kedang.foundation.kernel import clock

ROUND = 1000
YOUNG_SECONDS = 24 * 3600
"""A file so young may belong to an upload that is not committed yet."""


def extra_files() -> Iterator[str]:
    """Places without a record, and bytes of files that were erased; none that an upload under way may have made."""
    found = iter(places.all_places())
    while part := list(islice(found, ROUND)):
        named = set(
            StoredFile.objects.filter(place__in=part).exclude(state=FileState.ERASED).values_list("place", flat=True)
        )
        for where in part:
            if where not in named and not _is_upload(where):
                yield where


def _is_upload(where: str) -> bool:
    """Young, and sealed for this very place, as only the program makes them."""
    from kedang.foundation.kernel import sealed_files
    from kedang.foundation.kernel.refused import Refused

    path = places.path_of(where)
    try:
        if clock.now().timestamp() - path.stat().st_mtime > YOUNG_SECONDS:
            return False
        with path.open("rb") as stream:
            sealed_files.read_head(stream).key(places.bound_to(where))
    except FileNotFoundError:
        return True
    except (OSError, Refused):
        return False
    return True
