"""What addresses of the loan desk can name: a loan in 周航's hands, one ready to be handed over, one that came back."""

from typing import Any

from tests.cast import Cast
from tests.lending.making import a_loan, issued, returned, shelved


def arguments_of_loans(cast: Cast) -> dict[str, dict[str, Any]]:
    """Name of an address, or the noun it begins with → its arguments."""
    volume = shelved(cast)[0]
    out, ready, back = issued(cast), a_loan(cast), returned(cast, issued(cast))
    return {
        "loan": {"pk": out.pk}, "lending:loan-issue": {"pk": ready.pk}, "lending:loan-receipt": {"pk": back.pk},
        "lending:loan-new": {"kind": "volume", "pk": volume.pk},
    }  # fmt: skip
