"""Signing in: alike for everything wrong, locked after five, never for ever, and never by an outsider."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

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


SAID = "用户名或密码不正确，或账号已停用、暂停登录。请核对后再试；连续输错会暂停 15 分钟，也可请系统管理员解除。"


def attempt(
    request_of: Make, username: str, password: str = "wrong", address: str = "10.0.0.9", token: str = ""
) -> str:
    """Try once: “in”, or what the trail says of the failure (what is said to the person is always the same)."""
    before = set(Event.objects.values_list("id", flat=True))
    try:
        sign_in(request=request_of(), username=username, password=password, address=address, token=token)
    except Refused as refusal:
        assert (refusal.code, refusal.sentence, refusal.field) == ("sign_in_failed", SAID, "password")
        failed = Event.objects.filter(code="access.sign_in_failed").exclude(id__in=before).first()
        return str(json.loads(failed.meta)["why"]) if failed else "held"
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
    assert told == {("sign_in_failed", SAID, "password")}
    failures = list(Event.objects.filter(code="access.sign_in_failed").order_by("id"))
    assert [event.subject_id for event in failures] == [cast.salesperson.pk, None, cast.reader.pk]
    assert {event.fonds_id for event in failures} == {cast.fonds.pk}
    assert "wrong" not in "".join(f"{e.reason}{e.changes}{e.subject_label}" for e in failures)


def test_fifth_failure_locks_also_for_names_that_do_not_exist(cast: Cast, request_of: Make) -> None:
    for username in ("zhouhang", "nobody.here"):
        codes = [attempt(request_of, username) for _number in range(7)]
        assert codes == ["wrong"] * 5 + ["locked", "held"]
        assert attempt(request_of, username, PASSWORD) == "held"
    assert Event.objects.filter(code="access.sign_in_locked").count() == 2
    assert locked_until("zhouhang") is not None


def test_attempts_during_a_lock_are_told_once_a_minute_with_a_count(cast: Cast, request_of: Make) -> None:
    start = clock.now()
    with clock.frozen(start):
        for _number in range(105):
            attempt(request_of, "zhouhang")
    with clock.frozen(start + timedelta(seconds=61)):
        assert attempt(request_of, "zhouhang") == "locked"
    told = [json.loads(event.meta) for event in Event.objects.filter(code="access.sign_in_failed").order_by("id")]
    assert [one.get("count", 0) for one in told if one["why"] == "locked"] == [1, 100]
    assert len(told) == 7


def test_attempts_that_nobody_follows_up_are_told_with_the_next_sign_in(cast: Cast, request_of: Make) -> None:
    start = clock.now()
    with clock.frozen(start):
        for _number in range(8):
            attempt(request_of, "nobody.here")
    with clock.frozen(start + timedelta(minutes=30)):
        assert attempt(request_of, "zhouhang", PASSWORD) == "in"
    counts = [
        json.loads(e.meta).get("count") for e in Event.objects.filter(code="access.sign_in_failed").order_by("id")
    ]
    assert counts[-2:] == [1, 2]


def test_lock_ends_by_itself_and_does_not_grow(cast: Cast, request_of: Make) -> None:
    start = clock.now()
    with clock.frozen(start):
        for _number in range(5):
            attempt(request_of, "zhouhang")
    with clock.frozen(start + timedelta(minutes=14)):
        assert attempt(request_of, "zhouhang", PASSWORD) == "locked"
    with clock.frozen(start + timedelta(minutes=15, seconds=1)):
        assert attempt(request_of, "zhouhang", PASSWORD) == "in"
    assert not SignInCounter.objects.filter(locked_until__isnull=False).exists()


def test_lock_is_never_longer_than_a_quarter_of_an_hour(cast: Cast, request_of: Make, settings: Any) -> None:
    settings.SIGN_IN_LOCK_MINUTES = 600
    for _number in range(5):
        attempt(request_of, "zhouhang")
    until = locked_until("zhouhang")
    assert until is not None
    assert until - clock.now() <= timedelta(minutes=15)


def test_success_starts_the_count_anew(cast: Cast, request_of: Make) -> None:
    for _round in range(3):
        assert [attempt(request_of, "zhouhang") for _number in range(4)] == ["wrong"] * 4
        assert attempt(request_of, "zhouhang", PASSWORD) == "in"


def test_outsider_who_hammers_for_hours_locks_nobody_out(cast: Cast, request_of: Make) -> None:
    """From three addresses, every minute for an hour: the owner gets in at any time, from a new device elsewhere."""
    start, token = clock.now(), browser_token("zhouhang")
    for minute in range(0, 60, 4):
        with clock.frozen(start + timedelta(minutes=minute)):
            for number in range(6):
                attempt(request_of, "zhouhang", address=f"203.0.113.{number % 3}")
            assert attempt(request_of, "zhouhang", PASSWORD, address="198.51.100.7") == "in"
            assert attempt(request_of, "zhouhang", PASSWORD, address="203.0.113.1", token=token) == "in"
    assert attempt(request_of, "zhouhang", PASSWORD, address="203.0.113.1", token=browser_token("chenxi")) != "in"


def test_guessing_from_many_places_is_told_and_slowed_down(cast: Cast, request_of: Make) -> None:
    codes = [attempt(request_of, "zhouhang", address=f"203.0.{number // 250}.{number % 250}") for number in range(105)]
    assert codes == ["wrong"] * 105
    assert Event.objects.filter(code="access.guessing_suspected", subject_id=cast.salesperson.pk).count() == 1
    assert [attempt(request_of, "zhouhang", address="192.0.2.44") for _number in range(3)] == [
        "wrong",
        "wrong",
        "locked",
    ]
    assert attempt(request_of, "zhouhang", PASSWORD, address="192.0.2.45") == "in"


def test_addresses_of_one_household_count_as_one(cast: Cast, request_of: Make) -> None:
    codes = [attempt(request_of, "zhouhang", address=f"2001:db8:1:2::{number:x}") for number in range(7)]
    assert codes == ["wrong"] * 5 + ["locked", "held"]
    assert attempt(request_of, "zhouhang", PASSWORD, address="2001:db8:1:3::1") == "in"


def test_known_browser_has_a_limit_of_its_own(cast: Cast, request_of: Make) -> None:
    token = browser_token("zhouhang")
    codes = [attempt(request_of, "zhouhang", token=token) for _number in range(6)]
    assert codes == ["wrong"] * 5 + ["locked"]
    assert attempt(request_of, "zhouhang", PASSWORD) == "in"
    assert attempt(request_of, "zhouhang", PASSWORD, token=browser_token("zhouhang")) == "in"


def test_address_that_tries_many_names_is_slowed_down(cast: Cast, request_of: Make) -> None:
    codes = [attempt(request_of, f"name{number}", address="203.0.113.7") for number in range(52)]
    assert codes == ["wrong"] * 50 + ["locked", "held"]
    assert attempt(request_of, "zhouhang", PASSWORD, address="203.0.113.7") == "held"
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
