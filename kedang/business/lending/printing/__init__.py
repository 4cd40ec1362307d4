"""Slips and registers of the loan desk on paper."""
