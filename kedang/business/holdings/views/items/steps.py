"""Forms of the four steps of filing: each begins with what the rules propose, and says why beside it."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import Arrangement, Carrier, ItemState, VolumeState
from kedang.business.holdings.filing.proposal import (
    LATER_VOLUME,
    NEW_VOLUME,
    Identification,
    Placement,
    propose_identification,
    propose_placement,
    waits_for_volume,
)
from kedang.business.holdings.models import DocumentType, Item, RetentionPeriod, Series, Volume
from kedang.business.holdings.services.items import item_catalogue, item_identify, item_place, item_put_away
from kedang.business.holdings.services.items.cataloguing import SHOWN
from kedang.business.holdings.services.items.files import pages_of
from kedang.business.holdings.views.items.authors import SuggestedInput, author_options
from kedang.business.holdings.views.items.declared import retention_choices, series_choices
from kedang.business.holdings.views.pickers import LocationField
from kedang.foundation.web.records import style

MOST_VOLUMES = 60
WIDE = {"title", "remarks", "volume", "reason", "volume_title"}


class StepForm(forms.Form):
    """Inputs of one step. ``proposal`` is what stands beside them: (label, value, sentence)."""

    state: ItemState
    proposal: list[tuple[Any, str, str]]
    wide = WIDE

    def __init__(self, actor: Any, item: Item, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.actor, self.item, self.proposal = actor, item, []
        self.build()
        for field in self.fields.values():
            style(field)

    def build(self) -> None:
        """Inputs and proposal."""

    def act(self) -> Item:
        """Run the step with what was chosen."""
        raise NotImplementedError

    def _reason(self, told: str) -> None:
        self.fields["reason"] = forms.CharField(
            label=_("改动理由"), required=False, max_length=300, help_text=told, widget=forms.TextInput()
        )


class IdentifyForm(StepForm):
    """鉴别."""

    state = ItemState.RECEIVED

    def build(self) -> None:
        found: Identification = propose_identification(self.item)
        kinds = DocumentType.objects.filter(fonds_id=self.item.fonds_id, is_active=True)
        choices = [(row.pk, row.name if row.is_kept else _("%(name)s（不归档）") % {"name": row.name}) for row in kinds]
        self.fields["document_type"] = forms.ChoiceField(
            label=_("文件材料种类"), choices=[("", _("请选择")), *choices], required=False,
            initial=found.document_type.value.pk if found.document_type.value else "",
        )  # fmt: skip
        kept = found.is_kept.value
        self.fields["is_kept"] = forms.ChoiceField(
            label=_("是否归档"), choices=[("yes", _("归档")), ("no", _("不归档"))], widget=forms.RadioSelect,
            initial="yes" if kept or kept is None else "no",
        )  # fmt: skip
        self._reason(_("与建议不同才须写明。"))
        kind = found.document_type
        self.proposal = [(_("文件材料种类"), kind.text or _("未识别"), kind.because)]
        if kept is not None:
            self.proposal.append((_("是否归档"), _("归档") if kept else _("不归档"), found.is_kept.because))

    def act(self) -> Item:
        chosen = self.cleaned_data["document_type"]
        return item_identify(
            actor=self.actor, item=self.item, is_kept=self.cleaned_data["is_kept"] == "yes",
            document_type=int(chosen) if chosen else None, reason=self.cleaned_data["reason"],
        )  # fmt: skip


class PlaceForm(StepForm):
    """定位."""

    state = ItemState.IDENTIFIED

    def build(self) -> None:
        found = self.found = propose_placement(self.item)
        value = found.volume.value
        named = value.title if isinstance(value, Volume) else _("新建案卷") if value == NEW_VOLUME else _("不入案卷")
        inputs: dict[str, forms.Field] = {
            "series": forms.ChoiceField(
                label=_("类别"), choices=[("", _("请选择")), *series_choices(self.actor)], required=False,
                initial=found.series.value.pk if found.series.value else "",
            ),
            "year": forms.CharField(label=_("年度"), required=False, max_length=4, initial=found.year.value),
            "retention": forms.ChoiceField(
                label=_("保管期限"), choices=[("", _("请选择")), *retention_choices(self.actor)], required=False,
                initial=found.retention.value.pk if found.retention.value else "",
            ),
            "arrangement": forms.ChoiceField(
                label=_("整理方式"), choices=Arrangement.choices, initial=found.arrangement.value
            ),
            "volume": forms.ChoiceField(
                label=_("案卷"), required=False,
                choices=[("", _("按建议：%(volume)s") % {"volume": named}), *self._volumes(found)],
            ),
            "volume_title": forms.CharField(
                label=_("新案卷题名"), required=False, max_length=300, initial=found.volume_title,
                help_text=_("新建案卷时使用。"),
            ),
        }  # fmt: skip
        if found.companions == () and self.item.belongs_to_id:
            inputs = {}
        self.fields.update(inputs)
        self._reason(_("与建议不同才须写明。"))
        self.proposal = [
            (_("类别"), found.series.text or "-", found.series.because), (_("年度"), found.year.text, found.year.because),
            (_("保管期限"), found.retention.text or "-", found.retention.because),
            (_("整理方式"), str(Arrangement(found.arrangement.value).label), found.arrangement.because),
            (_("案卷"), self._volume_words(found), found.volume.because),
        ]  # fmt: skip
        if found.order:
            self.proposal.append((_("卷内次序"), "", found.order))

    def _volume_words(self, found: Placement) -> str:
        value = found.volume.value
        if isinstance(value, Volume):
            return f"{value.reference_code} {value.title}"
        return _("新建：%(title)s") % {"title": found.volume_title} if value == NEW_VOLUME else "-"

    def _volumes(self, found: Placement) -> list[tuple[str, str]]:
        """Open volumes of the same customer or project, the proposed one first."""
        rows = Volume.objects.visible_to(self.actor).filter(fonds_id=self.item.fonds_id, state=VolumeState.OPEN)
        if self.item.project_id:
            rows = rows.filter(project_id=self.item.project_id)
        else:
            rows = rows.filter(customer_id=self.item.customer_id)
        named = [
            (str(row.pk), f"{row.reference_code} {row.title}（{row.year}，{row.retention.name}）")
            for row in rows.select_related("retention").order_by("-year", "-id")[:MOST_VOLUMES]
        ]
        return [(NEW_VOLUME, _("新建案卷")), (LATER_VOLUME, _("暂不入卷，编目后自动组卷")), *named]

    def act(self) -> Item:
        data = self.cleaned_data
        names = ("series", "year", "retention", "arrangement", "volume_title")
        values = {name: data[name] for name in names if name in data}
        values |= self._chosen(values)
        if data.get("volume"):
            values["volume"] = data["volume"]
        return item_place(actor=self.actor, item=self.item, values=values, reason=data["reason"])

    def _chosen(self, values: dict[str, Any]) -> dict[str, Any]:
        """Keys as records, so that what was left as proposed compares as the same."""
        chosen: dict[str, Any] = {}
        for name, model in (("series", Series), ("retention", RetentionPeriod)):
            if str(values.get(name) or "").isdecimal():
                chosen[name] = model.objects.filter(pk=int(values[name])).first()
        return chosen


class CatalogueForm(StepForm):
    """编目."""

    state = ItemState.PLACED

    def build(self) -> None:
        for name in ("title", "is_title_made", *SHOWN[1:]):
            field: Any = Item._meta.get_field(name)
            made = field.formfield(required=False)
            made.initial = getattr(self.item, name)
            self.fields[name] = made
        self.fields["author"].widget = SuggestedInput(author_options(self.item))
        files = (row.file for row in self.item.files.select_related("file"))
        self.fields["pages"].initial = self.item.pages or pages_of(files) or None
        for name in ("title", "author", "dated_on", "pages"):
            self.fields[name].required = name != "pages"
        self.fields["pages"].required = self.item.carrier != Carrier.OBJECT
        for name in ("pages", "copies"):
            self.fields[name].widget.attrs["inputmode"] = "numeric"
        where = self.item.volume.reference_code if self.item.volume is not None else ""
        if where:
            told = _("在案卷 %(code)s 内，结卷时按卷内次序编件号。") % {"code": where}
        elif waits_for_volume(self.item):
            told = _("待编入案卷：编目后在“自动组卷”中编成，结卷时编件号。")
        else:
            told = _("按件编档号，保存后即从台账取号。")
        self.proposal = [(_("编号"), "", told)]

    def act(self) -> Item:
        return item_catalogue(actor=self.actor, item=self.item, values=self.cleaned_data)


class PutAwayForm(StepForm):
    """入库."""

    state = ItemState.CATALOGUED

    def build(self) -> None:
        item = self.item
        if item.volume is not None:
            self.proposal = [(_("存放处"), item.volume.reference_code, _("在案卷内，随案卷存放。"))]
        elif waits_for_volume(item):
            self.proposal = [(_("案卷"), "", _("等待组卷：请先在“自动组卷”中编入案卷，再入库。"))]
        elif item.carrier == Carrier.ELECTRONIC:
            self.proposal = [(_("存放处"), _("电子档案库"), _("电子文件已加密存入，确认后即归档。"))]
        else:
            self.fields["location"] = LocationField(self.actor, label=_("存放位置"), required=item.location_id is None)
            self.proposal = [(_("存放处"), "", _("纸质件按件整理，请扫描或填写档案盒、架位上的编号。"))]

    def act(self) -> Item:
        return item_put_away(actor=self.actor, item=self.item, location=self.cleaned_data.get("location"))


FORMS: dict[str, type[StepForm]] = {
    form.state.value: form for form in (IdentifyForm, PlaceForm, CatalogueForm, PutAwayForm)
}
"""State of the item → form of its next step."""
