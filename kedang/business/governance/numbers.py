"""交接单号 comes from the ledger like every other number."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.sure import sure
from kedang.foundation.numbering.services import issue_run, rule_for
from kedang.foundation.numbering.subjects import NumberSubject

KEY, CODE = "handover", "JJ"
SUBJECT = NumberSubject(KEY, _("交接单"), ((KEY, _("交接单")),), {KEY: CODE})


def handover_number(actor: Actor) -> str:
    """The next number."""
    rule = rule_for(sure(actor.fonds_id), KEY)
    return issue_run(actor=actor, rule=rule, code=rule.codes.get(KEY) or CODE).text(0)
