"""Missing, damaged and altered pages, and pictures of the state of a thing."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kedang.business.holdings.models import Item
from kedang.business.lending.choices import FaultKind
from kedang.business.lending.events import LOAN_PHOTO_ADDED
from kedang.business.lending.models import Loan, LoanFault, LoanPhoto
from kedang.foundation.audit.record import record
from kedang.foundation.files.models import StoredFile
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of the check: which pages, of which paper, and what is wrong with them."""

    kind: str
    first: int
    last: int = 0
    text: str = ""
    item: Item | None = None

    @property
    def until(self) -> int:
        """Last page."""
        return self.last or self.first

    @property
    def pages(self) -> set[tuple[int | None, int]]:
        """Every page of it, within its paper or else within the volume."""
        return {(self.item.pk if self.item else None, page) for page in range(self.first, self.until + 1)}


def faults_checked(row: Loan, faults: Iterable[Fault]) -> list[Fault]:
    """The lines, once they are about pages of this thing.

    Raises:
        Refused: ``fault_pages``, ``fault_kind``, ``fault_foreign``.
    """
    found = list(faults)
    for fault in found:
        most = fault.item.pages if fault.item is not None and fault.item.pages else row.expected_pages or MOST_PAGES
        if fault.kind not in FaultKind.values:
            raise Refused("fault_kind", _("请选择缺页、损坏或涂改。"), "faults")
        if not 1 <= fault.first <= fault.until <= most:
            told = _("第 %(first)s–%(last)s 页不对：页号应在 1 到 %(most)s 之间，止页不小于起页。")
            raise Refused("fault_pages", told % {"first": fault.first, "last": fault.until, "most": most}, "faults")
        if (
            fault.item is not None
            and fault.item.pk != row.item_id
            and (row.volume_id is None or fault.item.volume_id != row.volume_id)
        ):
            raise Refused(
                "fault_foreign", _("“%(title)s”不在所借的案卷里，请重新选择。") % {"title": fault.item.title}, "faults"
            )
    return found


def missing_pages(faults: Iterable[Fault]) -> int:
    """How many different pages are said to be missing."""
    pages: set[tuple[int | None, int]] = set()
    for fault in faults:
        if fault.kind == FaultKind.MISSING:
            pages |= fault.pages
    return len(pages)


def faults_keep(row: Loan, moment: str, faults: Iterable[Fault]) -> list[LoanFault]:
    """Write the lines down; the act they belong to is what the trail tells."""
    now = clock.now()
    made = [
        LoanFault(
            loan=row, moment=moment, kind=fault.kind, item=fault.item, first_page=fault.first, last_page=fault.until,
            text=" ".join(fault.text.split())[:200], noted_at=now,
        )
        for fault in faults_checked(row, faults)
    ]  # fmt: skip
    for one in made:
        one.save(force_insert=True)
    return made


def photos_keep(actor: Actor, row: Loan, moment: str, files: Iterable[StoredFile]) -> list[LoanPhoto]:
    """Pictures belong to the loan from now on.

    Raises:
        Refused: ``photo_kind``, ``photo_taken``.
    """
    made = []
    for file in files:
        if file.fonds_id != row.fonds_id or not file.media_type.startswith("image/"):
            raise Refused(
                "photo_kind", _("“%(name)s”不是照片，请上传 JPG 或 PNG 图片。") % {"name": file.name}, "photos"
            )
        if LoanPhoto.objects.filter(file=file).exists():
            raise Refused("photo_taken", _("照片“%(name)s”已属于另一次借阅。") % {"name": file.name}, "photos")
        photo = LoanPhoto(loan=row, moment=moment, file=file, added_at=clock.now())
        photo.save(force_insert=True)
        record(actor, LOAN_PHOTO_ADDED, photo, meta={"file": file.pk, "moment": moment})
        made.append(photo)
    return made
