"""Signing in: alike for everything wrong, locked after five, never for ever."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import HttpRequest

from kedang.foundation.access.models import Person, SignInCounter
from kedang.foundation.access.services import person_unlock, sign_in, sign_out
from kedang.foundation.access.throttle import browser_token, locked_until
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import Refused
from tests.cast import PASSWORD, Cast

Make = Callable[..., HttpRequest]


def attempt(
    request_of: Make, username: str, password: str = "wrong", address: str = "10.0.0.9", token: str = ""
) -> str:
    """Try once; the code of the refusal, or “in”."""
    try:
        sign_in(request=request_of(), username=username, password=password, address=address, token=token)
    except Refused as refusal:
        return refusal.code
    return "in"


def test_right_password_opens_a_new_session(cast: Cast, request_of: Make) -> None:
    request = request_of()
    request.session["before"] = "x"
    request.session.save()
    old_key = request.session.session_key
    person = sign_in(request=request, username=" ZhouHang ", password=PASSWORD, address="10.0.0.9")
    assert person == cast.salesperson
    assert request.session.session_key != old_key
    event = Event.objects.get(code="access.signed_in")
    assert (event.actor_id, event.fonds_id, event.category) == (person.pk, cast.fonds.pk, "sign_in")


def test_wrong_everything_is_told_alike(cast: Cast, request_of: Make) -> None:
    Person.objects.filter(pk=cast.reader.pk).update(is_active=False)
    told = set()
    for username, password in (("zhouhang", "wrong"), ("nobody.here", "wrong"), ("chenxi", PASSWORD)):
        with pytest.raises(Refused) as refusal:
            sign_in(request=request_of(), username=username, password=password, address="10.0.0.9")
        told.add((refusal.value.code, refusal.value.sentence, refusal.value.field))
    assert told == {("sign_in_failed", "用户名或密码不正确，或账号已停用。请核对后重试。", "password")}
    failures = list(Event.objects.filter(code="access.sign_in_failed").order_by("id"))
    assert [event.subject_id for event in failures] == [cast.salesperson.pk, None, cast.reader.pk]
    assert {event.fonds_id for event in failures} == {cast.fonds.pk}
    assert "wrong" not in "".join(f"{e.reason}{e.changes}{e.subject_label}" for e in failures)


def test_fifth_failure_locks_also_for_names_that_do_not_exist(cast: Cast, request_of: Make) -> None:
    for username in ("zhouhang", "nobody.here"):
        codes = [attempt(request_of, username) for _number in range(7)]
        assert codes == ["sign_in_failed"] * 4 + ["sign_in_locked"] * 3
        assert attempt(request_of, username, PASSWORD) == "sign_in_locked"
    assert Event.objects.filter(code="access.sign_in_locked").count() == 2
    assert locked_until("zhouhang") is not None


def test_lock_ends_by_itself(cast: Cast, request_of: Make) -> None:
    start = clock.now()
    for _number in range(5):
        attempt(request_of, "zhouhang")
    with clock.frozen(start + timedelta(minutes=14)):
        assert attempt(request_of, "zhouhang", PASSWORD) == "sign_in_locked"
    with clock.frozen(start + timedelta(minutes=16)):
        assert attempt(request_of, "zhouhang", PASSWORD) == "in"
    assert not SignInCounter.objects.filter(locked_until__isnull=False).exists()


def test_success_starts_the_count_anew(cast: Cast, request_of: Make) -> None:
    for _round in range(3):
        assert [attempt(request_of, "zhouhang") for _number in range(4)] == ["sign_in_failed"] * 4
        assert attempt(request_of, "zhouhang", PASSWORD) == "in"


def test_stranger_cannot_lock_out_a_known_browser(cast: Cast, request_of: Make) -> None:
    token = browser_token("zhouhang")
    for number in range(60):
        attempt(request_of, "zhouhang", address=f"203.0.113.{number % 3}")
    assert attempt(request_of, "zhouhang", PASSWORD) == "sign_in_locked"
    assert attempt(request_of, "zhouhang", PASSWORD, token=token) == "in"
    assert attempt(request_of, "zhouhang", PASSWORD, token=browser_token("chenxi")) == "sign_in_locked"


def test_known_browser_has_a_limit_of_its_own(cast: Cast, request_of: Make) -> None:
    token = browser_token("zhouhang")
    codes = [attempt(request_of, "zhouhang", token=token) for _number in range(6)]
    assert codes == ["sign_in_failed"] * 4 + ["sign_in_locked"] * 2
    assert attempt(request_of, "zhouhang", PASSWORD) == "in"


def test_address_that_tries_many_names_is_slowed_down(cast: Cast, request_of: Make) -> None:
    codes = [attempt(request_of, f"name{number}", address="203.0.113.7") for number in range(51)]
    assert codes[:49] == ["sign_in_failed"] * 49
    assert codes[49:] == ["sign_in_locked"] * 2
    assert attempt(request_of, "zhouhang", PASSWORD, address="203.0.113.7") == "sign_in_locked"
    assert attempt(request_of, "zhouhang", PASSWORD, address="10.0.0.9") == "in"


def test_administrator_lifts_the_lock(cast: Cast, request_of: Make) -> None:
    for _number in range(5):
        attempt(request_of, "zhouhang")
    person_unlock(actor=cast.admin, person=cast.salesperson, reason="电话核对本人")
    assert attempt(request_of, "zhouhang", PASSWORD) == "in"
    assert Event.objects.get(code="access.person_unlocked").reason == "电话核对本人"
    with pytest.raises(Refused, match="没有锁定"):
        person_unlock(actor=cast.admin, person=cast.salesperson)


def test_signing_out_is_written_down(cast: Cast, request_of: Make) -> None:
    request = request_of()
    sign_in(request=request, username="zhouhang", password=PASSWORD, address="")
    sign_out(request=request)
    assert not request.session.session_key
    assert Event.objects.filter(code="access.signed_out", actor_id=cast.salesperson.pk).count() == 1
