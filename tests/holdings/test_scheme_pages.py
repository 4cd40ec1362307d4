"""Pages of the scheme as people use them: what stands there, what a form does, what a scanned code opens."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from kedang.business.holdings.models import CodeTemplate, Project, ReferenceCode, Scheme
from kedang.business.holdings.services.codes import code_replace
from kedang.foundation.access.models import Person
from kedang.foundation.audit.models import Event
from tests.cast import Cast
from tests.customers.making import make_customer
from tests.holdings.making import document_type, issue, make_item, make_project, make_volume, series

As = Callable[[str], Client]


def words(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


def test_the_tree_counts_what_the_reader_may_see(archive: Cast, as_: As) -> None:
    make_item(archive, make_volume(archive))
    make_volume(archive, department=archive.service)
    scheme = Scheme.objects.get(fonds=archive.fonds)
    url = reverse("holdings:scheme-detail", args=[scheme.pk])

    def of_contracts(name: str) -> tuple[int, int]:
        answer = as_(name).get(url)
        assert "ZY·KH·HT" in words(answer)
        line = next(one for one in answer.context["lines"] if one["row"].code == "ZY·KH·HT")
        return line["volumes"], line["items"]

    assert of_contracts("archivist") == (2, 1)
    assert of_contracts("head") == (1, 1)
    assert of_contracts("colleague") == (0, 0)
    assert as_("stranger").get(url).status_code == 404
    assert "增加类别" not in words(as_("archivist").get(url)), "only drafts grow"


def test_a_new_version_is_drafted_edited_and_put_in_force(archive: Cast, as_: As) -> None:
    client = as_("archivist")
    assert 'value="客户档案分类方案"' in words(client.get(reverse("holdings:scheme-create")))
    answer = client.post(
        reverse("holdings:scheme-create"), {"title": "客户档案分类方案", "note": "增加会展类"}, follow=True
    )
    draft = Scheme.objects.get(fonds=archive.fonds, number=2)
    assert "增加类别" in words(answer) and "施行" in words(answer)
    above = draft.series.get(code="ZY·KH")
    create = reverse("holdings:series-create", args=[draft.pk])
    assert 'value="ZY·KH·"' in words(client.get(f"{create}?parent={above.pk}"))
    typed = {
        "parent": above.pk,
        "code": "ZY·QT",
        "name": "会展",
        "arrangement": "volume",
        "position": 5,
        "is_active": "on",
    }
    assert "类别号应以上级的" in words(client.post(create, typed))
    assert client.post(create, {**typed, "code": "ZY·KH·HZ"}).status_code == 302
    changes = words(client.get(reverse("holdings:scheme-changes", args=[draft.pk])))
    assert "ZY·KH·HZ" in changes and "新增" in changes
    assert client.post(reverse("holdings:scheme-publish", args=[draft.pk])).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "in_force"
    row = draft.series.get(code="ZY·KH·HZ")
    form = words(client.get(reverse("holdings:series-edit", args=[row.pk])))
    assert form.count("disabled") >= 3, "code, place and old class stand fast in force"
    assert client.get(reverse("holdings:series-detail", args=[row.pk]))["Location"].endswith(f"#series-{row.pk}")


def test_the_filing_scope_as_a_workbook(archive: Cast, as_: As) -> None:
    client = as_("archivist")
    listed = words(client.get(reverse("holdings:document-type-list"), {"series_code": "ZY·KH·HT"}))
    assert "合同、协议及附件" in listed and "客户登记表" not in listed
    answer: Any = client.post(
        reverse("holdings:document-type-export"),
        {"query": "", "format": "xlsx", "column": ["code", "name", "series_code", "retention", "keywords"]},
    )
    sheet: Any = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("代码", "文件材料名称", "类别号", "保管期限", "识别词")
    assert ("HT01", "合同、协议及附件", "ZY·KH·HT", "定期30年", "合同 协议 补充协议 附件") in rows
    assert Event.objects.filter(code="holdings.scope_exported").count() == 1
    assert as_("salesperson").post(reverse("holdings:document-type-export"), {}).status_code == 403


def test_a_line_of_the_scope_is_changed_and_departments_are_proposed(archive: Cast, as_: As) -> None:
    client = as_("archivist")
    kind = document_type("HT01")
    edit = reverse("holdings:document-type-edit", args=[kind.pk])
    assert "ZY·KH·HT 合同协议" in words(client.get(edit))
    assign = reverse("holdings:document-type-assign")
    assert "采用推荐的 22 条" in words(client.get(assign))
    assert client.post(assign).status_code == 302
    kind.refresh_from_db()
    assert kind.department == archive.sales


def test_a_template_shows_examples_and_reads_codes(archive: Cast, as_: As) -> None:
    client = as_("archivist")
    row = CodeTemplate.objects.get(fonds=archive.fonds, name="按卷（年度·期限）")
    url = reverse("holdings:code-template-detail", args=[row.pk])
    assert "001-ZY·KH·HT·2026·D30-0012-003" in words(client.get(url))
    checked = words(client.get(url, {"check": "001-ZY·KH·HT·2026·D30－0007-002"}))
    assert "件档号" in checked and "保管期限代码" in checked
    assert "不合此模板的格式" in words(client.get(url, {"check": "001-5"}))
    preview = reverse("holdings:code-template-preview")
    typed = {"arrangement": "item", "volume_template": "", "item_template": "{fonds}-{series}-{item:5}"}
    assert "001-ZY·KH·HT-00003" in words(client.post(preview, typed))
    assert "花括号" in words(client.post(preview, {**typed, "item_template": "{fonds}-{serial}"}))
    created = client.post(
        reverse("holdings:code-template-create"), {**typed, "name": "五位", "position": 9, "is_active": "on"}
    )
    assert created.status_code == 302 and CodeTemplate.objects.filter(name="五位").exists()


def test_whichever_code_is_scanned_leads_to_the_object(archive: Cast, as_: As) -> None:
    volume = make_volume(archive)
    old = volume.reference_code
    code_replace(actor=archive.archivist, volume=volume, new_code="001-ZY·KH·HT·2026·Y-0009", reason="重定期限")
    volume.refresh_from_db()
    client, find = as_("archivist"), reverse("holdings:code-find")
    for scanned in (old, volume.reference_code, f"http://testserver{find}?code={old}", old.replace("-", "－")):
        page = words(client.get(find, {"code": scanned, "stay": "1"}))
        assert volume.title in page and volume.reference_code in page and old in page
    assert "重定期限" in page
    assert Event.objects.filter(code="holdings.code_scanned").count() == 4
    hidden = words(as_("colleague").get(find, {"code": old, "stay": "1"}))
    assert "不在您的数据范围之内" in hidden and volume.title not in hidden
    for name in ("archivist", "stranger"):
        asked = old if name == "stranger" else "001-没有"
        missing = as_(name).get(find, {"code": asked})
        assert missing.status_code == 404 and "台账中没有档号" in words(missing)
    qr = reverse("holdings:code-qr")
    svg = client.get(qr, {"code": old})
    assert svg["Content-Type"] == "image/svg+xml" and "<svg" in words(svg)
    assert as_("stranger").get(qr, {"code": old}).status_code == 404


def test_a_code_is_replaced_from_its_page(archive: Cast, as_: As) -> None:
    volume = make_volume(archive)
    row = ReferenceCode.objects.get(code=volume.reference_code)
    url = reverse("holdings:code-replace", args=[row.pk])
    client = as_("archivist")
    assert "不合任何档号模板" in words(client.post(url, {"new_code": "随便", "reason": "更正"}))
    assert client.post(url, {"new_code": "001-ZY·KH·HT·2026·D30-0100", "reason": "更正"}).status_code == 302
    listed = words(client.get(reverse("holdings:code-list"), {"view": "replaced"}))
    assert "0001" in listed and "001-ZY·KH·HT·2026·D30-0100" in listed
    assert as_("salesperson").post(url, {"new_code": "x", "reason": "更正"}).status_code == 403


def test_the_ledger_page_names_gaps_and_takes_explanations(archive: Cast, as_: As) -> None:
    make_volume(archive)
    issue(archive)
    client, url = as_("archivist"), reverse("holdings:ledger")
    answer = client.get(url, {"gaps": "1", "kind": "volume"})
    tally = answer.context["lines"][0]
    assert "空号 1 个" in words(answer) and "001-ZY·KH·HT·2026·D30-0002" in words(answer)
    typed = {"do": "explain", "series": tally.series.pk, "first": 2, "last": 2, "reason": ""}
    refused = client.post(url, typed)
    assert refused.status_code == 422 and "请写明理由" in words(refused)
    assert client.post(url, {**typed, "reason": "编目撤销"}).status_code == 302
    assert "没有未说明的空号" in words(client.get(url, {"gaps": "1"}))
    reserve = {"do": "reserve", "series": tally.series.pk, "count": "3", "reason": "留给补办的卷"}
    assert client.post(url, reserve).status_code == 302
    page = words(client.get(url))
    assert "编目撤销" in page and "留给补办的卷" in page
    assert as_("reader").post(url, reserve).status_code == 403
    assert "说明并作废" not in words(as_("reader").get(url))


def test_the_dossier_shows_projects_and_papers(archive: Cast, as_: As) -> None:
    customer = make_customer(archive.archivist, responsible=archive.salesperson, department=archive.sales_one)
    project = make_project(archive, customer, contract_amount="1280000.5")
    make_volume(archive, customer=customer, project=project, title="污水站合同卷")
    make_item(archive, customer=customer, project=project, title="立项请示", series=series("WS·KH"))
    client = as_("salesperson")
    head = client.get(reverse("customers:customer-detail", args=[customer.pk]))
    counts = {str(tab["label"]): tab["count"] for tab in head.context["record_tabs"]}
    assert (counts["项目"], counts["档案"]) == (1, 0), "the volume is 沈砚's, not 周航's"
    index = words(client.get(reverse("customers:customer-projects", args=[customer.pk])))
    assert "XM20260001" in index and "1,280,000.50" in index and "新建项目" in index
    papers = words(as_("archivist").get(reverse("customers:customer-archive", args=[customer.pk])))
    assert "污水站合同卷" in papers and "立项请示" in papers
    mine = words(client.get(reverse("customers:customer-archive", args=[customer.pk])))
    assert "污水站合同卷" not in mine and "立项请示" in mine
    of_project = words(as_("archivist").get(reverse("holdings:project-papers", args=[project.pk])))
    assert "污水站合同卷" in of_project
    assert "新建项目" not in words(as_("auditor").get(reverse("customers:customer-projects", args=[customer.pk])))


def test_a_project_is_opened_from_its_customer(archive: Cast, as_: As) -> None:
    customer = make_customer(archive.archivist, responsible=archive.salesperson, department=archive.sales_one)
    client, url = as_("salesperson"), reverse("holdings:project-create", args=[customer.pk])
    assert customer.name in words(client.get(url))
    typed = {
        "name": "废气治理",
        "state": "talks",
        "secrecy_level": 1,
        "responsible": archive.salesperson.pk,
        "started_on": "2026-05-02",
    }
    assert "请填写“项目名称”" in words(client.post(url, {**typed, "name": ""}))
    assert client.post(url, {**typed, "ended_on": "2026-05-01"}).status_code == 422
    assert client.post(url, typed).status_code == 302
    made = Project.objects.get(name="废气治理")
    detail = reverse("holdings:project-detail", args=[made.pk])
    assert made.number in words(client.get(detail))
    assert Event.objects.filter(code="holdings.project_viewed", subject_id=made.pk).exists()
    edit = reverse("holdings:project-edit", args=[made.pk])
    assert client.post(edit, {**typed, "state": "running", "_version": 1}).status_code == 302
    made.refresh_from_db()
    assert made.state == "running"
    assert as_("colleague").get(detail).status_code == 404


def test_who_has_left_stays_the_choice_of_a_project_until_another_is_chosen(archive: Cast, as_: As) -> None:
    customer = make_customer(archive.archivist, responsible=archive.salesperson, department=archive.sales_one)
    client, gone = as_("archivist"), archive.colleague
    new = reverse("holdings:project-create", args=[customer.pk])
    typed = {"name": "废气治理", "state": "talks", "secrecy_level": 1, "responsible": gone.pk}
    assert client.post(new, typed).status_code == 302
    Person.objects.filter(pk=gone.pk).update(is_active=False)
    made = Project.objects.get(name="废气治理")
    edit = reverse("holdings:project-edit", args=[made.pk])
    offered = [client.get(url).context["form"].fields["responsible"].queryset for url in (edit, new)]
    assert [gone in rows for rows in offered] == [True, False]
    assert client.post(edit, {**typed, "state": "running", "_version": 1}).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.responsible) == ("running", gone)
