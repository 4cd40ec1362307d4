"""两类并一类、一类拆两类: when a version is made, and the table of what became of each class."""

import json
from collections.abc import Callable

import pytest
from django.test import Client

from kedang.business.holdings.models import Scheme, Series, SeriesMerger
from kedang.business.holdings.services.schemes import classes_lost, scheme_draft, scheme_publish
from kedang.business.holdings.services.series import series_change, series_create, series_remove
from kedang.foundation.kernel.refused import Refused
from tests.cast import Cast
from tests.customers.making import event_of
from tests.holdings.making import document_type, make_volume, series

As = Callable[[str], Client]


def of(scheme: Scheme, code: str) -> Series:
    found: Series = Series.objects.select_related("scheme", "former").get(scheme=scheme, code=code)
    return found


def merged(archive: Cast) -> Scheme:
    """A draft in which 市场 went into 合同, and 基本 was split into two."""
    draft = scheme_draft(actor=archive.archivist)
    series_remove(actor=archive.archivist, series=of(draft, "ZY·KH·SC"))
    series_change(
        actor=archive.archivist,
        series=of(draft, "ZY·KH·HT"),
        values={"name": "合同与市场", "merged": [series("ZY·KH·SC")]},
    )
    values = {"parent": of(draft, "ZY·KH"), "code": "ZY·KH·JX", "name": "基本信息续", "former": series("ZY·KH·JB")}
    series_create(actor=archive.archivist, scheme=draft, values=values)
    return draft


def test_two_classes_into_one_and_one_into_two(archive: Cast) -> None:
    volume = make_volume(archive, series=series("ZY·KH·SC"))
    draft = scheme_draft(actor=archive.archivist)
    only = of(draft, "ZY·KH·SC")
    with pytest.raises(Refused) as told:
        series_remove(actor=archive.archivist, series=only)
    assert told.value.code == "series_in_use"
    heir = series_change(actor=archive.archivist, series=of(draft, "ZY·KH·HT"), values={"merged": [series("ZY·KH·SC")]})
    assert json.loads(event_of("holdings.series_changed", heir).changes)["merged"] == ["", "ZY·KH·SC"]
    series_remove(actor=archive.archivist, series=only)
    assert classes_lost(draft) == []
    with pytest.raises(Refused) as told:
        series_change(actor=archive.archivist, series=heir, values={"merged": []})
        scheme_publish(actor=archive.archivist, scheme=draft)
    assert told.value.code == "classes_lost" and "ZY·KH·SC" in told.value.sentence
    series_change(actor=archive.archivist, series=heir, values={"merged": [series("ZY·KH·SC")]})
    with pytest.raises(Refused) as told:
        series_change(actor=archive.archivist, series=heir, values={"merged": [of(draft, "ZY·KH·JB")]})
    assert told.value.code == "values_invalid"
    scheme_publish(actor=archive.archivist, scheme=draft)
    assert document_type("SC01").series_code == "ZY·KH·HT", "the filing scope follows"
    volume.refresh_from_db()
    assert volume.series.code == "ZY·KH·SC" and volume.series.scheme.state == "retired"
    third = scheme_draft(actor=archive.archivist)
    with pytest.raises(Refused) as told:
        series_remove(actor=archive.archivist, series=of(third, "ZY·KH·HT"))
    assert told.value.code == "series_in_use", "papers of a merged class count for its heirs"
    with pytest.raises(Refused) as told:
        series_change(actor=archive.archivist, series=series("ZY·KH·HT"), values={"merged": []})
    assert told.value.code == "scheme_fixed", "in force nothing is merged any more"


def test_the_table_tells_what_became_of_each_class(archive: Cast, as_: As) -> None:
    draft = merged(archive)
    page = as_("archivist").get(f"/archive/schemes/{draft.pk}/changes/").content.decode()
    for word in ("合并", "拆分", "同并入的还有", "ZY·KH·JX"):
        assert word in page, word
    assert "未承接" not in page
    tree = as_("reader").get(f"/archive/schemes/{draft.pk}/").content.decode()
    assert "并入 ZY·KH·SC" in tree


def test_the_form_of_a_class_offers_what_may_be_merged(archive: Cast, as_: As) -> None:
    draft = scheme_draft(actor=archive.archivist)
    heir = of(draft, "ZY·KH·HT")
    client = as_("archivist")
    page = client.get(f"/archive/series/{heir.pk}/edit/").content.decode()
    assert "并入的其他原类别" in page
    sent = {
        "parent": heir.parent_id, "code": heir.code, "name": heir.name, "arrangement": heir.arrangement, "former": heir.former_id,
        "retention": heir.retention_id or "", "position": heir.position, "is_active": "on", "scope_note": heir.scope_note,
        "_version": heir.version,
        "merged": [series("ZY·KH·SC").pk],
    }  # fmt: skip
    assert client.post(f"/archive/series/{heir.pk}/edit/", sent).status_code == 302
    assert SeriesMerger.objects.get(series=heir).former == series("ZY·KH·SC")
    page = client.get(f"/archive/series/{heir.pk}/edit/").content.decode()
    assert f'value="{series("ZY·KH·SC").pk}"' in page and "checked" in page
    first = Scheme.objects.get(number=1, fonds=archive.fonds)
    kept = first.series.get(code="ZY·KH·HT")
    assert "并入的其他原类别" not in client.get(f"/archive/series/{kept.pk}/edit/").content.decode()
