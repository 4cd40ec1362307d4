"""Files that leave hold what was asked for and nothing else (R44): opened by a second parser, column by column."""

import io
import re
import zipfile
from typing import Any

import openpyxl
from django.urls import reverse

from kedang.business.customers.models import Customer
from kedang.foundation.web.records.naming import label_of
from tests.access.harness import rules
from tests.access.harness.addresses import Address, addresses, sensitive
from tests.access.harness.choice import turn
from tests.access.harness.exits import Walker, every_column

EXTRA_PARTS = (
    "externalLink",
    "comments",
    "vbaProject",
    "customXml",
    "embeddings",
    "printerSettings",
    "docProps/custom",
)
MARK = "Kedang"
"""The one property of ours: who exported the file and when, in words that only this installation reads (SE-08)."""


def open_all(walker: Walker) -> None:
    """Every workbook that the person may have, from lists, registers and finished jobs."""
    for number, address in enumerate(addresses()):
        if address.channel == "export" and not address.parameters:
            url = reverse(address.name)
            for names in turn((every_column(address), ["name"], []), walker.at + number, walker.size.variants):
                response = walker.ask(("POST", {"format": "xlsx", "column": names}, {}), url)
                look_into(walker, address, url, response)
    own = [pair for pair in walker.house.exports.items() if pair[1] == walker.judge.who.key]
    others = [pair for pair in walker.house.exports.items() if pair not in own]
    for job, key in own + turn(others, walker.at, walker.size.variants):
        url = reverse("web:export-file", args=[job])
        response = walker.ask(("GET", {}, {}), url)
        is_mine = key == walker.judge.who.key
        walker.judge.tally.expect(
            "job result",
            url,
            walker.judge.who.key,
            (response.status_code == 200) == is_mine,
            f"answers {response.status_code}",
        )
        walker.judge.hears("job result", url, response)
        look_into(walker, next(a for a in addresses() if a.name == "customers:customer-export"), url, response)


def look_into(walker: Walker, address: Address, url: str, response: Any) -> None:
    """One answer, if it is a workbook."""
    if response.status_code != 200 or "spreadsheet" not in response.headers.get("Content-Type", ""):
        return
    body = b"".join(response) if response.streaming else response.content
    tally, who = walker.judge.tally, walker.judge.who
    for fault in faults_of(body):
        tally.expect("workbook", url, who.key, False, fault)
    book = openpyxl.load_workbook(io.BytesIO(body))
    headings = [str(cell.value) for cell in next(book.active.iter_rows(max_row=1))]
    if address.model is not Customer or address.name != "customers:customer-export":
        tally.count("workbook", who.key, 1, 1)
        return
    hidden = [name for name in sensitive(Customer) if rules.column_right(who, Customer.secrecy.of(name)) == rules.HIDE]
    for name in hidden:
        tally.expect("workbook", url, who.key, str(label_of(Customer, name)) not in headings, f"a column for {name}")
    labels = {str(label_of(Customer, field.name)) for field in Customer._meta.concrete_fields}
    extra = [heading for heading in headings if heading not in labels | {"更新日期", "归属部门", "负责人", "命中"}]
    tally.expect("workbook", url, who.key, not extra, f"columns nobody asked for: {extra}")


def faults_of(body: bytes) -> list[str]:
    """What a workbook holds beside what is seen."""
    faults = []
    book = openpyxl.load_workbook(io.BytesIO(body))
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            faults.append(f"hidden sheet {sheet.title}")
        faults += [f"hidden column {name}" for name, column in sheet.column_dimensions.items() if column.hidden]
        faults += [f"hidden row {number}" for number, row in sheet.row_dimensions.items() if row.hidden]
        faults += [f"comment in {cell.coordinate}" for row in sheet.iter_rows() for cell in row if cell.comment]
    faults += [f"defined name {name}" for name in book.defined_names if not name.startswith("_xlnm")]
    told = book.properties
    faults += [
        f"metadata {name}: {value}"
        for name in ("creator", "lastModifiedBy", "title", "subject", "description", "keywords", "category")
        if (value := getattr(told, name)) not in (None, "", "openpyxl")
        and not (name == "description" and is_sign(str(value)))
    ]
    own = [one.name for one in book.custom_doc_props.props]
    faults += [f"property {name}" for name in own if name != MARK]
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        names = package.namelist()
        faults += [
            f"part {name}"
            for name in names
            if any(part in name for part in EXTRA_PARTS) and not (own and "custom.xml" in name)
        ]
    return faults


def is_sign(text: str) -> bool:
    """Who exported this and when, and not a word more."""
    return re.fullmatch(r"导出：\S{1,40} \d{4}-\d{2}-\d{2} \d{2}:\d{2}", text) is not None
