"""Versions of the scheme, its classes, the filing scope, periods: what may change when, and that nothing filed loses its class."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from kedang.business.holdings import shipped
from kedang.business.holdings.models import CodeTemplate, DocumentType, RetentionPeriod, Scheme, Series
from kedang.business.holdings.services.periods import period_change, period_create
from kedang.business.holdings.services.schemes import (
    scheme_change,
    scheme_draft,
    scheme_in_force,
    scheme_publish,
    scheme_retire,
)
from kedang.business.holdings.services.series import series_change, series_create, series_remove
from kedang.business.holdings.services.types import (
    document_type_change,
    document_type_create,
    document_types_assign,
)
from kedang.business.holdings.setup import ensure_defaults
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from tests.cast import Cast
from tests.customers.making import event_of
from tests.holdings.making import document_type, make_item, make_volume, period, series, template


def refused(code: str, service: Any, **given: Any) -> Refused:
    with pytest.raises(Refused) as told:
        service(**given)
    assert told.value.code == code, told.value.sentence
    return told.value


def draft_of(cast: Cast) -> Scheme:
    return scheme_draft(actor=cast.archivist, title="", note="二〇二七年起")


def in_draft(draft: Scheme, code: str) -> Series:
    found: Series = draft.series.get(code=code)
    return found


def test_what_a_company_begins_with(cast: Cast) -> None:
    made = ensure_defaults(cast.fonds)
    assert made == {"periods": 5, "series": 13, "types": 33, "templates": 8, "rules": 1}
    assert ensure_defaults(cast.fonds) == dict.fromkeys(made, 0)
    assert Event.objects.filter(code="holdings.defaults_laid").count() == 1
    assert [p.name for p in RetentionPeriod.objects.filter(fonds=cast.fonds, is_old=False)] == [
        "永久",
        "定期30年",
        "定期10年",
    ]
    assert dict(RetentionPeriod.objects.filter(is_old=True).values_list("code", "reads_as__code")) == {
        "CQ": "D30",
        "DQ": "D10",
    }
    assert series("ZY·KH·HT").parent == series("ZY·KH") and series("ZY·KH·HT").path.count("/") == 4
    classes = set(Series.objects.values_list("code", flat=True))
    for kind in DocumentType.objects.filter(is_kept=True):
        assert kind.series_code in classes and kind.retention is not None and kind.basis and kind.keywords, kind
    assert len({kind.code for kind in shipped.KINDS}) == len(shipped.KINDS) >= 25
    assert not Scheme.objects.filter(fonds=cast.other_fonds).exists()


def test_what_is_there_is_left_alone(cast: Cast) -> None:
    kept = CodeTemplate.objects.create(
        fonds=cast.fonds, name="自编", arrangement="item", item_template="{fonds}-{item:5}"
    )
    assert ensure_defaults(cast.fonds)["templates"] == 0
    assert list(CodeTemplate.objects.filter(fonds=cast.fonds)) == [kept]


def test_a_new_company_gets_them_by_itself(cast: Cast) -> None:
    from kedang.foundation.access.services import fonds_create
    from kedang.foundation.kernel.actors import SYSTEM

    fonds = fonds_create(actor=SYSTEM, code="003", name="新单位")
    assert scheme_in_force(fonds.pk).title == shipped.TITLE


def test_a_draft_is_a_copy_that_remembers_what_it_was(archive: Cast) -> None:
    draft = draft_of(archive)
    assert (draft.number, draft.state, draft.title) == (2, "draft", shipped.TITLE)
    copy = in_draft(draft, "ZY·KH·HT")
    assert copy.former == series("ZY·KH·HT") and copy.parent == in_draft(draft, "ZY·KH")
    assert copy.path == f"{copy.parent.path}{copy.pk}/"
    assert '"classes":13' in event_of("holdings.scheme_drafted", draft).meta
    refused("scheme_draft_exists", scheme_draft, actor=archive.archivist)
    with pytest.raises(NotAllowed):
        scheme_draft(actor=archive.salesperson)


def test_publishing_retires_the_version_before_and_moves_the_filing_scope(archive: Cast) -> None:
    first, volume = scheme_in_force(archive.fonds.pk), make_volume(archive)
    draft = draft_of(archive)
    series_change(actor=archive.archivist, series=in_draft(draft, "ZY·KH"), values={"code": "ZY·CU"})
    assert in_draft(draft, "ZY·CU·HT").former == series("ZY·KH·HT"), "the codes below follow"
    scheme_publish(actor=archive.archivist, scheme=draft)
    first.refresh_from_db()
    volume.refresh_from_db()
    assert (first.state, scheme_in_force(archive.fonds.pk).pk) == ("retired", draft.pk)
    assert first.retired_at == scheme_in_force(archive.fonds.pk).published_at
    assert volume.series.code == "ZY·KH·HT" and volume.series.scheme == first, "what was filed stays where it was filed"
    assert document_type("HT01").series_code == "ZY·CU·HT"
    assert event_of("holdings.type_changed", document_type("HT01")).reason == "分类方案第 2 版施行"
    assert event_of("holdings.scheme_retired", first).reason == "由第 2 版接替"
    assert '"types_moved":26' in event_of("holdings.scheme_published", draft).meta
    assert make_volume(archive, series=series("ZY·CU·HT")).reference_code == "001-ZY·CU·HT·2026·D30-0001"
    for code, service in (("scheme_not_draft", scheme_publish), ("scheme_not_draft", scheme_retire)):
        refused(code, service, actor=archive.archivist, scheme=draft)
    refused("scheme_fixed", scheme_change, actor=archive.archivist, scheme=first, title="另一个")


def test_no_class_with_papers_may_be_lost(archive: Cast) -> None:
    make_item(archive)
    draft = draft_of(archive)
    told = refused("series_in_use", series_remove, actor=archive.archivist, series=in_draft(draft, "WS·KH"))
    assert "WS·KH 客户管理文件" in told.sentence and "停用" in told.sentence
    refused("series_has_children", series_remove, actor=archive.archivist, series=in_draft(draft, "ZY·KH"))
    series_remove(actor=archive.archivist, series=in_draft(draft, "ZY·KH·SC"))
    Series.objects.filter(scheme=draft, code="WS·KH").update(former=None)
    told = refused("classes_lost", scheme_publish, actor=archive.archivist, scheme=draft)
    assert told.details["classes"] == ["ZY·KH·SC", "WS·KH"], "one named by the filing scope, one with papers"
    assert scheme_in_force(archive.fonds.pk).number == 1
    values = {"parent": in_draft(draft, "ZY·KH"), "code": "zy·kh·fx", "name": "分析", "former": series("ZY·KH·SC")}
    added = series_create(actor=archive.archivist, scheme=draft, values=values)
    assert added.code == "ZY·KH·FX"
    series_change(actor=archive.archivist, series=in_draft(draft, "WS·KH"), values={"former": series("WS·KH")})
    scheme_publish(actor=archive.archivist, scheme=draft)
    assert document_type("SC01").series_code == "ZY·KH·FX"


def test_papers_of_a_version_before_last_count_too(archive: Cast) -> None:
    make_volume(archive)
    scheme_publish(actor=archive.archivist, scheme=draft_of(archive))
    third = draft_of(archive)
    refused("series_in_use", series_remove, actor=archive.archivist, series=in_draft(third, "ZY·KH·HT"))


def test_a_dropped_draft_keeps_its_number(archive: Cast) -> None:
    draft = draft_of(archive)
    scheme_change(actor=archive.archivist, scheme=draft, title="客户档案分类方案（修订）", version=1)
    refused("stale_version", scheme_change, actor=archive.archivist, scheme=draft, note="晚了", version=1)
    scheme_retire(actor=archive.archivist, scheme=draft, reason="另起")
    draft.refresh_from_db()
    assert (draft.state, draft.published_at) == ("retired", None)
    assert draft_of(archive).number == 3


def test_the_database_knows_one_version_in_force(archive: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Scheme.objects.create(fonds=archive.fonds, number=9, title="两版", state="in_force")


def test_codes_of_classes_are_checked(archive: Cast) -> None:
    draft = draft_of(archive)
    above = in_draft(draft, "ZY·KH")
    for values, field in (
        ({"code": "ZY·QT", "parent": above}, "code"), ({"code": "ZY-KH"}, "code"), ({"code": "A·B·C·D·E"}, "code"), ({"code": ""}, "code"),
        ({"code": "ZY·KH·QT", "parent": series("ZY·KH")}, "parent"), ({"code": "QT", "name": ""}, "name"),
    ):  # fmt: skip
        told = refused(
            "values_invalid", series_create, actor=archive.archivist, scheme=draft, values={"name": "其他", **values}
        )
        assert field in told.details["problems"], values
    told = refused(
        "series_code_taken", series_create, actor=archive.archivist, scheme=draft, values={"code": "ZY", "name": "再来"}
    )
    assert told.field == "code"
    told = refused(
        "values_invalid",
        series_change,
        actor=archive.archivist,
        series=above,
        values={"parent": in_draft(draft, "ZY·KH·HT")},
    )
    assert "parent" in told.details["problems"]


def test_in_force_only_names_change(archive: Cast) -> None:
    row = series("ZY·KH·SC")
    series_change(actor=archive.archivist, series=row, values={"name": "市场资料", "is_active": False}, version=1)
    assert event_of("holdings.series_changed", row).actor_name == "沈砚"
    refused("scheme_fixed", series_change, actor=archive.archivist, series=row, values={"code": "ZY·KH·MK"})
    scheme = scheme_in_force(archive.fonds.pk)
    refused(
        "scheme_fixed", series_create, actor=archive.archivist, scheme=scheme, values={"code": "KJ", "name": "科技"}
    )
    refused("scheme_fixed", series_remove, actor=archive.archivist, series=row)
    with pytest.raises(OutOfScope):
        series_change(actor=archive.stranger, series=row, values={"name": "别家"})


def test_the_filing_scope_names_classes_in_force_and_present_periods(archive: Cast) -> None:
    values = {
        "code": "ht09",
        "name": "框架协议",
        "series_code": "ZY·KH·HT",
        "retention": period("D30"),
        "keywords": "框架，年度协议 框架",
    }
    made = document_type_create(actor=archive.archivist, values=values)
    assert (made.code, made.keywords, made.order_weight) == ("HT09", "框架 年度协议", 50)
    assert event_of("holdings.type_created", made).category == "admin"
    for wrong, field in (
        ({"series_code": "ZY·KH·没有"}, "series_code"), ({"series_code": ""}, "series_code"), ({"retention": period("CQ")}, "retention"),
        ({"retention": None}, "retention"), ({"name": ""}, "name"), ({"retention": period("D30", archive.other_fonds)}, "retention"),
    ):  # fmt: skip
        told = refused(
            "values_invalid", document_type_create, actor=archive.archivist, values={**values, "code": "HT10", **wrong}
        )
        assert field in told.details["problems"], wrong
    told = refused("type_code_taken", document_type_create, actor=archive.archivist, values=values)
    assert "HT09" in told.sentence
    document_type_change(
        actor=archive.archivist, document_type=made, values={"is_kept": False, "retention": None, "series_code": ""}
    )
    with pytest.raises(NotAllowed):
        document_type_change(actor=archive.head, document_type=made, values={"name": "协议"})


def test_departments_are_found_by_their_names(archive: Cast) -> None:
    assert document_types_assign(actor=archive.archivist, duties=shipped.DUTIES) == 22
    assert document_type("HT01").department == archive.sales
    assert document_type("TS01").department == archive.service
    assert document_type("XY01").department is None, "there is no finance department"
    assert document_types_assign(actor=archive.archivist, duties=shipped.DUTIES) == 0


def test_a_period_that_something_was_filed_under_keeps_code_and_years(archive: Cast) -> None:
    made = period_create(actor=archive.archivist, values={"code": "d15", "name": "定期15年", "years": "15"})
    assert (made.code, made.years) == ("D15", 15)
    period_change(actor=archive.archivist, period=made, values={"years": 16}, version=1)
    make_volume(archive, retention=made)
    told = refused("period_in_use", period_change, actor=archive.archivist, period=made, values={"years": 20})
    assert told.field == "years"
    period_change(actor=archive.archivist, period=made, values={"is_active": False}, version=2)
    for values, field in (
        ({"code": "d-1"}, "code"), ({"code": "X", "is_old": True}, "reads_as"), ({"code": "X", "years": 0}, "years"),
        ({"code": "X", "is_old": True, "reads_as": period("CQ")}, "reads_as"), ({"code": "X", "reads_as": period("Y")}, "reads_as"),
    ):  # fmt: skip
        told = refused("values_invalid", period_create, actor=archive.archivist, values={"name": "期限", **values})
        assert field in told.details["problems"], values
    refused("period_code_taken", period_create, actor=archive.archivist, values={"code": "Y", "name": "永久"})


def test_a_company_without_a_scheme_is_told_so(cast: Cast) -> None:
    refused("scheme_missing", scheme_in_force, fonds_id=cast.fonds.pk)
    with pytest.raises(Refused) as told:
        template()
    assert told.value.code == "code_template_missing"
