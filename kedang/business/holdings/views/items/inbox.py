"""收件箱: drop files, see what waits, and do the steps for many at once."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.holdings.choices import Carrier, ItemState
from kedang.business.holdings.filing.rules import rules_of
from kedang.business.holdings.models import Item, ItemFile
from kedang.business.holdings.services.items.bringing import Brought, items_bring
from kedang.business.holdings.services.items.files import BAD
from kedang.business.holdings.views.pickers import CustomerField, ProjectField
from kedang.foundation.access.policies import can, require
from kedang.foundation.files.models import FileState
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.web.pages import Page
from kedang.foundation.web.records import style

SHOWN = 100
MOST_TOLD = 12
SECOND_CLICK = timedelta(minutes=2)
STEPS: tuple[tuple[str, ItemState, Any, str], ...] = (
    ("received", ItemState.RECEIVED, gettext_lazy("待鉴别"), "identify"),
    ("identified", ItemState.IDENTIFIED, gettext_lazy("待定位"), "place"),
    ("placed", ItemState.PLACED, gettext_lazy("待编目"), "catalogue"),
    ("catalogued", ItemState.CATALOGUED, gettext_lazy("待入库"), "put-away"),
)


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
        chosen = next((step for step in STEPS if step[0] == self.request.GET.get("step")), STEPS[0])
        rows = self.waiting(chosen[1])
        may_file = can(self.actor, "holdings.file")
        steps = self.steps(chosen[0])
        waiting = next(step["count"] for step in steps if step["is_current"])
        return self.draw(
            status=status, form=form, steps=steps, step=chosen, more=max(waiting - SHOWN, 0), view=chosen[0],
            rows=self.lines(rows, chosen[0]), may_file=may_file, may_arrange=can(self.actor, "holdings.arrange"),
            batch_name=f"holdings:item-batch-{chosen[3]}", today=clock.today(),
        )  # fmt: skip

    def waiting(self, state: ItemState) -> QuerySet[Item]:
        """Items that wait for a step, the newest first."""
        rows = Item.objects.visible_to(self.actor).filter(state=state)
        found: QuerySet[Item] = rows.select_related(
            "document_type", "customer", "belongs_to", "series", "retention", "volume", "responsible"
        ).order_by("-pk")[:SHOWN]
        return found

    def steps(self, chosen: str) -> list[dict[str, Any]]:
        """Tabs with their counts, one query."""
        states = [step[1].value for step in STEPS]
        counted = dict(
            Item.objects.visible_to(self.actor)
            .filter(state__in=states)
            .order_by()
            .values_list("state")
            .annotate(n=Count("pk"))
        )
        return [
            {"key": key, "label": label, "count": counted.get(state.value, 0), "is_current": key == chosen}
            for key, state, label, _verb in STEPS
        ]

    def lines(self, rows: QuerySet[Item], step: str) -> list[dict[str, Any]]:
        """Items with what the rules think of each."""
        items = list(rows)
        bad = _bad_files(items)
        if step != "received":
            return [{"item": item, "trouble": bad.get(item.pk, "")} for item in items]
        rules = rules_of(self.actor.fonds_id or 0)
        names = _file_names(items)
        lines = []
        for item in items:
            kind = item.document_type or rules.kind_of([item.title, *names.get(item.pk, [])]).value
            kept = True if item.belongs_to_id else kind.is_kept if kind is not None else None
            lines.append({"item": item, "kind": kind, "is_kept": kept, "trouble": bad.get(item.pk, "")})
        return lines

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


def _bad_files(items: list[Item]) -> dict[int, str]:
    """Items with a file that is held back, damaged, or cannot be opened, and the word for it: one query."""
    keys = [item.pk for item in items]
    rows = ItemFile.objects.filter(Q(file__state__in=BAD) | ~Q(file__finding=""), item_id__in=keys)
    words = dict(FileState.choices)
    return {
        key: str(words[state]) if state in BAD else _("文件有疑问")
        for key, state in rows.order_by("id").values_list("item_id", "file__state")
    }


def _file_names(items: list[Item]) -> dict[int, list[str]]:
    """Names of the files of items whose kind is not known yet: one query."""
    wanted = [item.pk for item in items if item.document_type_id is None]
    found: dict[int, list[str]] = {}
    for key, name in ItemFile.objects.filter(item_id__in=wanted).values_list("item_id", "file__name"):
        found.setdefault(key, []).append(name)
    return found
