"""First step: the file."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.intake.forms import UploadForm
from kedang.business.intake.services import batch_map, batch_upload
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.web.pages import Crumb, Page


class Upload(Page):
    """Choose a file; it is looked at straight away, nothing is written to customers."""

    action = "intake.use"
    title = gettext_lazy("新建导入")
    template_name = "intake/upload.html"
    takes_files = True  # the same file sent twice is recognised by its digest
    pages: Any = None

    def crumbs(self) -> list[Crumb]:
        return [(_("批量导入"), reverse("intake:batch-list")), (_("新建导入"), "")]

    def steps(self) -> list[dict[str, Any]]:
        """The four steps."""
        labels = [_("上传"), _("对应列"), _("清洗与核对"), _("提交")]
        return [{"number": n, "label": label, "is_current": n == 1} for n, label in enumerate(labels, 1)]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.draw(form=UploadForm(fonds_id=self.actor.fonds_id), steps=self.steps())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = UploadForm(request.POST, request.FILES, fonds_id=self.actor.fonds_id)
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                batch = batch_upload(actor=self.actor, file_name=file.name, source=file)
                if form.cleaned_data["template"]:
                    batch_map(actor=self.actor, batch_id=batch.pk, template=form.cleaned_data["template"])
            except NotAllowed:
                raise
            except Refused as refusal:
                form.add_error("file", refusal.sentence)
            else:
                return HttpResponseRedirect(reverse("intake:batch-mapping", args=[batch.pk]))
        return self.draw(form=form, steps=self.steps(), status=422)
