"""Numbers that somebody typed into a search box stay in the trail; who may not see such numbers does not read them there."""

import pytest
from django.urls import reverse

from kedang.foundation.access.typed import veil_typed
from kedang.foundation.audit.models import Event
from kedang.foundation.search.services import search_run
from tests.access.scene import Scene
from tests.cast import Cast

TYPED = {
    "13817264935": "****35", "0755-83719264": "****64", "440305197103170019": "****19", "6222 0210 0111 6245": "****45",
    "青山 精密": "青山 精密", "GY202305": "GY202305", "2026-01-01 ~ 2026-02-01": "2026-01-01 ~ 2026-02-01",
    "9935": "9935", "zhang.san@example.com": "z****@example.com", "91440300MA5EQXXX2U": "91440300MA5EQXXX2U",
}  # fmt: skip


@pytest.fixture
def cast(scene: Scene) -> Cast:
    """The cast of the scene."""
    return scene.cast


@pytest.mark.parametrize("typed", TYPED)
def test_numbers_of_others_are_masked(cast: Cast, typed: str) -> None:
    assert veil_typed(cast.auditor, typed, cast.manager.pk) == TYPED[typed]
    assert veil_typed(cast.auditor, typed, cast.auditor.pk) == typed, "one's own words are shown as they were typed"
    assert veil_typed(cast.manager, typed, cast.auditor.pk) == typed, "who sees all numbers reads them here too"


def test_the_entry_of_a_search_masks_the_number(scene: Scene, cast: Cast) -> None:
    search_run(actor=cast.manager, kind="customer", text="13900139000")
    url = reverse("access:event-detail", args=[Event.objects.filter(code="search.done").latest("id").pk])
    pages = {who: scene.client(who).get(url).content.decode() for who in ("auditor", "manager")}
    assert "13900139000" not in pages["auditor"] and "****00" in pages["auditor"]
    assert "13900139000" in pages["manager"]


def test_the_trail_confirms_no_number(scene: Scene) -> None:
    """Who reads numbers masked cannot find them by guessing at the names of entries, digit by digit or whole; who reads them can."""
    asked = ("13900139000", "139001", "900139", "lichengmu@example.com", "lichengmu", "青山 0755-26712345")
    for text in asked[:1] + asked[3:4] + asked[5:]:
        scene.client("manager").get(reverse("customers:customer-list"), {"q": text})

    def found(who: str, text: str) -> int:
        page = scene.client(who).get(reverse("access:event-list"), {"subject": text}).context["page"]
        return int(page.total)

    assert {text: found("auditor", text) for text in asked} == dict.fromkeys(asked, 0)
    assert all(found("manager", text) for text in asked)
    assert found("auditor", "青山"), "names of dossiers within reach are found as ever"
    scene.client("auditor").get(reverse("customers:customer-list"), {"q": "13900139000"})
    assert found("auditor", "13900139000") == 1, "one's own words are found as they were typed"
