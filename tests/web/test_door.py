"""What surrounds every request: sign-in by default, headers, request ids, language, refusals."""

from collections.abc import Callable

from django.test import Client

from kedang.foundation.audit.models import Event
from kedang.foundation.web.middleware import CONTENT_POLICY
from tests.cast import Cast

As = Callable[[str], Client]


def test_strangers_are_sent_to_the_door_and_come_back(db: None) -> None:
    response = Client().get("/trial/?name=x")
    assert (response.status_code, response.url) == (302, "/sign-in/?next=%2Ftrial%2F%3Fname%3Dx")
    fragment = Client().get("/trial/results/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (401, "/sign-in/")


def test_headers_of_every_page(as_: As) -> None:
    response = as_("archivist").get("/")
    assert response["Content-Security-Policy"] == CONTENT_POLICY
    assert "unsafe" not in CONTENT_POLICY
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert "HX-Request" in response["Vary"]


def test_no_page_has_inline_script_or_style(as_: As) -> None:
    for address in ("/", "/trial/", "/trial/new/", "/search/", "/jobs/", "/help/"):
        text = as_("archivist").get(address).text
        assert "style=" not in text
        assert "<script>" not in text
        assert " onclick" not in text


def test_the_request_id_reaches_the_trail(as_: As) -> None:
    response = as_("admin").get("/trial/", headers={"X-Request-ID": "abc-12345678"})
    assert response["X-Request-ID"] == "abc-12345678"
    event = Event.objects.latest("id")
    assert (event.request_id, event.channel, event.address) == ("abc-12345678", "page", "127.0.0.1")
    assert len(as_("admin").get("/", headers={"X-Request-ID": "<evil>"})["X-Request-ID"]) == 16


def test_language_follows_cookie_then_person(as_: As, cast: Cast) -> None:
    client = as_("archivist")
    assert client.get("/")["Content-Language"] == "zh-hans"
    client.post("/preferences/language/", {"language": "en", "next": "https://evil.example/"})
    assert client.get("/")["Content-Language"] == "en"
    assert client.post("/preferences/language/", {"language": "xx", "next": "/help/"}).url == "/help/"
    cast.reader.language = "zh-hant"
    cast.reader.save(update_fields=["language"])
    assert as_("reader").get("/")["Content-Language"] == "zh-hant"


def test_wrong_address_and_expired_form_are_told_in_chinese(as_: As, cast: Cast) -> None:
    assert "没有找到" in as_("archivist").get("/nowhere/").text
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.archivist)
    answer = strict.post("/trial/new/", {"name": "x"})
    assert (answer.status_code, "页面已过期" in answer.text) == (403, True)


def test_a_refusal_in_a_region_is_a_sentence_for_the_toast(as_: As) -> None:
    answer = as_("admin").get("/trial/results/", headers={"HX-Request": "true"})
    assert (answer.status_code, "没有“查看客户档案”的权限" in answer.text) == (403, True)
    assert answer["HX-Reswap"] == "none"
