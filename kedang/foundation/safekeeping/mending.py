"""Intact copies of stored files out of backup sets, newest set first, for the room of files."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from kedang.foundation.files.fixity import sources
from kedang.foundation.files.fixity.sources import Copy
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.safekeeping import identities
from kedang.foundation.safekeeping.packs import entries
from kedang.foundation.safekeeping.sets import BackupSet, all_sets


def register() -> None:
    """Be asked when files are to be repaired."""
    sources.register(copies)


def copies(wanted: set[str], step: Callable[[int], None]) -> Iterator[Copy]:
    """Copies of wanted files. A set or a part that is damaged is passed over; only the packs with something wanted are read.

    Raises:
        Refused: the identity that opens sets is not on this machine.
    """
    identity = identities.read_identity()
    sets = [found for _name, found in all_sets() if isinstance(found, BackupSet)]
    for found in sorted(sets, key=lambda one: one.created_at, reverse=True):
        if not wanted:
            return
        yield from _of_set(found, identity, wanted, step)


def _of_set(
    found: BackupSet, identity: identities.Identity, wanted: set[str], step: Callable[[int], None]
) -> Iterator[Copy]:
    packs: dict[str, set[str]] = defaultdict(set)
    try:
        key = found.key(identity)
        for one in found.contents(key)["files"]:
            if one["path"] in wanted:
                packs[one["pack"]].add(one["path"])
    except (Refused, OSError, KeyError):
        return
    for pack in sorted(packs):
        try:
            with found.reader(pack, key) as reader:
                for place, content in entries(reader):
                    counted = _counted(content, step)
                    if place in packs[pack] and place in wanted:
                        yield Copy(place, found.id, counted)
                    for _rest in counted:
                        pass
        except (Refused, OSError):
            continue


def _counted(content: Iterator[bytes], step: Callable[[int], None]) -> Iterator[bytes]:
    for block in content:
        step(len(block))
        yield block
