"""What the pages here share: volumes and items as far as the reader may know them, tones, PDF answers."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import LineState, TransferState, Verdict
from kedang.business.holdings.models import Item, Volume

TRANSFER_TONES: Mapping[Any, str] = {
    TransferState.DRAFT.value: "", TransferState.SENT.value: "warn", TransferState.RECEIVED.value: "good",
    TransferState.WITHDRAWN.value: "violet",
}  # fmt: skip
LINE_TONES: Mapping[Any, str] = {
    LineState.PENDING.value: "warn",
    LineState.ACCEPTED.value: "good",
    LineState.REJECTED.value: "bad",
}
VERDICT_TONES: Mapping[Any, str] = {
    Verdict.PASSED.value: "good", Verdict.WARNED.value: "warn", Verdict.PENDING.value: "blue", Verdict.FAILED.value: "bad",
}  # fmt: skip


class Known:
    """Which volumes and items a reader may see, asked once for a whole page."""

    def __init__(self, actor: Any, volumes: Iterable[int | None], items: Iterable[int | None]) -> None:
        wanted, others = {one for one in volumes if one}, {one for one in items if one}
        self.volumes = (
            set(Volume.objects.filter(pk__in=wanted).visible_to(actor).values_list("pk", flat=True))
            if wanted
            else set()
        )
        self.items = (
            set(Item.objects.filter(pk__in=others).visible_to(actor).values_list("pk", flat=True)) if others else set()
        )

    def has(self, thing: Any) -> bool:
        """Whether it may be shown by name."""
        return thing.pk in (self.volumes if isinstance(thing, Volume) else self.items)

    def words(self, thing: Any) -> dict[str, Any]:
        """Code, title and address; of what is beyond the reader only that it is there."""
        if thing is None:
            return {"code": "", "title": "", "url": "", "kind": ""}
        kind = _("案卷") if isinstance(thing, Volume) else _("件")
        if not self.has(thing):
            return {"code": "", "title": _("（超出您的知悉范围）"), "url": "", "kind": kind}
        title = thing.title if isinstance(thing, Volume) else thing.shown_title
        return {"code": thing.reference_code, "title": title, "url": url_of(thing), "kind": kind}


def url_of(thing: Any) -> str:
    """The page of a volume or item."""
    return reverse(f"holdings:{'volume' if isinstance(thing, Volume) else 'item'}-detail", args=[thing.pk])
