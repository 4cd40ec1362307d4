"""Second step: which column feeds which field, with the reason of every suggestion."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from kedang.business.intake.models import BatchState, ImportBatch, ImportTemplate, OnDuplicate
from kedang.business.intake.pipeline.targets import target_of
from kedang.business.intake.services import batch_map, batch_reread, batch_stage, mapping_rows, template_save
from kedang.business.intake.views.batch import BatchPage
from kedang.business.intake.views.showing import label_of, veil_of
from kedang.foundation.access.models import Department
from kedang.foundation.access.policies import policy_for
from kedang.foundation.kernel.refused import NotAllowed, Refused

_OPEN = (BatchState.UPLOADED, BatchState.MAPPED, BatchState.STAGED)


class Columns(BatchPage):
    """The mapping page."""

    step = 2
    template_name = "intake/columns.html"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if self.batch.state not in _OPEN:
            return HttpResponseRedirect(self.url("detail"))
        return self.show()

    def show(self, *, problem: str = "", chosen: dict[int, str] | None = None, status: int = 200) -> HttpResponse:
        """Draw the page, with what was chosen where it was refused."""
        batch = self.batch
        rows, veil = mapping_rows(batch), veil_of(self.actor, batch)
        for row in rows:
            row["values"] = [veil(row["index"], value) for value in row["values"]]
            confidence = int(row["suggestion"].get("confidence", 0))
            row["field"] = row["field"] if chosen is None else chosen.get(row["index"], "")
            row["groups"] = self.field_groups(row["field"])
            row["level"], row["tone"] = _level(confidence)
            row["is_suggested"] = bool(row["field"]) and row["field"] == row["suggestion"].get("field")
        return self.draw(
            **self.frame(),
            rows=rows,
            problem=problem,
            earlier=self.earlier(),
            mapped_count=sum(1 for row in rows if row["field"]),
            templates=ImportTemplate.objects.filter(fonds_id=batch.fonds_id, target=batch.target).order_by("name"),
            departments=Department.objects.filter(policy_for(Department).scope(self.actor), is_active=True),
            duplicate_choices=OnDuplicate.choices,
            encodings=[("utf-8", "UTF-8"), ("gb18030", "GB18030"), ("utf-16", "UTF-16")],
            status=status,
        )

    def earlier(self) -> ImportBatch | None:
        """The same file, imported before and not taken back."""
        batch = self.batch
        same = self.pages.visible(self.actor).filter(
            fonds_id=batch.fonds_id, sha256=batch.sha256, state=BatchState.DONE
        )
        found: ImportBatch | None = same.exclude(pk=batch.pk).order_by("-pk").first()
        return found

    def field_groups(self, chosen: str) -> list[dict[str, Any]]:
        """Fields in two groups: the customer and the contact."""
        target = target_of(self.batch.target)
        groups: dict[str, list[dict[str, Any]]] = {target.label: [], _("联系人"): []}
        own, contact = groups.values()
        for field in target.fields:
            line = {
                "value": field.name,
                "label": label_of(field),
                "is_chosen": field.name == chosen,
                "is_required": field.required,
            }
            (contact if "." in field.name else own).append(line)
        return [{"label": label, "options": options} for label, options in groups.items()]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Settle the mapping; check the file, or only apply or save a template."""
        batch, post = self.batch, request.POST
        act = post.get("act", "check")
        chosen = {n: value for n in range(len(batch.headings)) if (value := post.get(f"field-{n}", ""))}
        department = post.get("department", "")
        try:
            if act == "template":
                batch_map(actor=self.actor, batch_id=batch.pk, template=post.get("template", ""))
                messages.success(request, _("已套用模板“%(name)s”。") % {"name": post.get("template", "")})
                return HttpResponseRedirect(self.url("mapping"))
            batch_map(
                actor=self.actor, batch_id=batch.pk, mapping=chosen,
                rules_off=[rule if isinstance(rule, str) else (rule[0], rule[1]) for rule in batch.rules_off],
                on_duplicate=post.get("on_duplicate", OnDuplicate.SKIP),
                responsible_id=batch.responsible_id,
                department_id=int(department) if department.isdecimal() else None,
            )  # fmt: skip
            name = post.get("template_name", "").strip()
            if name or act == "save":
                template_save(actor=self.actor, batch_id=batch.pk, name=name)
                messages.success(request, _("模板“%(name)s”已保存。") % {"name": name})
            if act == "save":
                return HttpResponseRedirect(self.url("mapping"))
            batch_stage(actor=self.actor, batch_id=batch.pk)
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.show(problem=refusal.sentence, chosen=chosen, status=422)
        return HttpResponseRedirect(self.url("detail"))


class Reread(BatchPage):
    """The same file with another sheet, heading row or encoding."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        row = request.POST.get("heading_row", "").strip()
        try:
            batch_reread(
                actor=self.actor, batch_id=self.batch.pk, sheet=request.POST.get("sheet", ""),
                heading_row=int(row) if row.isdecimal() and len(row) < 7 else None,
                encoding=request.POST.get("encoding", ""),
            )  # fmt: skip
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, _("已按新的设置重新读取文件。"))
        return HttpResponseRedirect(self.url("mapping"))


def _level(confidence: int) -> tuple[str, str]:
    if confidence >= 85:
        return _("有把握"), "good"
    if confidence >= 65:
        return _("较有把握"), "blue"
    if confidence > 0:
        return _("请核对"), "warn"
    return "", ""
