"""One's own second steps and sessions: adding, taking away, recovery codes, ending sessions; and the reset by 安全保密员."""

import io

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.access.forms import CodeForm
from kedang.foundation.access.models import Factor
from kedang.foundation.access.services import (
    factor_remove,
    passkey_add,
    recovery_codes_make,
    sessions_end,
    totp_add,
)
from kedang.foundation.access.services.factors import is_factor_due
from kedang.foundation.access.signin import passkeys, sessions, totp
from kedang.foundation.access.signin.proofs import left_of
from kedang.foundation.access.signin.stepup import require_recent
from kedang.foundation.kernel import clock, keys
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.web.pages import Crumb, Page

_PLACE, _SEAL = "kedang_new_totp", "access.totp-setup"


class OwnPage(Page):
    """A page under 我的账号."""

    def crumbs(self) -> list[Crumb]:
        return [(_("我的账号"), reverse("access:my-page")), (self.page_title(), "")]

    def back(self) -> HttpResponse:
        """To one's own page; who came by compulsion goes on to the first page of the house."""
        return HttpResponseRedirect(reverse("access:my-page"))

    def renew(self) -> None:
        """This session goes on, all others end."""
        self.actor.refresh_from_db()
        sessions.renew(self.request, self.actor)


class FactorsFirst(Page):
    """The only page of who must add a second step before anything else."""

    template_name = "access/factors_first.html"
    title = gettext_lazy("启用第二步验证")

    def get(self, request: HttpRequest) -> HttpResponse:
        """The ways there are."""
        if not is_factor_due(self.actor):
            return HttpResponseRedirect(reverse("access:my-page"))
        return self.draw(may_passkey=passkeys.is_possible(request))


class TotpAdd(OwnPage):
    """Take an authenticator app into use: picture, key, first code."""

    template_name = "access/totp.html"
    title = gettext_lazy("启用动态验证码")

    def get(self, request: HttpRequest) -> HttpResponse:
        """A new key every time; it is kept sealed in the session until its first code."""
        require_recent(self.actor)
        request.session[_PLACE] = keys.encrypt(totp.new_secret(), _SEAL)
        return self.show(CodeForm())

    def show(self, form: CodeForm, *, status: int = 200) -> HttpResponse:
        """Draw the picture beside the form."""
        secret = keys.decrypt(self.request.session.get(_PLACE, ""), _SEAL)
        if not secret:
            return HttpResponseRedirect(reverse("access:factor-totp"))
        picture = io.BytesIO()
        company = self.actor.fonds.short_name or self.actor.fonds.name
        segno.make(totp.address_of(secret, self.actor.username, company), error="m").save(
            picture, kind="png", scale=5, border=2
        )
        form.fields["code"].label = _("验证器显示的 6 位数字")
        template = "access/totp_first.html" if is_factor_due(self.actor) else self.template_name
        return self.draw(
            template, status=status, form=form, picture=_data_address(picture.getvalue()),
            letters=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        )  # fmt: skip

    def post(self, request: HttpRequest) -> HttpResponse:
        """The first code proves that the app has the key."""
        form = CodeForm(request.POST)
        form.is_valid()
        secret = keys.decrypt(request.session.get(_PLACE, ""), _SEAL)
        try:
            totp_add(actor=self.actor, secret=secret or totp.new_secret(), code=form.cleaned_data.get("code", ""))
        except NotAllowed:
            raise
        except Refused as refusal:
            form.tell(refusal.sentence, "code")
            return self.show(form, status=422)
        request.session.pop(_PLACE, None)
        return added(self)


class PasskeyAdd(OwnPage):
    """POST: the passkey that the browser has just made."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep it."""
        require_recent(self.actor)
        try:
            credential_id, credential, count = passkeys.added(request, request.POST.get("passkey", ""))
            passkey_add(
                actor=self.actor, credential_id=credential_id, credential=credential, sign_count=count,
                label=request.POST.get("label", "") or sessions.device_of(request.headers.get("User-Agent", "")),
            )  # fmt: skip
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return self.back()
        return added(self)


def added(page: OwnPage) -> HttpResponse:
    """After a second step was added: the first one leads to recovery codes."""
    page.renew()
    messages.success(page.request, _("第二步验证已启用，其他设备上的登录已失效。"))
    if left_of(page.actor):
        return page.back()
    return HttpResponseRedirect(reverse("access:recovery-codes"))


class FactorRemove(OwnPage):
    """POST: stop using a second step."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take it away."""
        try:
            factor: Factor = factor_remove(actor=self.actor, factor_id=pk)
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return self.back()
        self.renew()
        messages.success(request, _("已停用“%(label)s”，其他设备上的登录已失效。") % {"label": factor.label})
        return self.back()


class RecoveryCodes(OwnPage):
    """恢复码: how many are left; new ones, shown once."""

    template_name = "access/recovery_codes.html"
    title = gettext_lazy("恢复码")

    def get(self, request: HttpRequest) -> HttpResponse:
        """How many are left, and the offer of new ones."""
        return self.draw(left=left_of(self.actor), has_factor=self.actor.factor_since is not None)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ten new ones, on this answer and nowhere else."""
        codes = recovery_codes_make(actor=self.actor)
        response = self.draw(
            codes=codes, left=len(codes), has_factor=True, username=self.actor.username, now=clock.now()
        )
        response.has_acted = True  # type: ignore[attr-defined]  # told to the ledger of sent forms
        return response


class SessionsEnd(OwnPage):
    """POST: end one of one's own sessions, or all others."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """End them."""
        chosen = request.POST.get("session", "")
        count = sessions_end(
            actor=self.actor, person=self.actor, session_id=int(chosen[:18]) if chosen.isdecimal() else None,
            keep=str(request.session.session_key),
        )  # fmt: skip
        messages.success(request, _("已结束 %(count)d 处登录。") % {"count": count})
        return self.back()


def _data_address(picture: bytes) -> str:
    import base64

    return f"data:image/png;base64,{base64.b64encode(picture).decode('ascii')}"
