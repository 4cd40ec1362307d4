"""Open sessions: begun at sign-in, touched while somebody works, ended by themselves, by hand or by a rule."""

import re
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest

from kedang.foundation.access.models import OpenSession, Person
from kedang.foundation.access.signin.policy import policy_for_person
from kedang.foundation.kernel import clock, context

STARTED, SEEN, VERIFIED, METHOD = "kedang_started", "kedang_seen", "kedang_verified", "kedang_method"
TOUCH_EVERY_SECONDS = 60
LONGEST = timedelta(days=2)
_BROWSERS = (
    ("MicroMessenger", "微信"), ("DingTalk", "钉钉"), ("Edg", "Edge"), ("OPR", "Opera"), ("QQBrowser", "QQ 浏览器"), ("Firefox", "Firefox"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("HarmonyOS", "鸿蒙"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)  # fmt: skip


def begin(request: HttpRequest, person: Person) -> None:
    """A session was just opened: remember it, and that the person has just proved who they are."""
    if request.session.session_key is None:
        request.session.create()
    key = str(request.session.session_key)
    moment = clock.now()
    for name in (STARTED, SEEN, VERIFIED):
        request.session[name] = moment.timestamp()
    forget_old(moment)
    OpenSession.objects.filter(session_key=key).delete()
    OpenSession.objects.create(
        person=person, session_key=key, started_at=moment, last_used_at=moment,
        address=context.current().address, device=device_of(request.headers.get("User-Agent", "")),
        method=str(request.session.get(METHOD, "")),
    )  # fmt: skip


def forget_old(moment: datetime) -> None:
    """Sign-ins clear away what outlived every limit; no session lasts longer than a day."""
    old = OpenSession.objects.filter(last_used_at__lt=moment - LONGEST).values_list("pk", flat=True)[:100]
    end(OpenSession.objects.filter(pk__in=list(old)))
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


def begun(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Signal of Django's ``login``: every session there is passes here, however it was opened."""
    if isinstance(user, Person):
        begin(request, user)


def why_over(request: HttpRequest, person: Person) -> str:
    """``idle`` or ``absolute`` when the session has outlived the company's limits, else empty."""
    policy, now = policy_for_person(person), clock.now().timestamp()
    if now - float(request.session.get(STARTED, 0)) > policy.absolute_hours * 3600:
        return "absolute"
    return "idle" if now - float(request.session.get(SEEN, 0)) > policy.idle_minutes * 60 else ""


def touch(request: HttpRequest) -> None:
    """Somebody is working; written down at most once a minute."""
    moment = clock.now()
    if moment.timestamp() - float(request.session.get(SEEN, 0)) < TOUCH_EVERY_SECONDS:
        return
    request.session[SEEN] = moment.timestamp()
    mine = OpenSession.objects.filter(session_key=request.session.session_key)
    mine.update(last_used_at=moment, address=context.current().address)


def renew(request: HttpRequest, person: Person) -> int:
    """Password or second step changed: this session goes on under a new key, all others end. Returns how many ended."""
    old = request.session.session_key
    update_session_auth_hash(request, person)
    request.session[VERIFIED] = clock.now().timestamp()
    OpenSession.objects.filter(session_key=old).update(session_key=request.session.session_key)
    return end(OpenSession.objects.filter(person=person).exclude(session_key=request.session.session_key))


def end(rows: Any) -> int:
    """End sessions (a queryset): the browsers' next request is a stranger's. Returns how many."""
    keys = list(rows.values_list("session_key", flat=True))
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    for key in keys:
        store(session_key=key).delete()
    OpenSession.objects.filter(session_key__in=keys).delete()
    return len(keys)


def forget(session_key: str | None) -> None:
    """The session was closed by its owner."""
    OpenSession.objects.filter(session_key=session_key or "-").delete()


def of_person(person: Person) -> list[OpenSession]:
    """Sessions that have not outlived the limits, the latest used first."""
    policy, moment = policy_for_person(person), clock.now()
    rows = OpenSession.objects.filter(person=person).order_by("-last_used_at")
    return [row for row in rows if not _is_over(row, policy, moment)]


def _is_over(row: OpenSession, policy: Any, moment: datetime) -> bool:
    is_old = (moment - row.started_at).total_seconds() > policy.absolute_hours * 3600
    return bool(is_old or (moment - row.last_used_at).total_seconds() > policy.idle_minutes * 60 + TOUCH_EVERY_SECONDS)


def device_of(agent: str) -> str:
    """“Chrome · Windows”: enough to recognise one's own device."""
    browser = next((name for mark, name in _BROWSERS if re.search(rf"\b(Headless)?{mark}", agent)), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return " · ".join(part for part in (browser, system) if part)
