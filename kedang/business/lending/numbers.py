"""借阅登记号 and 共享编号 from the ledger."""

from kedang.foundation.kernel.actors import Actor
from kedang.foundation.numbering.models import NumberRule
from kedang.foundation.numbering.services import issue_run

NUMBER_KEY = "loan"
NUMBER_CODE = "JY"
SHARE_KEY, SHARE_CODE = "share", "GX"
SHIPPED = {"serial_width": 5}


def number_rule(fonds_id: int, key: str = NUMBER_KEY) -> NumberRule:
    """The rule by which a company numbers its loans, or its sharings."""
    return NumberRule.objects.get_or_create(fonds_id=fonds_id, key=key, defaults=SHIPPED)[0]


def next_number(*, actor: Actor, fonds_id: int, key: str = NUMBER_KEY, code: str = NUMBER_CODE) -> str:
    """The next number, in the transaction under way."""
    rule = number_rule(fonds_id, key)
    return issue_run(actor=actor, rule=rule, code=rule.codes.get(key) or code).text(0)
