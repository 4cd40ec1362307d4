"""A table says the same with the mark in its quotes and without it, and a part of it still tells whose it is."""

import csv
import io

from kedang.foundation.kernel.marks import mark_for, marks_in
from kedang.foundation.kernel.marks_in_rows import bits_of, row_of

ROWS = [
    [f"青山{n}号，有限公司" if n % 3 else 'a,"b"', str(n), "", "在营", "2026-01-02", f"联系人{n}", "x\ny"]
    for n in range(200)
]


def table(mark: str) -> str:
    bits = bits_of(mark)
    return "\ufeff甲,乙\r\n" + "".join(row_of(row, bits) for row in ROWS)


def test_the_table_is_the_same_and_tells_who_took_it() -> None:
    made, plain = table(mark_for(7)), table("")
    assert list(csv.reader(io.StringIO(made))) == list(csv.reader(io.StringIO(plain))) and made != plain
    for row in ROWS[:3]:  # without a mark as the library writes it
        line = io.StringIO()
        csv.writer(line).writerow(row)
        assert line.getvalue() in plain
    assert {one.person_id for one in marks_in(made.encode())} == {7} and not marks_in(plain.encode())
    lines = made.split("\r\n")
    assert {one.person_id for one in marks_in("\r\n".join(lines[60:170]).encode())} == {7}
    saved_anew = io.StringIO()
    csv.writer(saved_anew).writerows(csv.reader(io.StringIO(made)))
    assert not marks_in(saved_anew.getvalue().encode())
