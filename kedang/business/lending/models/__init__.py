"""Loans of paper, and the rules by which they are lent."""

from kedang.business.lending.models.loan import Loan, LoanFault, LoanPhoto
from kedang.business.lending.models.request import BasketLine, UseRequest, UseWanted
from kedang.business.lending.models.rules import LendingRules
from kedang.business.lending.models.use import UpdateTask, UseFeedback

__all__ = [
    "BasketLine",
    "LendingRules",
    "Loan",
    "LoanFault",
    "LoanPhoto",
    "UpdateTask",
    "UseFeedback",
    "UseRequest",
    "UseWanted",
]
