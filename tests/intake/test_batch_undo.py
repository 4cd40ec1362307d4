"""The way back: reversed, kept because changed since, failed and why; and the report that comes back and imports again."""

import io
from pathlib import Path

import openpyxl
import orjson
import pytest

from kedang.business.customers import services as customers
from kedang.business.customers.models import Customer
from kedang.business.intake.models import BatchState, ImportChunk
from kedang.business.intake.pipeline import originals
from kedang.business.intake.services import batch_close, batch_undo, report_workbook, rows_page, template_save
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import scratch
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.numbering.models import NumberEntry, NumberState
from kedang.foundation.search.services import search_run
from tests.cast import Cast
from tests.intake.bringing import code, imported, outcomes, row, staged, table, undone


def test_undo_withdraws_what_was_created_and_frees_code_and_search(cast: Cast) -> None:
    batch = imported(cast.archivist, table([row(n) for n in range(6)]))
    name = Customer.objects.order_by("id")[0].name
    batch = undone(cast.archivist, batch)
    assert batch.state == BatchState.UNDONE
    assert batch.undo_counts == {"reversed": 6, "kept": 0, "failed": 0}
    assert not Customer.objects.current().exists() and Customer.objects.count() == 6
    entries = Event.objects.filter(code="customers.withdrawn")
    assert entries.count() == 6
    assert {entry.reason for entry in entries} == {f"撤销导入批次 {batch.pk}：导错了文件"}
    void = NumberEntry.objects.get(state=NumberState.VOID)
    assert (void.first, void.last, void.reason) == (1, 6, f"撤销导入批次 {batch.pk}：导错了文件")
    assert search_run(actor=cast.archivist, kind="customer", text=name).total == 0
    again = imported(cast.archivist, table([row(n) for n in range(6)]))
    assert outcomes(again) == {"created": 6}
    assert Customer.objects.current().order_by("id")[0].number.endswith("07")


def test_undo_keeps_what_was_changed_since_and_says_so(cast: Cast) -> None:
    batch = imported(cast.archivist, table([row(n) for n in range(3)]))
    touched = Customer.objects.order_by("id")[1]
    customers.customer_change(actor=cast.archivist, customer=touched, values={"address": "新址 8 号"}, version=1)
    batch = undone(cast.archivist, batch)
    assert batch.undo_counts == {"reversed": 2, "kept": 1, "failed": 0}
    kept = rows_page(actor=cast.archivist, batch_id=batch.pk, outcome="kept")
    assert [(one.line, one.customer_id, one.undo_reason) for one in kept.rows] == [
        (3, touched.pk, "导入后已被修改，保留现状")
    ]
    assert [one.pk for one in Customer.objects.current()] == [touched.pk]
    assert [(run.first, run.last) for run in NumberEntry.objects.filter(state=NumberState.VOID).order_by("first")] == [
        (1, 1),
        (3, 3),
    ]


def test_undo_of_an_update_restores_the_values_before(cast: Cast) -> None:
    values = {"name": "深圳市旧名机械有限公司", "uscc": code(1), "phone": "0755-26711111", "registered_capital": "5"}
    there = customers.customer_create(actor=cast.archivist, values=values)
    batch = imported(cast.archivist, table([row(1)]), on_duplicate="update")
    there.refresh_from_db()
    assert there.name != "深圳市旧名机械有限公司"
    batch = undone(cast.archivist, batch)
    there = Customer.objects.get(pk=there.pk)
    assert batch.undo_counts == {"reversed": 1, "kept": 0, "failed": 0}
    assert (there.name, there.phone, str(there.registered_capital), there.version) == (
        *(values[n] for n in ("name", "phone")),
        "5.00",
        3,
    )
    assert there.established_on is None and there.legal_representative == ""
    entry = Event.objects.filter(code="customers.changed", subject_id=there.pk).latest("id")
    assert entry.reason.startswith("撤销导入批次") and orjson.loads(entry.changes)["registered_capital"] == [
        "2000000.00",
        "5.00",
    ]
    assert there.pk in search_run(actor=cast.archivist, kind="customer", text="旧名机械").ids


def test_undo_of_an_update_fails_where_the_code_was_taken_since(cast: Cast) -> None:
    there = customers.customer_create(actor=cast.archivist, values={"name": "深圳市长风机械有限公司", "uscc": code(7)})
    line = row(1, 企业名称="深圳市长风机械有限公司")
    Customer.objects.filter(pk=there.pk).update(uscc="")
    batch = imported(cast.archivist, table([line]), on_duplicate="update")
    assert outcomes(batch) == {"updated": 1}
    chunk = ImportChunk.objects.get(batch=batch)
    from kedang.business.intake.pipeline import packing

    marks = packing.unpack_marks(chunk.marks, batch.pk, 0)
    marks.before["0"]["uscc"] = [code(9), code(1)]
    ImportChunk.objects.filter(pk=chunk.pk).update(marks=packing.pack_marks(marks, batch.pk, 0))
    customers.customer_create(actor=cast.archivist, values={"name": "别家", "uscc": code(9)}, confirmed_duplicates=True)
    batch = undone(cast.archivist, batch)
    assert batch.undo_counts == {"reversed": 0, "kept": 0, "failed": 1}
    assert "已被占用" in rows_page(actor=cast.archivist, batch_id=batch.pk, outcome="failed").rows[0].undo_reason


def test_undo_twice_or_of_nothing_is_refused(cast: Cast) -> None:
    batch = undone(cast.archivist, imported(cast.archivist, table([row(1)])))
    with pytest.raises(Refused, match="已经撤销"):
        batch_undo(actor=cast.archivist, batch_id=batch.pk)
    with pytest.raises(Refused, match="不能撤销"):
        batch_undo(actor=cast.archivist, batch_id=staged(cast.archivist, table([row(2)])).pk)


def test_a_clerk_imports_for_the_own_department_and_may_not_undo(cast: Cast) -> None:
    batch = imported(cast.clerk, table([row(1)]))
    assert Customer.objects.get().department_id == cast.sales_one.pk
    with pytest.raises(NotAllowed):
        batch_undo(actor=cast.clerk, batch_id=batch.pk)
    for outsider in (cast.stranger, cast.reader):
        with pytest.raises((OutOfScope, NotAllowed)):
            rows_page(actor=outsider, batch_id=batch.pk)


def test_a_row_outside_the_writers_scope_is_rejected_or_left_alone(cast: Cast) -> None:
    there = customers.customer_create(
        actor=cast.archivist, values={"name": "深圳市旧名机械有限公司", "uscc": code(1), "department": cast.service.pk}
    )
    batch = imported(cast.clerk, table([row(1), row(2)]), on_duplicate="update")
    assert outcomes(batch) == {"created": 1, "duplicates": 1}
    told = rows_page(actor=cast.clerk, batch_id=batch.pk, outcome="duplicates").rows[0].why
    assert "不在您数据范围内" in told and there.name not in told
    other = imported(cast.clerk, table([row(3)]), department_id=cast.service.pk)
    assert outcomes(other) == {"rejected": 1}
    assert "数据范围" in rows_page(actor=cast.clerk, batch_id=other.pk).rows[0].why


def test_the_workbook_comes_back_with_reasons_and_imports_again_once_corrected(cast: Cast, tmp_path: Path) -> None:
    lines = [row(1), row(2, 成立日期="2015-13-40"), row(3, 企业名称=""), row(1)]
    batch = imported(cast.archivist, table(lines))
    assert outcomes(batch) == {"created": 1, "duplicates": 1, "rejected": 2}
    path = report_workbook(actor=cast.archivist, batch_id=batch.pk, path=tmp_path / "back.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert [cell.value for cell in sheet[1]][:4] == ["原因", "处理结果", "原行号", "企业名称"] and sheet.max_row == 3
    assert "2015-13-40" in sheet["A2"].value and "缺少" in sheet["A3"].value
    sheet["H2"], sheet["D3"] = "2015-12-31", "深圳市补名机械有限公司"
    book.save(path)
    second = imported(cast.archivist, path, "back.xlsx")
    assert outcomes(second) == {"created": 2}
    assert Event.objects.filter(code="intake.report_taken").count() == 1


def test_a_template_reads_the_next_file_of_the_same_make(cast: Cast) -> None:
    headings = ("甲", "乙")
    first = staged(
        cast.archivist, table([["深圳市长风机械有限公司", code(1)]], headings), mapping={0: "name", 1: "uscc"}
    )
    template_save(actor=cast.archivist, batch_id=first.pk, name="老系统导出")
    turned = table([[code(2), "深圳市白水机械有限公司"]], ("乙", "甲"))
    second = imported(cast.archivist, turned, template="老系统导出")
    assert outcomes(second) == {"created": 1} and Customer.objects.get().uscc == code(2)


def test_rows_and_original_lie_sealed_and_go_when_the_batch_is_closed(cast: Cast, data_dir: Path) -> None:
    batch = staged(cast.archivist, table([row(1)]))
    sealed = (data_dir / "imports" / f"{batch.pk}.sealed").read_bytes()
    chunk = ImportChunk.objects.get(batch=batch)
    for place in (sealed, bytes(chunk.payload), bytes(chunk.marks)):
        assert "机械".encode() not in place and code(1).encode() not in place
    with originals.opened(batch) as plain:
        assert code(1).encode() in plain.read_bytes()
    assert not list(scratch.here().glob("batch-*"))
    batch_close(actor=cast.archivist, batch_id=batch.pk)
    assert not ImportChunk.objects.filter(batch=batch).exists()


def test_a_file_that_breaks_off_leaves_nothing_behind(cast: Cast) -> None:
    content = table([row(n) for n in range(3)]) + '"深圳市未完'.encode()
    with pytest.raises(Refused, match="引号一直没有闭合"):
        staged(cast.archivist, io.BytesIO(content).getvalue())
    assert not ImportChunk.objects.exists() and not Customer.objects.exists()
