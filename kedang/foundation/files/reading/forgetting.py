"""Taking back what was made of a file: before it is erased, when its record leaves the archive, or to read it anew."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.files.events.reading import TEXT_ASKED
from kedang.foundation.files.models import FilePage, FileReading, ReadingState, Rendition, StoredFile
from kedang.foundation.files.previewing.keeping import discard
from kedang.foundation.files.reading.indexing import pages_forget
from kedang.foundation.files.reading.sentences import WITHDRAWN, sentence
from kedang.foundation.files.reading.version import VERSION
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused


@transaction.atomic
def derived_forget(file: StoredFile) -> None:
    """Text, tokens and pictures of a file go, in the transaction that erases it; pictures leave the disk when it is committed."""
    pages_forget(list(FilePage.objects.filter(file=file).values_list("pk", flat=True)))
    FilePage.objects.filter(file=file).delete()
    FileReading.objects.filter(file=file).delete()
    for one in Rendition.objects.filter(file=file):
        transaction.on_commit(lambda place=one.place: discard(place))  # type: ignore[misc]
    Rendition.objects.filter(file=file).delete()


@transaction.atomic
def derived_withdraw(files: Iterable[StoredFile]) -> None:
    """The same for files that are kept although their record left the archive: nobody finds their words, and they are not read again."""
    now = clock.now()
    for file in files:
        derived_forget(file)
        FileReading.objects.create(
            file=file, state=ReadingState.NONE, code=WITHDRAWN, finding=sentence(WITHDRAWN), version=VERSION, begun_at=now, ended_at=now
        )  # fmt: skip


@transaction.atomic
def file_read_again(*, actor: Actor, file: StoredFile) -> None:
    """Ask that the text be taken anew: after the recogniser was installed, or where it looks wrong.

    Raises:
        NotAllowed: without the right to keep the store. Refused: ``text_withdrawn``: its record has left the archive.
    """
    require(actor, "files.keep")
    if FileReading.objects.filter(file=file, code=WITHDRAWN).exists():
        raise Refused("text_withdrawn", _("“%(name)s”所属的件已移出，文字不再提取。") % {"name": file.name})
    derived_forget(file)
    record(actor, TEXT_ASKED, file)
