"""Pages of records, declared: everything a room needs is importable from here."""

from kedang.foundation.web.records.base import RecordPages
from kedang.foundation.web.records.belonging import BelongingForm
from kedang.foundation.web.records.cells import Cell, cells_of, fact_of
from kedang.foundation.web.records.declare import Column, Filter, Mark, Panel, Tab, Verb, View
from kedang.foundation.web.records.detail import RecordDetail, RecordPage, RecordTab
from kedang.foundation.web.records.export import RecordExport
from kedang.foundation.web.records.form import RecordForm
from kedang.foundation.web.records.form_fields import RecordFormBase, style
from kedang.foundation.web.records.history import RecordHistory, as_of, entries_of, events_of
from kedang.foundation.web.records.list import RecordList
from kedang.foundation.web.records.routes import routes_of
from kedang.foundation.web.records.verb import RecordBatch, RecordVerb

__all__ = [
    "BelongingForm",
    "Cell",
    "Column",
    "Filter",
    "Mark",
    "Panel",
    "RecordBatch",
    "RecordDetail",
    "RecordExport",
    "RecordForm",
    "RecordFormBase",
    "RecordHistory",
    "RecordList",
    "RecordPage",
    "RecordPages",
    "RecordTab",
    "RecordVerb",
    "Tab",
    "Verb",
    "View",
    "as_of",
    "cells_of",
    "entries_of",
    "events_of",
    "fact_of",
    "routes_of",
    "style",
]
