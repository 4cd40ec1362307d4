"""Printed documents: payloads whose texts have passed the veil, set in Chinese office style."""

from kedang.foundation.web.printing.payloads import Card, Column, Line, Lines, Listing, Mark, Section, Table
from kedang.foundation.web.printing.renderer import render, render_listing, render_sheet

__all__ = [
    "Card",
    "Column",
    "Line",
    "Lines",
    "Listing",
    "Mark",
    "Section",
    "Table",
    "render",
    "render_listing",
    "render_sheet",
]
