"""Every entry of the menu opens for everyone who is offered it, in three languages, wide and on a phone."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journey import Site

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = [
    "yezhen",
    "lujiahe",
    "mengxiaotang",
    "fangruogu",
    "helijun",
    "bailu",
    "qiujingyi",
    "zhengmingqu",
    "suman",
    "guqinghe",
]
"""One for each built-in role."""

pytestmark = [pytest.mark.journey, pytest.mark.slow]


def known_icons() -> set[str]:
    return set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "build" / "assets" / "icons.svg").read_text()))


def menu_addresses(page: Any) -> list[str]:
    links = page.locator("nav#menu a.menu-link").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return sorted(set(links))


def look_at(page: Any, address: str, icons: set[str], site: Site) -> None:
    response = page.goto(address)
    assert response.status == 200, f"{address}: {response.status}\n{site.last_words()}"
    assert page.locator("main#main").is_visible(), address
    used = page.locator("svg use").evaluate_all("all => all.map(one => one.getAttribute('href').split('#')[1])")
    assert set(used) <= icons, f"{address}: {set(used) - icons}"
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 1, f"{address} is {overflow} px wider than the window"


@pytest.mark.parametrize("username", PEOPLE)
def test_menu_opens_for(username: str, sign_in: Callable[..., Any], site: Site) -> None:
    page = sign_in(username)
    addresses = menu_addresses(page)
    assert addresses, f"{username} is offered nothing"
    icons = known_icons()
    for address in addresses:
        look_at(page, address, icons, site)


@pytest.mark.parametrize(("language", "word"), [("zh-hant", "背景工作"), ("en", "Jobs")])
def test_menu_opens_on_a_phone_in(language: str, word: str, sign_in: Callable[..., Any], site: Site) -> None:
    page = sign_in("yezhen", width=390, height=844, language=language)
    assert word in page.locator("nav#menu").text_content()
    icons = known_icons()
    for address in menu_addresses(page):
        look_at(page, address, icons, site)
