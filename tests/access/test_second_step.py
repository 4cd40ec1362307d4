"""Second steps: codes used once, recovery codes, resets, enforcement by role, and what a wrong one costs."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.http import HttpRequest
from django.test import Client

from kedang.foundation.access import services as s
from kedang.foundation.access.models import Factor, OpenSession, Person, RecoveryCode
from kedang.foundation.access.signin import totp
from kedang.foundation.access.signin.policy import GUARDED_ROLES
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import OutOfScope, Refused
from tests.cast import PASSWORD, Cast

Make = Callable[..., HttpRequest]
SECRET = totp.new_secret()


def with_app(person: Person) -> Person:
    """The person with an authenticator app, whose first code lies ten minutes back."""
    with clock.frozen(clock.now() - timedelta(minutes=10)):
        s.totp_add(actor=person, secret=SECRET, code=totp.code_at(SECRET, totp.step_of(clock.now())))
    return Person.objects.get(pk=person.pk)


def now_code(shift: int = 0) -> str:
    return totp.code_at(SECRET, totp.step_of(clock.now()) + shift)


def after_password(request_of: Make, person: Person) -> HttpRequest:
    request = request_of()
    found = s.sign_in(request=request, username=person.username, password=PASSWORD, address="10.0.0.9")
    assert found is None, "a second step has to follow"
    return request


def second(request: HttpRequest, code: str) -> str:
    try:
        s.second_step(request=request, code=code, address="10.0.0.9")
    except Refused as refusal:
        return refusal.code
    return "in"


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(at: int, code: str) -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    moment = datetime.fromtimestamp(at, UTC)
    assert totp.code_at(secret, totp.step_of(moment)) == code
    assert totp.matching_step(secret, code, moment + timedelta(seconds=30)) is not None
    assert totp.matching_step(secret, code, moment + timedelta(seconds=75)) is None


def test_code_opens_the_session_once(cast: Cast, request_of: Make) -> None:
    person = with_app(cast.auditor)
    request = after_password(request_of, person)
    key = request.session.session_key
    code = now_code()
    assert second(request, code) == "in"
    assert request.session.session_key != key
    assert second(after_password(request_of, person), code) == "second_step_failed"
    assert second(after_password(request_of, person), now_code(-1)) == "second_step_failed", (
        "older than the last used one"
    )
    event = Event.objects.get(code="access.signed_in")
    assert json.loads(event.meta)["method"] == "password+totp"
    assert SECRET not in str(list(Event.objects.values()))
    assert SECRET not in str(list(Factor.objects.extra(select={"raw": "secret"}).values("raw")))


def test_second_step_alone_is_nothing_and_waits_five_minutes(cast: Cast, request_of: Make) -> None:
    person = with_app(cast.auditor)
    assert second(request_of(), now_code()) == "second_step_over"
    request = after_password(request_of, person)
    with clock.frozen(clock.now() + timedelta(minutes=6)):
        assert second(request, now_code()) == "second_step_over"
    request = after_password(request_of, person)
    s.password_reset(actor=cast.admin, person=person, reason="本人忘记")
    assert second(request, now_code()) == "second_step_over", "the password changed meanwhile"


def test_five_wrong_codes_pause_the_second_step(cast: Cast, request_of: Make) -> None:
    person = with_app(cast.auditor)
    request = after_password(request_of, person)
    assert [second(request, "000000") for _number in range(5)] == ["second_step_failed"] * 5
    assert second(request, now_code()) == "second_step_failed"
    with clock.frozen(clock.now() + timedelta(minutes=16)):
        assert second(after_password(request_of, person), now_code()) == "in"
    assert Event.objects.filter(code="access.sign_in_locked").count() == 1


def test_recovery_codes_are_kept_as_digests_and_good_once(cast: Cast, request_of: Make) -> None:
    person = with_app(cast.auditor)
    codes = s.recovery_codes_make(actor=person)
    assert len(set(codes)) == 10
    kept = list(RecoveryCode.objects.values_list("digest", flat=True))
    plain = codes[0].partition("-")[2].replace("-", "")
    assert not any(plain in digest or hashlib.sha256(plain.encode()).hexdigest() in digest for digest in kept)
    assert second(after_password(request_of, person), codes[0].upper()) == "in"
    assert second(after_password(request_of, person), codes[0]) == "second_step_failed"
    assert second(after_password(request_of, person), "2-aaaaa-bbbbb") == "second_step_failed"
    again = s.recovery_codes_make(actor=person)
    assert second(after_password(request_of, person), codes[5]) == "second_step_failed", "void since the new ones"
    assert second(after_password(request_of, person), again[5]) == "in"
    assert Event.objects.filter(code="access.recovery_code_used").count() == 2


def test_officer_resets_what_was_lost(cast: Cast, officer: Person, client: Client) -> None:
    person = with_app(cast.auditor)
    client.force_login(person)
    given = {"person": person, "checked": "in_person", "reason": "手机丢失"}
    for actor, changed, code in (
        (cast.admin, {}, "not_allowed"), (officer, {"checked": "no"}, "checked_missing"), (officer, {"reason": ""}, "reason_missing"),
        (officer, {"person": officer}, "own_factors"), (officer, {"person": cast.reader}, "factor_missing"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refusal:
            s.factors_reset(actor=actor, **{**given, **changed})
        assert refusal.value.code == code
    with pytest.raises(OutOfScope):
        s.factors_reset(actor=cast.stranger, **given)
    s.factors_reset(actor=officer, **given)
    event = Event.objects.get(code="access.factors_reset")
    assert (event.reason, json.loads(event.meta)["checked"]) == ("手机丢失", "当面核对身份证件")
    assert client.get("/").status_code == 302, "all sessions ended"
    assert not Factor.objects.exists()
    client.post("/sign-in/", {"username": person.username, "password": PASSWORD})
    assert client.get("/").headers["Location"] == "/me/second-step/", "a new one is due at once"
    assert client.get("/me/second-step/").status_code == 200
    assert "扫这张图" in client.get("/me/second-step/code/").text


def test_roles_that_need_a_second_step_get_time_and_then_no_way_round(cast: Cast, client: Client) -> None:
    start = clock.now()
    client.post("/sign-in/", {"username": "luoping", "password": PASSWORD})
    assert "须启用第二步验证" in client.get("/").text
    person = Person.objects.get(pk=cast.auditor.pk)
    assert person.factor_due_at is not None
    assert (person.factor_due_at - start).days == 14
    Person.objects.filter(pk=person.pk).update(factor_due_at=start - timedelta(days=1))
    for address in ("/", "/audit/", "/people/", "/me/"):
        assert client.get(address).headers["Location"] == "/me/second-step/"
    client.get("/me/second-step/code/")
    from kedang.foundation.kernel import keys

    secret = keys.decrypt(client.session["kedang_new_totp"], "access.totp-setup")
    wrong = client.post("/me/second-step/code/", {"code": "000000"})
    assert (wrong.status_code, "验证码不对" in wrong.text) == (422, True)
    done = client.post("/me/second-step/code/", {"code": totp.code_at(secret, totp.step_of(clock.now()))})
    assert done.headers["Location"] == "/me/recovery-codes/"
    assert client.get("/audit/").status_code == 200
    with pytest.raises(Refused) as refusal:
        s.factor_remove(actor=Person.objects.get(pk=person.pk), factor_id=Factor.objects.get().pk)
    assert refusal.value.code == "factor_needed"


def test_others_may_and_need_not(cast: Cast, client: Client) -> None:
    assert set(GUARDED_ROLES) == {"system_admin", "security_admin", "auditor"}
    client.post("/sign-in/", {"username": "chenxi", "password": PASSWORD})
    assert "须启用第二步验证" not in client.get("/").text
    person = with_app(cast.reader)
    s.factor_remove(actor=person, factor_id=Factor.objects.get().pk)
    assert Person.objects.get(pk=person.pk).factor_since is None
    with pytest.raises(OutOfScope):
        s.factor_remove(actor=person, factor_id=with_app(cast.head).factors.get().pk)


def test_change_of_a_second_step_ends_other_sessions(cast: Cast) -> None:
    here, there = Client(), Client()
    for one in (here, there):
        one.force_login(cast.reader)
    here.get("/me/second-step/code/")
    from kedang.foundation.kernel import keys

    secret = keys.decrypt(here.session["kedang_new_totp"], "access.totp-setup")
    here.post("/me/second-step/code/", {"code": totp.code_at(secret, totp.step_of(clock.now()))})
    assert (here.get("/me/").status_code, there.get("/me/").status_code) == (200, 302)
    assert OpenSession.objects.filter(person=cast.reader).count() == 1


def test_passkeys_of_strangers_and_replays_are_refused(cast: Cast, request_of: Make) -> None:
    for answer in ("", "{}", "[]", "null", '{"id":"AA","rawId":"AA","type":"public-key","response":{}}', "x" * 5000):
        with pytest.raises(Refused) as refusal:
            s.passkey_sign_in(request=request_of(), passkey=answer, address="10.0.0.9")
        assert refusal.value.code == "passkey_failed"
    client = Client()
    options = client.post("/passkeys/options/sign-in/", HTTP_HOST="localhost").json()["publicKey"]
    assert "allowCredentials" not in options, "no account is named"
    assert client.post("/passkeys/options/add/", HTTP_HOST="localhost").status_code == 404
    assert client.post("/passkeys/options/second/", HTTP_HOST="localhost").status_code == 404
    assert client.post("/passkeys/options/sign-in/", HTTP_HOST="127.0.0.1").status_code == 404
