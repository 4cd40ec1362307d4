"""收件箱: drop files, see what waits, and do the steps for many at once."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.holdings.choices import Carrier
from kedang.business.holdings.events.items import ITEMS_LISTED
from kedang.business.holdings.models import Item
from kedang.business.holdings.services.items.bringing import Brought, items_bring
from kedang.business.holdings.views.items.waiting import Waiting
from kedang.business.holdings.views.pickers import CustomerField, ProjectField
from kedang.foundation.access.policies import can, require
from kedang.foundation.audit.disclosed import as_ranges
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.web.pages import Page
from kedang.foundation.web.records import style

MOST_TOLD = 12
SECOND_CLICK = timedelta(minutes=2)


class DropForm(forms.Form):
    """What the dropped files have in common."""

    def __init__(self, actor: Any, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.fields["customer"] = CustomerField(actor, label=_("客户"), required=False)
        self.fields["project"] = ProjectField(actor, label=_("项目"), required=False)
        self.fields["carrier"] = forms.ChoiceField(
            label=_("载体"),
            choices=[("", _("电子文件")), (Carrier.HYBRID.value, _("有纸质原件的扫描件"))],
            required=False,
        )
        self.fields["author"] = forms.CharField(
            label=_("责任者"),
            required=False,
            max_length=200,
            widget=forms.TextInput(attrs={"placeholder": _("这批文件相同时填写")}),
        )
        self.fields["source"] = forms.CharField(
            label=_("来源"),
            required=False,
            max_length=60,
            widget=forms.TextInput(attrs={"placeholder": _("如 销售部交来、客户邮件")}),
        )
        self.fields["as_one"] = forms.BooleanField(label=_("这些文件合为一件（同一文件的多张扫描）"), required=False)
        self.fields["keep_packed"] = forms.BooleanField(label=_("压缩包不拆开，整包作为一件"), required=False)
        for field in self.fields.values():
            style(field)


class Inbox(Page):
    """The page; POST takes files in."""

    action = "holdings.view"
    title = gettext_lazy("收件箱")
    template_name = "holdings/items/inbox.html"
    takes_files = True

    def get(self, request: HttpRequest) -> HttpResponse:
        """Drop zone and what waits."""
        return self.show(self.drop_form())

    def drop_form(self, data: Any = None) -> DropForm | None:
        """For who may deliver."""
        if not can(self.actor, "holdings.deliver"):
            return None
        form = DropForm(self.actor, data)
        for name in ("customer", "project"):
            form.fields[name].initial = self.request.GET.get(name, "")
        return form

    def show(self, form: DropForm | None, *, status: int = 200) -> HttpResponse:
        """Draw the page."""
        waiting = Waiting(self.actor, self.request)
        if waiting.is_narrowed:
            self.note(waiting)
        kept = f"?step={waiting.step[0]}" + (f"&{waiting.query}" if waiting.query else "")
        return self.draw(
            status=status, form=form, waiting=waiting, steps=waiting.steps, step=waiting.step, page=waiting.page, rows=waiting.page.rows,
            pager_query=kept, may_file=can(self.actor, "holdings.file"), may_arrange=can(self.actor, "holdings.arrange"),
            batch_name=f"holdings:item-batch-{waiting.step[3]}", today=clock.today(),
        )  # fmt: skip

    def note(self, waiting: Waiting) -> None:
        """A look with conditions, written down as those of lists are."""
        words = waiting.words
        subject = SubjectRef(Item._meta.label_lower, None, "；".join(words)[:200], fonds_id=self.actor.fonds_id)
        ids = as_ranges(line["item"].pk for line in waiting.page.rows)
        meta = {"what": "inbox", "view": waiting.step[0], "conditions": words, "found": waiting.page.total, "ids": ids}
        with transaction.atomic():
            record(self.actor, ITEMS_LISTED, subject, meta=meta)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take the files in; each one is told."""
        require(self.actor, "holdings.deliver")
        form = self.drop_form(request.POST)
        uploads = request.FILES.getlist("files")
        if form is None or not form.is_valid():
            return self.show(form, status=422)
        if not uploads:
            form.add_error(None, _("没有选中文件。请选择文件，或把文件拖到虚线框内。"))
            return self.show(form, status=422)
        data = form.cleaned_data
        values = {name: data[name] for name in ("customer", "project", "carrier", "author") if data[name]}
        try:
            brought = list(
                items_bring(
                    actor=self.actor, uploads=uploads, values=values, source=data["source"],
                    unpack=not data["keep_packed"], as_one=data["as_one"], known_within=SECOND_CLICK,
                )
            )  # fmt: skip
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
            return self.show(form, status=422)
        tell(request, brought)
        return HttpResponseRedirect(request.get_full_path())


def tell(request: HttpRequest, brought: list[Brought]) -> None:
    """What became of the files: how many came in, which are held already, and each that did not, with its reason."""
    received = [one for one in brought if one.item is not None and not one.is_known]
    known = [one.name for one in brought if one.is_known]
    twins = [f"{one.name}（{one.twin.title}）" for one in received if one.twin is not None]
    refused = [f"{one.name}：{one.sentence}" for one in brought if one.item is None]
    if received:
        messages.success(request, _("收到 %(count)s 件，见下表。") % {"count": len(received)})
    if known:
        messages.info(request, _("刚才已收到，没有重复收：%(names)s") % {"names": _few(known)})
    if twins:
        messages.warning(request, _("内容与已有的件完全相同，请核对是否重复：%(names)s") % {"names": _few(twins)})
    for told in refused[:MOST_TOLD]:
        messages.error(request, told)
    if len(refused) > MOST_TOLD:
        messages.error(request, _("另有 %(count)s 个文件没有收下。") % {"count": len(refused) - MOST_TOLD})


def _few(names: list[str]) -> str:
    told = "；".join(names[:5])
    return told if len(names) <= 5 else _("%(names)s 等 %(count)s 件") % {"names": told, "count": len(names)}
