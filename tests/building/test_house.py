"""Each house rule goes red on a file that breaks it, and stays silent on one that does not."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools import house

PAGE = "kedang/business/things/views.py"
TEMPLATE = "kedang/business/things/templates/things/page.html"


@pytest.fixture
def complaints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], list[str]]]:
    """Write one file into an otherwise empty house and say what the rules say."""
    monkeypatch.setattr(house, "ROOT", tmp_path)
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "icons.txt").write_text("search\n")

    def said(path: str, text: str) -> list[str]:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return [what for rule in house.RULES for _path, _line, what in rule()]

    yield said


@pytest.mark.parametrize(
    ("path", "text", "word"),
    [
        (PAGE, "x = 1\n" * 401, "401 lines"),
        (PAGE, f"x = '{'a' * 140}'\n", "characters in a line"),
        (PAGE, "now = timezone.now()\n", "kernel.clock"),
        (PAGE, "if x:\n    assert x\n", "kernel.sure"),
        (PAGE, "title = '客户'\n", "not translated: 客户"),
        (PAGE, "entry = Entry(icon='no')\nentry = Entry(icon=\"nothing\")\n", "icon 'nothing'"),
        (TEMPLATE, "<p>客户</p>", "not translated"),
        (TEMPLATE, "<p style='color: red'>x</p>", "style attribute"),
        (TEMPLATE, "<script>x()</script>", "inline script"),
        (TEMPLATE, '<a onclick="x()">x</a>', "event handler"),
        (TEMPLATE, '<a hx-on:click="x()">x</a>', "hx-on"),
        (TEMPLATE, '{% icon "nothing" %}', "icon 'nothing'"),
    ],
)
def test_rule_goes_red(complaints: Callable[[str, str], list[str]], path: str, text: str, word: str) -> None:
    said = complaints(path, text)
    assert len(said) == 1
    assert word in said[0]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (PAGE, '"""说明。"""\ntitle = _("客户")\nnow = clock.now()\n'),
        ("kedang/business/things/reading.py", "word = '客户'\n"),
        ("kedang/business/things/services/forms.py", "word = '客户'\n"),
        (TEMPLATE, '{% comment %}客户{% endcomment %}<a title="{% trans \'客户\' %}">{% icon "search" %}</a>'),
        (TEMPLATE, "{% blocktrans %}共 {{ n }} 条{% endblocktrans %}<script src=\"{% static 'a.js' %}\"></script>"),
    ],
)
def test_lawful_file_is_left_alone(complaints: Callable[[str, str], list[str]], path: str, text: str) -> None:
    assert complaints(path, text) == []
