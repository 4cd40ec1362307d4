"""What a session may: how long it lasts, what has to be done first, and asking again who one is before acts that matter."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from kedang.foundation.access.events import QUOTA_EXCEEDED, SESSION_EXPIRED
from kedang.foundation.access.models import Person
from kedang.foundation.access.services.factors import is_factor_due
from kedang.foundation.access.signin import asking, quota, sessions, stepup
from kedang.foundation.access.signin.passwords import is_overdue
from kedang.foundation.audit.record import record

GetResponse = Callable[[HttpRequest], HttpResponseBase]
OPEN = {"access:password-change", "access:sign-out", "web:language"}
OPEN_FOR_FACTOR = OPEN | {
    "access:factors-first",
    "access:factor-totp",
    "access:passkey-options",
    "access:passkey-add",
    "access:recovery-codes",
}
BACKGROUND = ("/jobs/indicator/", "/progress/")
"""Regions that pages ask for by themselves; they do not keep a session alive."""


def go_to(request: HttpRequest, address: str) -> HttpResponse:
    """Lead a page or a region elsewhere."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


class SessionLimitsMiddleware:
    """Ends sessions that have outlived the company's limits, and tells services when the person last proved who they are."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        person = request.user
        if not isinstance(person, Person):
            return self.get_response(request)
        why = sessions.why_over(request, person)
        if why:
            return self._out(request, person, why)
        if not any(mark in request.path for mark in BACKGROUND):
            sessions.touch(request)
        proved = float(request.session.get(sessions.VERIFIED, 0))
        token = stepup.verified_at.set(datetime.fromtimestamp(proved, UTC))
        try:
            return self.get_response(request)
        finally:
            stepup.verified_at.reset(token)

    def _out(self, request: HttpRequest, person: Person, why: str) -> HttpResponse:
        record(person, SESSION_EXPIRED, person, meta={"why": why})
        sessions.forget(request.session.session_key)
        logout(request)
        door = reverse("access:sign-in")
        back = (
            request.get_full_path() if request.method == "GET" and request.headers.get("HX-Request") != "true" else ""
        )
        return go_to(request, f"{door}?{urlencode({'next': back, 'over': why} if back else {'over': why})}")


class PasswordChangeMiddleware:
    """Sends a person with a first or an overdue password, or without the second step their role needs, to where they set it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        """Let only the way through that leads to what has to be done first."""
        person = request.user
        if not isinstance(person, Person):
            return None
        match = request.resolver_match
        name = match.view_name if match is not None else ""
        if person.must_change_password or is_overdue(person):
            return None if name in OPEN else go_to(request, reverse("access:password-change"))
        if is_factor_due(person):
            return None if name in OPEN_FOR_FACTOR else go_to(request, reverse("access:factors-first"))
        return None


class StepUpMiddleware:
    """Where a service asks for a fresh proof, shows a small dialog that keeps everything typed and goes on with the act.

    The dialog posts to the same address with the same fields and the proof; the proof is looked at first, then the view runs.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponseBase | None:
        """Look at a proof that comes with the fields of a form."""
        person = request.user
        if request.method != "POST" or asking.PROOF not in request.POST or not isinstance(person, Person):
            return None
        outcome = asking.prove(request, person)
        if outcome == asking.PASSED:
            return asking.go_on(request)
        if outcome == asking.ENDED:
            messages.error(request, _("多次验证没有通过，已退出登录，请重新登录。"))
            return go_to(request, reverse("access:sign-in"))
        return asking.ask(request, person, problem=asking.wrong_words(person))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Ask for the proof; sound the alarm of a quota."""
        person = request.user
        if not isinstance(person, Person):
            return None
        if isinstance(exception, stepup.StepUpNeeded):
            return asking.ask(request, person)
        if isinstance(exception, quota.QuotaExceeded):
            details = dict(exception.details)
            count = quota.is_alarm_due(person, str(details["kind"]))
            if count:
                record(person, QUOTA_EXCEEDED, person, reason=exception.sentence, meta={**details, "count": count})
        return None
