"""How much a file may ask of the machine. Generous for honest files, hard for others."""

from __future__ import annotations

MIB = 1 << 20

MAX_FILE = 2048 * MIB  # on disk
MAX_INFLATED = 4096 * MIB  # a compressed CSV, inflated
MAX_LINE = 4 * MIB  # characters until a line break
MAX_RECORD_LINES = 200  # lines that one quoted cell may span
MAX_COLUMNS = 1000
MAX_ZIP_ENTRIES = 5_000
MAX_ZIP_DIRECTORY = 4 * MIB
MAX_PACKAGE = 2048 * MIB  # all parts of a workbook, inflated
MAX_RATIO = 250  # inflated to compressed, for parts above RATIO_FROM
RATIO_FROM = 32 * MIB
MAX_FORMULAS = 50_000  # formula cells remembered one by one
WORKBOOK_MEMORY = 3072 * MIB  # address space of the process that opens a workbook
WORKBOOK_SECONDS = 900  # processor seconds of the same
SAMPLE_ROWS = 200
HEAD_ROWS = 40  # rows looked at to find the heading
