"""更正: what was written about the use, never what was counted, signed or when."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import Problems, clean_record, typed
from kedang.business.customers.services.writing import refuse_stale, take_over
from kedang.business.lending.events import LOAN_CORRECTED
from kedang.business.lending.models import Loan
from kedang.business.lending.services.locking import locked_loan, save
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor

FIELDS = (
    "purpose",
    "reason",
    "copies",
    "reader_name",
    "reader_unit",
    "reader_paper",
    "reader_phone",
    "seat",
    "remarks",
)


@transaction.atomic
def loan_correct(*, actor: Actor, loan: Loan, values: Mapping[str, Any], version: int | None = None) -> Loan:
    """Correct purpose, copies, the outside reader's particulars, seat or remarks.

    Raises:
        Refused: ``stale_version``, ``values_invalid``.
    """
    row = locked_loan(actor, loan, "lending.keep")
    refuse_stale(row, version)
    problems = Problems()
    changes = take_over(row, {name: typed(Loan, name, values[name], problems) for name in FIELDS if name in values})
    clean_record(row, tuple(changes), problems)
    if not row.reader_name and (row.reader_unit or row.reader_paper or row.reader_phone):
        problems.tell("reader_name", _("填了外单位读者的情况，请写明其姓名"))
    problems.refuse()
    if changes:
        save(row, *changes)
        record(actor, LOAN_CORRECTED, row, changes=changes, meta={"version": row.version})
    return row
