"""One record: detail, eye, form, conflict, verb, history, tabs, export."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest
from django.test import Client

from kedang.business.customers.models import Customer
from kedang.business.customers.services import customer_change
from kedang.foundation.access.models import Person
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from tests.cast import Cast
from tests.web.conftest import ACCOUNT

As = Callable[[str], Client]
HTMX = {"HX-Request": "true"}


def last(code: str) -> Event:
    return Event.objects.filter(code=code).latest("id")


def test_detail_shows_panels_and_reading_is_recorded(as_: As, dossiers: list[Customer]) -> None:
    response = as_("archivist").get(f"/trial/{dossiers[0].pk}/")
    assert [drawn["panel"].title for drawn in response.context["panels"]] == ["基本信息", "联系方式", "评价"]
    assert "2,000,000" in response.text
    assert (last("trial.read").subject_id, last("trial.read").actor_name) == (dossiers[0].pk, "沈砚")


def test_every_page_that_shows_a_record_is_a_reading(as_: As, dossiers: list[Customer]) -> None:
    client = as_("archivist")
    for tail in ("", "edit/", "history/", "history/?on=2024-01-31", "names/"):
        client.get(f"/trial/{dossiers[0].pk}/{tail}")
    told = Event.objects.filter(code="trial.read").order_by("id").values_list("meta", flat=True)
    assert list(told) == [
        "", '{"tab":"edit"}', '{"tab":"history"}', '{"tab":"history","on":"2024-01-31"}', '{"tab":"names"}',
    ]  # fmt: skip


@pytest.mark.parametrize("tail", ["", "edit/", "history/", "unmask/phone/", "grade/", "names/"])
def test_another_company_gets_404_everywhere(as_: As, dossiers: list[Customer], tail: str) -> None:
    response = as_("stranger").get(f"/trial/{dossiers[0].pk}/{tail}")
    assert response.status_code == 404
    assert "不在您的数据范围之内" in response.text
    assert dossiers[0].name not in response.text


def test_the_eye_asks_why_and_writes_it_down(as_: As, dossiers: list[Customer]) -> None:
    client = as_("archivist")
    page = client.get(f"/trial/{dossiers[0].pk}/").text
    address = f"/trial/{dossiers[0].pk}/unmask/bank_account/"
    assert "**** **** 5702" in page
    assert ACCOUNT not in page
    assert address in page
    assert "请写明" in client.post(address, {"reason": ""}).text
    assert not Event.objects.filter(code="access.field_unmasked").exists()
    answer = client.post(address, {"reason": "电话回访核对"}, headers=HTMX)
    assert ACCOUNT in answer.text
    assert answer["HX-Retarget"] == f"#value-{dossiers[0].pk}-bank_account"
    event = last("access.field_unmasked")
    assert (event.reason, '"field":"bank_account"' in event.meta, ACCOUNT in event.meta) == (
        "电话回访核对",
        True,
        False,
    )


def test_without_the_right_there_is_no_eye(as_: As, dossiers: list[Customer]) -> None:
    address = f"/trial/{dossiers[0].pk}/unmask/bank_account/"
    assert address not in as_("auditor").get(f"/trial/{dossiers[0].pk}/").text
    assert as_("auditor").get(address).status_code == 403
    assert as_("auditor").post(address, {"reason": "想看看"}).status_code == 403


def test_only_fields_of_the_page_can_be_unmasked(as_: As, dossiers: list[Customer]) -> None:
    assert as_("archivist").get(f"/trial/{dossiers[0].pk}/unmask/email/").status_code == 404


def test_a_new_record_is_made_by_its_service(as_: As, cast: Cast) -> None:
    client = as_("archivist")
    form = client.get("/trial/new/")
    assert "grade" not in form.context["form"].fields
    assert '<span class="field-star"' in form.text
    done = client.post("/trial/new/", {"name": "云顶科技有限公司", "party_kind": "enterprise"})
    made = Customer.objects.get(name="云顶科技有限公司")
    assert done.url == f"/trial/{made.pk}/"
    assert last("customers.created").subject_id == made.pk
    again = client.post("/trial/new/", {"name": "云底科技有限公司", "party_kind": "enterprise", "_another": "1"})
    assert again.url == "/trial/new/"


def test_refusals_stand_at_their_inputs(as_: As, cast: Cast) -> None:
    client = as_("archivist")
    empty = client.post("/trial/new/", {"name": "", "party_kind": "enterprise"})
    assert empty.status_code == 422
    assert "请填写“客户名称”。" in empty.text
    wrong = client.post("/trial/new/", {"name": "错码公司", "party_kind": "enterprise", "uscc": "91350100M000100Y44"})
    assert wrong.status_code == 422
    assert "uscc" in wrong.context["form"].errors
    assert not Customer.objects.exists()


def test_the_drawer_gets_the_form_alone_and_moves_on_by_header(as_: As, cast: Cast) -> None:
    client = as_("archivist")
    form = client.get("/trial/new/", headers=HTMX)
    assert "<html" not in form.text
    assert 'id="drawer-title"' in form.text
    bad = client.post("/trial/new/", {"name": "", "party_kind": "enterprise"}, headers=HTMX)
    assert (bad.status_code, "请填写" in bad.text) == (200, True)
    done = client.post("/trial/new/", {"name": "云顶科技有限公司", "party_kind": "enterprise"}, headers=HTMX)
    assert (done.status_code, done["HX-Redirect"].startswith("/trial/")) == (204, True)


def test_without_the_right_the_form_answers_403(as_: As, dossiers: list[Customer]) -> None:
    response = as_("manager").get("/trial/new/")
    assert response.status_code == 403
    assert "没有“建立客户档案”的权限" in response.text


def test_only_what_was_changed_reaches_the_service(as_: As, dossiers: list[Customer]) -> None:
    client = as_("archivist")
    target = dossiers[1]
    form = client.get(f"/trial/{target.pk}/edit/")
    data = {name: form.context["form"][name].value() or "" for name in form.context["form"].fields}
    client.post(f"/trial/{target.pk}/edit/", {**data, "business_scope": "阀门制造", "_version": target.version})
    target.refresh_from_db()
    assert target.business_scope == "阀门制造"
    assert last("customers.changed").changes == '{"business_scope":["","阀门制造"]}'


def test_a_masked_value_left_empty_stays(as_: As, dossiers: list[Customer]) -> None:
    target = dossiers[0]
    client = as_("archivist")
    form = client.get(f"/trial/{target.pk}/edit/").context["form"]
    assert form.veiled == {"bank_account"}
    assert form.fields["bank_account"].widget.attrs["placeholder"] == "**** **** 5702（留空则不改）"
    assert ACCOUNT not in str(form)
    data = {name: form[name].value() or "" for name in form.fields}
    client.post(f"/trial/{target.pk}/edit/", {**data, "address": "新街 1 号", "_version": target.version})
    target.refresh_from_db()
    assert (target.address, target.bank_account) == ("新街 1 号", ACCOUNT)


def test_two_people_at_once_see_mine_and_theirs(as_: As, cast: Cast, dossiers: list[Customer]) -> None:
    target = dossiers[1]
    seen = target.version
    customer_change(actor=cast.archivist, customer=target, values={"business_scope": "他们写的"}, version=seen)
    form = as_("archivist").get(f"/trial/{target.pk}/edit/").context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    response = as_("archivist").post(
        f"/trial/{target.pk}/edit/", {**data, "business_scope": "我写的", "_version": seen}
    )
    assert response.status_code == 409
    assert "我写的" in response.text
    assert "他们写的" in response.text
    target.refresh_from_db()
    assert target.business_scope == "他们写的"
    again = dict(response.context["kept"])
    as_("archivist").post(f"/trial/{target.pk}/edit/", {**again, "_version": response.context["version"]})
    target.refresh_from_db()
    assert target.business_scope == "我写的"


def test_a_verb_asks_and_runs_its_service(as_: As, dossiers: list[Customer]) -> None:
    client = as_("archivist")
    address = f"/trial/{dossiers[0].pk}/grade/"
    asked = client.get(address, headers=HTMX)
    assert "等级会显示在档案首页。" in asked.text
    assert "请写明原因。" in client.post(address, {"reason": ""}).text
    done = client.post(address, {"reason": "年销售额三百万元"})
    assert done.url == f"/trial/{dossiers[0].pk}/"
    assert Customer.objects.get(pk=dossiers[0].pk).grade == "A"
    refused = client.post(address, {"reason": "年销售额三百万元"})
    assert refused.status_code == 422
    assert "客户已经是此等级，没有变化。" in refused.text


def test_a_verb_on_picked_rows_tells_a_result_per_row(as_: As, cast: Cast, dossiers: list[Customer]) -> None:
    client = as_("archivist")
    other = Customer.objects.get(name="远处的公司有限公司")
    picked = {"pick": [str(row.pk) for row in dossiers] + [str(other.pk)]}
    client.post(f"/trial/{dossiers[0].pk}/grade/", {"reason": "先评一个"})
    asked = client.post("/trial/batch/grade/", picked)
    assert "将对选中的 3 条记录执行“评定等级”" in asked.text
    done = client.post("/trial/batch/grade/", {**picked, "_run": "1", "reason": "年度评级"})
    assert [result["is_done"] for result in done.context["results"]] == [False, True, True]
    assert "共 3 条，办成 2 条。" in done.text
    assert Customer.objects.get(pk=other.pk).grade == ""
    assert "没有选中任何行" in client.post("/trial/batch/grade/", {}, follow=True).text


def test_history_tells_from_to_and_why_behind_the_veil(as_: As, cast: Cast, dossiers: list[Customer]) -> None:
    target = dossiers[0]
    customer_change(
        actor=cast.archivist,
        customer=target,
        values={"phone": "0755-88886666", "address": "甲街"},
        version=None,
        reason="来函更正",
    )
    page = as_("archivist").get(f"/trial/{target.pk}/history/")
    entry = page.context["entries"][0]
    assert (entry.who, entry.reason) == ("沈砚", "来函更正")
    assert {change.label for change in entry.changes} == {"电话", "地址"}
    seen = as_("auditor").get(f"/trial/{target.pk}/history/").text
    assert "甲街" in seen
    assert "88886666" not in seen
    assert "****" in seen


def test_the_record_as_it_was_on_a_day(as_: As, cast: Cast) -> None:
    from tests.customers.making import make_customer

    with clock.frozen(datetime(2024, 3, 1, 2, tzinfo=UTC)):
        target = make_customer(cast.archivist, name="旧名机械有限公司", address="旧街 1 号")
    with clock.frozen(datetime(2024, 5, 1, 2, tzinfo=UTC)):
        customer_change(
            actor=cast.archivist, customer=target, values={"address": "新街 9 号"}, version=None, reason="迁址"
        )
    client = as_("archivist")
    assert "旧街 1 号" in client.get(f"/trial/{target.pk}/history/?on=2024-04-01").text
    assert "新街 9 号" in client.get(f"/trial/{target.pk}/history/?on=2024-05-01").text
    assert "当日还没有这份档案" in client.get(f"/trial/{target.pk}/history/?on=2024-02-01").text
    assert "日期请写成" in client.get(f"/trial/{target.pk}/history/?on=x").text


def test_export_holds_what_may_be_seen_and_no_formula(as_: As, cast: Cast, dossiers: list[Customer]) -> None:
    client = as_("archivist")
    asked = client.get("/trial/export/?name=泵业", headers=HTMX)
    assert asked.context["found"] == 1
    chosen = {"column": ["name", "registered_capital"], "format": "csv", "query": "name=泵业"}
    answer: Any = client.post("/trial/export/", chosen)
    text = b"".join(answer.streaming_content).decode()
    assert text == '\ufeff客户名称,注册资本\r\n\'=cmd 临江泵业有限公司,"8,000,000"\r\n'
    event = last("web.list_exported")
    assert '"rows":1' in event.meta
    answer = client.post("/trial/export/", {**chosen, "format": "xlsx", "query": ""})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert [tuple(row) for row in sheet.iter_rows(values_only=True)][:2] == [
        ("客户名称", "注册资本"),
        ("=cmd 临江泵业有限公司", 8000000),
    ]
    assert sheet["A2"].data_type == "s"


def test_export_without_the_right_is_403(as_: As, dossiers: list[Customer]) -> None:
    assert as_("salesperson").get("/trial/export/").status_code == 403


def test_many_rows_are_exported_by_a_job_and_fetched_by_their_owner_only(
    as_: As, dossiers: list[Customer], data_dir: Any, monkeypatch: Any, transactional_db: None
) -> None:
    from kedang.foundation.jobs.models import Job
    from kedang.foundation.jobs.worker import Worker
    from kedang.foundation.web.records import export

    monkeypatch.setattr(export, "AT_ONCE", 2)
    client = as_("archivist")
    handed_in = client.post("/customers/export/", {"column": ["name"], "format": "csv", "query": ""})
    job = Job.objects.get(kind="web.export")
    assert handed_in.url == f"/jobs/{job.pk}/"
    assert not Event.objects.filter(code="customers.exported").exists()
    assert client.get(f"/exports/{job.pk}/").status_code == 404
    assert Worker().run_once()
    job.refresh_from_db()
    assert (job.state, job.result["rows"], job.done_count) == ("done", 3, 3)
    assert last("customers.exported").actor_name == "沈砚"
    assert "下载文件" in client.get(f"/jobs/{job.pk}/").text
    stored = (data_dir / "exports" / f"{job.pk}.csv").read_bytes()
    assert stored.startswith(b"KDSF") and "客户名称".encode() not in stored
    answer: Any = client.get(job.result["url"])
    assert int(answer["Content-Length"]) > 40 and answer["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content).decode().split("\r\n")[0] == "\ufeff客户名称"
    assert as_("manager").get(job.result["url"]).status_code == 404
    for path in (data_dir / "exports").iterdir():
        path.unlink()
    assert "导出文件只保留七天" in client.get(job.result["url"]).text


def test_an_export_goes_on_while_others_save(dossiers: list[Customer], transactional_db: None) -> None:
    """Between two rows somebody else saves, and then the worker writes down how far it has come."""
    from threading import Thread

    from django.db import connection

    from kedang.foundation.jobs.models import Job
    from kedang.foundation.jobs.services import enqueue
    from kedang.foundation.web.records.base import RecordPages
    from kedang.foundation.web.records.export import offline

    person = Person.objects.get(name="沈砚")
    job = enqueue(person, "web.export", args={})
    view = offline(RecordPages.of_kind("customers.customer"), person, "")  # type: ignore[arg-type]
    lines = view.lines(view.columns_named(["name"]))
    next(lines)

    def save() -> None:
        Customer.objects.filter(pk=dossiers[0].pk).update(remarks="别人刚改过")
        connection.close()

    other = Thread(target=save)
    other.start()
    other.join()
    assert Job.objects.filter(pk=job.pk).update(done_count=1) == 1
    assert len(list(lines)) == len(dossiers) - 1
