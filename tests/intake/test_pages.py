"""The import bench in the browser's words: every step, every refusal, and what each of the cast may see of it."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from kedang.business.customers.models import Customer
from kedang.business.intake.models import BatchState, ImportBatch, ImportTemplate
from kedang.foundation.access.models import Person
from kedang.foundation.audit.models import Event
from kedang.foundation.jobs.worker import Worker
from tests.cast import Cast

HEAD = "企业名称,统一社会信用代码,注册资金,企业类型,联系电话,身份证号"
GOOD = "绵阳市驰衡小汽车修理有限公司,91510703205451059P,101.2000(万元人民币),N/A,13800138000,"
BETTER = '广州港船务有限公司,91440101190480462U,"16,600(万人民币元)",国有企业,020-82345678,'
WRONG = "中国工商银行股份有限公司集安名城支行,91220582778712797L,N/A,N/A,,"
TWIN = "绵阳驰衡小汽车修理有限公司,91510703205451059P,N/A,N/A,,"
FILE = "\n".join([HEAD, GOOD, BETTER, WRONG, TWIN]) + "\n"

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(cast: Cast) -> Callable[[Person], Client]:
    def enter(person: Person) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return enter


@pytest.fixture
def archivist(cast: Cast, sign_in: Callable[[Person], Client]) -> Client:
    return sign_in(cast.archivist)


def upload(client: Client, content: str | bytes = FILE, name: str = "客户.csv", **more: str) -> Any:
    data = content.encode() if isinstance(content, str) else content
    return client.post(reverse("intake:batch-create"), {"file": SimpleUploadedFile(name, data), **more})


def page(client: Client, name: str, batch: ImportBatch, **query: Any) -> str:
    response = client.get(reverse(f"intake:batch-{name}", args=[batch.pk]), query)
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def only() -> ImportBatch:
    return ImportBatch.objects.get()


def mapped(batch: ImportBatch) -> dict[str, str]:
    return {f"field-{n}": name for n, name in batch.column_fields.items()}


def staged(client: Client, content: str | bytes = FILE) -> ImportBatch:
    upload(client, content)
    batch = ImportBatch.objects.latest("pk")
    response = client.post(reverse("intake:batch-mapping", args=[batch.pk]), {"act": "check", **mapped(batch)})
    assert response.status_code == 302
    Worker().run_once()
    batch.refresh_from_db()
    assert batch.state == BatchState.STAGED
    return batch


def act(client: Client, name: str, batch: ImportBatch, **data: Any) -> Any:
    response = client.post(reverse(f"intake:batch-{name}", args=[batch.pk]), data)
    Worker().run_once()
    batch.refresh_from_db()
    return response


def test_upload_leads_to_the_columns_with_samples_and_reasons(archivist: Client) -> None:
    assert "选择文件，或把文件拖到这里" in archivist.get(reverse("intake:batch-create")).content.decode()
    response = upload(archivist)
    batch = only()
    assert response.status_code == 302 and response["Location"] == reverse("intake:batch-mapping", args=[batch.pk])
    shown = page(archivist, "mapping", batch)
    for words in (
        "对应列",
        "有把握",
        "值是统一社会信用代码（校验码正确）",
        "101.2000(万元人民币)",
        "编码：UTF-8；分隔符：逗号",
    ):
        assert words in shown
    assert '<option value="uscc" selected>' in shown
    assert Event.objects.filter(code="intake.uploaded").count() == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "文件是空的"), (b"%PDF-1.7", "这是 PDF 文件，不是表格"), (b'a,b\nc,"d\n', None)],
)
def test_a_bad_file_is_refused_beside_its_input(archivist: Client, content: bytes, sentence: str | None) -> None:
    response = upload(archivist, content, "客户.xlsx")
    if sentence is None:
        assert response.status_code in (302, 422)
        return
    assert response.status_code == 422 and sentence in response.content.decode()
    assert not ImportBatch.objects.exists()


def test_no_file_chosen(archivist: Client) -> None:
    response = archivist.post(reverse("intake:batch-create"), {})
    assert response.status_code == 422 and "请选择要导入的文件" in response.content.decode()


def test_a_mapping_without_a_name_is_refused_and_keeps_what_was_chosen(archivist: Client) -> None:
    upload(archivist)
    batch = only()
    response = archivist.post(reverse("intake:batch-mapping", args=[batch.pk]), {"act": "check", "field-1": "uscc"})
    shown = response.content.decode()
    assert response.status_code == 422 and "还没有指定哪一列是" in shown
    batch.refresh_from_db()
    assert batch.state == BatchState.UPLOADED


def test_another_heading_row(archivist: Client) -> None:
    upload(archivist)
    batch = only()
    response = archivist.post(
        reverse("intake:batch-reread", args=[batch.pk]), {"heading_row": "2", "encoding": "utf-8"}
    )
    assert response.status_code == 302
    batch.refresh_from_db()
    assert batch.headings[0] == GOOD.split(",")[0]


def test_templates_are_saved_applied_and_removed(archivist: Client) -> None:
    upload(archivist)
    batch = only()
    data = {"act": "save", "template_name": "市场部月报", "field-0": "name", "field-1": "uscc"}
    archivist.post(reverse("intake:batch-mapping", args=[batch.pk]), data)
    template = ImportTemplate.objects.get()
    assert template.name == "市场部月报"
    upload(archivist, template="市场部月报")
    second = ImportBatch.objects.latest("pk")
    assert second.column_fields == {0: "name", 1: "uscc"}
    assert "市场部月报" in archivist.get(reverse("intake:template-list")).content.decode()
    archivist.post(reverse("intake:template-remove", args=[template.pk]))
    assert not ImportTemplate.objects.exists()


def test_review_shows_five_counts_that_add_up_and_nothing_is_written(archivist: Client) -> None:
    batch = staged(archivist)
    shown = page(archivist, "detail", batch)
    assert "导入结果核对" in shown and "确认导入" in shown
    counts = batch.counts
    assert (
        sum(counts[name] for name in ("created", "updated", "unchanged", "duplicates", "rejected"))
        == 4
        == batch.row_count
    )
    assert (counts["created"], counts["duplicates"], counts["rejected"]) == (2, 1, 1)
    assert "将新建 2 位客户、更新 0 位客户" in shown
    assert not Customer.objects.exists()


def test_rows_by_outcome_with_reasons_and_before_and_after(archivist: Client) -> None:
    batch = staged(archivist)
    rejected = page(archivist, "rows", batch, outcome="rejected")
    assert "第 18 位校验码应为 A，现为 L，请核对原件" in rejected and "广州港船务" not in rejected
    everything = page(archivist, "rows", batch)
    assert "101.2000(万元人民币)" in everything and "1,012,000.00" in everything and "金额与币种" in everything
    assert "有限责任公司" in everything, "codes are shown in words"
    assert Event.objects.filter(code="intake.rows_viewed").count() == 2
    assert page(archivist, "rows", batch, outcome="rejected", page="999999", size="7")


def test_rules_are_counted_shown_and_switched_off_per_column(archivist: Client) -> None:
    batch = staged(archivist)
    shown = page(archivist, "cleaning", batch)
    assert "空值标记清空" in shown and "由名称推出组织形式" in shown and 'name="on" value="2:amount" checked' in shown
    keys = [f"{key}" for key in batch.options["tally"]]
    response = act(archivist, "cleaning", batch, shown=keys, on=[key for key in keys if key != "2:amount"])
    assert response.status_code == 302 and batch.state == BatchState.STAGED
    assert [2, "amount"] in batch.rules_off
    assert 'name="on" value="2:amount"' in page(archivist, "cleaning", batch) and "已停用" in page(
        archivist, "cleaning", batch
    )
    act(archivist, "cleaning", batch, shown=["2:amount"], on=["2:amount"])
    assert batch.rules_off == []


def test_another_choice_for_duplicates_compares_anew(archivist: Client) -> None:
    batch = staged(archivist)
    act(archivist, "duplicates", batch, on_duplicate="both")
    assert batch.on_duplicate == "both" and batch.state == BatchState.STAGED
    response = archivist.post(
        reverse("intake:batch-duplicates", args=[batch.pk]), {"on_duplicate": "nonsense"}, follow=True
    )
    assert "遇到重复时只能选" in response.content.decode()


def test_commit_result_download_and_import_again(archivist: Client) -> None:
    batch = staged(archivist)
    act(archivist, "commit", batch)
    assert batch.state == BatchState.DONE and Customer.objects.count() == 2
    shown = page(archivist, "detail", batch)
    assert "下载不合格的行（含原因）" in shown and "撤销导入" in shown
    response = archivist.get(reverse("intake:batch-report", args=[batch.pk]), {"kind": "rejected"})
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    sheet = openpyxl.load_workbook(BytesIO(content)).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][0] == "原因" and "第 18 位校验码应为 A" in str(rows[1][0]) and len(rows) == 2
    assert Event.objects.filter(code="intake.report_taken").count() == 1

    mended = content_with(rows, "91220582778712797L", "91220582778712797A")
    second = staged(archivist, mended)
    assert second.counts["created"] == 1 and second.counts["rejected"] == 0
    act(archivist, "commit", second)
    assert Customer.objects.count() == 3


def content_with(rows: list[list[Any]], old: str, new: str) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append([new if cell == old else cell for cell in row])
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def test_undo_asks_why_and_tells_three_results(archivist: Client) -> None:
    batch = staged(archivist)
    act(archivist, "commit", batch)
    url = reverse("intake:batch-undo", args=[batch.pk])
    assert "被更新的字段恢复原值" in archivist.get(url).content.decode()
    assert archivist.post(url, {"reason": ""}).status_code == 422
    act(archivist, "undo", batch, reason="导错了文件")
    assert batch.state == BatchState.UNDONE
    shown = page(archivist, "detail", batch)
    for words in ("撤销结果", "已撤回", "保留", "未能撤回"):
        assert words in shown
    assert Customer.objects.filter(withdrawn_at__isnull=True).count() == 0
    assert "已撤回" in page(archivist, "rows", batch, outcome="reversed")


def test_the_same_file_again_is_pointed_out(archivist: Client) -> None:
    batch = staged(archivist)
    assert "同一个文件已于" not in page(archivist, "mapping", batch)
    act(archivist, "commit", batch)
    upload(archivist)
    second = ImportBatch.objects.latest("pk")
    shown = page(archivist, "mapping", second)
    assert "同一个文件已于" in shown and reverse("intake:batch-detail", args=[batch.pk]) in shown


def test_long_lists_go_out_as_text(archivist: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kedang.business.intake.views.downloads.WORKBOOK_ROWS", 2)
    batch = staged(archivist)
    response = archivist.get(reverse("intake:batch-report", args=[batch.pk]), {"kind": "all"})
    content = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert content.startswith("原因,处理结果,原行号,企业名称") and content.count("\n") == 5


def test_progress_region_and_cancel(archivist: Client) -> None:
    upload(archivist)
    batch = only()
    archivist.post(reverse("intake:batch-mapping", args=[batch.pk]), {"act": "check", **mapped(batch)})
    batch.refresh_from_db()
    shown = page(archivist, "detail", batch)
    assert (
        "正在清洗和核对" in shown and "排队中" in shown and reverse("intake:batch-progress", args=[batch.pk]) in shown
    )
    assert archivist.get(reverse("intake:batch-mapping", args=[batch.pk])).status_code == 302
    archivist.post(reverse("intake:batch-cancel", args=[batch.pk]))
    batch.refresh_from_db()
    assert not batch.is_running
    response = archivist.get(reverse("intake:batch-progress", args=[batch.pk]), headers={"HX-Request": "true"})
    assert response["HX-Refresh"] == "true"


def test_a_commit_that_is_not_possible_says_why(archivist: Client) -> None:
    upload(archivist)
    batch = only()
    response = archivist.post(reverse("intake:batch-commit", args=[batch.pk]), follow=True)
    assert "现在是“已上传”，不能提交导入" in response.content.decode()


def test_the_blank_workbook_imports_as_it_is(archivist: Client) -> None:
    response = archivist.get(reverse("intake:blank"))
    book = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content)))  # type: ignore[attr-defined]
    sheet = book["客户"]
    assert [book.sheetnames[1], sheet["A2"].number_format] == ["填写说明", "@"] or sheet.column_dimensions["A"].width
    headings = [cell.value for cell in sheet[1]]
    row = ["" for _ in headings]
    row[headings.index("客户名称")] = "北京甲科技有限公司"
    row[headings.index("联系人")] = "张三"
    sheet.append(row)
    target = BytesIO()
    book.save(target)
    upload(archivist, target.getvalue(), "客户导入模板.xlsx")
    batch = only()
    fields = list(batch.column_fields.values())
    assert len(fields) == len(headings) == len(set(fields)), "every heading of the template finds its own field"


def test_who_may_import(cast: Cast, sign_in: Callable[[Person], Client], archivist: Client) -> None:
    batch = staged(archivist)
    for person in (cast.auditor, cast.admin, cast.reader, cast.salesperson):
        client = sign_in(person)
        assert client.get(reverse("intake:batch-create")).status_code == 403
        assert client.get(reverse("intake:blank")).status_code == 403
        assert client.get(reverse("intake:batch-detail", args=[batch.pk])).status_code in (403, 404)
    stranger = sign_in(cast.stranger)
    for name in ("detail", "mapping", "rows", "cleaning", "report", "progress"):
        assert stranger.get(reverse(f"intake:batch-{name}", args=[batch.pk])).status_code == 404
    for name in ("commit", "check", "duplicates", "reread", "cleaning"):
        assert stranger.post(reverse(f"intake:batch-{name}", args=[batch.pk])).status_code == 404
    assert Client().get(reverse("intake:batch-list")).status_code == 302


def test_others_see_sensitive_cells_veiled_and_may_not_download_them(
    cast: Cast, sign_in: Callable[[Person], Client], archivist: Client
) -> None:
    number = "110105194912310" + "02X"
    content = FILE + f"丙公司,,N/A,N/A,13900139000,{number}\n"
    batch = staged(archivist, content)
    ImportBatch.objects.filter(pk=batch.pk).update(department=cast.sales_one)
    clerk = sign_in(cast.clerk)
    assert number in page(archivist, "rows", batch)
    shown = page(clerk, "rows", batch)
    assert number not in shown and "丙公司" in shown
    assert clerk.get(reverse("intake:batch-report", args=[batch.pk])).status_code == 403


def test_large_pages_ask_a_fixed_number_of_queries(archivist: Client, django_assert_max_num_queries: Any) -> None:
    lines = [f"测试{n}号贸易有限公司,,10万,N/A,," for n in range(300)]
    batch = staged(archivist, "\n".join([HEAD, *lines]) + "\n")
    page(archivist, "rows", batch)
    with django_assert_max_num_queries(40):
        page(archivist, "rows", batch, page=3, size=100)


def test_the_list_counts_what_became_of_the_rows(archivist: Client, tmp_path: Path) -> None:
    staged(archivist)
    shown = archivist.get(reverse("intake:batch-list")).content.decode()
    assert "新建导入" in shown and "客户.csv" in shown and "待确认" in shown


def test_going_on_is_not_offered_for_what_was_partly_undone(archivist: Client) -> None:
    batch = staged(archivist)
    act(archivist, "commit", batch)
    ImportBatch.objects.filter(pk=batch.pk).update(state=BatchState.CANCELLED)
    button = reverse("intake:batch-commit", args=[batch.pk])
    assert button in page(archivist, "detail", batch)
    batch.chunks.update(state="undone")
    assert button not in page(archivist, "detail", batch)
