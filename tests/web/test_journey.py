"""What people do with hands and keys: search box, regions, rules, saved views, columns, the eye, and all of it without script."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.holdings.walking import press

pytestmark = pytest.mark.journey


@pytest.fixture(autouse=True)
def trial_addresses() -> None:
    """The installation has its real addresses; nothing is on trial here."""


def test_slash_goes_to_the_search_box_and_escape_closes(sign_in: Callable[..., Any]) -> None:
    page = sign_in("yezhen")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("公司")
    page.keyboard.press("Enter")
    page.wait_for_selector(".hit-name mark")
    page.click("summary[aria-label='我的账号']")
    assert page.locator("text=退出登录").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("text=退出登录").is_visible()


def test_hits_stand_under_the_box_while_typing(sign_in: Callable[..., Any]) -> None:
    page = sign_in("yezhen")
    page.keyboard.press("/")
    page.keyboard.type("公司", delay=40)
    page.wait_for_selector(".suggestion-name mark")
    page.keyboard.press("ArrowDown")
    name = page.evaluate("document.activeElement.querySelector('.suggestion-name').textContent")
    page.keyboard.press("Enter")
    page.wait_for_selector(".record-name")
    assert name in page.locator(".record-name").inner_text()
    page.keyboard.press("/")
    page.keyboard.type("公司", delay=40)
    page.wait_for_selector(".suggestion-name")
    page.keyboard.press("Escape")
    assert not page.locator(".suggestion").count()


def test_conditions_change_the_region_and_the_address_only(sign_in: Callable[..., Any]) -> None:
    page = sign_in("yezhen")
    page.goto("/customers/")
    page.evaluate("window.stays = true")
    page.select_option("select[name=party_kind]", "individual")
    page.click("button:has-text('查询')")
    page.wait_for_selector(".chip:has-text('个人')")
    assert "party_kind=individual" in page.url
    assert "size=" not in page.url
    assert page.evaluate("window.stays") is True
    page.click(".chip a")
    page.wait_for_url(re.compile(r"/customers/\??$"))


def test_a_rule_is_drawn_by_the_server_and_kept_as_a_view(sign_in: Callable[..., Any]) -> None:
    page = sign_in("yezhen")
    page.goto("/customers/")
    page.click("summary:has-text('高级筛选')")
    page.select_option("[data-rule-field]", "registered_capital")
    page.wait_for_selector("input[name=cw]:visible")
    page.fill("input[name=cv]", "1000000")
    page.click("button:has-text('查询')")
    page.wait_for_selector(".chip:has-text('注册资本')")
    page.click("summary:has-text('保存为视图')")
    page.fill("#view-name", "百万以上")
    page.click("form[action$='/views/'] button:has-text('保存')")
    page.wait_for_selector(".view-tab[aria-current]:has-text('百万以上')")
    page.wait_for_selector(".toast-note:has-text('已保存')")
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("summary:has-text('保存为视图')")
    page.click("text=删除此视图")
    page.wait_for_selector(".toast-note:has-text('视图已删除')")


def test_columns_move_and_disappear(sign_in: Callable[..., Any]) -> None:
    page = sign_in("shenzhixing")
    page.goto("/customers/")
    before = page.locator("table.records thead th").all_inner_texts()
    page.click("summary[aria-label='列设置与密度']")
    page.locator(".column-list li").nth(1).locator("[data-up]").click()
    page.locator(".column-list li").last.locator("input").uncheck()
    page.click("button:has-text('应用')")
    page.wait_for_selector("table.records")
    after = page.locator("table.records thead th").all_inner_texts()
    assert after[2:4] == [before[3], before[2]]
    page.click("summary[aria-label='列设置与密度']")
    page.click("button:has-text('恢复默认')")
    page.wait_for_selector("table.records")
    assert page.locator("table.records thead th").all_inner_texts() == before


def test_the_eye_opens_in_place_after_a_reason(sign_in: Callable[..., Any]) -> None:
    page = sign_in("yezhen")
    page.goto("/customers/")
    for address in page.locator("table.records a.main-link").evaluate_all("all => all.map(one => one.href)"):
        page.goto(address)
        if page.locator(".eye-button").count():
            break
    eye = page.locator(".eye-button").first
    place = eye.locator("xpath=..").get_attribute("id")
    eye.click()
    page.wait_for_selector("dialog#dialog[open]")
    page.fill("dialog textarea[name=reason], dialog input[name=reason]", "电话回访核对")
    page.click("dialog button:has-text('查看')")
    page.wait_for_selector(f"[id='{place}'] .is-shown-now")
    assert not page.locator("dialog#dialog[open]").count()


def test_on_a_phone_the_menu_slides_in_and_conditions_unfold(sign_in: Callable[..., Any]) -> None:
    page = sign_in("yezhen", width=390, height=844)
    page.goto("/customers/")
    page.click("[data-menu-open]")
    page.wait_for_selector("#menu .menu-link >> visible=true")
    page.keyboard.press("Escape")
    assert not page.locator("select[name=party_kind]").is_visible()
    page.click("text=更多条件")
    assert page.locator("select[name=party_kind]").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 1


def test_all_of_it_without_script(browser: Any, site: Any, settings: Any) -> None:
    context = browser.new_context(base_url=site.url, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in/?next=/customers/")
    page.fill("input[name=username]", "yezhen")
    page.fill("input[name=password]", settings.DEMO_PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("table.records")
    page.select_option("select[name=party_kind]", "enterprise")
    press(page, "button:has-text('查询')")
    assert "party_kind=enterprise" in page.url
    press(page, "table.records a.main-link")
    press(page, ".record-actions a:has-text('修改')")
    page.fill("[name=remarks]", "无脚本修改")
    press(page, ".form-foot button:has-text('保存')")
    assert "已保存" in page.locator("main").inner_text()
    press(page, ".tab:has-text('操作记录')")
    assert "无脚本修改" in page.locator("main").inner_text()
    context.close()
