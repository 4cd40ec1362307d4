"""What of a volume is searched: its title, its codes (also those it had before), the customer and the project."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_lazy as _

from kedang.business.holdings.models import ReferenceCode, Volume
from kedang.foundation.kernel.walking import walk
from kedang.foundation.search.documents import Document, Field
from kedang.foundation.search.sources import SearchSource, register

KIND = "volume"

TITLE = Field("N", _("案卷题名"), is_spoken=True, is_exact=True)
CODE = Field("D", _("档号"), is_exact=True)
FORMER_CODE = Field("F", _("原档号"), is_exact=True)
CUSTOMER = Field("K", _("客户"), is_spoken=True)
PROJECT = Field("P", _("项目"), is_spoken=True)


def documents_of(ids: Iterable[int]) -> Iterator[tuple[int, Document]]:
    """Documents of the volumes with these ids as they lie in the database; destroyed ones stay findable, their catalogue is kept."""
    wanted = list(ids)
    former: defaultdict[int, list[str]] = defaultdict(list)
    for volume_id, code in ReferenceCode.objects.filter(volume_id__in=wanted).values_list("volume_id", "code"):
        former[volume_id].append(code)
    rows = Volume.objects.filter(pk__in=wanted).values(
        "id",
        "title",
        "reference_code",
        "customer__name",
        "project__name",
        "fonds_id",
        "secrecy_level",
        "responsible_id",
        "department_id",
    )
    for row in rows:
        texts = [
            (TITLE, row["title"]), (CODE, row["reference_code"]), (CUSTOMER, row["customer__name"] or ""), (PROJECT,
            row["project__name"] or ""),
            *((FORMER_CODE, code) for code in former[row["id"]] if code != row["reference_code"]),
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
    """Ids of every volume."""
    return walk(Volume.objects.values_list("pk", flat=True))


register(SearchSource(KIND, 3, Volume, (TITLE, CODE, FORMER_CODE, CUSTOMER, PROJECT), documents_of, all_ids))
