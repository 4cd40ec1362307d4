"""What is remembered of templates and escaping is what Django would have said, language by language."""

import pytest
from django.template import engines
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from kedang.foundation.web.escaping import esc
from kedang.foundation.web.menu import menu
from kedang.foundation.web.records import RecordPages


def drawn(source: str, **context: object) -> str:
    return engines["django"].from_string("{% load i18n static %}" + source).render(context, RequestFactory().get("/"))


@pytest.mark.parametrize("source", ["{% trans '保存' %}", "{% translate '保存' as word %}[{{ word }}]"])
def test_a_literal_follows_the_language_of_the_request(source: str) -> None:
    template = engines["django"].from_string("{% load i18n %}" + source)
    for code in ("zh-hans", "en", "zh-hant", "en", "zh-hans"):
        with translation.override(code):
            word = gettext("保存")
            assert template.render({}) == (f"[{word}]" if "as" in source else word)
    assert len({drawn(source) for code in ("zh-hans", "en") for _ in [translation.activate(code)]}) == 2
    translation.activate("zh-hans")


def test_what_is_no_literal_is_worked_out_every_time() -> None:
    source = "{% trans word %}{% trans '保存'|upper %}{% trans '100%' %}"
    with translation.override("en"):
        assert [drawn(source, word=word) for word in ("保存", "<b>")] == ["SaveSAVE100%", "&lt;b&gt;SAVE100%"]


def test_addresses_without_arguments_are_remembered_and_named() -> None:
    home, help_page = reverse("web:home"), reverse("web:help")
    source = "{% url 'web:home' %} {% url 'web:help' as help %}{{ help }} {% url 'web:nowhere' as none %}[{{ none }}]"
    template = engines["django"].from_string(source)
    assert {template.render({}) for _ in range(3)} == {f"{home} {help_page} []"}
    assert drawn("{% url name %}", name="web:help") == help_page
    assert drawn("{% static 'web/img/seal.svg' %}") == drawn("{% static path %}", path="web/img/seal.svg")


@pytest.mark.parametrize(
    "value", ["平常", "a<b>&'\"", SafeString("<b>"), gettext_lazy("保存"), 7, None, 1.5, "", type("S", (str,), {})("<")]
)
def test_escaping_is_djangos(value: object) -> None:
    assert esc(value) == conditional_escape(value)


def test_two_terms_never_share_one_english_word() -> None:
    """件 and 项目 were both “Item” once: kinds of records, and entries of the menu, are told apart in English as in Chinese."""
    assert reverse("holdings:item-list")  # the rooms have declared their pages
    kinds = [pages.model._meta.verbose_name for pages in RecordPages._by_kind.values()]
    for terms in (kinds, [entry.label for entry in menu.entries]):
        found: dict[str, set[str]] = {}
        for term in terms:
            with translation.override("zh-hans"):
                chinese = str(term)
            with translation.override("en"):
                found.setdefault(str(term).casefold(), set()).add(chinese)
        assert {english: chinese for english, chinese in found.items() if len(chinese) > 1} == {}
