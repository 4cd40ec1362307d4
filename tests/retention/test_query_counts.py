"""Pages of notices, rules and holds cost a fixed number of SQL statements."""

from django.test import Client

from kedang.business.retention.services.holding import hold_ask
from kedang.foundation.approvals.services.flows import ensure_flows
from kedang.foundation.notices.services.sending import notice_send
from tests.cast import Cast
from tests.counting import compare_all
from tests.customers.making import make_customer

PAGES = {
    "notices/list": "/notices/",
    "notices/preference": "/me/notices/",
    "retention/holds": "/holds/",
    "retention/hold": "/holds/{pk}/",
    "retention/ask": "/holds/ask/",
    "customers/dossier-rules": "/settings/dossier-rules/",
    "customers/to-review": "/customers/?view=to-review",
}


def test_a_fixed_number_of_statements(cast: Cast) -> None:
    ensure_flows(cast.fonds)
    things = [make_customer(cast.archivist, name=f"冻结对象{n}有限公司") for n in range(3)]
    given = {"title": "专项审计", "legal_basis": "审计通知书", "reason": "审计调阅", "is_no_loan": False}
    one = hold_ask(actor=cast.archivist, things=things, **given)
    for n in range(4):
        notice_send(
            people=[cast.archivist], kind="approvals.task", url_name="approvals:case-detail", args=[n], number=f"SQ{n}"
        )
        make_customer(cast.clerk, name=f"待审核{n}有限公司")
    client = Client()
    client.force_login(cast.archivist)
    compare_all(client, {name: path.format(pk=one.pk) for name, path in PAGES.items()})
