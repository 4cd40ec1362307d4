"""The question behind step-up: checks the proof that comes with a form, and draws the dialog that asks for one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kedang.foundation.access import throttle
from kedang.foundation.access.events import STEP_UP_FAILED, STEP_UP_PASSED
from kedang.foundation.access.models import Factor, FactorKind, Person
from kedang.foundation.access.signin import passkeys, proofs, sessions, stepup
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock, context

PROOF, PASSKEY = "_proof", "_proof_passkey"
OWN_FIELDS = (PROOF, PASSKEY, "csrfmiddlewaretoken", "_once")
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
        "method": request.method, "target": target if target in BOXES else "dialog-content", "username": person.username,
        "has_code": FactorKind.TOTP in kinds, "has_passkey": FactorKind.PASSKEY in kinds and passkeys.is_possible(request),
        "minutes": stepup.policy_for_person(person).step_up_minutes,
    }  # fmt: skip
    if is_fragment:
        response = render(request, "access/step_up_dialog.html", asked)
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = f"#{asked['target']}", "innerHTML"
        return response
    return render(request, "access/step_up.html", asked, status=403)


def wrong_words(person: Person) -> str:
    """What is wrong, and what to type."""
    if Factor.objects.filter(person=person, kind=FactorKind.TOTP).exists():
        return _("没有通过。请输入登录密码，或验证器中最新的 6 位验证码。")
    return _("密码不正确，请再输入一次登录密码。")
