"""Lists: scope, conditions, order, pages, saved views, settings."""

import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from kedang.business.customers.models import Customer
from kedang.foundation.audit.models import Event
from kedang.foundation.web.models import ListSettings, SavedView
from kedang.foundation.web.records import RecordPages, paging
from tests.cast import Cast, make_cast
from tests.web.conftest import make_dossiers

As = Callable[[str], Client]


@pytest.fixture(scope="module")
def shelf(django_db_setup: None, django_db_blocker: Any) -> Iterator[bytes]:
    """The cast and the dossiers, written once for all tests here; each test's own changes are rolled back to there."""
    with django_db_blocker.unblock(), transaction.atomic():
        cast = make_cast()
        yield pickle.dumps((cast, make_dossiers(cast)))
        transaction.set_rollback(True)


@pytest.fixture
def cast(shelf: bytes, db: None) -> Cast:
    made: Cast = pickle.loads(shelf)[0]
    return made


@pytest.fixture
def dossiers(shelf: bytes, db: None) -> list[Customer]:
    made: list[Customer] = pickle.loads(shelf)[1]
    return made


def names(response: Any) -> list[str]:
    return [row.obj.name for row in response.context["rows"]]


def test_shows_what_the_actor_may_see_and_nothing_of_another_company(as_: As, dossiers: list[Customer]) -> None:
    response = as_("archivist").get("/trial/")
    assert len(names(response)) == 3
    assert "远处的公司" not in response.text
    assert names(as_("stranger").get("/trial/")) == ["远处的公司有限公司"]


def test_without_the_action_answers_403_with_the_reason_and_records_it(as_: As, dossiers: list[Customer]) -> None:
    response = as_("admin").get("/trial/")
    assert response.status_code == 403
    assert "没有“查看客户档案”的权限" in response.text
    assert Event.objects.filter(code="access.refused").latest("id").actor_name == "陆远"


def test_results_region_comes_alone_and_tells_the_address_of_the_page(as_: As, dossiers: list[Customer]) -> None:
    response = as_("archivist").get("/trial/results/?name=阀门&party_kind=", headers={"HX-Request": "true"})
    assert names(response) == ["白石阀门有限公司"]
    assert "<html" not in response.text
    assert response["HX-Push-Url"] == "/trial/?name=%E9%98%80%E9%97%A8"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("name=有限 青山", ["青山精密机械有限公司"]),
        ("party_kind=individual", []),
        ("party_kind=nonsense", []),
        ("established_on_from=2016-01-01", ["=cmd 临江泵业有限公司"]),
        ("established_on_to=2016-01-01", ["白石阀门有限公司"]),
        ("cf=registered_capital&co=gt&cv=1000000&cw=", ["=cmd 临江泵业有限公司", "青山精密机械有限公司"]),
        ("cf=registered_capital&co=between&cv=1,000,000&cw=3000000", ["青山精密机械有限公司"]),
        ("cf=established_on&co=empty&cv=&cw=", ["青山精密机械有限公司"]),
        ("cf=name&co=has&cv=阀门&cw=&cf=name&co=has&cv=泵业&cw=&cj=any", ["=cmd 临江泵业有限公司", "白石阀门有限公司"]),
        ("cf=name&co=has&cv=阀门&cw=&cf=name&co=has&cv=泵业&cw=", []),
        ("cf=name&co=hasnt&cv=阀门&cw=", ["=cmd 临江泵业有限公司", "青山精密机械有限公司"]),
        ("cf=party_kind&co=in&cv=enterprise,individual&cw=&name=青山", ["青山精密机械有限公司"]),
        ("cf=password&co=eq&cv=1&cw=", ["=cmd 临江泵业有限公司", "白石阀门有限公司", "青山精密机械有限公司"]),
        ("sort=registered_capital", ["白石阀门有限公司", "青山精密机械有限公司", "=cmd 临江泵业有限公司"]),
        ("sort=-registered_capital", ["=cmd 临江泵业有限公司", "青山精密机械有限公司", "白石阀门有限公司"]),
        ("sort=address;drop", ["=cmd 临江泵业有限公司", "白石阀门有限公司", "青山精密机械有限公司"]),
        ("view=mine", []),
    ],
)
def test_conditions(as_: As, dossiers: list[Customer], asked: str, expected: list[str]) -> None:
    assert names(as_("archivist").get(f"/trial/?{asked}")) == expected


def test_a_value_that_cannot_be_read_is_told_in_a_sentence(as_: As, dossiers: list[Customer]) -> None:
    response = as_("archivist").get("/trial/?established_on_from=昨天")
    assert "条件“成立日期”的值“昨天、”无法识别：请写成 2024-01-31 这样的日期。" in response.text
    assert response.status_code == 200


def test_veiled_fields_are_neither_columns_nor_conditions(as_: As, cast: Cast, dossiers: list[Customer]) -> None:
    reader = as_("reader").get("/trial/?grade=A")
    assert "grade" not in reader.context["view"].filters or cast.reader
    shown = as_("archivist").get("/trial/").context["view"].filters
    assert "grade" in shown


def test_pages_are_real_and_the_total_is_counted_only_so_far(
    as_: As, dossiers: list[Customer], monkeypatch: Any
) -> None:
    monkeypatch.setattr(paging, "SIZES", (2, 50))
    client = as_("archivist")
    first = client.get("/trial/?size=2").context["page"]
    assert (first.total, first.is_exact, first.last, first.has_next) == (3, True, 2, True)
    beyond = client.get("/trial/?size=2&page=99")
    assert beyond.context["page"].number == 2
    assert names(beyond) == ["青山精密机械有限公司"]
    monkeypatch.setattr(paging, "EXACT_TO", 2)
    capped = client.get("/trial/?size=2")
    assert (capped.context["page"].total, capped.context["page"].is_exact) == (2, False)
    assert "共 2+ 条" in capped.text


def test_queries_do_not_grow_with_the_rows(
    as_: As, cast: Cast, dossiers: list[Customer], django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = as_("archivist")
    counts = []
    for size in (1, 3):
        Customer.objects.filter(pk=dossiers[0].pk).update(responsible=cast.salesperson)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            asked = "name=青山" if size == 1 else ""
            assert len(names(client.get(f"/trial/?{asked}"))) == size
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_view_is_saved_used_shared_and_deleted(as_: As, cast: Cast, dossiers: list[Customer]) -> None:
    client = as_("archivist")
    done = client.post("/trial/views/", {"name": "阀门", "query": "name=阀门&page=3&evil=1", "is_shared": ""})
    view = SavedView.objects.get()
    assert (view.owner, view.conditions, done.url) == (cast.archivist, {"name": ["阀门"]}, f"/trial/?view=v{view.pk}")
    assert Event.objects.filter(code="web.view_saved", subject_id=view.pk).exists()
    assert names(client.get(done.url)) == ["白石阀门有限公司"]
    assert "阀门" not in [tab.label for tab in as_("manager").get("/trial/").context["tabs"]]
    assert as_("manager").post(f"/trial/views/{view.pk}/delete/").status_code == 404
    client.post(f"/trial/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()
    assert Event.objects.filter(code="web.view_deleted").exists()


@pytest.mark.parametrize(
    ("name", "query", "sentence"), [("", "name=x", "请给视图起一个名称"), ("空", "page=2", "还没有任何条件")]
)
def test_a_view_without_name_or_condition_is_refused(
    as_: As, dossiers: list[Customer], name: str, query: str, sentence: str
) -> None:
    response = as_("archivist").post("/trial/views/", {"name": name, "query": query}, follow=True)
    assert sentence in response.text
    assert not SavedView.objects.exists()


def test_columns_and_density_are_kept(as_: As, cast: Cast, dossiers: list[Customer]) -> None:
    client = as_("archivist")
    client.post("/trial/columns/", {"column": ["name", "grade", "nonsense"], "density": "compact", "page_size": "50"})
    kept = ListSettings.objects.get(owner=cast.archivist)
    assert (kept.columns, kept.density, kept.page_size) == (["name", "grade"], "compact", 50)
    response = client.get("/trial/")
    assert [head.column.name for head in response.context["heads"]] == ["name", "grade"]
    assert "density-compact" in response.text
    client.post("/trial/columns/", {"reset": "1"})
    assert ListSettings.objects.get().columns == []


def test_lines_of_advanced_conditions_are_drawn_by_the_server(as_: As, dossiers: list[Customer]) -> None:
    response = as_("archivist").get("/trial/rules/?cf=registered_capital&co=between&cv=1&cw=2&more=1")
    assert [rule.field for rule in response.context["rules"]] == ["registered_capital", ""]
    assert 'name="cw" value="2"' in response.text


@pytest.mark.parametrize(
    "asked",
    [
        "name=%00青山", "cf=name&co=has&cv=%00&cw=", "page=99999999999999999999", "page=-1", "size=7", "sort=--name", "view=v99999999999",
        "view=%00", "cf=name&cf=name&cf=name", "co=has&cv=x", "cf=registered_capital&co=gt&cv=1e400&cw=",
        "cf=registered_capital&co=between&cv=NaN&cw=Infinity", "established_on_from=99999-01-01", "established_on_to=2024-02-30",
        "cf=party_kind&co=in&cv=,,,&cw=", "name=" + "长" * 3000, "name=%25_%5C", "cj=nonsense", "cf=name&co=empty&cv=x&cw=y",
        "&".join(["cf=name&co=has&cv=x&cw="] * 40),
    ],
)  # fmt: skip
def test_nothing_in_the_address_breaks_the_page(as_: As, dossiers: list[Customer], asked: str) -> None:
    client = as_("archivist")
    for address in ("/trial/", "/trial/results/", "/trial/rules/"):
        assert client.get(f"{address}?{asked}").status_code == 200
    assert client.get(f"/trial/export/?{asked}").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/trial/99999999999999999999999/",
        "/trial/0/",
        "/trial/99999999999999999999999/edit/",
        "/exports/99999999999999999999999/",
    ],
)
def test_keys_beyond_all_rows_are_404(as_: As, cast: Cast, address: str) -> None:
    assert as_("archivist").get(address).status_code == 404


def test_a_view_keeps_its_own_columns_and_place(as_: As, cast: Cast, dossiers: list[Customer]) -> None:
    client = as_("archivist")
    for name in ("甲", "乙"):
        client.post("/trial/views/", {"name": name, "query": "name=阀门"})
    first, second = SavedView.objects.order_by("id")
    client.post("/trial/columns/", {"column": ["name", "phone"], "query": f"view=v{second.pk}"})
    assert not ListSettings.objects.exists()
    assert [head.column.name for head in client.get(f"/trial/?view=v{second.pk}").context["heads"]] == ["name", "phone"]
    assert len(client.get("/trial/").context["heads"]) > 2
    client.post("/trial/views/", {"first": str(second.pk)})
    assert [tab.label for tab in client.get("/trial/").context["tabs"]][-2:] == ["乙", "甲"]
    assert Event.objects.filter(code="web.view_saved", subject_id=second.pk).count() == 3
    assert as_("manager").post("/trial/views/", {"first": str(first.pk)}).status_code == 404


def test_no_condition_takes_a_word_that_the_address_of_lists_needs() -> None:
    """A condition called “sort” would be asked whenever a heading is pressed, and find nothing."""
    needed = {"sort", "page", "size", "view"}
    taken = {
        f"{pages.__name__}: {one.name}"
        for pages in RecordPages._by_kind.values()
        for one in pages.list_filters()
        if one.name in needed
    }
    assert not taken
