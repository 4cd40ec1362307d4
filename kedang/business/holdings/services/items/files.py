"""Files of an item: added, never replaced; a newer version follows the older one (AR-12)."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import Carrier, FileRole, ItemState
from kedang.business.holdings.events.items import ITEM_FILE_ADDED
from kedang.business.holdings.models import Item, ItemFile
from kedang.business.holdings.services.items.writing import (
    DELIVER,
    FILE,
    first_values,
    locked_item,
    recount_volume,
    require_open,
    take_over,
)
from kedang.foundation.audit.record import record
from kedang.foundation.files.models import FileState, StoredFile
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

ENDED = (ItemState.REMOVED, ItemState.DESTROYED)
BAD = frozenset({FileState.INFECTED.value, FileState.DAMAGED.value, FileState.ERASED.value})


@transaction.atomic
def item_file_add(
    *, actor: Actor, item: Item, stored_file: StoredFile, role: str = FileRole.ORIGINAL, note: str = "", follows: ItemFile | None = None
) -> ItemFile:  # fmt: skip
    """Add a file to an item. What is filed gets further files too (a scan, a redacted copy), its original stays as it is.

    Args:
        role: what the file is to the item.
        note: a word about it; needed once the item is filed.
        follows: the file of which this one is a newer version.

    Raises:
        Refused: ``item_ended``, ``file_role_unknown``, ``file_taken``, ``file_foreign``, ``version_followed``, ``original_kept``,
            ``reason_missing``, ``volume_closed``.
    """
    early = (ItemState.RECEIVED.value,)
    found = locked_item(actor, item, DELIVER if item.state in early else FILE)
    if found.state in ENDED:
        raise Refused("item_ended", _("此件已移出或销毁，不能再加入文件。"))
    if role not in FileRole.values:
        raise Refused("file_role_unknown", _("没有“%(role)s”这种文件性质，请从列表中选择。") % {"role": role}, "role")
    if stored_file.fonds_id != found.fonds_id:
        raise Refused("file_foreign", _("此文件不属于本公司，不能加入。"), "file")
    if ItemFile.objects.filter(file=stored_file).exists():
        raise Refused(
            "file_taken", _("文件“%(name)s”已属于一件文件，不能再加入。") % {"name": stored_file.name}, "file"
        )
    _check_version(found, follows, role, note)
    if found.state == ItemState.FILED and role in (FileRole.ORIGINAL, FileRole.SCAN):
        require_open(actor, found.volume)
    row = attach(actor, found, stored_file, role, note=note.strip(), follows=follows)
    changes = take_over(found, _carrier_and_pages(found, stored_file, role))
    if changes:
        found.version += 1
        found.save(update_fields=[*changes, "version"])
        record(actor, ITEM_FILE_ADDED, found, changes=changes, meta={"version": found.version})
        recount_volume(found, changes)
    return row


def _check_version(item: Item, follows: ItemFile | None, role: str, note: str) -> None:
    if follows is not None:
        if follows.item_id != item.pk:
            raise Refused("file_foreign", _("前一版不是此件的文件，请重新选择。"), "follows")
        if ItemFile.objects.filter(follows=follows).exists():
            told = _("“%(name)s”已有更新的一版，请在最新一版之后加入。")
            raise Refused("version_followed", told % {"name": follows.file.name}, "follows")
    if item.state == ItemState.FILED:
        if role == FileRole.ORIGINAL and ItemFile.objects.filter(item=item, role=FileRole.ORIGINAL).exists():
            raise Refused(
                "original_kept",
                _("已归档的件，原件不再增换。请以“扫描件”“副本”或“遮盖件”加入，或先移出此件重新归档。"),
                "role",
            )
        if len(note.strip()) < 2:
            raise Refused("reason_missing", _("此件已归档，加入文件须写明说明，例如“补扫第 3 页”。"), "note")


def _carrier_and_pages(item: Item, file: StoredFile, role: str) -> dict[str, object]:
    """Paper with a scan is hybrid; pages are taken from the file where nobody counted them."""
    values: dict[str, object] = {}
    if item.carrier == Carrier.PAPER:
        values["carrier"] = Carrier.HYBRID.value
    if not item.pages and role in (FileRole.ORIGINAL, FileRole.SCAN) and file.pages:
        values["pages"] = file.pages
    return values


def attach(
    actor: Actor, item: Item, file: StoredFile, role: str, *, note: str = "", follows: ItemFile | None = None
) -> ItemFile:
    """The row that binds a stored file to an item under lock, with its entry."""
    number = follows.number + 1 if follows is not None else 1
    row = ItemFile(
        item=item, file=file, role=role, number=number, follows=follows, note=note[:200], added_at=clock.now()
    )
    row.save(force_insert=True)
    noted = first_values(row, ("file", "role", "number", "note"))
    meta = {"name": file.name, "size": file.size, "sha256": file.sha256}
    record(actor, ITEM_FILE_ADDED, row, changes=noted, meta=meta)
    return row


def pages_of(files: Iterable[StoredFile]) -> int:
    """Pages of the files, as far as they are known."""
    return sum(file.pages or 0 for file in files)


def require_sound(item: Item) -> None:
    """Only files that were scanned and are whole go into custody.

    Raises:
        Refused: ``file_unsound``, ``file_waiting``.
    """
    rows = list(item.files.select_related("file"))
    for row in rows:
        if row.file.state in BAD:
            told = _("文件“%(name)s”%(state)s，不能归档。请更换完好的文件后再办。")
            raise Refused("file_unsound", told % {"name": row.file.name, "state": row.file.get_state_display()})
    waiting = next((row.file.name for row in rows if row.file.state == FileState.WAITING), "")
    if waiting:
        told = _("文件“%(name)s”还没有查毒，暂不能归档。请稍候片刻再办。")
        raise Refused("file_waiting", told % {"name": waiting})
