"""Acts on one stored file that the scanner turned away: released, scanned, found infected, erased, all at once."""

from typing import Any

from kedang.foundation.audit.models import Event
from kedang.foundation.files.models import FileState, StoredFile
from kedang.foundation.files.scanning.clamd import Verdict
from kedang.foundation.files.services import file_erase, file_release, file_store
from kedang.foundation.files.services.scanning import enter_verdict
from kedang.foundation.kernel.actors import SYSTEM
from tests.cast import Cast
from tests.races.acts import Act, Ground, Group, told


def a_large_file(cast: Cast, number: int) -> Ground:
    """It waits, and only a person can let it pass."""
    file = file_store(actor=cast.archivist, name=f"录像{number}.bin", chunks=[b"\0" * 100])
    StoredFile.objects.filter(pk=file.pk).update(state=FileState.WAITING, is_too_large=True)
    file.refresh_from_db()
    return Ground(cast, number, file, {}, [file])


def verdict(ground: Ground, kind: Any) -> StoredFile:
    name = "Eicar" if kind == "found" else ""
    return enter_verdict(actor=SYSTEM, pk=ground.on.pk, verdict=Verdict(kind, name))


def fails_closed(ground: Ground) -> list[str]:
    """A usable file was released by somebody or called clean; the last verdict holds."""
    file = StoredFile.objects.get(pk=ground.on.pk)
    events = Event.objects.filter(subject_type="files.storedfile", subject_id=file.pk).order_by("pk")
    codes = [event.code for event in events if event.code != "files.stored"]
    found = []
    if file.state == FileState.GOOD and not {"files.clean", "files.released"} & set(codes):
        found.append("usable, though nobody let it pass")
    verdicts = [code for code in codes if code in {"files.clean", "files.infected"}]
    if ("files.erased" in codes) != (file.state == FileState.ERASED) or codes.count("files.erased") > 1:
        found.append(f"{file.state} after {codes}")
    if file.state != FileState.ERASED and verdicts and (verdicts[-1] == "files.infected") != (file.state == FileState.INFECTED):
        found.append(f"{file.state} after {codes}")
    if codes.count("files.released") > 1:
        found.append("released twice")
    return found


FILE = Group(
    "file",
    a_large_file,
    (
        Act(
            "file_release", lambda g, n: file_release(actor=g.cast.archivist, stored_file=g.on, reason="自己录制"),
            once=True, told=told("file_not_turned_away"),
        ),
        Act("called clean", lambda g, n: verdict(g, "clean")),
        Act("called infected", lambda g, n: verdict(g, "found")),
        Act(
            "file_erase", lambda g, n: file_erase(actor=SYSTEM, file=g.on, reason="销毁清册"), once=True, told=told("file_erased"),
        ),
        Act("turned away", lambda g, n: verdict(g, "too_large")),
    ),
    fails_closed,
)  # fmt: skip
