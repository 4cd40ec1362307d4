"""The question behind step-up: checks the proof that comes with a form, and draws the dialog that asks for one."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from kedang.foundation.access import throttle
from kedang.foundation.access.events import STEP_UP_FAILED, STEP_UP_PASSED
from kedang.foundation.access.models import Factor, FactorKind, Person
from kedang.foundation.access.signin import passkeys, proofs, sessions, stepup
from kedang.foundation.access.signin.policy import policy_for_person
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock, context

PROOF, PASSKEY, WAS_GET = "_proof", "_proof_passkey", "_proof_get"
OWN_FIELDS = (PROOF, PASSKEY, WAS_GET, "_username", "csrfmiddlewaretoken", "_once")
PASSED, WRONG, ENDED = "passed", "wrong", "ended"
BOXES = {"dialog-content", "drawer-content"}


def prove(request: HttpRequest, person: Person) -> str:
    """Check what was typed: the password, a one-time code or a passkey. Five wrong ones end the session."""
    who = f"{person.pk}/{request.session.session_key}"
    attempt = throttle.begin_attempt(who, context.current().address, "", step="again")
    method = _method(request, person) if attempt.locked_until is None else ""
    if method:
        throttle.forgive(attempt)
        moment = clock.now()
        request.session[sessions.VERIFIED] = moment.timestamp()
        stepup.verified_at.set(moment)
        record(person, STEP_UP_PASSED, person, meta={"method": method, "path": request.path[:200]})
        return PASSED
    record(person, STEP_UP_FAILED, person, meta={"path": request.path[:200]})
    if attempt.locks_now or attempt.locked_until is not None:
        request.session.flush()
        return ENDED
    return WRONG


def _method(request: HttpRequest, person: Person) -> str:
    typed = request.POST.get(PROOF, "")
    if request.POST.get(PASSKEY):
        return proofs.second_proof(request, "step-up", person, "", request.POST[PASSKEY])
    if typed.isdecimal() and len(typed) == 6 and proofs.uses_totp(person, typed):
        return str(FactorKind.TOTP)
    return "password" if typed and person.check_password(typed[:128]) else ""


def ask(request: HttpRequest, person: Person, *, problem: str = "") -> HttpResponse:
    """The dialog, or the page without script: one input, and everything that was typed before kept in the form."""
    is_fragment = request.headers.get("HX-Request") == "true"
    target = request.headers.get("HX-Target", "")
    kinds = set(Factor.objects.filter(person=person).values_list("kind", flat=True))
    asked: dict[str, Any] = {
        "title": _("再次验证"), "problem": problem, "form_url": request.get_full_path(), "proof": PROOF, "passkey": PASSKEY,
        "kept": [(name, value) for name, values in request.POST.lists() for value in values if name not in OWN_FIELDS],
        "was_get": WAS_GET if request.method == "GET" or request.POST.get(WAS_GET) else "",
        "target": target if target in BOXES else "dialog-content", "username": person.username,
        "has_code": FactorKind.TOTP in kinds, "has_passkey": FactorKind.PASSKEY in kinds and passkeys.is_possible(request),
        "minutes": policy_for_person(person).step_up_minutes,
    }  # fmt: skip
    if is_fragment:
        response = render(request, "access/step_up_dialog.html", asked)
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = f"#{asked['target']}", "innerHTML"
        return response
    return render(request, "access/step_up.html", asked, status=403)


def go_on(request: HttpRequest) -> HttpResponse | None:
    """After a proof: a page or dialog that was only to be looked at is fetched anew; a form goes on to its act (None)."""
    if not request.POST.get(WAS_GET):
        return None
    address = request.get_full_path()
    if request.headers.get("HX-Request") != "true":
        return HttpResponseRedirect(address)
    target = request.headers.get("HX-Target", "")
    asked = {"address": address, "target": target if target in BOXES else "dialog-content"}
    return render(request, "access/step_up_done.html", asked)


def wrong_words(person: Person) -> str:
    """What is wrong, and what to type."""
    if Factor.objects.filter(person=person, kind=FactorKind.TOTP).exists():
        return _("没有通过。请输入登录密码，或验证器中最新的 6 位验证码。")
    return _("密码不正确，请再输入一次登录密码。")
