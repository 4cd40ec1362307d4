"""Password rules in both profiles, in sentences that say what to do."""

from datetime import timedelta

import pytest
from django.test import Client

from kedang.foundation.access import services as s
from kedang.foundation.access.models import Person
from kedang.foundation.access.signin.passwords import refuse_weak
from kedang.foundation.access.signin.policy import PRESETS, policy_of
from kedang.foundation.access.signin.weak_words import is_weak
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import Refused
from tests.cast import PASSWORD, Cast

OWN = ("zhangwei", "张伟", "zw@qinghe.example", "13800138000", "青禾实业有限公司", "青禾")


def graded(cast: Cast, officer: Person) -> None:
    s.sign_in_policy_change(
        actor=officer, fonds=cast.fonds, reason="按等保测评意见", profile="graded", **PRESETS["graded"]
    )  # fmt: skip


def told(person: Person, password: str) -> str:
    with pytest.raises(Refused) as refusal:
        refuse_weak(password, Person.objects.get(pk=person.pk))
    assert refusal.value.code in {"password_weak", "password_used"}
    return refusal.value.sentence


@pytest.mark.parametrize(
    "password",
    "woaini1314 Woaini1314520 5201314woaini! password1234 P@ssw0rd12345 1qaz2wsx3edc qwertyuiop123 asdfghjkl2024 Admin@2026!! "
    "zhangwei2024! ZhangWei@8888 weizhang19900101 qinghe2026!! QingHe@6666 qhsy20260101 13800138000abc 19900101aaaa aaaaaaaaaaaa "
    "abcdefghijklmn 1234567890123 mima12345678 gongsi888888 kehudangan123 laopowoaini520 987654321abc Beijing2008!".split(),
)
def test_first_guesses_are_weak(password: str) -> None:
    assert is_weak(password, OWN)


@pytest.mark.parametrize(
    "password",
    ["correct horse 电池", "天上的云在走路呀", "violet-tram-gravel-09", "k7Qm-9xPv-2Lrt", "wo xiang chi lajiao mian"],
)
def test_what_nobody_guesses_is_not(password: str) -> None:
    assert not is_weak(password, OWN)


def test_modern_profile_asks_for_length_and_nothing_else(cast: Cast) -> None:
    assert told(cast.reader, "kurz+Gut9").startswith("密码太短，至少 12 位。")
    assert "不要用常见密码" in told(cast.reader, "woaini13145201314")
    assert "姓名或单位名称的拼音" in told(cast.reader, "Chenxi@20260101")
    assert "最多 128 位" in told(cast.reader, "x" * 129)
    for fine in ("violetgravel tram", "tram über gravel " * 7, "只有小写也行的一句长话呀哈"):
        refuse_weak(fine, cast.reader)


def test_graded_profile_asks_for_kinds_history_and_change(cast: Cast, officer: Person) -> None:
    graded(cast, officer)
    assert "至少用三种" in told(cast.reader, "violet gravel tram")
    refuse_weak("Violet-gravel-9", Person.objects.get(pk=cast.reader.pk))
    person: Person = Person.objects.get(pk=cast.reader.pk)
    old = PASSWORD
    for number in range(5):
        new = f"Violet-gravel-tram-{number}"
        person = s.password_change(actor=person, old=old, new=new, again=new)
        old = new
    assert "最近 5 次用过" in told(person, "Violet-gravel-tram-0")
    refuse_weak("Violet-gravel-tram-7", person)
    person = s.password_change(actor=person, old=old, new="Copper-lantern-81", again="Copper-lantern-81")
    refuse_weak("Violet-gravel-tram-0", person)


def test_overdue_password_leads_to_its_change(cast: Cast, officer: Person, client: Client) -> None:
    graded(cast, officer)
    Person.objects.filter(pk=cast.reader.pk).update(password_set_at=clock.now() - timedelta(days=91))
    client.force_login(cast.reader)
    assert client.get("/").headers["Location"] == "/me/password/"
    page = client.get("/me/password/").text
    assert "密码已用满 90 天" in page
    assert "大写、小写、数字、符号至少三种" in page
    given = {"old": PASSWORD, "new": "Copper-lantern-81", "again": "Copper-lantern-81"}
    assert client.post("/me/password/", given).status_code == 302
    assert client.get("/").status_code == 200


def test_rules_are_set_by_the_officer_with_a_reason_and_told(cast: Cast, officer: Person) -> None:
    for actor in (cast.admin, cast.auditor, cast.archivist):
        with pytest.raises(Refused) as refusal:
            s.sign_in_policy_change(actor=actor, fonds=cast.fonds, reason="试试", min_length=8)
        assert refusal.value.code == "not_allowed"
    for values, code in (
        ({"reason": " "}, "reason_missing"), ({"min_length": 4}, "invalid"), ({"factor_roles": ["king"]}, "role_unknown"),
        ({"quotas": {"unmask": {"": -1}}}, "quota_invalid"), ({"idle_minutes": 1}, "invalid"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refusal:
            s.sign_in_policy_change(actor=officer, fonds=cast.fonds, **{"reason": "调整", **values})
        assert refusal.value.code == code, values
    s.sign_in_policy_change(actor=officer, fonds=cast.fonds, reason="加长", min_length=16)
    assert policy_of(type(cast.fonds).objects.get(pk=cast.fonds.pk)).min_length == 16
    event = Event.objects.get(code="access.sign_in_policy_changed")
    assert (event.reason, '"min_length":[12,16]' in event.changes) == ("加长", True)


def test_settings_page(cast: Cast, officer: Person, client: Client) -> None:
    client.force_login(officer)
    page = client.get("/settings/sign-in/?preset=graded").text
    assert 'value="90"' in page
    given = {
        "profile": "graded", "factor_roles": ["auditor", "archivist"], "reason": "测评", **PRESETS["graded"],
        "quota-unmask-": "40", "quota-unmask-archivist": "100", "quota-export-": "0",
    }  # fmt: skip
    assert client.post("/settings/sign-in/", {**given, "min_length": "3"}).status_code == 422
    answer = client.post("/settings/sign-in/", {**given, "quota-read-": "viel"})
    assert (answer.status_code, "0 到 1,000,000" in answer.text) == (422, True)
    assert client.post("/settings/sign-in/", given).status_code == 302
    policy = policy_of(type(cast.fonds).objects.get(pk=cast.fonds.pk))
    assert (policy.profile, policy.factor_roles) == ("graded", ["archivist", "auditor"])
    assert policy.quotas == {"unmask": {"": 40, "archivist": 100}, "export": {"": 0}}


def test_rules_know_no_switch_for_the_log() -> None:
    from kedang.foundation.access.models import SignInPolicy

    names = " ".join(field.name for field in SignInPolicy._meta.concrete_fields)
    assert not any(word in names for word in ("audit", "log", "record", "event", "trail"))
