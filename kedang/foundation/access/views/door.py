"""The pages before one is inside: signing in and out, the first run."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from kedang.foundation.access.demo import demo_accounts
from kedang.foundation.access.forms import FirstRunForm, SignInForm
from kedang.foundation.access.models import Person
from kedang.foundation.access.services import FirstPerson, first_run, sign_in, sign_out
from kedang.foundation.access.services.companies import is_first_run
from kedang.foundation.access.throttle import browser_token
from kedang.foundation.kernel import context
from kedang.foundation.kernel.refused import OutOfScope, Refused

KNOWN_BROWSER_COOKIE = "kedang_known"
KNOWN_FOR = 180 * 86_400


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
        """Open a session, or say why not."""
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
        response = HttpResponseRedirect(self._next(request))
        response.set_cookie(
            KNOWN_BROWSER_COOKIE, browser_token(person.username), max_age=KNOWN_FOR, httponly=True, samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip
        if person.language:
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, person.language, max_age=31_536_000, samesite="Lax")
        return response

    def show(self, request: HttpRequest, form: SignInForm, *, status: int = 200) -> HttpResponse:
        """Draw the door."""
        asked: dict[str, Any] = {
            "title": _("登录"), "form": form, "next": self._next(request), "demo": demo_accounts(),
            "demo_password": settings.DEMO_PASSWORD,
        }  # fmt: skip
        return render(request, "access/sign_in.html", asked, status=status)

    def _typed(self, request: HttpRequest) -> dict[str, str]:
        """What was typed, or the person of the demo story who was clicked."""
        clicked = request.POST.get("demo", "")
        if clicked and Person.objects.filter(username=clicked, fonds__is_demo=True).exists():
            return {"username": clicked, "password": settings.DEMO_PASSWORD}
        return {name: request.POST.get(name, "") for name in ("username", "password")}

    def _next(self, request: HttpRequest) -> str:
        """Where the person wanted to go, within this site."""
        wanted = str(request.POST.get("next") or request.GET.get("next") or "/")
        is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
        return wanted if is_ours else "/"


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
