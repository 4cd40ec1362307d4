"""通知渠道: mail server and robots of the company, tried at once; what did not go out."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.notices.choices import ChannelKind, DeliveryState
from kedang.foundation.notices.forms import MailForm, RobotForm
from kedang.foundation.notices.models import Channel, Delivery
from kedang.foundation.notices.registry import kind_of
from kedang.foundation.notices.services.dispatching import deliveries_retry
from kedang.foundation.notices.services.writing import channel_change, channel_try
from kedang.foundation.web.pages import Page

MANAGE = "settings.manage"
MOST_FAILED = 20
HINTS: dict[str, Any] = {
    ChannelKind.EMAIL: gettext_lazy("发到各人资料里的邮箱。"),
    ChannelKind.WECOM: gettext_lazy("群聊 → 群机器人 → 添加，复制 Webhook 地址。"),
    ChannelKind.DINGTALK: gettext_lazy("群设置 → 机器人 → 自定义，安全设置选“加签”，复制地址与密钥。"),
    ChannelKind.FEISHU: gettext_lazy("群设置 → 群机器人 → 自定义机器人，选“签名校验”，复制地址与密钥。"),
}


class ChannelPage(Page):
    """One panel for each channel, each with its own form."""

    action, template_name = MANAGE, "notices/channels.html"
    title = gettext_lazy("通知渠道")
    lead = gettext_lazy("通知只写种类、编号和地址，不写客户名称和内容；要看内容须登录。")

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page."""
        return self.show()

    def show(self, bound: dict[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
        """Draw it; ``bound`` holds a form with a problem."""
        rows = {row.kind: row for row in Channel.objects.filter(fonds_id=self.actor.fonds_id)}
        parts = []
        for kind, title in ChannelKind.choices:
            row = rows.get(kind)
            form = (bound or {}).get(kind) or form_of(kind)(initial=initial_of(kind, row), prefix=kind)
            parts.append({
                "kind": kind, "title": title, "hint": HINTS[kind], "row": row, "form": form,
                "fields": [form[name] for name in form.fields if name not in left_out(kind)],
                "known": [name for name in ("password", "webhook", "signing_key") if row is not None and getattr(row, name)],
            })  # fmt: skip
        lost = Delivery.objects.filter(fonds_id=self.actor.fonds_id, state=DeliveryState.GIVEN_UP).select_related(
            "notice"
        )
        failed = [{"row": one, "kind": kind_of(one.notice.kind)} for one in lost.order_by("-id")[:MOST_FAILED]]
        waiting = Delivery.objects.filter(fonds_id=self.actor.fonds_id, state=DeliveryState.WAITING).count()
        return self.draw(
            status=status, parts=parts, failed=failed, failed_count=lost.count(), waiting=waiting, lead=self.lead
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep one channel."""
        kind = request.POST.get("kind", "")
        if kind not in ChannelKind.values:
            return HttpResponseRedirect(reverse("notices:channels"))
        form = form_of(kind)(request.POST, prefix=kind)
        if not form.is_valid():
            return self.show({kind: form}, status=422)
        values = dict(form.cleaned_data)
        is_active, version = values.pop("is_active"), values.pop("version")
        try:
            channel_change(
                actor=self.actor,
                kind=kind,
                is_active=is_active,
                values=values,
                version=int(version) if version else None,
            )
        except NotAllowed:
            raise
        except Refused as refusal:
            form.tell(refusal.sentence, refusal.field)
            return self.show({kind: form}, status=422)
        messages.success(request, _("“%(channel)s”已保存。") % {"channel": ChannelKind(kind).label})
        return HttpResponseRedirect(reverse("notices:channels"))


class ChannelTry(Page):
    """Send a test to oneself."""

    action, http_method_names = MANAGE, ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Send, and say what came of it."""
        try:
            to = channel_try(actor=self.actor, kind=request.POST.get("kind", ""))
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, _("已试发到%(to)s，请查收。") % {"to": to})
        return HttpResponseRedirect(reverse("notices:channels"))


class DeliveriesRetry(Page):
    """Send once more what was given up."""

    action, http_method_names = MANAGE, ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Put it back into the outbox."""
        try:
            count = deliveries_retry(actor=self.actor)
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, _("%(count)s 条通知重新排队发送。") % {"count": count})
        return HttpResponseRedirect(reverse("notices:channels"))


def left_out(kind: str) -> tuple[str, ...]:
    """Inputs that stand by themselves, and what a channel does not know: 企业微信 signs nothing."""
    return ("is_active", "version", "signing_key") if kind == ChannelKind.WECOM else ("is_active", "version")


def form_of(kind: str) -> Any:
    """Inputs of a channel."""
    return MailForm if kind == ChannelKind.EMAIL else RobotForm


def initial_of(kind: str, row: Channel | None) -> dict[str, Any]:
    """What stands in the form; secrets never do."""
    if row is None:
        return {"version": 0}
    names = ("is_active", "version", "host", "port", "security", "username", "sender")
    return {name: getattr(row, name) for name in (names if kind == ChannelKind.EMAIL else names[:2])}
