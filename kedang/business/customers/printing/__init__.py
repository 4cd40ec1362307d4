"""Printed papers of the customer master: 客户档案卡, 客户一览表, 异动登记簿. Pages call these and get PDF bytes."""

from kedang.business.customers.printing.card import card_pdf, customer_card
from kedang.business.customers.printing.lists import ChangeRow, customer_list, list_pdf, register, register_pdf

__all__ = ["ChangeRow", "card_pdf", "customer_card", "customer_list", "list_pdf", "register", "register_pdf"]
