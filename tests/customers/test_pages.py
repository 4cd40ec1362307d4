"""Pages of the dossier: what each of the cast sees, what is written down, what is refused (CU-09, CU-15, CO-01)."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.test import Client

from kedang.business.customers import services
from kedang.business.customers.models import Contact, Customer, CustomerClass, KeyPerson
from kedang.foundation.approvals.services.flows import ensure_flows
from kedang.foundation.audit.models import Event
from tests.cast import Cast
from tests.customers.making import USCC_A, event_of

As = Callable[[str], Client]
TABS = ("", "contacts/", "key-persons/", "profile/", "classes/", "history/", "seen/")


def home(customer: Customer) -> str:
    return f"/customers/{customer.pk}/"


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens_for_who_keeps_the_dossier(as_: As, dossier: Customer, tab: str) -> None:
    for who in ("archivist", "salesperson", "head"):
        response = as_(who).get(home(dossier) + tab)
        assert response.status_code == 200
        assert "青山精密机械有限公司" in response.text and dossier.number in response.text


@pytest.mark.parametrize("who", ["stranger", "colleague", "admin"])
def test_foreign_and_missing_dossiers_answer_alike(as_: As, dossier: Customer, who: str) -> None:
    client = as_(who)
    addresses = [
        home(dossier) + tab
        for tab in (*TABS, "edit/", "grade/", "withdraw/", "card.pdf", "contacts/new/", "unmask/mobile/")
    ]
    addresses += [
        f"/customers/contacts/{Contact.objects.first().pk}/edit/",
        f"/customers/key-persons/{KeyPerson.objects.get().pk}/edit/",
    ]
    assert {client.get(address).status_code for address in addresses} <= {404}
    assert client.get("/customers/999999/").status_code == 404


def test_the_reader_sees_masks_and_no_buttons(as_: As, dossier: Customer) -> None:
    text = as_("reader").get(home(dossier)).text
    assert "138****8000" in text and "13800138000" not in text and "6222021001116245702" not in text
    assert "/edit/" not in text and "/grade/" not in text
    people = as_("reader").get(home(dossier) + "contacts/").text
    assert "139****9000" in people and "13900139000" not in people and "/contacts/new/" not in people
    assert "钓鱼" not in as_("reader").get(home(dossier) + "key-persons/").text
    assert "曾拖欠三个月" not in as_("reader").get(home(dossier) + "profile/").text
    assert as_("reader").get(home(dossier) + "edit/").status_code == 403
    assert as_("reader").get(home(dossier) + "seen/").status_code == 403


def test_opening_a_dossier_is_written_down(as_: As, dossier: Customer, cast: Cast) -> None:
    as_("reader").get(home(dossier))
    as_("reader").get(home(dossier) + "contacts/")
    seen = Event.objects.filter(code="customers.viewed", subject_id=dossier.pk, actor_id=cast.reader.pk)
    assert [event.meta for event in seen.order_by("id")] == ["", '{"tab":"contacts"}']


def test_forms_that_show_what_is_there_are_looks_too(as_: As, dossier: Customer, cast: Cast) -> None:
    client = as_("salesperson")
    client.get(f"/customers/contacts/{Contact.objects.get(name='李工').pk}/edit/")
    client.get(home(dossier) + "profile/edit/")
    client.get(home(dossier) + "contacts/new/")
    looks = Event.objects.filter(code="customers.viewed", subject_id=dossier.pk, actor_id=cast.salesperson.pk)
    assert [orjson.loads(event.meta)["tab"] for event in looks.order_by("id")] == ["contacts", "profile"]


def test_who_has_seen_it_names_looks_lists_and_exports(as_: As, dossier: Customer) -> None:
    as_("reader").get(home(dossier))
    as_("manager").get("/customers/?q=青山")
    as_("head").post("/customers/export/", {"format": "csv", "column": ["name"]})
    as_("salesperson").post(home(dossier) + "unmask/bank_account/", {"reason": "核对付款"})
    text = as_("salesperson").get(home(dossier) + "seen/").text
    for words in ("陈曦", "方宁", "何静", "查看客户清单", "导出客户清单", "核对付款"):
        assert words in text
    assert event_of("audit.viewed", dossier).actor_name == "周航"


def test_what_is_missing_leads_to_its_input(as_: As, dossier: Customer) -> None:
    text = as_("salesperson").get(home(dossier)).text
    assert f"{home(dossier)}edit/#id_legal_representative" in text and "法定代表人" in text
    assert f"{home(dossier)}edit/#id_" not in as_("reader").get(home(dossier)).text


def test_the_eye_opens_with_a_reason(as_: As, dossier: Customer) -> None:
    address = home(dossier) + "unmask/bank_account/"
    assert as_("salesperson").get(address).status_code == 200
    refused = as_("salesperson").post(address, {"reason": " "})
    assert refused.status_code == 422 and "6222021001116245702" not in refused.text
    assert "6222021001116245702" in as_("salesperson").post(address, {"reason": "核对付款"}).text
    assert event_of("access.field_unmasked", dossier).reason == "核对付款"
    assert as_("reader").post(address, {"reason": "好奇"}).status_code == 403


def test_the_eye_opens_what_belongs_to_the_dossier(as_: As, dossier: Customer, cast: Cast) -> None:
    role = cast.salesperson.grants.get().role
    role.field_rights = {**role.field_rights, "contact": "mask"}
    role.save()
    text = as_("salesperson").get(home(dossier) + "contacts/").text
    address = f"/customers/contacts/{Contact.objects.get(name='李工').pk}/unmask/mobile/"
    assert address in text and "13900139000" not in text
    assert "13900139000" in as_("salesperson").post(address, {"reason": "约见"}).text
    assert "约见" in as_("salesperson").get(home(dossier) + "seen/").text


# Forms


def test_the_kind_is_chosen_first(as_: As, cast: Cast) -> None:
    text = as_("archivist").get("/customers/new/").text
    for kind in ("enterprise", "individual", "government", "partner", "special"):
        assert f"?kind={kind}" in text
    person = as_("archivist").get("/customers/new/?kind=individual").text
    assert 'name="id_number"' in person and 'name="uscc"' not in person
    assert 'name="uscc"' in as_("archivist").get("/customers/new/?kind=enterprise").text
    assert as_("reader").get("/customers/new/").status_code == 403


def test_a_dossier_is_made_by_form(as_: As, cast: Cast) -> None:
    values = {
        "name": "临江泵业有限公司",
        "stage": "present",
        "directness": "direct",
        "secrecy_level": "1",
        "region_code": ["440000", "440300", "440305"],
        "capital_currency": "CNY",
    }
    response = as_("salesperson").post("/customers/new/?kind=enterprise", values)
    made = Customer.objects.get()
    assert response.status_code == 302 and response.url == home(made)
    assert (made.region_code, made.responsible, made.name) == ("440305", cast.salesperson, "临江泵业有限公司")
    assert event_of("customers.created", made).channel == "page"


def test_refusals_stand_at_their_inputs(as_: As, cast: Cast) -> None:
    values = {
        "name": "",
        "uscc": "91350100M000100Y44",
        "stage": "present",
        "directness": "direct",
        "secrecy_level": "1",
    }
    response = as_("archivist").post("/customers/new/?kind=enterprise", {**values, "name": "甲"})
    assert response.status_code == 422 and "校验码应为 3" in response.text and not Customer.objects.exists()
    assert "请填写“客户名称”" in as_("archivist").post("/customers/new/?kind=enterprise", values).text


def test_duplicates_are_shown_while_typing_and_on_saving(as_: As, dossier: Customer) -> None:
    typing = as_("archivist").post("/customers/duplicates/", {"name": "青山精密機械有限公司", "_kind": "enterprise"})
    assert dossier.number in typing.text
    assert as_("reader").post("/customers/duplicates/", {"name": "青山精密机械有限公司"}).status_code == 403
    assert dossier.number not in as_("colleague").post("/customers/duplicates/", {"name": "青山精密机械有限公司"}).text
    values = {"name": "青山精密机械有限公司", "stage": "present", "directness": "direct", "secrecy_level": "1"}
    refused = as_("archivist").post("/customers/new/?kind=enterprise", values)
    assert refused.status_code == 422 and dossier.number in refused.text and "confirmed_duplicates" in refused.text
    saved = as_("archivist").post("/customers/new/?kind=enterprise", {**values, "confirmed_duplicates": "on"})
    assert saved.status_code == 302 and Customer.objects.count() == 2
    taken = as_("archivist").post(
        "/customers/new/?kind=enterprise", {**values, "uscc": USCC_A, "confirmed_duplicates": "on"}
    )
    assert taken.status_code == 422 and "仍要分开建档" in taken.text


def edited(as_: As, dossier: Customer, **values: str) -> dict[str, str]:
    """What the browser would post: every input as shown, with some typed over."""
    form = as_("salesperson").get(home(dossier) + "edit/").context["form"]
    shown = {name: form[name].value() for name in form.fields}
    posted = {name: "" if value is None else str(value) for name, value in shown.items() if value is not False}
    return {**posted, "_version": "1", **values}


def test_editing_changes_what_was_typed_and_nothing_else(as_: As, dossier: Customer) -> None:
    response = as_("salesperson").post(home(dossier) + "edit/", edited(as_, dossier, employees="120"))
    assert response.status_code == 302
    dossier.refresh_from_db()
    assert (dossier.employees, dossier.bank_account, dossier.mobile) == (120, "6222021001116245702", "13800138000")
    assert orjson.loads(event_of("customers.changed", dossier).changes) == {"employees": [None, 120]}


def test_weighty_changes_ask_for_the_reason_in_the_form(as_: As, dossier: Customer, cast: Cast) -> None:
    ensure_flows(cast.fonds)
    posted = edited(as_, dossier, name="青山智能装备有限公司")
    refused = as_("salesperson").post(home(dossier) + "edit/", posted)
    assert refused.status_code == 422 and "请写明原因" in refused.text
    assert as_("salesperson").post(home(dossier) + "edit/", {**posted, "reason": "执照变更"}).status_code == 302
    page = as_("salesperson").get(home(dossier)).text
    assert "待审批的变更" in page and "青山智能装备有限公司" in page and "SQ2026" in page
    again = as_("salesperson").get(home(dossier) + "edit/").text
    assert "受保护内容已有变更在等待" in again and "改动须审批" in again


def test_the_later_editor_sees_both_versions(as_: As, dossier: Customer, cast: Cast) -> None:
    posted = edited(as_, dossier, employees="120")
    services.customer_change(actor=cast.archivist, customer=dossier, values={"employees": 99}, version=1)
    conflict = as_("salesperson").post(home(dossier) + "edit/", {**posted, "reason": "核实"})
    assert conflict.status_code == 409 and "沈砚" in conflict.text and "99" in conflict.text and "120" in conflict.text
    dossier.refresh_from_db()
    assert dossier.employees == 99


def answer_to(conflict: Any, **takes: str) -> dict[str, Any]:
    """What the comparison page posts when a side was chosen for each contested field."""
    chosen = {f"_take.{name}": side for name, side in takes.items()}
    return {
        **dict(conflict.context["kept"]), "_version": conflict.context["version"], "_mine": conflict.context["touched"], **chosen,
    }  # fmt: skip


def test_three_ways_and_a_choice_per_field(as_: As, dossier: Customer, cast: Cast) -> None:
    services.customer_change(actor=cast.archivist, customer=dossier, values={"employees": 50}, version=1)
    posted = edited(as_, dossier, employees="120", short_name="青山精机") | {"_version": "2"}
    services.customer_change(actor=cast.archivist, customer=dossier, values={"employees": 99}, version=2)
    services.customer_change(actor=cast.archivist, customer=dossier, values={"remarks": "别人的备注"}, version=3)
    client = as_("salesperson")
    conflict = client.post(home(dossier) + "edit/", {**posted, "reason": "核实"})
    lines = {line.name: line for line in conflict.context["lines"]}
    assert set(lines) == {"employees", "short_name"}
    assert [lines["employees"].original, lines["employees"].mine, lines["employees"].theirs] == ["50", "120", "99"]
    assert lines["employees"].is_contested and not lines["short_name"].is_contested
    assert client.post(home(dossier) + "edit/", answer_to(conflict, employees="theirs")).status_code == 302
    dossier.refresh_from_db()
    assert (dossier.employees, dossier.short_name, dossier.remarks) == (99, "青山精机", "别人的备注")
    assert orjson.loads(event_of("customers.changed", dossier).changes) == {"short_name": ["", "青山精机"]}


def test_a_form_with_a_mistake_keeps_its_version(as_: As, dossier: Customer, cast: Cast) -> None:
    posted = edited(as_, dossier, employees="120")
    services.customer_change(actor=cast.archivist, customer=dossier, values={"employees": 99}, version=1)
    wrong = as_("salesperson").post(home(dossier) + "edit/", {**posted, "name": "", "reason": "核实"})
    assert wrong.status_code == 422 and wrong.context["version"] == 1


def test_contacts_and_key_persons_by_form(as_: As, dossier: Customer) -> None:
    client = as_("salesperson")
    made = client.post(home(dossier) + "contacts/new/", {"name": "赵工", "mobile": "13700137000"})
    assert made.status_code == 302 and made.url == home(dossier) + "contacts/"
    row = Contact.objects.get(name="赵工")
    changed = client.post(
        f"/customers/contacts/{row.pk}/edit/",
        {"name": "赵工", "mobile": "13700137000", "post": "厂长", "_version": "1"},
    )
    assert changed.status_code == 302 and Contact.objects.get(pk=row.pk).post == "厂长"
    bad = client.post(home(dossier) + "contacts/new/", {"name": "钱工", "mobile": "12"})
    assert bad.status_code == 422 and "不是可拨打的号码" in bad.text
    client.post(f"/customers/contacts/{row.pk}/leave/", {"reason": "跳槽"})
    assert Contact.objects.get(pk=row.pk).left_on is not None
    person = client.post(home(dossier) + "key-persons/new/", {"name": "孙总", "role": "manager"})
    assert person.status_code == 302
    client.post(f"/customers/key-persons/{KeyPerson.objects.get(name='孙总').pk}/remove/", {"reason": "离职"})
    assert KeyPerson.objects.get(name="孙总").removed_at is not None
    client.get(home(dossier) + "key-persons/")
    assert "孙总" not in client.get(home(dossier) + "key-persons/").text


def test_profile_and_classes_by_form(as_: As, dossier: Customer) -> None:
    client = as_("salesperson")
    assert client.get(home(dossier) + "profile/edit/").status_code == 200
    client.post(home(dossier) + "profile/edit/", {"potential": "很大", "credit_problems": "曾拖欠三个月"})
    assert "很大" in client.get(home(dossier) + "profile/").text
    axis = CustomerClass.objects.get(customer=dossier).term.axis
    client.post(home(dossier) + "classes/", {f"axis-{axis.pk}": ""})
    assert not CustomerClass.objects.exists()
    assert as_("reader").post(home(dossier) + "classes/", {}).status_code == 403


def test_grade_and_withdraw_by_verb(as_: As, dossier: Customer) -> None:
    assert as_("head").get(home(dossier) + "grade/").status_code == 200
    assert as_("head").post(home(dossier) + "grade/", {"grade": "A", "reason": ""}).status_code == 422
    as_("head").post(home(dossier) + "grade/", {"grade": "A", "reason": "年销售额 300 万元"})
    assert "A 级" in as_("salesperson").get(home(dossier)).text
    assert as_("salesperson").post(home(dossier) + "withdraw/", {"reason": "不要了"}).status_code == 403
    as_("archivist").post(home(dossier) + "withdraw/", {"reason": "重复建档"})
    assert "撤销，只供查看" in as_("archivist").get(home(dossier)).text
    assert dossier.number not in as_("archivist").get("/customers/").text
    assert dossier.number in as_("archivist").get("/customers/?view=withdrawn").text


# Paper


def test_the_card_is_printed_and_written_down(as_: As, dossier: Customer) -> None:
    response = as_("salesperson").get(home(dossier) + "card.pdf?purpose=拜访")
    assert response.content.startswith(b"%PDF") and response["Content-Type"] == "application/pdf"
    assert event_of("customers.printed", dossier).reason == "拜访"
    assert as_("reader").get(home(dossier) + "card.pdf").status_code == 403


def test_the_list_is_printed_and_written_down(as_: As, dossier: Customer) -> None:
    assert as_("salesperson").get("/customers/print.pdf?q=青山").content.startswith(b"%PDF")
    event = Event.objects.get(code="customers.list_printed")
    assert orjson.loads(event.meta)["ids"] == str(dossier.pk)
