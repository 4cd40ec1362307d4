"""Pages of the door, of people and of rights, as a browser without script sees them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kedang.foundation.access.models import Department, Fonds, Grant, Person, Role
from kedang.foundation.access.services import grant_give
from kedang.foundation.audit.models import Event
from tests.cast import PASSWORD, Cast


@pytest.fixture
def as_(cast: Cast, officer: Person) -> Callable[[str], Client]:
    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(officer if name == "officer" else getattr(cast, name))
        return client

    return signed_in


def text(response: Any) -> str:
    return str(response.content.decode())


def test_signing_in_leads_where_one_wanted_to_go(cast: Cast) -> None:
    client = Client()
    response = client.get("/people/?page=2")
    assert response.url == "/sign-in/?next=%2Fpeople%2F%3Fpage%3D2"
    typed = {"username": "luyuan", "password": PASSWORD, "next": "/people/?page=2"}
    response = client.post("/sign-in/", typed)
    assert response.url == "/people/?page=2"
    assert client.get("/sign-in/").url == "/"
    assert client.cookies["kedang_known"]["httponly"]
    assert client.post("/sign-in/", {**typed, "next": "https://evil.example/"}).url == "/"


def test_wrong_password_is_told_in_chinese_and_not_repeated(cast: Cast) -> None:
    response = Client().post("/sign-in/", {"username": "luyuan", "password": "geheimes-wort"})
    assert response.status_code == 422
    assert "用户名或密码不正确" in text(response)
    assert "geheimes-wort" not in text(response)


def test_demo_people_stand_beside_the_door_of_a_demo_company_only(cast: Cast, settings: Any) -> None:
    assert "演示账号" not in text(Client().get("/sign-in/"))
    assert Client().post("/sign-in/", {"demo": "luyuan"}).status_code == 422
    Fonds.objects.update(is_demo=True)
    cast.admin.set_password(settings.DEMO_PASSWORD)
    cast.admin.save()
    page = text(Client().get("/sign-in/"))
    assert "演示账号" in page
    assert 'value="luyuan"' in page
    client = Client()
    assert client.post("/sign-in/", {"demo": "luyuan"}).url == "/"
    assert client.get("/me/").status_code == 200


def test_disabled_person_is_out_at_the_next_request(cast: Cast, as_: Callable[[str], Client]) -> None:
    reader, admin = as_("reader"), as_("admin")
    assert reader.get("/me/").status_code == 200
    assert admin.post(reverse("access:person-deactivate", args=[cast.reader.pk]), {"reason": "离职"}).status_code == 302
    assert reader.get("/me/").url.startswith("/sign-in/")


def test_password_reset_ends_sessions_and_must_be_replaced(cast: Cast, as_: Callable[[str], Client]) -> None:
    reader, admin = as_("reader"), as_("admin")
    response = admin.post(reverse("access:person-password-reset", args=[cast.reader.pk]), {"reason": "本人忘记"})
    first = text(response).split("<code>")[1].split("</code>")[0]
    assert reader.get("/me/").url.startswith("/sign-in/")
    client = Client()
    assert client.post("/sign-in/", {"username": "chenxi", "password": first}).status_code == 302
    assert client.get("/customers/").url == "/me/password/"
    assert client.get("/customers/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/me/password/"
    assert "初始密码" in text(client.get("/me/password/"))
    typed = {"old": first, "new": "ein ganz neues 99", "again": "ein ganz neues 99"}
    assert client.post("/me/password/", {**typed, "new": "kurz"}).status_code == 422
    assert client.post("/me/password/", typed).url == "/me/"
    assert client.get("/customers/").status_code == 200
    assert first not in str(list(Event.objects.values_list("meta", "changes", "reason")))


def test_taken_back_grant_acts_at_the_next_request(cast: Cast, as_: Callable[[str], Client]) -> None:
    clerk, officer = as_("clerk"), as_("officer")
    assert clerk.get("/customers/").status_code == 200
    grant = cast.clerk.grants.get()
    assert officer.post(reverse("access:grant-end", args=[grant.pk]), {"reason": "调岗"}).status_code == 302
    assert clerk.get("/customers/").status_code == 403


def test_new_account_shows_its_first_password_once(cast: Cast, as_: Callable[[str], Client]) -> None:
    admin = as_("admin")
    typed = {"name": "吴一", "username": "wuyi", "department": cast.sales.pk, "title": "业务员"}
    response = admin.post(reverse("access:person-create"), typed)
    first = text(response).split("<code>")[1].split("</code>")[0]
    person = Person.objects.get(username="wuyi")
    assert person.check_password(first)
    assert first not in text(admin.get(reverse("access:person-detail", args=[person.pk])))
    again = admin.post(reverse("access:person-create"), typed)
    assert again.status_code == 422
    assert "已有人使用" in text(again)


def test_giving_a_role_on_the_page(cast: Cast, as_: Callable[[str], Client]) -> None:
    officer = as_("officer")
    url = reverse("access:grant-give", args=[cast.reader.pk])
    clerk = Role.objects.get(code="clerk")
    typed = {
        "role": clerk.pk,
        "scope": "department",
        "department": cast.service.pk,
        "reason": "代班",
        "valid_until": "2099-12-31",
    }
    assert officer.post(url, {**typed, "reason": ""}).status_code == 422
    assert officer.post(url, typed).status_code == 302
    grant = Grant.objects.get(person=cast.reader, role=clerk)
    assert (grant.scope_value, grant.reason, grant.granted_by) == (str(cast.service.pk), "代班", "白露")
    page = text(officer.get(reverse("access:person-grants", args=[cast.reader.pk])))
    assert "客户服务部" in page
    assert "2099-12-31" in page
    twice = officer.post(url, typed)
    assert "已有同一范围" in text(twice)
    auditor = Role.objects.get(code="auditor")
    mixed = officer.post(url, {"role": auditor.pk, "scope": "all", "reason": "兼任"})
    assert mixed.status_code == 422
    assert "不能再有改动内容的权限" in text(mixed)


def test_departments_on_the_page(cast: Cast, as_: Callable[[str], Client]) -> None:
    admin = as_("admin")
    typed = {"name": "华南组", "parent": cast.sales.pk, "position": 3}
    assert admin.post(reverse("access:department-create"), typed).status_code == 302
    made = Department.objects.get(name="华南组")
    assert made.path == f"{cast.sales.path}{made.pk}/"
    move = admin.post(
        reverse("access:department-edit", args=[made.pk]), {"name": "华南组", "parent": cast.service.pk, "position": 1}
    )
    assert move.status_code == 302
    made.refresh_from_db()
    assert made.path == f"{cast.service.path}{made.pk}/"
    admin.post(reverse("access:department-switch", args=[made.pk]))
    made.refresh_from_db()
    assert not made.is_active
    full = admin.post(reverse("access:department-switch", args=[cast.sales.pk]), follow=True)
    assert "请先调整他们的部门" in text(full)


def test_roles_on_the_page(cast: Cast, as_: Callable[[str], Client]) -> None:
    admin = as_("admin")
    matrix = text(admin.get(reverse("access:role-list")))
    assert "评定客户等级" in matrix
    assert "部分隐藏" in matrix
    typed = {"name": "展会助理", "note": "", "action": ["customers.view", "customers.print"], "right-contact": "mask"}
    assert admin.post(reverse("access:role-create"), typed).status_code == 302
    role = Role.objects.get(name="展会助理")
    assert (role.actions, role.field_rights) == (["customers.view", "customers.print"], {"contact": "mask"})
    mixed = admin.post(
        reverse("access:role-edit", args=[role.pk]), {**typed, "action": ["customers.view", "settings.manage"]}
    )
    assert mixed.status_code == 422
    assert "不能再有客户档案的权限" in text(mixed)
    assert 'value="settings.manage" checked' in text(mixed)


def test_what_the_administrator_may_not_do_has_no_button(cast: Cast, as_: Callable[[str], Client]) -> None:
    url = reverse("access:person-grants", args=[cast.reader.pk])
    assert reverse("access:grant-give", args=[cast.reader.pk]) not in text(as_("admin").get(url))
    assert reverse("access:grant-give", args=[cast.reader.pk]) in text(as_("officer").get(url))


def test_first_run_in_the_browser(db: None) -> None:
    client = Client()
    assert client.get("/").url == "/sign-in/"
    assert client.get("/sign-in/").url == "/first-run/"
    typed = {
        "company": "白石实业有限公司", "departments": "销售部\n服务部",
        "administrator_name": "管一", "administrator_username": "guanyi", "administrator_password": "lang-genug-77",
        "archivist_name": "档二", "archivist_username": "danger", "archivist_password": "kurz",
    }  # fmt: skip
    short = client.post("/first-run/", typed)
    assert short.status_code == 422
    assert "密码太短" in text(short)
    assert not Fonds.objects.exists()
    half = client.post("/first-run/", {**typed, "archivist_password": "lang-genug-78", "security_officer_name": "保三"})
    assert half.status_code == 422
    assert client.post("/first-run/", {**typed, "archivist_password": "lang-genug-78"}).url == "/sign-in/"
    assert Fonds.objects.get().name == "白石实业有限公司"
    assert client.get("/first-run/").status_code == 404
    assert client.post("/first-run/", typed).status_code == 404
    assert client.post("/sign-in/", {"username": "guanyi", "password": "lang-genug-77"}).url == "/"


def test_language_is_kept_with_the_person(cast: Cast, as_: Callable[[str], Client]) -> None:
    client = as_("reader")
    assert client.post("/me/", {"language": "en"}).status_code == 302
    assert Person.objects.get(pk=cast.reader.pk).language == "en"
    assert client.get("/me/").headers["Content-Language"] == "en"
    assert client.post("/me/", {"language": "xx"}).status_code == 422


def test_people_of_another_company_do_not_exist(cast: Cast, as_: Callable[[str], Client], officer: Person) -> None:
    admin = as_("admin")
    assert admin.get(reverse("access:person-detail", args=[cast.stranger.pk])).status_code == 404
    assert "赵鹏" not in text(admin.get(reverse("access:person-list")))
    grant_give(actor=officer, person=cast.reader, role=Role.objects.get(code="clerk"), reason="代班")
    foreign = Grant.objects.get(person=cast.stranger)
    assert as_("officer").post(reverse("access:grant-end", args=[foreign.pk]), {"reason": "x"}).status_code == 404
