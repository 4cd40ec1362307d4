"""What the pages of the store are asked for: a file the scanner turned away, a run of the check, a file that no record names."""

from typing import Any

from kedang.foundation.files.models import FaultKind, FileState, FixityFault, FixityRun, RunState, StoredFile
from kedang.foundation.files.services import file_store
from kedang.foundation.kernel import clock
from tests.cast import Cast


def arguments_of_storage(cast: Cast) -> dict[str, dict[str, Any]]:
    """Arguments by the beginning of an address's name."""
    file = file_store(actor=cast.archivist, name="录像.bin", chunks=[b"\0video"])
    StoredFile.objects.filter(pk=file.pk).update(state=FileState.WAITING, is_too_large=True)
    now = clock.now()
    run = FixityRun.objects.create(
        started_at=now, finished_at=now, state=RunState.DONE, is_full=True, by="定时任务", fault_count=1
    )
    fault = FixityFault.objects.create(
        run=run, place="files/zz.sealed", kind=FaultKind.EXTRA, words="存储中多出的文件。", found_at=now
    )
    pages = {
        "file": (file.pk, ("detail", "history", "release", "rescan")),
        "fixity": (run.pk, ("detail",)),
        "fixity-fault": (fault.pk, ("detail", "settle")),
    }
    return {f"files:{noun}-{page}": {"pk": pk} for noun, (pk, names) in pages.items() for page in names}
