"""Files of the data folder at a quiet moment: each belongs to a row, each row has its file, nothing was left lying."""

import os
from collections.abc import Iterator
from pathlib import Path

DATABASE = {"kedang.sqlite3", "kedang.sqlite3-wal", "kedang.sqlite3-shm"}
LOCKS = {"stores.lock", "serve.lock", ".lock-restore"}


def files(data: Path) -> Iterator[str]:
    """Every path below the data folder, and every row that names one."""
    from kedang.business.intake.models import ImportBatch
    from kedang.foundation.audit.models import Event
    from kedang.foundation.files.models import FileState, Rendition, StoredFile
    from kedang.foundation.jobs.models import Job

    closed = set(Event.objects.filter(code="intake.closed").values_list("subject_id", flat=True))
    originals = {f"imports/{pk}.sealed" for pk in ImportBatch.objects.values_list("pk", flat=True) if pk not in closed}
    exports = {
        f"exports/{job.pk}.{job.args['file_kind']}" for job in Job.objects.filter(kind="web.export", state="done")
    }
    stored = set(StoredFile.objects.exclude(state=FileState.ERASED).values_list("place", flat=True))
    drawn = set(Rendition.objects.values_list("place", flat=True))
    named = DATABASE | LOCKS | originals | exports | stored | drawn
    found = set()
    for here, _folders, names in os.walk(data):
        for name in names:
            path = Path(here, name).relative_to(data).as_posix()
            found.add(path)
            top = path.partition("/")[0]
            if top in {"keys", "checkpoints"} or _is_of_a_set(path) or path in named:
                continue
            if top == "tmp" and "/" in path.removeprefix("tmp/") and _is_in_use(data / "tmp" / path.split("/")[1]):
                continue
            yield f"stray file: {path} ({Path(here, name).stat().st_size} bytes)"
    for missing in sorted((originals | exports | stored | drawn) - found):
        yield f"missing file: {missing}"
    for path in originals & found:
        if (data / path).stat().st_size < 60:
            yield f"short file: {path}"


def _is_of_a_set(path: str) -> bool:
    """Finished sets are looked at byte by byte elsewhere; what a broken one left is named with a dot."""
    top, _slash, rest = path.partition("/")
    return top == "backups" and (rest.startswith(".lock") or not rest.startswith("."))


def _is_in_use(folder: Path) -> bool:
    """The folder of a living process is locked by it."""
    import fcntl

    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
