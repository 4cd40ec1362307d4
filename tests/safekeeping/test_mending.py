"""A damaged file comes back from the newest real set that holds it whole."""

from pathlib import Path

from kedang.foundation.files import places
from kedang.foundation.files.models import FaultKind
from kedang.foundation.files.services import file_open, file_store, files_repair, fixity_check
from kedang.foundation.kernel import sealed_files
from kedang.foundation.kernel.actors import SYSTEM
from kedang.foundation.safekeeping import services
from tests.cast import Cast


def test_repaired_from_the_newest_whole_copy(people: Cast, home: Path) -> None:
    kept = [file_store(actor=people.archivist, name=f"{n}.txt", chunks=[b"%d" % n * 70_000]) for n in range(3)]
    oldest = services.backup_create(actor=SYSTEM).code
    paths = [places.path_of(row.place) for row in kept]
    good = paths[0].read_bytes()
    paths[0].write_bytes(good[:-3])
    newest = services.backup_create(actor=SYSTEM).code
    paths[1].unlink()
    paths[2].write_bytes(b"")
    type(kept[0]).objects.update(checked_at=None)
    run = fixity_check(actor=SYSTEM, is_full=True)
    assert [fault.kind for fault in run.faults.order_by("file_id")] == [
        FaultKind.CUT,
        FaultKind.MISSING,
        FaultKind.EMPTY,
    ]
    pack = next(path for path in Path(home, "backups", newest).iterdir() if path.name.startswith("files-"))
    assert files_repair(actor=people.archivist) == (3, 0)
    origin = {fault.file_id: fault.settlement for fault in run.faults.all()}
    assert oldest in origin[kept[0].pk], "the newer set holds the damaged bytes"
    assert newest in origin[kept[1].pk] and newest in origin[kept[2].pk]
    for number, row in enumerate(kept):
        row.refresh_from_db()
        with file_open(row) as stream:
            assert stream.read() == b"%d" % number * 70_000
    paths[2].unlink()
    pack.write_bytes(pack.read_bytes()[:-20])
    type(kept[0]).objects.update(checked_at=None)
    fixity_check(actor=SYSTEM, is_full=True)
    assert files_repair(actor=people.archivist) == (1, 0), "a damaged set is passed over"
    assert sealed_files.digest_of(paths[2], places.bound_to(kept[2].place)).sha256 == kept[2].sha256
