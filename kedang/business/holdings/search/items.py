"""What of an item is searched: title, document number, author, codes (also former ones), customer and project."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_lazy as _

from kedang.business.holdings.models import Item, ReferenceCode, Volume
from kedang.business.holdings.services.codes import when_replaced
from kedang.business.holdings.services.items.indexing import KIND, reindex
from kedang.foundation.kernel.walking import walk
from kedang.foundation.search.documents import Document, Field
from kedang.foundation.search.sources import SearchSource, register

TITLE = Field("N", _("题名"), is_spoken=True, is_exact=True)
NUMBER = Field("M", _("文号"), is_exact=True)
AUTHOR = Field("A", _("责任者"), is_spoken=True)
CODE = Field("D", _("档号"), is_exact=True)
FORMER_CODE = Field("F", _("原档号"), is_exact=True)
CUSTOMER = Field("K", _("客户"), is_spoken=True)
PROJECT = Field("P", _("项目"), is_spoken=True)
_COLUMNS = (
    "id", "title", "document_number", "author", "reference_code", "customer__name", "project__name", "fonds_id", "secrecy_level",
    "responsible_id", "department_id",
)  # fmt: skip


def documents_of(ids: Iterable[int]) -> Iterator[tuple[int, Document]]:
    """Documents of the items with these ids as they lie in the database; removed and destroyed ones stay findable by their entry."""
    wanted = list(ids)
    codes: defaultdict[int, list[str]] = defaultdict(list)
    for item_id, code in ReferenceCode.objects.filter(item_id__in=wanted).values_list("item_id", "code"):
        codes[item_id].append(code)
    for row in Item.objects.filter(pk__in=wanted).values(*_COLUMNS):
        texts = [
            (TITLE, row["title"]), (NUMBER, row["document_number"]), (AUTHOR, row["author"]), (CODE, row["reference_code"]),
            (CUSTOMER, row["customer__name"] or ""), (PROJECT, row["project__name"] or ""),
            *((FORMER_CODE, code) for code in codes[row["id"]] if code != row["reference_code"]),
        ]  # fmt: skip
        yield (
            row["id"],
            Document(
                fonds_id=row["fonds_id"],
                texts=tuple((field, text) for field, text in texts if text),
                secrecy_level=row["secrecy_level"],
                owner_id=row["responsible_id"],
                department_id=row["department_id"],
            ),
        )


def all_ids() -> Iterable[int]:
    """Ids of every item."""
    return walk(Item.objects.values_list("pk", flat=True))


@when_replaced
def follow_code(owner: Volume | Item) -> None:
    """An item is found by its new code, and by the old one."""
    if isinstance(owner, Item):
        reindex([owner.pk])


register(
    SearchSource(KIND, 2, Item, (TITLE, NUMBER, AUTHOR, CODE, FORMER_CODE, CUSTOMER, PROJECT), documents_of, all_ids)
)
