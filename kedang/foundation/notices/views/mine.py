"""One's own notices, and how one wants to be told."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.kernel.refused import Refused
from kedang.foundation.notices.choices import ROBOTS, ChannelKind
from kedang.foundation.notices.forms import PreferenceForm
from kedang.foundation.notices.models import Channel, Notice, Preference
from kedang.foundation.notices.registry import kind_of, kinds
from kedang.foundation.notices.services.writing import notice_open, notices_read, preference_change
from kedang.foundation.web.pages import Page

PAGE = 30


class NoticeList(Page):
    """通知: what one has not read, or all, the newest first; older ones by the key of the last."""

    template_name = "notices/list.html"
    title = gettext_lazy("通知")

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page."""
        is_all = request.GET.get("view") == "all"
        rows = Notice.objects.filter(person=self.actor).order_by("-id")
        if not is_all:
            rows = rows.filter(read_at__isnull=True)
        before = request.GET.get("before", "")
        if before.isascii() and before.isdecimal() and len(before) < 18:
            rows = rows.filter(pk__lt=int(before))
        found = list(rows[: PAGE + 1])
        shown = [{"row": row, "kind": kind_of(row.kind)} for row in found[:PAGE]]
        unread: Any = getattr(self.actor, "unread_notices", 0)
        return self.draw(
            lines=shown, is_all=is_all, unread=unread, older=found[PAGE - 1].pk if len(found) > PAGE else None
        )


class NoticeOpen(Page):
    """A notice leads to what it is about and is read from then on."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Off to it."""
        row = notice_open(actor=self.actor, notice_id=pk)
        if row is None:
            raise Http404
        return HttpResponseRedirect(row.url)


class NoticesRead(Page):
    """All are read."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do it."""
        count = notices_read(actor=self.actor)
        messages.success(request, _("%(count)s 条通知已标为已读。") % {"count": count})
        return HttpResponseRedirect(reverse("notices:list"))


class PreferencePage(Page):
    """通知偏好."""

    template_name = "notices/preference.html"
    title = gettext_lazy("通知偏好")
    lead = gettext_lazy("页面里的通知总会有；这里选的是哪些还要发到外面，以及什么时候不要打扰。")

    def crumbs(self) -> list[Any]:
        return [(_("我的账号"), reverse("access:my-page")), (self.title, "")]

    def robots(self) -> dict[str, Any]:
        """Robots in use."""
        used = Channel.objects.filter(fonds_id=self.actor.fonds_id, is_active=True, kind__in=ROBOTS).values_list(
            "kind", flat=True
        )
        return {kind: ChannelKind(kind).label for kind in sorted(used)}

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form as it is."""
        row = Preference.objects.filter(person=self.actor).first() or Preference(person=self.actor)
        first = {
            name: getattr(row, name) for name in ("by_email", "is_digest", "digest_at", "quiet_from", "quiet_until")
        }
        first["wanted"] = [one.code for one in kinds() if one.code not in row.unwanted]
        first |= {f"account-{kind}": text for kind, text in row.accounts.items()}
        return self.show(PreferenceForm(initial=first, robots=self.robots()))

    def show(self, form: PreferenceForm, *, status: int = 200) -> HttpResponse:
        """Draw it."""
        has_mail = Channel.objects.filter(fonds_id=self.actor.fonds_id, is_active=True, kind=ChannelKind.EMAIL).exists()
        return self.draw(
            status=status,
            form=form,
            has_mail=has_mail,
            lead=self.lead,
            times=[form["quiet_from"], form["quiet_until"], form["digest_at"]],
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep it."""
        robots = self.robots()
        form = PreferenceForm(request.POST, robots=robots)
        if not form.is_valid():
            return self.show(form, status=422)
        given = form.cleaned_data
        values = {name: given[name] for name in ("by_email", "is_digest", "digest_at", "quiet_from", "quiet_until")}
        values["unwanted"] = [one.code for one in kinds() if one.code not in given["wanted"]]
        values["accounts"] = {kind: given.get(f"account-{kind}", "") for kind in robots}
        try:
            preference_change(actor=self.actor, values=values)
        except Refused as refusal:
            form.tell(refusal.sentence, refusal.field)
            return self.show(form, status=422)
        messages.success(request, _("通知偏好已保存。"))
        return HttpResponseRedirect(reverse("notices:preference"))
