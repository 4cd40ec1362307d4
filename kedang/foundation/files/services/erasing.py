"""The one way in which bytes go for good: out of the store, with everything that was made of them. The row stays and says so."""

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.foundation.audit.record import record
from kedang.foundation.files import places
from kedang.foundation.files.events.erasing import FILE_ERASED
from kedang.foundation.files.models import FileState, StoredFile
from kedang.foundation.files.reading.forgetting import derived_forget
from kedang.foundation.kernel import stores
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

FIELDS = ("state", "finding")


@transaction.atomic
def file_erase(*, actor: Actor, file: StoredFile, reason: str) -> StoredFile:
    """Erase the content of a file: text, tokens and pictures at once, the bytes when the transaction is committed.

    The right to destroy is asked by the caller, who knows what the file belongs to and who decided.

    Raises:
        Refused: ``reason_missing``; ``file_erased``: it is gone already.
    """
    reason = reason.strip()
    if len(reason) < 2:
        raise Refused("reason_missing", _("请写明清除文件内容的依据，例如“销毁清册 2026-03”。"), "reason")
    row: StoredFile = StoredFile.objects.select_for_update().get(pk=file.pk)
    if row.state == FileState.ERASED:
        raise Refused("file_erased", _("文件“%(name)s”的内容先前已清除。") % {"name": row.name})
    before = {name: getattr(row, name) for name in FIELDS}
    row.state, row.finding = FileState.ERASED, reason[:300]
    derived_forget(row)
    changes = {name: (old, getattr(row, name)) for name, old in before.items() if old != getattr(row, name)}
    row.save(update_fields=FIELDS)
    record(actor, FILE_ERASED, row, changes=changes, reason=reason, meta={"size": row.size, "sha256": row.sha256})
    stores.discard_on_commit(places.path_of(row.place))
    return row
