"""What addresses of use can name: a reading of 周航's that was granted and is open, a number to be matched, an answer, a task."""

from datetime import timedelta
from typing import Any

from kedang.business.holdings.models import ItemFile
from kedang.business.lending.choices_use import UseSort
from kedang.business.lending.models import BasketLine, UpdateTask, UseFeedback
from kedang.foundation.access.models import RecordGrant
from kedang.foundation.kernel import clock
from tests.cast import Cast
from tests.files import papers
from tests.lending.using import ask, granted


def arguments_of_use(cast: Cast, customer: Any) -> dict[str, dict[str, Any]]:
    """Name of an address, or the noun it begins with → its arguments."""
    row = granted(cast, customer, sort="export")
    grant = RecordGrant.objects.get(source=row.case.number)
    typed = ask(cast, typed=["KH-1"], days=1)
    now = clock.now()
    answer = UseFeedback.objects.create(
        fonds=cast.fonds, request=row, person=cast.salesperson, department=cast.sales_one, asked_at=now, secrecy_level=1
    )
    task = UpdateTask.objects.create(
        fonds=cast.fonds, feedback=answer, subject_type="customers.customer", subject_id=customer.pk, label=customer.number,
        maintainer=cast.salesperson, department=cast.sales_one, text="地址有误", made_at=now, due_on=clock.today() + timedelta(days=9),
    )  # fmt: skip
    line = BasketLine.objects.create(
        person=cast.salesperson, subject_type="customers.customer", subject_id=customer.pk, added_at=now
    )
    file = papers.stored(cast.archivist, "复制.jpg", papers.photo())
    item = papers.held_by_item(file, responsible=cast.salesperson, department=cast.sales_one)
    pk = {"pk": row.pk}
    return {
        "use-request": pk, "use-change": {"pk": row.case_id}, "opening": {"pk": grant.pk},
        "use-match": {"pk": typed.wanted.get().pk}, "basket-drop": {"pk": line.pk},
        "feedback": {"pk": answer.pk}, "update-task": {"pk": task.pk}, "use-export": {"pk": grant.pk},
        "use-copy": {"pk": ItemFile.objects.get(item=item).pk}, "see-as": {"pk": cast.clerk.pk},
        **{f"lending:use-new-{sort.value}": {} for sort in UseSort}, "lending:see-as-list": {}, "lending:use-figures": {},
    }  # fmt: skip
