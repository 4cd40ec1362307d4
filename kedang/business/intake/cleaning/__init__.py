"""Cleaning and checking of rows: pure functions, no database, picklable, run in worker processes.

    plan = build_plan(target, headings, mapping, off=..., today=..., options=...)     # small, picklable; send it once per worker
    results = clean_rows(plan, rows)                     # rows: iterable of (line, cells); one tuple per row, in order

A result is the tuple ``(line, verdict, values, changes, problems)``:

- ``line``      the row's number as the user sees it in the file
- ``verdict``   ``OK`` 0, ``NOTED`` 1 (imported with a note), ``REJECTED`` 2
- ``values``    tuple aligned to ``plan.outputs`` (names of fields); ``None`` where the cell was empty; dates are
                ``datetime.date``, amounts ``Decimal``, everything else ``str``/``int``/``bool``. For a rejected row too.
- ``changes``   tuple of ``(column index, rule code)``: which rule altered which cell. Before = the raw cell, after = the value.
- ``problems``  tuple of ``(severity, code, field name, sentence)``, severity 1 noted, 2 rejected.

``tally_rows(plan, rows, results)`` counts what each rule did per column and keeps a few samples, for the cleaning page; tallies
add up with ``merge_tallies``.
"""

from kedang.business.intake.cleaning.plan import Plan, build_plan
from kedang.business.intake.cleaning.rows import NOTED, OK, REJECTED, clean_rows
from kedang.business.intake.cleaning.rules import RULES, Rule
from kedang.business.intake.cleaning.tally import Tally, merge_tallies, tally_rows

__all__ = [
    "NOTED",
    "OK",
    "REJECTED",
    "RULES",
    "Plan",
    "Rule",
    "Tally",
    "build_plan",
    "clean_rows",
    "merge_tallies",
    "tally_rows",
]
