"""A dossier by hand and eye: kind, cascade, duplicates while typing, contact in the drawer, the eye, grade, as it was, on a phone."""

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.journey


@pytest.fixture(autouse=True)
def no_database_of_tests() -> None:
    """The installation has its own."""


AT_REST = "() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added')"
"""Nothing is being fetched or put in place: a person is slower than that, a test is not."""


def test_a_dossier_from_first_letter_to_grade(sign_in: Callable[..., Any]) -> None:
    page = sign_in("yezhen")
    page.goto("/customers/new/")
    page.click(".kind-card:has-text('企业')")
    page.fill("#id_name", "青石调节阀制造有限公司")
    page.fill("#id_uscc", "91350100M000100Y44")
    page.wait_for_selector("#duplicates .field-error:has-text('校验码应为 3')")
    page.fill("#id_uscc", "91350100M000100Y43")
    for step, place in enumerate(("广东省", "深圳市", "南山区")):
        page.select_option(f"#id_region_code_{step}", label=place)
        page.wait_for_function(AT_REST)
    page.fill("#id_bank_account", "6222021001116245702")
    page.click("button:has-text('保存') >> nth=0")
    page.wait_for_selector(".record-name:has-text('青石调节阀制造有限公司')")
    dossier = page.url
    assert page.locator("dd:has-text('广东省深圳市南山区')").count() == 1

    page.goto("/customers/new/?kind=enterprise")
    page.fill("#id_name", "青石調節閥製造有限公司")
    page.wait_for_selector("#duplicates a:has-text('青石调节阀制造有限公司')")

    page.goto(f"{dossier}contacts/")
    page.click("a:has-text('新增联系人')")
    page.wait_for_selector("#drawer-content #id_name")
    page.fill("#drawer-content #id_name", "赵工")
    page.fill("#drawer-content #id_mobile", "12")
    page.click("#drawer-content button:has-text('保存') >> nth=0")
    page.wait_for_selector("#drawer-content .field-error")
    page.fill("#drawer-content #id_mobile", "138 0013 8000")
    page.click("#drawer-content button:has-text('保存') >> nth=0")
    page.wait_for_selector(".person-name:has-text('赵工')")

    page.goto(dossier)
    page.click("a.eye-button >> nth=0")
    page.fill("#dialog-content input[name=reason]", "核对付款")
    page.click("#dialog-content button.btn-primary")
    page.wait_for_selector("text=6222021001116245702")

    page.goto(dossier)
    page.click("summary:has-text('更多')")
    page.click(".drop-item:has-text('评定等级')")
    page.select_option("#dialog-content select[name=grade]", "A")
    page.fill("#dialog-content textarea[name=reason]", "年销售额 300 万元，回款及时")
    page.click("#dialog-content button.btn-primary")
    page.wait_for_selector(".record-name .tag:has-text('A 级')")

    page.click(".tab:has-text('谁看过')")
    page.wait_for_selector("td:has-text('核对付款')")


def test_the_dossier_fits_a_phone(sign_in: Callable[..., Any]) -> None:
    page = sign_in("lujiahe", width=390, height=844)
    page.goto("/customers/?view=mine")
    page.click("a.main-link >> nth=0")
    page.wait_for_url(re.compile(r"/customers/\d+/$"))
    here = page.url
    for tail in ("", "contacts/", "key-persons/", "profile/", "classes/", "history/", "seen/", "edit/"):
        page.goto(here + tail)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, tail
