"""冻结编号 from the ledger."""

from kedang.foundation.kernel.actors import Actor
from kedang.foundation.numbering.models import NumberRule
from kedang.foundation.numbering.services import issue_run

NUMBER_KEY, NUMBER_CODE = "hold", "DJ"
SHIPPED = {"serial_width": 3}


def next_number(*, actor: Actor, fonds_id: int) -> str:
    """The next number, in the transaction under way."""
    rule = NumberRule.objects.get_or_create(fonds_id=fonds_id, key=NUMBER_KEY, defaults=SHIPPED)[0]
    return issue_run(actor=actor, rule=rule, code=rule.codes.get(NUMBER_KEY) or NUMBER_CODE).text(0)
