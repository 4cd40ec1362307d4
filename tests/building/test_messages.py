"""Strings are found in Python and in templates, and traditional Chinese is derived with the glossary's words."""

from tools import messages


def test_python_strings_are_found() -> None:
    source = """
title = _("客户")
name = pgettext_lazy("菜单", "客户")
count = ngettext("%(n)d 行", "%(n)d 行", n)
other("不译")
"""
    assert set(messages.python_messages(source)) == {
        ("", "客户", ""),
        ("菜单", "客户", ""),
        ("", "%(n)d 行", "%(n)d 行"),
    }


def test_template_strings_are_found() -> None:
    source = """{% load i18n %}{% comment %}说明{% endcomment %}
      <a title="{% trans '上一页' %}">{% trans "查看" %}</a>
      {% blocktrans trimmed with n=count %}
        共 {{ n }} 条
      {% endblocktrans %}{% include "x.html" with label=_("编号") %}"""
    found = {singular for _context, singular, _plural in messages.template_messages(source, "x.html")}
    assert found == {"上一页", "查看", "共 %(n)s 条", "编号"}


def test_traditional_uses_the_glossary() -> None:
    convert = messages.Traditional()
    assert convert("“客户档案”导入后可撤销，里程与干部不变") == "「客戶檔案」匯入後可撤銷，里程與幹部不變"
    assert (convert("行"), convert("银行"), convert("第 %(n)s 行")) == ("列", "銀行", "第 %(n)s 列")
    assert convert("保存期限到期前请保存") == "保存期限到期前請儲存"
    assert convert("会签、签认，已签、未签的标签") == "會簽、簽認，已簽、未簽的標籤"
    assert convert("共 %(count)s 条，<b>{name}</b>") == "共 %(count)s 條，<b>{name}</b>"


def test_every_text_has_english_with_the_same_placeholders() -> None:
    assert messages.complaints() == [], "run `make messages`, then write the English (docs/cookbook/words.md)"
