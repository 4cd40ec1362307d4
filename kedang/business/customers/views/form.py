"""New customer and edit: the kind first, then only its fields; duplicates shown while typing and again on saving."""

from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.customers.choices import SUBKINDS_OF, PartyKind
from kedang.business.customers.duplicates import DuplicateHit, duplicates_of
from kedang.business.customers.events import CUSTOMERS_LISTED
from kedang.business.customers.fields import NEEDS_REASON, label
from kedang.business.customers.forms import (
    CASCADES,
    department_field,
    industry_widget,
    reason_field,
    region_widget,
    responsible_field,
)
from kedang.business.customers.models import Customer
from kedang.business.customers.protection import SETTLE, to_approve
from kedang.business.customers.services.changing import proof_store, waiting_of
from kedang.business.customers.services.checking import checked_customer
from kedang.foundation.access.policies import can
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.web.pages import Page
from kedang.foundation.web.records import RecordForm, style
from kedang.foundation.web.records.form_fields import RecordFormBase, form_class, initial_of

TALL = frozenset({"business_scope", "remarks"})
KIND_NOTES: dict[str, Any] = {
    PartyKind.ENTERPRISE: gettext_lazy("公司、工厂、个体工商户等"),
    PartyKind.INDIVIDUAL: gettext_lazy("自然人客户"),
    PartyKind.GOVERNMENT: gettext_lazy("机关、事业单位、社会团体"),
    PartyKind.PARTNER: gettext_lazy("供应商、经销商、交易伙伴"),
    PartyKind.SPECIAL: gettext_lazy("律师、银行、保险、广告、公关等"),
}
KIND_ICONS = {
    "enterprise": "building",
    "individual": "user",
    "government": "building-bank",
    "partner": "link",
    "special": "star",
}


class CustomerForm(RecordForm):
    """Form fitted to the kind of customer."""

    template_name = "customers/form.html"
    hits: list[DuplicateHit]
    waits: list[str]

    @property
    def party_kind(self) -> str:
        """Kind of the dossier, or the one chosen for a new one."""
        if self.obj is not None:
            return str(self.obj.party_kind)
        asked = self.request.GET.get("kind", "")
        return asked if asked in PartyKind.values else ""

    def page_title(self) -> Any:
        if self.obj is None and self.party_kind:
            return _("新建%(kind)s客户") % {"kind": PartyKind(self.party_kind).label}
        return super().page_title()

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The kinds to choose from, then the form."""
        if not self.party_kind:
            kinds = [(kind, label, KIND_NOTES[kind], KIND_ICONS[kind]) for kind, label in PartyKind.choices]
            return self.draw("customers/choose_kind.html", kinds=kinds)
        return super().get(request, **kwargs)

    def make_form(self, data: Any = None, initial: dict[str, Any] | None = None) -> RecordFormBase:
        """The inputs of this kind, with the widgets that fit them."""
        pages: Any = self.pages
        made = form_class(pages.form_pages(self.party_kind or PartyKind.ENTERPRISE), self.actor, self.obj)
        inputs = made.base_fields
        self._fit(inputs)
        inputs["reason"] = style(self._reason())
        self._waiting_inputs(inputs)
        inputs["confirmed_duplicates"] = forms.BooleanField(
            required=False, label=_("我已查看上面的客户，确认不是同一个")
        )
        if can(self.actor, "customers.withdraw"):
            inputs["keep_apart"] = forms.BooleanField(required=False, label=_("统一社会信用代码相同，仍要分开建档"))
        values = initial_of(self.pages, self.obj, made) if self.obj is not None else self.defaults()
        files = self.request.FILES if data is not None else None
        return made(data, files, initial={**values, **(initial or {})}, label_suffix="")

    def _waiting_inputs(self, inputs: dict[str, forms.Field]) -> None:
        """Day and proof for fields that wait for approval, and a word at each of them."""
        self.waits = self._waits(list(inputs))
        for name in self.waits:
            told = inputs[name].help_text
            inputs[name].help_text = f"{told} {_('改动须审批。')}".strip() if told else _("改动须审批。")
        if self.obj is not None and (self.waits or can(self.actor, SETTLE, self.obj)):
            inputs["effective_on"] = style(
                forms.DateField(label=_("生效日期"), required=False, help_text=_("不填即批准后立即生效。"))
            )
        if self.waits:
            inputs["proof"] = forms.FileField(
                label=_("证明材料"), required=False, help_text=_("例如营业执照、客户来函的扫描件。")
            )

    def _waits(self, names: list[str]) -> list[str]:
        """Fields whose change goes to approval."""
        return to_approve(self.actor, self.obj, names) if self.obj is not None else []

    def _fit(self, inputs: dict[str, forms.Field]) -> None:
        for name, widget in (("region_code", region_widget()), ("industry_code", industry_widget())):
            if name in inputs:
                inputs[name].widget = widget
        if "party_subkind" in inputs:
            known = SUBKINDS_OF[PartyKind(self.party_kind)]
            subkind: Any = inputs["party_subkind"]
            subkind.choices = [("", _("请选择")), *((kind.value, kind.label) for kind in known)]
            subkind.required = subkind.widget.is_required = True
        for name, made in (
            ("responsible", responsible_field(self.actor)),
            ("department", department_field(self.actor)),
        ):
            if name in inputs:
                inputs[name] = style(made)
        for name in TALL & set(inputs):
            inputs[name].widget = forms.Textarea(attrs={"rows": "3", "class": "form-control"})

    def _reason(self) -> forms.CharField:
        if self.obj is None:
            return reason_field(label=_("建档说明"), hint=_("例如客户从何而来；可不填。"))
        labels = [str(Customer._meta.get_field(name).verbose_name) for name in sorted(NEEDS_REASON)]  # type: ignore[union-attr]
        return reason_field(hint=_("改动%(fields)s时必须写明。") % {"fields": "、".join(labels)})

    def shown(self, form: RecordFormBase) -> dict[str, Any]:
        """With what the duplicates region needs."""
        return {
            **super().shown(form), "form_url": self.request.get_full_path(), "hits": getattr(self, "hits", []),
            "party_kind": self.party_kind, "exclude_id": self.obj.pk if self.obj is not None else "", "waits": self.waiting_words(),
            "asks_apart": "keep_apart" in form.fields and "uscc" in form.errors and getattr(self, "is_taken", False),
            "waiting": waiting_of(self.obj) if self.obj is not None and self.waits else None,
        }  # fmt: skip

    def save(self, form: RecordFormBase) -> Any:
        """Call the service; possible duplicates come back with the form."""
        try:
            if self.obj is None:
                values = {**form.cleaned_data, "party_kind": self.party_kind}
                return self.pages.save_new(self.actor, values)
            return self.save_changed(form)
        except Refused as refusal:
            self.hits = refusal.details.get("hits", [])
            self.is_taken = refusal.code == "uscc_taken"
            raise

    def waiting_words(self) -> str:
        """Labels of the fields that go to approval."""
        return "、".join(label(name) for name in self.waits)

    def save_changed(self, form: RecordFormBase) -> Any:
        """Only what was changed, with the reason whether it was changed or not."""
        from kedang.foundation.web.records.form_fields import changed_values

        answers = ("reason", "confirmed_duplicates", "keep_apart", "effective_on", "proof")
        typed = {name: value for name, value in changed_values(form).items() if name not in answers}
        changed = self.settled(typed)
        if not changed:
            return self.obj
        waits = self._waits(list(changed))
        changed |= {name: form.cleaned_data[name] for name in answers if name in form.cleaned_data}
        with transaction.atomic():  # a proof whose change is refused is not kept
            if upload := changed.pop("proof", None):
                changed["proof"] = proof_store(self.actor, upload) if waits else None
            return self.pages.save_change(self.actor, self.obj, changed, self.asked_version())

    def done_sentence(self, saved: Any) -> str:
        if change := getattr(saved, "waiting_change", None):
            fields = "、".join(label(line.field) for line in change.lines.all())
            if change.case is None:
                return _("已保存；%(fields)s到 %(day)s 生效。") % {
                    "fields": fields,
                    "day": change.effective_on.isoformat(),
                }
            return _("已保存；%(fields)s的变更已提交审批（%(number)s），批准后才生效。") % {
                "fields": fields,
                "number": change.case.number,
            }
        if saved.is_to_review:
            return _("“%(name)s”已保存，编号 %(number)s，经建档审核后计入。") % {
                "name": saved.name,
                "number": saved.number,
            }
        return _("“%(name)s”已保存，编号 %(number)s。") % {"name": saved.name, "number": saved.number}

    def next_url(self, saved: Any) -> str:
        url = super().next_url(saved)
        return f"{url}?kind={self.party_kind}" if "_another" in self.request.POST else url


class Duplicates(Page):
    """POST: customers that may be the one being typed. A region of the form, for who may fill it in."""

    action = "customers.create"
    http_method_names = ["post"]
    only_asks = True

    def post(self, request: HttpRequest) -> HttpResponse:
        """The region."""
        kind = request.POST.get("_kind", "")
        kind = kind if kind in PartyKind.values else PartyKind.ENTERPRISE.value
        typed = {name: request.POST.get(name, "") for name in ("name", "uscc", "mobile", "id_type", "id_number")}
        given = {name: value for name, value in typed.items() if value}
        clean, problems = checked_customer(given, current=Customer(), party_kind=kind)
        values = {name: value for name, value in clean.items() if name.removesuffix("_blind") not in problems}
        exclude = request.POST.get("_exclude", "")
        hits = []
        if len(str(values.get("name") or "")) >= 2 or values.get("uscc") or values.get("mobile_blind"):
            hits = duplicates_of(
                self.actor, {**values, "party_kind": kind}, exclude_id=int(exclude) if exclude.isdecimal() else None
            )
        if hits:
            subject = SubjectRef(Customer._meta.label_lower, None, str(_("客户查重")), fonds_id=self.actor.fonds_id)
            with transaction.atomic():
                record(
                    self.actor, CUSTOMERS_LISTED, subject, meta={"what": "duplicates", "ids": [hit.id for hit in hits]}
                )
        checked = {name: sentence for name, sentence in problems.items() if name in {"uscc", "id_number", "mobile"}}
        return self.draw_part("customers/duplicates.html", hits=hits, problems=checked)


class CascadeOptions(Page):
    """GET: the selects of a place or an industry after one step was chosen."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        """The selects."""
        name = request.GET.get("name", "")[:40]
        widget = CASCADES[kind]()
        value = widget.value_from_datadict(request.GET, None, name) if name.isidentifier() else ""
        return HttpResponse(widget.render(name, value, {"id": f"id_{name}"}))
