"""What addresses of printed forms can name: a box with an item, a transfer of 周航's, the photo of an item."""

from typing import Any

from kedang.business.holdings.models import ItemFile, Location, Transfer, TransferLine, Volume
from kedang.foundation.kernel import clock
from tests.cast import Cast


def arguments_of_printing(cast: Cast) -> dict[str, dict[str, Any]]:
    """After the volumes and the photo of the scene were made."""
    box: Any = Location.objects.create(fonds=cast.fonds, kind="box", code="H1", label="一库-A01-01-H1", thickness=30)
    Location.objects.filter(pk=box.pk).update(path=f"/{box.pk}/")
    handed: Any = Transfer.objects.create(
        fonds=cast.fonds,
        number="YJ-1",
        department=cast.sales_one,
        title="合同",
        created_at=clock.now(),
        handed_by=cast.salesperson,
    )
    volume: Any = Volume.objects.filter(fonds=cast.fonds).first()
    TransferLine.objects.create(transfer=handed, position=1, volume=volume, pages=4, is_running=False)
    photo: Any = ItemFile.objects.filter(item__fonds=cast.fonds).first()
    return {
        "holdings:box-print": {"pk": box.pk}, "holdings:box-form": {"pk": box.pk, "form": "box_spine", "ext": "pdf"},
        "holdings:transfer-form": {"pk": handed.pk, "form": "transfer", "ext": "pdf"}, "holdings:item-file-stamped": {"pk": photo.pk},
        "holdings:volume-form": {"pk": volume.pk, "form": "cover", "ext": "pdf"}, "holdings:print-list": {"form": "volumes", "ext": "pdf"},
        "holdings:volume-set": {"pk": volume.pk}, "holdings:volume-print": {"pk": volume.pk},
    }  # fmt: skip
