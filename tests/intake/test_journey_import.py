"""A clerk's morning in the browser: bring a file, look at what was cleaned, hand it in, mend the rest, take it all back."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl

HEAD = "企业名称,统一社会信用代码,注册资金,企业类型,经营范围"
ROWS = [
    "绵阳市驰衡小汽车修理有限公司,91510703205451059P,101.2000(万元人民币),N/A,汽车修理〓",
    '广州港船务有限公司,91440101190480462U,"16,600(万人民币元)",国有企业,港口服务',
    "中国工商银行股份有限公司集安名城支行,91220582778712797L,N/A,N/A,储蓄",
]


def wait_for_job(page: Any) -> None:
    page.wait_for_selector("#batch-progress, .outcome", state="attached", timeout=60_000)
    page.wait_for_function("() => !document.querySelector('#batch-progress')", timeout=60_000)
    page.wait_for_load_state()


def test_import_from_upload_to_undo(sign_in: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "新客户.csv"
    file.write_text("\n".join([HEAD, *ROWS]) + "\n", encoding="gb18030")
    page = sign_in("shenzhixing")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/imports/")
    page.click("text=新建导入")
    page.set_input_files("input[type=file]", str(file))
    assert "新客户.csv" in page.inner_text("[data-file-name]")
    page.click("text=上传并识别")
    page.wait_for_url(re.compile(r"/imports/\d+/columns/"))
    assert "GB18030" in page.inner_text("main")
    assert page.input_value("select[name=field-1]") == "uscc"
    page.click("text=清洗并核对")
    wait_for_job(page)
    assert page.inner_text(".outcome").split() == [
        "文件共", "3", "行", "新建", "2", "更新", "0", "无变化", "0", "重复", "0", "不合格", "1",
    ]  # fmt: skip
    page.click(".tab:has-text('清洗规则')")
    assert "16,600(万人民币元)" in page.inner_text("main") and "166,000,000.00 CNY" in page.inner_text("main")
    page.click(".tab:has-text('不合格')")
    assert "第 18 位校验码应为 A，现为 L" in page.inner_text("main")
    page.click("summary:has-text('原始内容')")
    assert page.is_visible("dt:has-text('经营范围')")

    page.click(".tab:has-text('概览')")
    page.click("text=确认导入")
    page.wait_for_selector("main >> text=已完成", timeout=60_000)
    with page.expect_download() as download:
        page.click("text=下载不合格的行")
    mended = tmp_path / "改好.xlsx"
    download.value.save_as(mended)
    book = openpyxl.load_workbook(mended)
    sheet = book.active
    assert sheet is not None and sheet["A1"].value == "原因"
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value == "91220582778712797L":
                cell.value = "91220582778712797A"
    book.save(mended)

    first = page.url
    page.goto("/imports/new/")
    page.set_input_files("input[type=file]", str(mended))
    page.click("text=上传并识别")
    page.click("text=清洗并核对")
    wait_for_job(page)
    assert page.inner_text(".outcome").split()[4] == "1"

    page.goto(first)
    page.click("text=撤销导入")
    page.fill("[name=reason]", "导错了月份")
    page.click("dialog .btn-danger")
    wait_for_job(page)
    page.wait_for_selector("text=撤销结果")
    assert "已撤回" in page.inner_text("main")


def test_import_pages_fit_a_phone(sign_in: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "手机.csv"
    file.write_text("\n".join([HEAD, *ROWS]) + "\n", encoding="utf-8")
    page = sign_in("shenzhixing", width=390, height=844)
    page.goto("/imports/new/")
    page.set_input_files("input[type=file]", str(file))
    page.click("text=上传并识别")
    page.click("text=清洗并核对")
    wait_for_job(page)
    base = page.url
    for tail in ("", "columns/", "rules/", "rows/"):
        page.goto(base + tail)
        wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 1, f"{tail}: {wide} pixels too wide"
