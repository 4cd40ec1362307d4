"""One's own account: who the system takes one for, language, password."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.access.forms import LanguageForm, PasswordForm
from kedang.foundation.access.models import Factor, FactorKind
from kedang.foundation.access.rights import rights_of
from kedang.foundation.access.services import language_change, password_change
from kedang.foundation.access.services.factors import needs_factor
from kedang.foundation.access.signin import passkeys, passwords, quota, sessions
from kedang.foundation.access.signin.policy import policy_for_person
from kedang.foundation.access.signin.proofs import left_of
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.web.pages import Page


class MyPage(Page):
    """我的账号."""

    template_name = "access/mine.html"
    title = gettext_lazy("我的账号")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Account, rights, language."""
        return self.show(self.form())

    def form(self, data: Any = None) -> LanguageForm:
        """The language form."""
        form = LanguageForm(data, initial={"language": self.actor.language or settings.LANGUAGE_CODE})
        form.fields["language"].choices = settings.LANGUAGES  # type: ignore[attr-defined]  # a ChoiceField
        form.fields["language"].widget.attrs["class"] = "form-select"
        return form

    def show(self, form: LanguageForm, *, status: int = 200) -> HttpResponse:
        """Draw the page."""
        factors = list(Factor.objects.filter(person=self.actor).order_by("id"))
        return self.draw(
            status=status, form=form, rights=rights_of(self.actor), factors=factors, sessions=sessions.of_person(self.actor),
            this_session=self.request.session.session_key, has_totp=any(row.kind == FactorKind.TOTP for row in factors),
            may_passkey=passkeys.is_possible(self.request), codes_left=left_of(self.actor), needs=needs_factor(self.actor),
            quotas=[
                (quota.title_of(kind), *quota.used_today(self.actor, kind)) for kind in quota.KINDS if quota.concerns(self.actor, kind)
            ],
        )  # fmt: skip

    def post(self, request: HttpRequest) -> HttpResponse:
        """Choose a language."""
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        language_change(actor=self.actor, language=form.cleaned_data["language"])
        messages.success(request, _("界面语言已保存。"))
        response = HttpResponseRedirect(reverse("access:my-page"))
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, form.cleaned_data["language"], max_age=31_536_000, samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip
        return response


class PasswordChange(Page):
    """A password of one's own; the only page of who signed in with a first password."""

    title = gettext_lazy("修改密码")

    def get(self, request: HttpRequest) -> HttpResponse:
        """The empty form."""
        return self.show(PasswordForm())

    def show(self, form: PasswordForm, *, status: int = 200) -> HttpResponse:
        """Draw the form inside the frame, or at the door while it is compulsory."""
        is_overdue = passwords.is_overdue(self.actor)
        template = (
            "access/password_first.html" if self.actor.must_change_password or is_overdue else "access/password.html"
        )
        form.fields["new"].help_text = passwords.hint(self.actor)
        days = policy_for_person(self.actor).rotation_days
        return self.draw(
            template, status=status, form=form, username=self.actor.username, is_overdue=is_overdue, days=days
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Change it; this session goes on, all others end."""
        form = PasswordForm(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            person = password_change(actor=self.actor, **form.cleaned_data)
        except Refused as refusal:
            form.tell(refusal.sentence, refusal.field)
            return self.show(form, status=422)
        sessions.renew(request, person)
        messages.success(request, _("密码已修改，其他设备上的登录已失效。"))
        return HttpResponseRedirect(reverse("access:my-page"))
