"""Adding a kind of record takes five steps, and the cookbook's declaration really is one."""

import re
from pathlib import Path

BOOK = Path(__file__).resolve().parents[2] / "docs" / "cookbook" / "add-a-record.md"


def steps() -> list[str]:
    return re.findall(r"^\d+\. \*\*(.+?)\*\*", BOOK.read_text(encoding="utf-8"), re.MULTILINE)


def test_five_steps() -> None:
    print("\n".join(f"{at}. {step}" for at, step in enumerate(steps(), 1)))
    assert len(steps()) == 5


def test_every_name_of_the_cookbook_exists() -> None:
    from kedang.foundation.web import records
    from kedang.foundation.web.menu import Entry, Menu
    from kedang.foundation.web.records import RecordPages

    text = BOOK.read_text(encoding="utf-8")
    imported = re.search(r"from kedang\.foundation\.web\.records import (.+)", text)
    assert imported
    assert all(hasattr(records, name.strip()) for name in imported[1].split(","))
    declared = re.findall(r"^ {4}   (\w+)(?:, (\w+))* =", text, re.MULTILINE)
    assert all(
        hasattr(RecordPages, name) or name in RecordPages.__annotations__ for pair in declared for name in pair if name
    )
    assert Entry and Menu
