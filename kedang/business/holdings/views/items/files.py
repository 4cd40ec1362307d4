"""Files of an item: the tab, adding one, reading and downloading."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.holdings.choices import FileRole, ItemState
from kedang.business.holdings.events.items import ITEM_FILE_TAKEN
from kedang.business.holdings.models import Item, ItemFile
from kedang.business.holdings.services.items import item_file_add
from kedang.business.holdings.services.items.bringing import stored_from
from kedang.business.holdings.views.items.detail import ItemRecord
from kedang.business.holdings.views.items.released import released
from kedang.business.holdings.views.items.showing import file_lines, said_no
from kedang.foundation.access.models import RecordGrant
from kedang.foundation.access.opened.services import open_rows, opening_spend
from kedang.foundation.access.policies import can, require
from kedang.foundation.access.signin.quota import spend
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.reading import about
from kedang.foundation.audit.record import record
from kedang.foundation.files.services import file_serve
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.pages import Page
from kedang.foundation.web.records import RecordTab, style

ONE_DOWNLOAD = timedelta(minutes=10)


class AddForm(forms.Form):
    """What is said of a file that is added."""

    role = forms.ChoiceField(label=gettext_lazy("性质"), choices=FileRole.choices)
    note = forms.CharField(label=gettext_lazy("说明"), max_length=200, required=False)
    follows = forms.ModelChoiceField(
        ItemFile.objects.none(),
        label=gettext_lazy("是哪一份的新版"),
        required=False,
        empty_label=gettext_lazy("不是新版"),
    )

    def __init__(self, item: Item, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        follows: Any = self.fields["follows"]
        follows.queryset = ItemFile.objects.filter(item=item, followed_by__isnull=True).select_related("file")
        if item.state == ItemState.FILED:
            self.fields["role"].initial = FileRole.SCAN
            self.fields["note"].help_text = _("此件已归档，须写明说明，例如“补扫第 3 页”。")
        for field in self.fields.values():
            style(field)


class FilesTab(ItemRecord, RecordTab):
    """All files with versions, digests and state, and a place to drop a further one."""

    template_name = "holdings/items/files.html"

    def context(self) -> dict[str, Any]:
        may_add = may_add_files(self.actor, self.obj)
        return {
            "files": file_lines(self.actor, self.obj), "may_add": may_add, "form": AddForm(self.obj) if may_add else None,
            "can_read": can(self.actor, "holdings.leaf", self.obj),
        }  # fmt: skip


def may_add_files(actor: Any, item: Item) -> bool:
    """Who brings it adds files until it is identified, the archivist always."""
    if item.state in (ItemState.REMOVED, ItemState.DESTROYED):
        return False
    return can(actor, "holdings.deliver" if item.state == ItemState.RECEIVED else "holdings.file", item)


class FileAdd(Page):
    """POST: one or several files for an item."""

    takes_files = True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Add them; each refusal is told by its name."""
        item = Item.objects.get_for(self.actor, pk=pk)
        require(self.actor, "holdings.deliver" if item.state == ItemState.RECEIVED else "holdings.file", item)
        back = HttpResponseRedirect(reverse("holdings:item-files", args=[pk]))
        form = AddForm(item, request.POST)
        uploads = request.FILES.getlist("files")
        if not uploads or not form.is_valid():
            messages.warning(request, _("没有选中文件。请先选择文件，再点“加入”。"))
            return back
        done = 0
        for upload in uploads:
            try:
                with transaction.atomic():
                    stored = stored_from(self.actor, upload, None)
                    item_file_add(actor=self.actor, item=item, stored_file=stored, **form.cleaned_data)
                done += 1
            except NotAllowed:
                raise
            except Refused as refusal:
                messages.error(request, said_no(refusal.sentence))
        if done:
            messages.success(request, _("已加入 %(count)s 个文件。") % {"count": done})
        return back


class FileDownload(Page):
    """GET: the content of a file, written down before the first byte leaves; by an approved request with a delivery note beside it."""

    def get(self, request: HttpRequest, pk: int, file_pk: int) -> HttpResponseBase:
        """The file."""
        item = Item.objects.get_for(self.actor, pk=pk)
        require(self.actor, "holdings.read", item)
        row = ItemFile.objects.filter(item=item, pk=file_pk).select_related("file").first()
        if row is None:
            raise OutOfScope
        row.item = item
        with transaction.atomic():  # a file that cannot be given is not counted either
            opening = self._note(row)
            return released(self.actor, row, opening) if opening is not None else file_serve(request, row.file)

    def _note(self, row: ItemFile) -> RecordGrant | None:
        """One entry for a download; the parts that a browser asks for one after the other belong to it. The opening it was taken by."""
        if "Range" in self.request.headers and not open_rows(self.actor, row.item).exists():
            since = clock.now() - ONE_DOWNLOAD
            known = Event.objects.filter(
                about(ItemFile._meta.label_lower, row.pk), actor_id=self.actor.pk, at__gte=since
            )
            if known.filter(code=ITEM_FILE_TAKEN.code).exists():
                return None
        spend(self.actor, "export", 1)
        opening = opening_spend(actor=self.actor, code="holdings.read", obj=row.item)
        meta = {"name": row.file.name, "size": row.file.size, "sha256": row.file.sha256}
        if opening is not None:
            meta["source"] = opening.source
        record(self.actor, ITEM_FILE_TAKEN, row, meta=meta)
        return opening
