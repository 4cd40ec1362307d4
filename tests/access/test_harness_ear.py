"""What the ear of the access harness takes for words, and what it tells of where it heard them."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpResponse

from tests.access.harness.canaries import Canary
from tests.access.harness.ear import Ear

pytestmark = pytest.mark.django_db


@pytest.fixture
def ear() -> Ear:
    """It knows one canary."""
    canary = Canary(None, "Customer", "wechat", "confidential", "latin", "dysvrkcv")
    house: Any = SimpleNamespace(canaries=[canary])
    return Ear(house)


def test_marks_made_by_chance_are_no_words(ear: Ear) -> None:
    form = '<form><input name="{}" value="Ab-DysvrkcV_9"></form>'
    for name in ("csrfmiddlewaretoken", "_once"):
        assert ear.listen(HttpResponse(form.format(name))) == []
    assert ear.listen(HttpResponse(form.format("remarks")))


def test_a_leak_tells_what_stands_around_it(ear: Ear) -> None:
    answer = HttpResponse("<dl><dt>微信</dt>\n<dd>DysvrkCV</dd></dl>")
    (song,) = {one.text: one for one in ear.listen(answer)}.values()
    assert ear.around(answer, song) == "<dl><dt>微信</dt> <dd>DysvrkCV</dd></dl>"
