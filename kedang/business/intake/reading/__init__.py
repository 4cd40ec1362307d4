"""Tables that people bring: CSV, XLSX, XLS, told by content and not by suffix; bad files get one Chinese sentence.

    with open_table(path) as table:          # or open_table(path, sheet="客户", heading_row=3, encoding="gb18030")
        table.headings                       # tuple[str, ...], unique, never empty
        table.notes                          # sentences about what was found and assumed
        table.sheets                         # all sheets of a workbook; table.sheet is the one read
        for line, cells in table.rows():     # line number as the user sees it; cells: tuple[str, ...]
            ...

``rows()`` streams in constant memory and may be called again. ``cells`` has the width of the headings; a row that is longer or
shorter in the file comes as it is, so that its length tells. Blank rows are left out. ``Refused`` may also be raised in the
middle of ``rows()`` (a quote that never closes): nothing may be kept of the file then. Use ``check_table(path)`` first, which
reads the whole file once and counts its rows.
"""

from kedang.business.intake.reading.open import check_table, open_table
from kedang.business.intake.reading.table import Row, SheetInfo, Table

__all__ = ["Row", "SheetInfo", "Table", "check_table", "open_table"]
