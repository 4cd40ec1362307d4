"""Pages of the scheme: versions with their tree, classes, the filing scope, templates with a live example."""

from collections import Counter
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.holdings import shipped
from kedang.business.holdings.choices import SchemeState
from kedang.business.holdings.codes.grammar import WORDS, label_of, template_of
from kedang.business.holdings.models import DocumentType, Item, Scheme, Series, SeriesMerger, Volume
from kedang.business.holdings.services.codes import clean_code
from kedang.business.holdings.services.schemes import classes_lost
from kedang.business.holdings.services.series import FREE, MERGED, series_create
from kedang.business.holdings.services.templates import examples_of, template_problems
from kedang.business.holdings.services.types import document_types_assign
from kedang.foundation.access.models import Department
from kedang.foundation.access.policies import can, require
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.pages import Page
from kedang.foundation.web.records import BelongingForm, RecordDetail, RecordForm, RecordTab, style
from kedang.foundation.web.records.form_fields import RecordFormBase


class SchemeForm(RecordForm):
    """The next version begins with the title of the present one."""

    def defaults(self) -> dict[str, Any]:
        present = Scheme.objects.visible_to(self.actor).filter(state=SchemeState.IN_FORCE).first()
        return {**super().defaults(), "title": present.title if present is not None else shipped.TITLE}


class SchemeRecord:
    """What all pages of a scheme share: it is changed as long as it is a draft."""

    obj: Any

    def head(self) -> dict[str, Any]:
        """No button that would only be refused."""
        context: dict[str, Any] = super().head()  # type: ignore[misc]  # of RecordPage
        context["can_change"] = context["can_change"] and self.obj.state == SchemeState.DRAFT
        return context


class SchemeDetail(SchemeRecord, RecordDetail):
    """The tree of a version, with what is filed under each class."""

    template_name = "holdings/scheme/detail.html"

    def extra(self) -> dict[str, Any]:
        """Lines of the tree, what stands in the way of publishing, the tools."""
        may = can(self.actor, "holdings.scheme", self.obj)
        is_draft = self.obj.state == SchemeState.DRAFT
        return {
            "lines": self.lines(),
            "lost": classes_lost(self.obj) if is_draft else [],
            "can_edit": may and self.obj.state != SchemeState.RETIRED,
            "is_draft": is_draft,
            "versions": Scheme.objects.visible_to(self.actor),
        }

    def lines(self) -> list[dict[str, Any]]:
        """Classes in the order of the tree, counts of what the reader may see under each and below it."""
        rows = list(self.obj.series.select_related("retention", "former"))
        volumes = counted(Volume, self.actor, self.obj)
        items = counted(Item, self.actor, self.obj)
        merged: dict[int, list[Series]] = {}
        for one in SeriesMerger.objects.filter(series__scheme=self.obj).select_related("former").order_by("id"):
            merged.setdefault(one.series_id, []).append(one.former)
        lines = []
        for row in in_order(rows):
            below = [one.pk for one in rows if one.path.startswith(row.path)]
            former = row.former
            lines.append(
                {
                    "row": row,
                    "level": row.path.count("/") - 2,
                    "volumes": sum(volumes[pk] for pk in below),
                    "items": sum(items[pk] for pk in below),
                    "is_new": self.obj.number > 1 and former is None and row.pk not in merged,
                    "merged": merged.get(row.pk, []),
                    "was": former if former is not None and former.code != row.code else None,
                }
            )
        return lines


def counted(model: Any, actor: Any, scheme: Scheme) -> Counter[int]:
    """How many volumes or items the actor may see, by class."""
    rows = model.objects.visible_to(actor).filter(series__scheme=scheme).order_by()
    return Counter(dict(rows.values_list("series_id").annotate(n=Count("id"))))


def in_order(rows: list[Series]) -> list[Series]:
    """Depth first, each level by position."""
    children: dict[int | None, list[Series]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)
    found: list[Series] = []

    def walk(parent: int | None) -> None:
        for row in sorted(children.get(parent, []), key=lambda one: (one.position, one.pk)):
            found.append(row)
            walk(row.pk)

    walk(None)
    return found


class SchemeChanges(SchemeRecord, RecordTab):
    """旧新类目对照: every class of the version before, and what became of it."""

    template_name = "holdings/scheme/changes.html"

    def context(self) -> dict[str, Any]:
        rows = list(self.obj.series.select_related("former__scheme"))
        earlier = [row.former.scheme for row in rows if row.former is not None]
        before = max(earlier, key=lambda one: one.number) if earlier else None
        followed, heads = self.takers(rows)
        olds = in_order(list(before.series.all())) if before is not None else []
        lines: list[dict[str, Any]] = []
        for old in olds:
            new = followed.get(old.pk, [])
            others = [one for row in new for one in heads[row.pk] if one.pk != old.pk]
            lines.append({"old": old, "new": new, "with": others, "what": self.word(old, new, bool(others))})
        return {"before": before, "lines": lines, "added": [row for row in in_order(rows) if not heads.get(row.pk)]}

    def takers(self, rows: list[Series]) -> tuple[dict[int, list[Series]], dict[int, list[Series]]]:
        """Old class → the new ones that take it over; new class → all old ones that it takes over."""
        heads: dict[int, list[Series]] = {row.pk: [row.former] if row.former is not None else [] for row in rows}
        for one in SeriesMerger.objects.filter(series__scheme=self.obj).select_related("former").order_by("id"):
            heads[one.series_id].append(one.former)
        followed: dict[int, list[Series]] = {}
        for row in in_order(rows):
            for old in heads[row.pk]:
                followed.setdefault(old.pk, []).append(row)
        return followed, heads

    @staticmethod
    def word(old: Any, new: list[Series], is_merged: bool) -> tuple[str, str]:
        """What happened to a class, with the colour of the tag."""
        if not new:
            return _("未承接"), "bad"
        if len(new) > 1:
            return (_("拆分并合并"), "blue") if is_merged else (_("拆分"), "blue")
        if is_merged:
            return _("合并"), "blue"
        if not new[0].is_active and old.is_active:
            return _("停用"), "warn"
        if new[0].code != old.code:
            return _("改号"), "blue"
        return (_("改名"), "blue") if new[0].name != old.name else ("", "")


class SeriesForm(BelongingForm):
    """A class: made in a draft, changed from its tree."""

    belongs_to, is_read_at_owner, offers_another = "scheme", True, False
    add = staticmethod(series_create)

    def ask(self) -> None:
        """Who may draft the scheme may change what is in it."""
        require(self.actor, "holdings.scheme", self.owner)

    def make_form(self, data: Any = None, initial: dict[str, Any] | None = None) -> RecordFormBase:
        """Classes to choose from are those of the same version; in force, code and place stand fast."""
        form = super().make_form(data, initial)
        fields: Any = form.fields
        fields["parent"].queryset = self.owner.series.order_by("code")
        earlier = Series.objects.filter(scheme__fonds_id=self.owner.fonds_id, scheme__number__lt=self.owner.number)
        latest: Any = earlier.order_by("-scheme__number").values_list("scheme_id", flat=True).first()
        fields["former"].queryset = earlier.filter(scheme_id=latest).order_by("code")
        self._offer_mergers(form, earlier.filter(scheme_id=latest).order_by("code"))
        if self.owner.state != SchemeState.DRAFT:
            for name in set(fields) - set(FREE):
                fields[name].disabled = True
        elif self.obj is None and not form.is_bound and "parent" in self.request.GET:
            key = self.request.GET["parent"]
            above = self.owner.series.filter(pk=int(key[:9]) if key.isdecimal() else 0).first()
            if above is not None:
                told = {"parent": above.pk, "code": f"{above.code}·", "arrangement": above.arrangement}
                form.initial = {**form.initial, **told, "retention": above.retention_id}
        return form

    def _offer_mergers(self, form: RecordFormBase, earlier: Any) -> None:
        """Further classes of the version before that go into this one; nothing to be chosen in the first version."""
        if not earlier.exists():
            return
        label, told = _("并入的其他原类别"), _("几个原类别并为一类时勾选；拆分时各新类别都选同一个原类别。")
        own = self.obj.former_id if self.obj is not None else None
        form.fields[MERGED] = forms.ModelMultipleChoiceField(
            earlier.exclude(pk=own) if own else earlier, label=label, required=False, help_text=told,
            widget=forms.CheckboxSelectMultiple(attrs={"class": "check-list"}),
        )  # fmt: skip
        form.initial = {
            **form.initial,
            MERGED: list(self.obj.mergers.values_list("former_id", flat=True)) if self.obj else [],
        }
        panel, names = form.sections[0]
        form.sections = [(replace(panel, wide=(*panel.wide, MERGED)), [*names, MERGED]), *form.sections[1:]]

    def next_url(self, saved: Any) -> str:
        return f"{self.owner_url()}#series-{saved.pk}"


class ToTree(Page):
    """A class has no page of its own: its address leads into the tree."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Redirect."""
        row = Series.objects.get_for(self.actor, pk=pk)
        return HttpResponseRedirect(f"{reverse('holdings:scheme-detail', args=[row.scheme_id])}#series-{row.pk}")


class DocumentTypeForm(RecordForm):
    """A line of the filing scope: the class is chosen from the scheme in force."""

    def make_form(self, data: Any = None, initial: dict[str, Any] | None = None) -> RecordFormBase:
        """The form, with classes to choose from."""
        form = super().make_form(data, initial)
        found: Any = form.fields["series_code"]
        choices = class_choices(self.actor.fonds_id)
        known = {value for value, _label in choices}
        held = getattr(self.obj, "series_code", "")
        if held and held not in known:
            choices.append((held, held))
        form.fields["series_code"] = style(
            forms.ChoiceField(label=found.label, required=False, choices=[("", _("请选择")), *choices])
        )
        form.fields["department"].queryset = Department.objects.filter(fonds_id=self.actor.fonds_id, is_active=True)  # type: ignore[attr-defined]  # a choice of records
        return form


def class_choices(fonds_id: Any) -> list[tuple[str, str]]:
    """Classes in force by code."""
    rows = Series.objects.filter(scheme__fonds_id=fonds_id, scheme__state=SchemeState.IN_FORCE, is_active=True)
    return [(row.code, str(row)) for row in in_order(list(rows))]


class TypesAssign(Page):
    """补全归档部门: what would be found by the names of departments, then doing it."""

    action = "holdings.scheme"
    template_name = "holdings/scheme/assign.html"
    title = gettext_lazy("补全归档部门")

    def crumbs(self) -> list[Any]:
        return [(_("归档范围"), reverse("holdings:document-type-list")), (self.title, "")]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Lines without a department."""
        departments = list(Department.objects.filter(fonds_id=self.actor.fonds_id, is_active=True))
        rows = DocumentType.objects.visible_to(self.actor).filter(department__isnull=True, is_kept=True, is_active=True)
        lines = [
            (
                row,
                next(
                    (one for word in shipped.DUTIES.get(row.code, ()) for one in departments if word in one.name), None
                ),
            )
            for row in rows
        ]
        return self.draw(lines=lines, fitting=sum(1 for _row, one in lines if one is not None))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Assign them."""
        count = document_types_assign(actor=self.actor, duties=shipped.DUTIES)
        messages.success(request, _("已为 %(n)s 条归档范围补上归档部门。") % {"n": count})
        return HttpResponseRedirect(reverse("holdings:document-type-list"))


class TemplateDetail(RecordDetail):
    """A template with an example, its parts, and a code tried on it."""

    template_name = "holdings/scheme/template.html"

    def extra(self) -> dict[str, Any]:
        """Examples and the code that was typed to be checked."""
        row = self.obj
        asked = clean_code(self.request.GET.get("check", ""))[:120]
        return {
            "examples": examples(row.arrangement, row.volume_template, row.item_template, self.actor),
            "asked": asked,
            "parts": self.parts(asked) if asked else [],
        }

    def parts(self, code: str) -> list[dict[str, Any]]:
        """What the code says, read as that of a volume and of an item."""
        found = []
        for title, source in ((_("案卷档号"), self.obj.volume_template), (_("件档号"), self.obj.item_template)):
            values = template_of(source).parse(code) if source else None
            if values is not None:
                found.append({"title": title, "parts": [(label_of(word), value) for word, value in values.items()]})
        return found


def examples(arrangement: str, volume_template: str, item_template: str, actor: Any) -> list[tuple[str, str]]:
    """Codes of a template with the number of the reader's own company."""
    return examples_of(arrangement, volume_template, item_template, fonds=actor.fonds.code)


class TemplateForm(RecordForm):
    """A template, with what its codes would look like while it is typed."""

    template_name = "holdings/scheme/template_form.html"

    def shown(self, form: RecordFormBase) -> dict[str, Any]:
        """With the preview beside it."""
        values = {name: form[name].value() or "" for name in ("arrangement", "volume_template", "item_template")}
        return {
            **super().shown(form), "words": [(f"{{{word}}}", label_of(word)) for word in WORDS],
            "preview_url": reverse("holdings:code-template-preview"), **previewed(self.actor, values),
        }  # fmt: skip


class TemplatePreview(Page):
    """POST: codes of a template that is being typed."""

    action = "holdings.scheme"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """The region."""
        names = ("arrangement", "volume_template", "item_template")
        values = {name: "".join(request.POST.get(name, "").split()) for name in names}
        return self.draw_part("holdings/scheme/preview.html", **previewed(self.actor, values))


def previewed(actor: Any, values: dict[str, str]) -> dict[str, Any]:
    """Examples of a template, or what is wrong with it."""
    problems = list(
        template_problems(values["arrangement"], values["volume_template"], values["item_template"]).values()
    )
    if problems or not values["item_template"]:
        return {"examples": [], "problems": problems if values["item_template"] or values["volume_template"] else []}
    try:
        return {"examples": examples(**values, actor=actor), "problems": []}
    except NotAllowed:
        raise
    except (Refused, OutOfScope) as refusal:
        return {"examples": [], "problems": [str(refusal)]}
