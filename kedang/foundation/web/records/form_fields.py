"""From model fields to form inputs: label, help, choices and checks come from the model, the veil decides what is offered."""

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext as _

from kedang.foundation.access.policies import has_policy, policy_for
from kedang.foundation.access.secrecy import FieldRight
from kedang.foundation.access.veil import reveal, right_anywhere, right_on
from kedang.foundation.kernel.fields import EncryptedTextField, Unreadable
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.web.records.base import RecordPages
from kedang.foundation.web.records.declare import Panel
from kedang.foundation.web.records.form_words import speak_plainly
from kedang.foundation.web.records.naming import field_of


class RecordFormBase(forms.Form):
    """A form made from a declaration. ``sections`` groups its inputs, ``veiled`` names those whose old value is not shown."""

    sections: list[tuple[Panel, list[str]]]
    veiled: frozenset[str]

    def drawn_sections(self) -> list[tuple[Panel, list[forms.BoundField]]]:
        """Sections with their inputs, for the template."""
        return [(panel, [self[name] for name in names]) for panel, names in self.sections]

    def loose_errors(self) -> list[str]:
        """Errors of fields that the form does not show, together with those of the whole."""
        return [str(error) for error in self.non_field_errors()]

    def tell_refusal(self, refusal: Refused) -> None:
        """Put a refusal at its inputs; ``details["problems"]`` (field → sentence) may hold several."""
        problems = refusal.details.get("problems")
        if isinstance(problems, dict) and problems:
            for field, sentence in problems.items():
                self.tell(str(sentence), field)
        else:
            self.tell(refusal.sentence, refusal.field)

    def tell(self, sentence: str, field: str | None) -> None:
        """Put a refusal where it belongs."""
        self.add_error(field if field in self.fields else None, sentence)


def style(field: forms.Field) -> forms.Field:
    """Give an input its classes, native type, and words of its own for what is wrong with it."""
    speak_plainly(field)
    widget = field.widget
    if isinstance(widget, forms.CheckboxInput | forms.CheckboxSelectMultiple | forms.RadioSelect):
        return field
    is_select = isinstance(widget, forms.Select)
    known = widget.attrs.get("class", "")
    widget.attrs["class"] = f"{known} {'form-select' if is_select else 'form-control'}".strip()
    if isinstance(field, forms.DateTimeField) and not isinstance(widget, forms.HiddenInput):
        field.widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={**widget.attrs, "type": "datetime-local"})
    elif isinstance(field, forms.DateField):
        field.widget = forms.DateInput(format="%Y-%m-%d", attrs={**widget.attrs, "type": "date"})
    elif isinstance(field, forms.DecimalField | forms.FloatField | forms.IntegerField) and not is_select:
        field.widget = forms.TextInput(attrs={**widget.attrs, "inputmode": "decimal"})
    if isinstance(field.widget, forms.Textarea):
        field.widget.attrs |= {"rows": "3", "cols": "40"}
    field.widget.is_required = field.required
    return field


def input_for(actor: Any, found: Any, *, is_wide: bool = False) -> forms.Field | None:
    """The input of one model field, or None where people have nothing to type."""
    if isinstance(found, EncryptedTextField) and not is_wide:
        made: forms.Field | None = forms.CharField(
            label=found.verbose_name, help_text=found.help_text, required=not found.blank, max_length=500
        )
    else:
        made = found.formfield()
    if made is None:
        return None
    if isinstance(made, forms.ModelChoiceField):
        related: Any = found.related_model
        if has_policy(related):
            made.queryset = related._default_manager.filter(policy_for(related).scope(actor))
        made.empty_label = _("请选择")
    elif isinstance(made, forms.ChoiceField):
        known: Any = made.choices
        made.choices = [(value, label) if value not in ("", None) else ("", _("请选择")) for value, label in known]
    if isinstance(made, forms.CharField) and isinstance(found, models.TextField) and is_wide:
        made.widget = forms.Textarea(attrs={"rows": "3"})
    made.error_messages["required"] = _("请填写“%(label)s”。") % {"label": found.verbose_name}
    made.error_messages["invalid_choice"] = _("“%(label)s”没有这个选项，请重新选择。") % {"label": found.verbose_name}
    return style(made)


def form_class(pages: type[RecordPages], actor: Any, obj: Any) -> type[RecordFormBase]:
    """The form class for a new record (``obj`` None) or an existing one."""
    inputs: dict[str, forms.Field] = {}
    sections: list[tuple[Panel, list[str]]] = []
    veiled: set[str] = set()
    for panel in pages.panels:
        names: list[str] = []
        for name in panel.fields:
            if obj is None and pages.create_fields and name not in pages.create_fields:
                continue
            made = _one(pages, actor, obj, panel, name, veiled)
            if made is not None:
                inputs[name] = made
                names.append(name)
        if names and panel.fits(obj):
            sections.append((panel, names))
        else:
            for name in names:
                inputs.pop(name)
    extra = {name: style(made) for name, made in pages.extra_fields(actor, obj).items()}
    if extra:
        inputs.update(extra)
        sections.append((Panel(_("说明"), tuple(extra), wide=tuple(extra)), list(extra)))
    members: dict[str, Any] = {**inputs, "sections": sections, "veiled": frozenset(veiled)}
    return type("RecordFields", (RecordFormBase,), members)


def _one(
    pages: type[RecordPages], actor: Any, obj: Any, panel: Panel, name: str, veiled: set[str]
) -> forms.Field | None:
    found = field_of(pages.model, name)
    if found is None or not found.editable or name in panel.readonly:
        return None
    right = right_on(actor, obj, name) if obj is not None else right_anywhere(actor, pages.model, name)
    if right == FieldRight.HIDE:
        return None
    made = input_for(actor, found, is_wide=name in panel.wide)
    is_closed = obj is not None and isinstance(obj.__dict__.get(name), Unreadable)
    if made is not None and obj is not None and (right == FieldRight.MASK or is_closed):
        veiled.add(name)
        shown = reveal(actor, obj, name).text
        if shown:
            made.required = False
            made.widget.attrs["placeholder"] = _("%(masked)s（留空则不改）") % {"masked": shown}
    return made


def initial_of(pages: type[RecordPages], obj: Any, form: type[RecordFormBase]) -> dict[str, Any]:
    """Present values of the inputs; veiled ones start empty."""
    initial = {}
    for name in form.base_fields:
        found = field_of(pages.model, name)
        if name not in form.veiled and found is not None:
            initial[name] = getattr(obj, found.attname if isinstance(found, models.ForeignKey) else name)
    return initial


def changed_values(form: RecordFormBase) -> dict[str, Any]:
    """What was changed: veiled inputs left empty keep their value."""
    changed = {}
    for name in form.changed_data:
        value = form.cleaned_data.get(name)
        if name in form.veiled and value in (None, ""):
            continue
        changed[name] = value
    return changed


def told_in(form: forms.Form, refusal: Refused) -> None:
    """What a service refused, beside the fields it is about; what is about none stands at the head of the form."""
    problems = refusal.details.get("problems") or {refusal.field: refusal.sentence}
    for field, sentence in problems.items():
        form.add_error(field if field in form.fields else None, str(sentence))
