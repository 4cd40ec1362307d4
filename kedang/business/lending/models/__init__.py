"""Loans of paper, and the rules by which they are lent."""

from kedang.business.lending.models.loan import Loan, LoanFault, LoanPhoto
from kedang.business.lending.models.rules import LendingRules

__all__ = ["LendingRules", "Loan", "LoanFault", "LoanPhoto"]
