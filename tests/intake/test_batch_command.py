"""``kedang import``: the interface that scripts rely on."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from kedang.business.customers.models import Customer
from kedang.business.intake.models import BatchState, ImportBatch
from kedang.business.intake.services import template_save
from kedang.foundation.jobs.models import Job, JobState
from kedang.project.cli import _bench_import, main
from tests.cast import Cast
from tests.intake.bringing import code, row, staged, table

KEYS = {
    "batch",
    "rows",
    "created",
    "updated",
    "unchanged",
    "duplicates",
    "rejected",
    "seconds",
    "rows_per_second",
    "peak_rss_mib",
}


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> dict[str, Any]:
    """Exit status and the one JSON object of a command."""
    capsys.readouterr()
    assert main([*arguments, "--json"]) == status
    lines = capsys.readouterr().out.strip().splitlines()
    assert len(lines) == 1
    answer: dict[str, Any] = json.loads(lines[0])
    return answer


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Five rows: three good, one repeated, one without name."""
    path = tmp_path / "客户.csv"
    path.write_bytes(table([row(1), row(2), row(3), row(1), row(4, 企业名称="")]))
    return path


def test_a_file_is_imported_and_undone(
    cast: Cast, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "out.xlsx"
    answer = said(capsys, "import", "customers", str(file), "--report", str(report))
    assert set(answer) >= KEYS and report.stat().st_size > 0
    assert [answer[name] for name in ("rows", "created", "updated", "unchanged", "duplicates", "rejected")] == [
        5,
        3,
        0,
        0,
        1,
        1,
    ]
    assert ImportBatch.objects.get(pk=answer["batch"]).actor_id == cast.archivist.pk
    assert {job.state for job in Job.objects.all()} == {JobState.DONE}
    back = said(capsys, "import", "undo", str(answer["batch"]))
    assert {name: back[name] for name in ("reversed", "kept", "failed")} == {"reversed": 3, "kept": 0, "failed": 0}
    assert not Customer.objects.current().exists()


def test_a_dry_run_tells_the_same_and_writes_nothing(
    cast: Cast, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dry = said(capsys, "import", "customers", str(file), "--dry-run")
    assert not Customer.objects.exists()
    assert ImportBatch.objects.get(pk=dry["batch"]).state == BatchState.CLOSED
    real = said(capsys, "import", "customers", str(file))
    for name in ("rows", "created", "updated", "unchanged", "duplicates", "rejected"):
        assert dry[name] == real[name]


def test_someone_else_with_a_template_and_a_choice(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    batch = staged(
        cast.archivist, table([["深圳市长风机械有限公司", code(1)]], ("甲", "乙")), mapping={0: "name", 1: "uscc"}
    )
    template_save(actor=cast.archivist, batch_id=batch.pk, name="老系统")
    path = tmp_path / "a.csv"
    path.write_bytes(table([["深圳市白水机械有限公司", code(2)]], ("甲", "乙")))
    answer = said(
        capsys, "import", "customers", str(path), "--as", "tangguo", "--template", "老系统", "--on-duplicate", "fill"
    )
    assert answer["created"] == 1 and Customer.objects.get().department_id == cast.sales_one.pk


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("import", "customers", "/nowhere/a.csv"), "读不到文件"),
        (("import", "customers", "FILE", "--as", "nobody"), "没有用户名为“nobody”"),
        (("import", "customers", "FILE", "--as", "chenxi"), "没有“批量导入”的权限"),
        (("import", "customers", "FILE", "--template", "没有的"), "没有名为“没有的”的导入模板"),
        (("import", "undo", "999"), "没有编号为 999 的导入批次"),
    ],
)
def test_a_refusal_is_one_sentence_and_status_one(
    cast: Cast, file: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], sentence: str
) -> None:
    answer = said(capsys, *(str(file) if one == "FILE" else one for one in arguments), status=1)
    assert sentence in answer["error"]
    assert not Customer.objects.exists()


@contextmanager
def with_tables(folder: Path) -> Iterator[str]:
    """A scratch base that has the tables of this one already: to make them anew took a third of the time."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(folder / "bench.sqlite3")])
    yield f"sqlite:///{folder / 'bench.sqlite3'}"


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_the_measurement_runs_beside_the_installation(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor == "sqlite":
        monkeypatch.setattr(_bench_import, "scratch_url", with_tables)
    answer = said(capsys, "bench", "import", "--rows", "200")
    assert answer["rows"] == 200 == answer["created"] and answer["undo"]["reversed"] == 200
    assert answer["raw_rows_per_second"] > 0 and answer["tenth"]["rows"] == 20
    assert not Customer.objects.exists()
