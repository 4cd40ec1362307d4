"""The pages before one is inside: signing in and out, the first run."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.cache import never_cache

from kedang.foundation.access.demo import demo_accounts, demo_code
from kedang.foundation.access.forms import CodeForm, FirstRunForm, SignInForm
from kedang.foundation.access.models import Factor, FactorKind, Person
from kedang.foundation.access.services import FirstPerson, first_run, passkey_sign_in, second_step, sign_in, sign_out
from kedang.foundation.access.services.companies import is_first_run
from kedang.foundation.access.services.factors import needs_factor
from kedang.foundation.access.signin import passkeys, pending
from kedang.foundation.access.throttle import browser_token
from kedang.foundation.kernel import clock, context
from kedang.foundation.kernel.refused import OutOfScope, Refused
from kedang.foundation.kernel.sure import sure

KNOWN_BROWSER_COOKIE = "kedang_known"
KNOWN_FOR = 180 * 86_400
OVER = {
    "idle": gettext_lazy("一段时间没有操作，已自动退出。请重新登录，登录后回到刚才的页面。"),
    "absolute": gettext_lazy("这次登录已到最长时间，请重新登录。"),
}


@method_decorator([login_not_required, never_cache], name="dispatch")
class SignIn(View):
    """The door. In a demo installation the people of the story stand beside it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The empty form."""
        if request.user.is_authenticated:
            return HttpResponseRedirect("/")
        if is_first_run():
            return HttpResponseRedirect(reverse("access:first-run"))
        return self.show(request, SignInForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Open a session, lead to the second step, or say why not."""
        if request.POST.get("passkey"):
            return self.by_passkey(request)
        form = SignInForm(self._typed(request))
        if not form.is_valid():
            return self.show(request, form, status=422)
        username = form.cleaned_data["username"]
        try:
            person = sign_in(
                request=request,
                username=username,
                password=form.cleaned_data["password"],
                address=context.current().address,
                token=request.COOKIES.get(KNOWN_BROWSER_COOKIE, ""),
            )
        except Refused as refusal:
            form.tell(refusal.sentence, None)
            return self.show(request, form, status=422)
        if person is None:
            return HttpResponseRedirect(f"{reverse('access:second-step')}?{urlencode({'next': next_of(request)})}")
        return inside(request, person)

    def by_passkey(self, request: HttpRequest) -> HttpResponse:
        """Open a session by a passkey alone."""
        try:
            person = passkey_sign_in(
                request=request, passkey=request.POST["passkey"], address=context.current().address
            )
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return self.show(request, SignInForm(), status=422)
        return inside(request, person)

    def show(self, request: HttpRequest, form: SignInForm, *, status: int = 200) -> HttpResponse:
        """Draw the door."""
        asked: dict[str, Any] = {
            "title": _("登录"), "form": form, "next": next_of(request), "demo": demo_accounts(),
            "demo_password": settings.DEMO_PASSWORD, "has_passkey": passkeys.is_possible(request),
            "over": OVER.get(request.GET.get("over", "")),
        }  # fmt: skip
        return render(request, "access/sign_in.html", asked, status=status)

    def _typed(self, request: HttpRequest) -> dict[str, str]:
        """What was typed, or the person of the demo story who was clicked."""
        clicked = request.POST.get("demo", "")
        if clicked and Person.objects.filter(username=clicked, fonds__is_demo=True).exists():
            return {"username": clicked, "password": settings.DEMO_PASSWORD}
        return {name: request.POST.get(name, "") for name in ("username", "password")}


def next_of(request: HttpRequest) -> str:
    """Where the person wanted to go, within this site."""
    wanted = str(request.POST.get("next") or request.GET.get("next") or "/")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if is_ours else "/"


def inside(request: HttpRequest, person: Person) -> HttpResponse:
    """The way in: the browser is known from now on, the page asked for follows; who still has to add a second step is told."""
    if person.factor_due_at is not None and person.factor_since is None and needs_factor(person):
        day = clock.local(person.factor_due_at)
        if person.factor_due_at > clock.now():
            messages.warning(
                request, _("您的角色须启用第二步验证，请在 %(day)s 前到“我的账号”中设置。") % {"day": f"{day:%Y-%m-%d}"}
            )
    response = HttpResponseRedirect(next_of(request))
    response.set_cookie(
        KNOWN_BROWSER_COOKIE, browser_token(person.username), max_age=KNOWN_FOR, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    if person.language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            person.language,
            max_age=31_536_000,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


@method_decorator([login_not_required, never_cache], name="dispatch")
class SecondStep(View):
    """After the password: a code, a recovery code or a passkey."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The empty form, while somebody is awaited."""
        if request.user.is_authenticated or pending.awaited(request) is None:
            return HttpResponseRedirect(reverse("access:sign-in"))
        return self.show(request, CodeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Open the session, or say why not."""
        form = CodeForm(request.POST)
        person = pending.awaited(request)
        try:
            form.is_valid()
            person = second_step(
                request=request, code=form.cleaned_data.get("code", ""), passkey=request.POST.get("passkey", ""),
                address=context.current().address, token=request.COOKIES.get(KNOWN_BROWSER_COOKIE, ""),
            )  # fmt: skip
        except Refused as refusal:
            if refusal.code == "second_step_over":
                messages.error(request, refusal.sentence)
                return HttpResponseRedirect(reverse("access:sign-in"))
            again = CodeForm({"code": ""})
            again.full_clean()
            again.errors.clear()
            again.tell(refusal.sentence, "code")
            return self.show(request, again, status=422)
        return inside(request, person)

    def show(self, request: HttpRequest, form: CodeForm, *, status: int = 200) -> HttpResponse:
        """Draw the form with the ways this person has."""
        person = pending.awaited(request)
        kinds = set(Factor.objects.filter(person=person).values_list("kind", flat=True)) if person else set()
        asked: dict[str, Any] = {
            "title": _("第二步验证"), "form": form, "next": next_of(request), "has_code": FactorKind.TOTP in kinds,
            "has_passkey": FactorKind.PASSKEY in kinds and passkeys.is_possible(request), "demo_code": demo_code(person),
        }  # fmt: skip
        return render(request, "access/second_step.html", asked, status=status)


@method_decorator([login_not_required, never_cache], name="dispatch")
class PasskeyOptions(View):
    """What the browser needs before it asks for a finger, a face or a number; a challenge good once, as JSON."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, purpose: str) -> HttpResponse:
        """Options of a purpose, for whom it concerns."""
        person = request.user if isinstance(request.user, Person) else None
        if purpose not in passkeys.PURPOSES or not passkeys.is_possible(request):
            raise OutOfScope
        if purpose in {"add", "step-up"} and person is None:
            raise OutOfScope
        if purpose == "second":
            person = pending.awaited(request)
            if person is None:
                raise OutOfScope
        if purpose == "add":
            return JsonResponse(passkeys.options_to_add(request, sure(person)))
        return JsonResponse(passkeys.options_to_use(request, purpose, None if purpose == "sign-in" else person))


class SignOut(View):
    """POST: leave."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Close the session and go to the door."""
        sign_out(request=request)
        messages.success(request, _("您已退出登录。"))
        return HttpResponseRedirect(reverse("access:sign-in"))


@method_decorator([login_not_required, never_cache], name="dispatch")
class FirstRun(View):
    """An empty installation: the company and its first people. Gone as soon as there is anybody."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Only while there is nobody."""
        if not is_first_run():
            raise OutOfScope
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """The empty form."""
        return self.show(request, FirstRunForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make the company."""
        form = FirstRunForm(request.POST)
        if not form.is_valid():
            return self.show(request, form, status=422)
        given = form.cleaned_data
        try:
            first_run(
                company=given["company"],
                administrator=_first(given, "administrator"),
                archivist=_first(given, "archivist"),
                security_officer=_first(given, "security_officer") if given["security_officer_username"] else None,
                departments=given["departments"].splitlines(),
            )
        except Refused as refusal:
            form.tell(refusal.sentence, refusal.field)
            return self.show(request, form, status=422)
        messages.success(request, _("设置完成。请用系统管理员或档案管理员的账号登录。"))
        return HttpResponseRedirect(reverse("access:sign-in"))

    def show(self, request: HttpRequest, form: FirstRunForm, *, status: int = 200) -> HttpResponse:
        """Draw the form."""
        asked: dict[str, Any] = {"title": _("首次设置"), "form": form}
        return render(request, "access/first_run.html", asked, status=status)


def _first(given: dict[str, Any], prefix: str) -> FirstPerson:
    return FirstPerson(given[f"{prefix}_username"], given[f"{prefix}_name"], given[f"{prefix}_password"])
