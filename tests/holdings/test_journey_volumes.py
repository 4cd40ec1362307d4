"""Items of a volume by hand: dragged by the grip on a wide screen, moved by a button on a phone (AR-07)."""

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.journey


@pytest.fixture(autouse=True)
def no_database_of_tests() -> None:
    """The installation has its own."""


def titles(page: Any) -> list[str]:
    return list(page.locator(".volume-items tbody .is-lead").all_inner_texts())


def test_items_are_dragged_and_moved(sign_in: Callable[..., Any]) -> None:
    page = sign_in("yezhen")
    page.goto("/volumes/?view=open&size=200")
    several = page.locator("td[data-label='件数']", has_text=re.compile(r"^\s*([3-9]|\d{2,})\s*$"))
    page.locator(".records tbody tr", has=several).first.locator("a.main-link").click()
    page.click(".tab:has-text('卷内文件')")
    page.wait_for_selector(".volume-items")
    address, before = page.url, titles(page)
    grip = page.locator("[data-grip]").nth(0).bounding_box()
    goal = page.locator(".volume-items tbody tr").nth(2).bounding_box()
    page.mouse.move(grip["x"] + 5, grip["y"] + 8)
    page.mouse.down()
    page.mouse.move(grip["x"] + 5, goal["y"] + goal["height"] - 3, steps=12)
    with page.expect_navigation():
        page.mouse.up()
    dragged = titles(page)
    assert dragged == [before[1], before[2], before[0], *before[3:]]

    phone = sign_in("yezhen", width=390)
    phone.goto(address)
    with phone.expect_navigation():
        phone.click("tr:nth-child(3) button[name=move] >> nth=0")
    assert titles(phone) == [before[1], before[0], before[2], *before[3:]]
    with phone.expect_navigation():
        phone.click("button[name=natural]")
    assert titles(phone) == before
