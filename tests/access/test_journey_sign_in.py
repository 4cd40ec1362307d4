"""In a real browser: a passkey is made, used as second step and alone; an app's codes; asking again; sessions ended elsewhere."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from kedang.foundation.access.signin import totp
from kedang.foundation.kernel import clock
from tests.journey import Site

pytestmark = pytest.mark.journey
PERSON = "zhengmingqu"


def authenticator(page: Any) -> Any:
    """A virtual authenticator that knows its owner: Chromium's own, over its debugging protocol."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def door(page: Any, site: Site, username: str = PERSON) -> None:
    """Type name and password at the door, by the name that browsers bind passkeys to."""
    from django.conf import settings

    page.goto(site.url.replace("127.0.0.1", "localhost") + "/sign-in/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", settings.DEMO_PASSWORD)
    page.press("input[name=password]", "Enter")


def leave(page: Any) -> None:
    page.click("summary[aria-label='我的账号']")
    page.click("text=退出登录")
    page.wait_for_url("**/sign-in/")


def test_passkey_from_making_to_signing_in_alone(open_page: Callable[..., Any], site: Site) -> None:
    page = open_page()
    authenticator(page)
    door(page, site)
    page.wait_for_selector("nav#menu")
    page.goto(site.url.replace("127.0.0.1", "localhost") + "/me/")
    page.click("button:has-text('添加通行密钥')")
    page.wait_for_url("**/me/recovery-codes/")
    page.click("button:has-text('生成恢复码')")
    page.wait_for_selector(".recovery-codes")
    codes = page.locator(".recovery-codes code").all_inner_texts()
    assert len(codes) == 10
    page.click("text=我已保存，继续")
    page.wait_for_selector(".factor:has-text('通行密钥')")

    leave(page)
    door(page, site)
    page.wait_for_url(re.compile("/sign-in/second/"))
    page.click("button:has-text('用通行密钥验证')")
    page.wait_for_selector("nav#menu")

    leave(page)
    page.click("button:has-text('用通行密钥登录')")
    page.wait_for_selector("nav#menu")

    leave(page)
    door(page, site)
    page.fill("input[name=code]", "000000")
    page.press("input[name=code]", "Enter")
    assert "验证没有通过" in page.locator("#id_code_error").inner_text()
    page.fill("input[name=code]", codes[3])
    page.press("input[name=code]", "Enter")
    page.wait_for_selector("nav#menu")
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + "/me/")
    assert "剩 9 个" in page.locator("#second-step").inner_text()
    page.on("dialog", lambda dialog: dialog.accept())
    page.click(".factor button:has-text('停用')")
    page.wait_for_selector("text=已停用")
    assert not page.locator(".factor:has-text('通行密钥')").count()


def test_codes_of_an_app_and_sessions_elsewhere(open_page: Callable[..., Any], site: Site) -> None:
    page, other = open_page(), open_page(width=390, height=844)
    for one in (page, other):
        door(one, site, "suman")
        one.wait_for_selector("nav#menu", state="attached")
    page.goto(page.url.rstrip("/") + "/me/")
    assert page.locator(".factor:has-text('登录')").count() >= 2
    page.click("a:has-text('手机验证器')")
    secret = page.locator(".totp-letters").inner_text().replace(" ", "")
    page.fill("input[name=code]", totp.code_at(secret, totp.step_of(clock.now())))
    page.press("input[name=code]", "Enter")
    page.wait_for_url("**/me/recovery-codes/")
    other.reload()
    other.wait_for_url(re.compile("/sign-in/"))
    page.goto(page.url.replace("recovery-codes/", ""))
    assert page.locator(".factor:has-text('本机')").count() == 1
    page.on("dialog", lambda dialog: dialog.accept())
    page.click(".factor button:has-text('停用')")
    page.wait_for_selector("text=已停用")
