"""Commands on an installation that nobody has set up: a sentence and status 1, never a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from kedang.project.cli import main

COMMANDS = [
    ["search", "中山"],
    ["bench", "search"],
    ["bench", "pages"],
    ["import", "customers", "客户.csv"],
    ["import", "undo", "1"],
    ["serve", "--port", "9"],
]
PROGRAM = """
import json, sys
from kedang.project.cli import main
for command in json.loads(sys.argv[1]):
    print(main([*command, "--json"]), flush=True)
"""


def nowhere(folder: Path) -> dict[str, str]:
    """Environment of an installation without tables, on the engine under test."""
    url = ""
    if connection.vendor == "postgresql":
        known = connection.settings_dict
        login = quote(known["USER"]) + (f":{quote(known['PASSWORD'])}" if known["PASSWORD"] else "")
        place = f"postgresql://{login}@/{known['NAME']}?host={quote(known['HOST'], safe='')}"
        url = f"{place}&port={known['PORT']}&options={quote('-c search_path=nowhere')}"
    return {**os.environ, "KEDANG_DATA_DIR": str(folder), "KEDANG_DATABASE_URL": url}


@pytest.mark.parametrize("has_folder", [True, False])
def test_a_command_before_setup_says_so(tmp_path: Path, has_folder: bool, db: None) -> None:
    folder = tmp_path if has_folder else tmp_path / "missing"
    (tmp_path / "客户.csv").write_text("企业名称\n甲公司\n")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(COMMANDS)],
        env=nowhere(folder) | {"PYTHONPATH": os.getcwd()}, cwd=tmp_path, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "Traceback" not in done.stderr and done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 2 * len(COMMANDS)
    for command, answer, status in zip(COMMANDS, lines[::2], lines[1::2], strict=True):
        told = json.loads(answer)
        assert (told["code"], told["error"], status) == ("not_set_up", "尚未初始化，请先运行 kedang setup。", "1"), (
            command
        )


def test_a_fault_of_the_program_is_not_explained_away(
    db: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a complete installation an error of the database stays one."""
    from django.db import DatabaseError

    from kedang.project.cli import search

    def broken(*args: object) -> None:
        raise DatabaseError("broken")

    monkeypatch.setattr(search, "searching_person", broken)
    with pytest.raises(DatabaseError, match="broken"):
        main(["search", "中山", "--json"])
