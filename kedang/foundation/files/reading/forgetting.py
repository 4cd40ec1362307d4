"""Taking back what was made of a file: before it is erased, or to read it anew."""

from django.db import transaction

from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.files.events.reading import TEXT_ASKED
from kedang.foundation.files.models import FilePage, FileReading, Rendition, StoredFile
from kedang.foundation.files.previewing.keeping import discard
from kedang.foundation.files.reading.indexing import pages_forget
from kedang.foundation.kernel.actors import Actor


@transaction.atomic
def derived_forget(file: StoredFile) -> None:
    """Text, tokens and pictures of a file go, in the transaction that erases it; pictures leave the disk when it is committed."""
    pages_forget(FilePage.objects.filter(file=file).values_list("pk", flat=True))
    FilePage.objects.filter(file=file).delete()
    FileReading.objects.filter(file=file).delete()
    for one in Rendition.objects.filter(file=file):
        transaction.on_commit(lambda place=one.place: discard(place))  # type: ignore[misc]
    Rendition.objects.filter(file=file).delete()


@transaction.atomic
def file_read_again(*, actor: Actor, file: StoredFile) -> None:
    """Ask that the text be taken anew: after the recogniser was installed, or where it looks wrong.

    Raises:
        NotAllowed: without the right to keep the store.
    """
    require(actor, "files.keep")
    derived_forget(file)
    record(actor, TEXT_ASKED, file)
