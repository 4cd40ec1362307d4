"""The front door opens in a real browser: the shortest journey there is."""

from typing import Any

import pytest


@pytest.mark.journey
def test_sign_in_page_opens(page: Any) -> None:
    page.goto("/")
    page.wait_for_url("**/sign-in/**")
    assert page.locator("input[name=username]").is_visible()
    assert page.locator("input[name=password]").is_visible()
