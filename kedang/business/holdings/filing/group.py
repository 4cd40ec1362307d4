"""Documents that belong together (A-I10): a document and all that follow it; they stay in one volume, in a fixed order."""

from dataclasses import dataclass

from kedang.business.holdings.choices import ItemState, Relation
from kedang.business.holdings.models import Item
from kedang.foundation.access.secrecy import SecrecyLevel

GONE = frozenset({ItemState.OUT_OF_SCOPE.value, ItemState.REMOVED.value, ItemState.DESTROYED.value})
"""Companions in these states stand nowhere."""

ORDER = {
    "": 0,
    Relation.ATTACHMENT.value: 1,
    Relation.DRAFT.value: 2,
    Relation.FORWARDED.value: 3,
    Relation.REQUEST.value: 4,
    Relation.LANGUAGE.value: 5,
}
"""正件 before 附件, 印件 before 定稿, the forwarding before what it forwards, 批复 before 请示 (A-I13)."""


@dataclass(slots=True)
class Together:
    """A document and its companions, in their order."""

    main: Item
    companions: list[Item]

    @property
    def every(self) -> list[Item]:
        """All of them, the main one first."""
        return [self.main, *self.companions]

    @property
    def secrecy_level(self) -> int:
        """The highest of them decides where all of them are kept."""
        return max(one.secrecy_level for one in self.every)

    @property
    def is_top_secret(self) -> bool:
        """Kept apart from ordinary documents (A-I11)."""
        return self.secrecy_level >= SecrecyLevel.TOP_SECRET

    @property
    def reply(self) -> Item | None:
        """The answer, where one of the companions is a request that it answers."""
        return self.main if any(one.relation == Relation.REQUEST for one in self.companions) else None


def together_of(item: Item) -> Together:
    """The documents that belong together with one, itself among them."""
    main = item.belongs_to or item
    companions = Item.objects.filter(belongs_to=main).exclude(state__in=GONE)
    found = list(companions.select_related("document_type__retention__reads_as", "project", "volume"))
    found = [item if one.pk == item.pk else one for one in found]
    return Together(
        main, sorted(found, key=lambda one: (ORDER.get(one.relation, 9), one.dated_on or one.created_at.date(), one.pk))
    )


def order_key(item: Item) -> tuple[int, str, int]:
    """Natural order of documents in a volume that are not bound to each other: weight of the kind, date, arrival."""
    weight = item.document_type.order_weight if item.document_type is not None else 50
    return weight, item.dated_on.isoformat() if item.dated_on else "9999", item.pk
