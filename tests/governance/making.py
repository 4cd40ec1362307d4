"""People who leave, with what they have in hand."""

from datetime import timedelta
from typing import Any

from kedang.business.governance.models import AgreementText, Handover, HandoverPart
from kedang.business.governance.services.agreements import text_draft, text_put_in_force
from kedang.business.governance.services.handing import handover_open, handover_split
from kedang.foundation.access.models import Person
from kedang.foundation.kernel import clock
from tests.cast import Cast, make_person
from tests.customers.making import make_customer

BODY = "第一条 本人对工作中接触的客户档案负有保密义务。\n第二条 未经批准不得复制、外传。\n第三条 离职后继续保密。"


def security_of(cast: Cast) -> Person:
    """韩梅, 安全保密员."""
    found = Person.objects.filter(username="hanmei").first()
    return found or make_person(cast.fonds, "hanmei", "韩梅", "security_admin", cast.head_office)


def text_of(cast: Cast, **values: Any) -> AgreementText:
    """An agreement in force."""
    security = security_of(cast)
    given = {"title": "客户档案保密协议", "body": BODY, "term_months": 12, "after_months": 24, **values}
    return text_put_in_force(actor=security, text=text_draft(actor=security, **given))


def dossiers_of(cast: Cast, count: int = 2) -> list[Any]:
    """Dossiers that 周航 looks after."""
    return [
        make_customer(
            cast.archivist,
            name=f"青山{number}号精密机械有限公司",
            responsible=cast.salesperson.pk,
            department=cast.sales_one.pk,
        )
        for number in range(1, count + 1)
    ]


def leaving(cast: Cast, **more: Any) -> Handover:
    """周航 leaves; 何静, head of sales, opens his folder and supervises."""
    given: dict[str, Any] = {
        "actor": cast.head,
        "person": cast.salesperson,
        "last_day": clock.today() + timedelta(days=7),
        "supervisor": cast.head,
        "reason": "个人原因",
        **more,
    }
    return handover_open(**given)


def given_to(cast: Cast, folder: Handover, to: Person | None = None) -> HandoverPart:
    """Everything goes to 林悦."""
    handover_split(actor=cast.head, handover=folder, successor=to or cast.colleague)
    found: HandoverPart = HandoverPart.objects.get(handover=folder, successor=to or cast.colleague)
    return found
