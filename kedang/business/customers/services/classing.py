"""Classes of a customer on the company's own axes (CU-11)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.events import CLASSES_CHANGED
from kedang.business.customers.models import ClassTerm, Customer, CustomerClass
from kedang.business.customers.services.problems import Problems
from kedang.business.customers.services.writing import locked_customer, touch
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor


@dataclass(slots=True)
class ClassLinks:
    """Checked classes of a customer that is about to be saved; iterates over the terms."""

    terms: list[ClassTerm] = field(default_factory=list)

    def __iter__(self) -> Iterator[ClassTerm]:
        return iter(self.terms)

    def save(self, actor: Actor, customer: Customer) -> None:
        """Write them down with their event."""
        if self.terms:
            CustomerClass.objects.bulk_create([CustomerClass(customer=customer, term=term) for term in self.terms])
            record(
                actor,
                CLASSES_CHANGED,
                customer,
                changes=_difference([], self.terms),
                meta={"version": customer.version},
            )


def class_links(fonds_id: int, given: Iterable[ClassTerm | int], problems: Problems) -> ClassLinks:
    """Classes from terms or keys; unknown ones and two of an axis that allows one are told under ``classes``."""
    keys = {item.pk if isinstance(item, ClassTerm) else int(item) for item in given}
    if not keys:
        return ClassLinks()
    terms = list(
        ClassTerm.objects.filter(
            pk__in=keys, axis__fonds_id=fonds_id, is_active=True, axis__is_active=True
        ).select_related("axis")
    )
    if len(terms) < len(keys):
        problems.tell("classes", _("所选的类目不存在或已停用，请重新选择。"))
    single: dict[int, ClassTerm] = {}
    for term in terms:
        other = single.get(term.axis_id)
        if other is not None and not term.axis.is_multiple:
            problems.tell(
                "classes",
                _("“%(axis)s”只能选一个类目，现选了“%(a)s”和“%(b)s”。") % {"axis": term.axis, "a": other, "b": term},
            )
        single[term.axis_id] = term
    return ClassLinks(sorted(terms, key=lambda term: (term.axis.position, term.axis_id, term.position, term.pk)))


@transaction.atomic
def classes_set(
    *, actor: Actor, customer: Customer, terms: Iterable[ClassTerm | int], reason: str = ""
) -> list[ClassTerm]:
    """Make these the classes of a customer; classes that were switched off since stay where they are.

    Raises:
        Refused: ``values_invalid``.
    """
    owner = locked_customer(actor, customer, "customers.change")
    problems = Problems()
    before = list(
        ClassTerm.objects.filter(customers__customer=owner)
        .select_related("axis")
        .order_by("axis__position", "position", "id")
    )
    retired = [term for term in before if not (term.is_active and term.axis.is_active)]
    wanted = class_links(owner.fonds_id, terms, problems).terms
    problems.refuse()
    after = [*wanted, *(term for term in retired if term not in wanted)]
    gone = [term.pk for term in before if term not in after]
    new = [term for term in after if term not in before]
    if gone or new:
        CustomerClass.objects.filter(customer=owner, term_id__in=gone).delete()
        CustomerClass.objects.bulk_create([CustomerClass(customer=owner, term=term) for term in new])
        touch(actor, owner)
        changes = _difference(before, after)
        record(actor, CLASSES_CHANGED, owner, changes=changes, reason=reason.strip(), meta={"version": owner.version})
    return after


def _difference(before: list[ClassTerm], after: list[ClassTerm]) -> dict[str, tuple[str, str]]:
    """Classes by name, so that the entry can be read when an axis is long gone."""
    return {"class_names": (class_names(before), class_names(after))}


def class_names(terms: Sequence[ClassTerm]) -> str:
    """Classes in words, as the trail keeps them: axis and class."""
    return "；".join(f"{term.axis.name}：{term.name}" for term in terms)
