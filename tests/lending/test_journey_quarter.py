"""A quarter of use in a browser, with the clock moved: 周航 asks, reads, copies and borrows; 何静 decides line by line and sends back; 沈砚
keeps the desk and asks for a hold; 方宁 approves from a telephone, once at night; 白露 grants for a day; 罗平 sees what was unusual.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.holdings.walking import press
from tests.journey import Site
from tests.lending.walking import MORNING, TOLD, House, house

pytestmark = [pytest.mark.journey, pytest.mark.slow]
ASKER, HEAD, KEEPER, BOSS, GUARD, AUDITOR = "zhouhang", "hejing", "shenyan", "fangning", "bailu", "luoping"
LOAN_DAYS = 7


@pytest.fixture(autouse=True)
def no_database_of_tests() -> None:
    """The installation has its own."""


def test_a_quarter_of_six_people(site: Site, open_page: Any, tmp_path: Path) -> None:
    with house(site, tmp_path, open_page) as home:
        home.at(0)
        read_what_was_granted(home)
        copied_after_completion(home)
        lent_and_late(home)
        back_with_a_page_missing(home)
        at_night(home)
        held(home)
        rights_for_a_day(home)
        seen_by_the_auditor(home)
        told = home.ask(TOLD)
    assert told["cases"] == [
        ["lending.read", "approved"], ["lending.copy", "approved"], ["lending.loan", "approved"], ["lending.read", "approved"],
        ["retention.hold", "approved"], ["lending.loan", "approved"], ["governance.rights", "approved"],
    ]  # fmt: skip
    assert (told["lines"], told["loan"]) == ([True, False], ["closed", 8, 7, 4])
    assert (told["notes"], told["finding"], told["hold"]) == (["missing"], [["loan", "open"]], ["in_force"])
    assert told["rights"] == [True] and "night" in told["alerts"] and {"holdings.copy": 1} in told["used"]
    done = {
        "access.record_opened",
        "files.page_viewed",
        "use.copy_made",
        "loan.issued",
        "loan.signed",
        "loan.reminded",
        "loan.returned",
    }
    done |= {
        "loan.closed",
        "approvals.case_effective",
        "approvals.case_returned",
        "retention.hold_in_force",
        "governance.rights_carried_out",
    }
    assert done <= set(told["events"]), done - set(told["events"])


def main(page: Any) -> str:
    """Words of the page."""
    return str(page.inner_text("main"))


def go(page: Any, home: House, address: str) -> Any:
    """To an address of this installation."""
    return page.goto(f"{home.site.url}{address}")


def asked_for(home: House, sort: str, things: list[str], *, days: int = 3, **fields: str) -> str:
    """周航 puts things into the basket and asks; the address of the case."""
    page = home.page(ASKER)
    for thing in things:
        go(page, home, f"{thing}ask-use/")
        press(page, "main form button.btn-primary")
    go(page, home, "/use/")
    press(page, f"a.use-kind[href='/use/new/{sort}/']")
    page.fill("[name=reason]", "核对付款条件")
    first = page.input_value("[name=wanted_from]")
    page.fill("[name=wanted_until]", later(first, days))
    for name, value in fields.items():
        field = page.locator(f"[name={name}]")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            if not field.is_visible():
                page.click("summary:has-text('紧急办理')")
            field.fill(value)
    press(page, "main form button.btn-primary")
    assert "已提交，单号" in page.inner_text("body")
    return str(page.url).removeprefix(home.site.url)


def later(day: str, days: int) -> str:
    """So many days after an ISO day."""
    from datetime import date, timedelta

    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def agree(home: House, case: str, *people: str, opinion: str = "") -> None:
    """One after the other presses 同意; the head and the general manager on their telephones."""
    for who in people:
        page = home.page(who, phone=who in (HEAD, BOSS))
        go(page, home, case)
        if opinion:
            page.fill(".case-decide [name=opinion]", opinion)
        press(page, ".case-decide button.btn-primary")
        assert "已同意。" in page.inner_text("body"), main(page)


def read_what_was_granted(home: House) -> None:
    """Two papers in the basket, one granted; it is read leaf by leaf and cannot be taken; the other stays shut; the time ends."""
    first, second = home.known["papers"]
    case = asked_for(home, "read", [f"/archive/items/{first}/", f"/archive/items/{second}/"])
    head = home.page(HEAD, phone=True)
    assert "供货合同" in main(head), "it is on the work list"
    go(head, home, case)
    head.locator(".case-choose label:has-text('价格底线') input").uncheck()
    press(head, ".case-decide button.btn-primary")
    assert "写明理由" in head.inner_text("body")
    head.locator(".case-choose label:has-text('价格底线') input").uncheck()
    head.fill(".case-decide [name=opinion]", "价格底线与此事无关")
    press(head, ".case-decide button.btn-primary")
    agree(home, case, KEEPER)
    page = home.page(ASKER)
    go(page, home, "/use/open/")
    assert "供货合同" in main(page) and "价格底线" not in main(page)
    press(page, "a:has-text('阅读') >> nth=0")
    assert "逐页阅读" in main(page) and page.locator("a:has-text('下载')").count() == 0
    page.wait_for_function("() => document.querySelector('.viewer-paper img')?.naturalWidth > 400")
    assert page.request.get(f"{home.site.url}/files/{home.known['files'][1][1]}/view/").status == 404
    home.at(5)
    page = home.page(ASKER)
    go(page, home, "/use/open/")
    assert "现在没有开放给您的档案" in main(page)


def copied_after_completion(home: House) -> None:
    """Sent back, completed, granted once: one copy, and not a second."""
    case = asked_for(home, "copy", [f"/archive/items/{home.known['papers'][0]}/"])
    head = home.page(HEAD, phone=True)
    go(head, home, case)
    head.fill(".case-decide [name=opinion]", "请写明交给谁")
    press(head, ".case-decide button:has-text('退回补充')")
    page = home.page(ASKER)
    go(page, home, case)
    assert "请补充后再次提交" in main(page) and "请写明交给谁" in main(page)
    page.fill(".case-decide [name=opinion]", "交财务部核对，用后收回")
    press(page, "button:has-text('再次提交')")
    agree(home, case, HEAD, KEEPER)
    go(page, home, "/use/open/")
    with page.expect_download() as got:
        page.click("button:has-text('取复制件')")
    assert Path(got.value.path()).read_bytes().startswith(b"%PDF")
    go(page, home, "/use/open/")
    press(page, "button:has-text('取复制件')")
    assert "批准的次数已经用完" in page.inner_text("body")


def lent_and_late(home: House) -> None:
    """Asked, approved, handed over by its barcode and signed for; eight days after its term it has gone up the ladder."""
    key, code = home.known["lent"]
    case = asked_for(home, "loan", [f"/volumes/{key}/"], days=LOAN_DAYS - 1, place="away")
    agree(home, case, HEAD, KEEPER)
    keeper = home.page(KEEPER)
    go(keeper, home, "/lending/desk/")
    keeper.fill("#code", code)
    with keeper.expect_navigation():
        keeper.press("#code", "Enter")
    keeper.fill("[name=pages]", "7")
    press(keeper, "button:has-text('交给借阅人')")
    assert "不一致。请再数一遍" in main(keeper)
    keeper.fill("[name=pages]", "8")
    press(keeper, "button:has-text('交给借阅人')")
    assert "已交接，应于" in keeper.inner_text("body")
    loan = str(keeper.url).removeprefix(home.site.url)
    page = home.page(ASKER)
    go(page, home, f"{loan}sign/")
    press(page, "main form button.btn-primary")
    assert "已签收" in page.inner_text("body")
    for day in (13, 15, 20):
        home.at(5 + day)
        rungs = home.ask(MORNING)["rungs"]
    assert rungs == [4]
    head = home.page(HEAD, phone=True)
    go(head, home, loan)
    assert re.search(r"逾期 1\d 天", main(head))
    go(head, home, "/notices/")
    assert "逾期" in main(head)


def back_with_a_page_missing(home: House) -> None:
    """The count does not fit until the missing page is named; it stands in the 备考表 and among the findings, and then it is settled."""
    key, code = home.known["lent"]
    keeper = home.page(KEEPER)
    go(keeper, home, "/lending/desk/")
    keeper.fill("#code", code)
    with keeper.expect_navigation():
        keeper.press("#code", "Enter")
    keeper.fill("[name=pages]", "7")
    keeper.select_option("[name=condition]", "poor")
    press(keeper, "button:has-text('收回')")
    assert "把缺的每一页登记下来" in main(keeper)
    keeper.select_option("[name=fault-0-kind]", "missing")
    keeper.fill("[name=fault-0-first]", "8")
    keeper.fill("[name=fault-0-text]", "末页撕去")
    press(keeper, "button:has-text('收回')")
    assert "缺损已记入备考表和待处理问题" in keeper.inner_text("body")
    loan = str(keeper.url).removeprefix(home.site.url)
    go(keeper, home, f"/volumes/{key}/notes/")
    assert "末页撕去" in main(keeper)
    go(keeper, home, "/findings/")
    assert "借阅归还" in main(keeper)
    go(keeper, home, f"{loan}close/")
    keeper.fill("[name=reason]", "借阅人已补复印件一页")
    press(keeper, "main form button.btn-primary")
    assert "已销号" in main(keeper)


def at_night(home: House) -> None:
    """Asked at eleven, open at once by the general manager's telephone, read; confirmed in the morning."""
    home.at(40, 23)
    case = asked_for(
        home, "read", [f"/archive/items/{home.known['papers'][1]}/"], urgent_reason="客户明早八时开标，须核对底线"
    )
    agree(home, case, BOSS)
    page = home.page(ASKER)
    for number in (1, 2, 3, 1, 2, 3):
        answer = go(page, home, f"/files/{home.known['files'][1][1]}/view/?page={number}")
        assert answer.status == 200
    home.at(41)
    page = home.page(ASKER)
    go(page, home, case)
    assert "待补批" in main(page)
    agree(home, case, HEAD, KEEPER, opinion="情况属实，补批")
    go(page, home, case)
    assert "已批准" in main(page)


def held(home: House) -> None:
    """In force by the general manager; the volume says so, and a loan that was approved is not handed over."""
    key, code = home.known["volume"]
    keeper, boss = home.page(KEEPER), home.page(BOSS, phone=True)
    go(keeper, home, "/holds/ask/")
    for name, value in (
        ("title", "货款纠纷一案"), ("legal_basis", "(2026)粤0305民初1234号"), ("things", code), ("reason", "法院保全"),
    ):  # fmt: skip
        keeper.fill(f"[name={name}]", value)
    press(keeper, "main form button.btn-primary")
    press(keeper, "a.btn-small:has-text('冻结')")
    case = str(keeper.url).removeprefix(home.site.url)
    agree(home, case, BOSS)
    assert boss.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "it fits a telephone"
    go(keeper, home, f"/volumes/{key}/")
    assert keeper.locator("h1 a.tag:has-text('冻结 DJ')").count() == 1
    loan = asked_for(home, "loan", [f"/volumes/{key}/"], place="away")
    agree(home, loan, HEAD, KEEPER)
    go(keeper, home, "/lending/desk/")
    keeper.fill("#code", code)
    with keeper.expect_navigation():
        keeper.press("#code", "Enter")
    assert "已冻结且不外借" in main(keeper)


def rights_for_a_day(home: House) -> None:
    """Asked for a day, agreed by the head, given by the security officer, with its end."""
    page = home.page(ASKER)
    go(page, home, "/rights/ask/?kind=temporary")
    page.select_option("[name=role]", str(home.known["reading"]))
    page.select_option("[name=scope]", "all")
    page.fill("[name=until]", "2026-10-05T18:00")
    page.fill("[name=reason]", "代同事接待审计组一天")
    press(page, "main form button.btn-primary")
    case = str(page.url).removeprefix(home.site.url)
    agree(home, case, HEAD, GUARD)
    assert "2026-10-05 18:00" in main(page)


def seen_by_the_auditor(home: House) -> None:
    """What was read at night is an alert with its evidence."""
    home.at(42)
    home.ask(MORNING)
    auditor = home.page(AUDITOR)
    go(auditor, home, "/alerts/")
    assert "夜间" in main(auditor) and "周航" in main(auditor)
    press(auditor, "a.main-link >> nth=0")
    assert "查看" in main(auditor)
