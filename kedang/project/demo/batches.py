"""Two import batches of the demo company: one done, with rejected rows to correct, and one waiting for a decision."""

import csv
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from kedang.business.customers.models import Customer
from kedang.business.intake.services import batch_commit, batch_map, batch_stage, batch_upload
from kedang.foundation.access.models import Person
from kedang.foundation.jobs.inline import work_here
from kedang.foundation.kernel import clock, context
from kedang.project.demo.kinds import person_name
from kedang.project.demo.numbers import credit_code, landline, mobile
from kedang.project.demo.parties import SEED
from kedang.project.demo.party import ZONE
from kedang.project.demo.words import BRAND_FIRST, BRAND_SECOND, TRADES

HEADINGS = (
    "企业名称",
    "统一社会信用代码",
    "成立日期",
    "法人代表",
    "注册资金",
    "经营范围",
    "所在省份",
    "地区",
    "注册地址",
    "联系人",
    "联系电话",
)
TOWNS = (
    ("浙江", "绍兴", "330602", "0575"), ("江苏", "无锡", "320205", "0510"), ("广东", "佛山", "440604", "0757"),
    ("山东", "潍坊", "370702", "0536"), ("四川", "绵阳", "510703", "0816"), ("湖北", "宜昌", "420502", "0717"),
)  # fmt: skip
CAPITALS = ("200(万元人民币)", "1,000(万人民币元)", "50.5(万元人民币)", "３００万人民币", "120万美元", "N/A", "500(万)")


def add_batches(today: date) -> int:
    """Import one list of a trade fair, and leave one list of the sales department checked but not committed.

    Returns:
        Number of rows of both files.
    """
    yezhen = Person.objects.get(username="yezhen")
    rng = Random(f"{SEED}-batches")  # noqa: S311  (play data)
    known = list(Customer.objects.current().filter(party_kind="enterprise").exclude(uscc="").order_by("id")[:4])
    done = _rows(rng, 46, today) + [_known_row(customer) for customer in known[:3]] + _faulty_rows(rng, today)
    waiting = [*_rows(rng, 18, today), *(_known_row(customer) for customer in known[3:])]
    _import(yezhen, f"{today.year} 秋季流体展会客户名录.csv", done, today - timedelta(days=9), commit=True)
    _import(yezhen, "销售一部交接客户.csv", waiting, today - timedelta(days=1), commit=False)
    return len(done) + len(waiting)


def _rows(rng: Random, count: int, today: date) -> list[list[str]]:
    rows = []
    for number in range(count):
        province, city, region, area = rng.choice(TOWNS)
        trade, _industry, scope = rng.choice(TRADES)
        founded = date(rng.randrange(1998, today.year - 1), rng.randrange(1, 13), rng.randrange(1, 28))
        name = f"{city}{rng.choice(BRAND_FIRST)}{rng.choice(BRAND_SECOND)}{trade}有限公司"
        written = founded.isoformat() if number % 3 else f"{founded:%Y}年{founded.month}月{founded.day}日"
        rows.append(
            [
                f"　{name} " if number % 7 == 0 else name, credit_code(rng, "91", region, founded), written, person_name(rng),
                rng.choice(CAPITALS), scope + ("〓" if number % 9 == 0 else ""), province, city,
                f"{province}省{city}市工业大道{rng.randrange(1, 400)}号", person_name(rng),
                mobile(rng) if number % 2 else landline(rng, area),
            ]
        )  # fmt: skip
    return rows


def _known_row(customer: Customer) -> list[str]:
    return [customer.name, customer.uscc, "", customer.legal_representative, "", "", "", "", customer.address, "", ""]


def _faulty_rows(rng: Random, today: date) -> list[list[str]]:
    """A wrong check character, a shifted row, a code spoilt by the spreadsheet, a day that never was."""
    wrong_check, shifted, spoilt, no_day = _rows(rng, 4, today)
    wrong_check[1] = wrong_check[1][:-1] + ("3" if wrong_check[1][-1] != "3" else "5")
    shifted = [shifted[0], *shifted[2:], ""]
    spoilt[1] = "9.1330602E+17"
    no_day[2] = f"{today.year + 40}-02-30"
    return [wrong_check, shifted, spoilt, no_day]


def _import(actor: Person, name: str, rows: list[list[str]], day: date, *, commit: bool) -> None:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    writer.writerows(rows)
    at = clock.end_of_day(day).astimezone(ZONE).replace(hour=15, minute=20)
    with TemporaryDirectory() as folder, clock.frozen(at), context.use(channel="page", address="10.20.4.25"):
        source = Path(folder) / name
        source.write_text(text.getvalue(), encoding="gb18030")
        batch = batch_upload(actor=actor, file_name=name, source=source)
        batch_map(actor=actor, batch_id=batch.pk, on_duplicate="fill")
        work_here(lambda: batch_stage(actor=actor, batch_id=batch.pk))
        if commit:
            work_here(lambda: batch_commit(actor=actor, batch_id=batch.pk))
