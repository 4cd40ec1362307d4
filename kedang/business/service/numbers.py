"""报告编号 comes from the ledger like every other number."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.kernel.actors import Actor
from kedang.foundation.numbering.services import issue_run, rule_for
from kedang.foundation.numbering.subjects import NumberSubject

KEY, CODE = "contact_report", "ZD"
SUBJECT = NumberSubject(KEY, _("重大事项报告"), ((KEY, _("重大事项报告")),), {KEY: CODE}, width=4)


def report_number(actor: Actor, fonds_id: int) -> str:
    """The next number, in the transaction under way."""
    rule = rule_for(fonds_id, KEY)
    return issue_run(actor=actor, rule=rule, code=rule.codes.get(KEY) or CODE).text(0)
