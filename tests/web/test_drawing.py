"""What is drawn by hand escapes all it is given; components say what they take."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from kedang.business.customers.services import customer_change
from kedang.foundation.web.drawing import options_html, value_html
from kedang.foundation.web.records import Cell
from tests.cast import Cast
from tests.customers.making import make_customer

As = Callable[[str], Client]
EVIL = '<img src=x onerror="alert(1)">'
TEMPLATES = Path(__file__).resolve().parents[2] / "kedang" / "foundation" / "web" / "templates"


def test_names_are_text_and_never_markup(as_: As, cast: Cast) -> None:
    made = make_customer(cast.archivist, name=f"{EVIL}公司", address=EVIL)
    customer_change(actor=cast.archivist, customer=made, values={"address": f"{EVIL}2"}, version=None, reason=EVIL)
    client = as_("archivist")
    for address in (
        "/trial/", f"/trial/{made.pk}/", f"/trial/{made.pk}/edit/", f"/trial/{made.pk}/history/", f"/trial/{made.pk}/grade/",
        "/search/?q=公司", f"/trial/?name={EVIL}", f"/search/?q={EVIL}", "/",
    ):  # fmt: skip
        text = client.get(address).text
        assert "<img src=x" not in text, address
        assert "&lt;img src=x" in text or address == "/", address


@pytest.mark.parametrize("state", ["show", "mask"])
@pytest.mark.parametrize("tone", ["", '"><b>'])
def test_every_way_to_draw_a_value_escapes(state: str, tone: str) -> None:
    cell = Cell("na<me", EVIL, EVIL, state, tone, unmask_url=f"/x/{EVIL}/")
    assert "<img" not in value_html(cell, EVIL)
    assert "<b>" not in value_html(cell, EVIL)


def test_options_leave_out_the_empty_value_and_mark_the_chosen() -> None:
    assert options_html([("", "无"), ("a", "<甲>"), ("b", "乙")], "a") == (
        '<option value="a" selected>&lt;甲&gt;</option><option value="b">乙</option>'
    )
    assert options_html([(1, "一"), (2, "二")], ["1", "2"]).count("selected") == 2


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_components_open_with_a_comment_that_says_what_they_take(path: Any) -> None:
    opening = path.read_text(encoding="utf-8")[:600]
    assert "{% comment %}" in opening
    assert opening.index("{% comment %}") < 80
    told = opening.split("{% comment %}")[1].split("{% endcomment %}")[0]
    assert len(told) > 12
    assert "style=" not in opening
