"""Which column feeds which field: suggestions from headings and from values, with a confidence and a reason.

    suggestions = suggest(target, headings, samples)    # samples: list of rows (tuples of cells), about 200 are enough
    mapping = {s.index: s.field for s in suggestions if s.field}

A mapping is ``dict[column index, field name]``; several columns may feed one field where it says ``combine``.
"""

from kedang.business.intake.mapping.check import mapping_problem
from kedang.business.intake.mapping.suggest import Suggestion, suggest
from kedang.business.intake.mapping.template import apply_template, make_template, missing_headings

__all__ = ["Suggestion", "apply_template", "make_template", "mapping_problem", "missing_headings", "suggest"]
