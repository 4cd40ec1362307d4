"""Text of a page as blocks for reading: headings, paragraphs, tables. Plain words only; the template escapes them."""

from dataclasses import dataclass

HEADING = "\x02"


@dataclass(frozen=True, slots=True)
class Block:
    """``kind`` is heading, text or table; a table has ``rows`` of cells."""

    kind: str
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


def blocks_of(text: str) -> list[Block]:
    """Lines with tabs that follow each other are one table; a line with the sign of headings is one."""
    found: list[Block] = []
    rows: list[tuple[str, ...]] = []
    for line in [*text.split("\n"), ""]:
        if "\t" in line:
            rows.append(tuple(cell.strip() for cell in line.rstrip("\t").split("\t")))
            continue
        if rows:
            found.append(Block("table", rows=_even(rows)))
            rows = []
        if line.startswith(HEADING):
            found.append(Block("heading", line[1:]))
        elif line.strip():
            found.append(Block("text", line))
    return found


def _even(rows: list[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Rows of one length."""
    most = max(len(row) for row in rows)
    return tuple(row + ("",) * (most - len(row)) for row in rows)
