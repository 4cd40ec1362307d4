"""Dialogs of a volume's verbs, and the decision on a request for reopening."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from kedang.business.holdings.models import Volume, VolumeReopening
from kedang.business.holdings.services.volumes import note_write, volume_close, volume_reopen_decide, volume_twin_set
from kedang.business.holdings.services.volumes.notes import BY_HAND
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import require
from kedang.foundation.approvals.policies import decides
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.pages import Page
from kedang.foundation.web.records import RecordVerb

MOST_PEOPLE = 500


def text_field(
    label: Any, *, required: bool = True, rows: int = 0, most: int = 500, help_text: Any = ""
) -> forms.Field:
    """A line or a few lines of text."""
    widget = forms.Textarea(attrs={"rows": str(rows)}) if rows else forms.TextInput()
    return forms.CharField(label=label, required=required, max_length=most, widget=widget, help_text=help_text)


def kind_field() -> forms.Field:
    """Kinds of notes that people write themselves."""
    return forms.ChoiceField(label=_("事项"), choices=[(kind.value, kind.label) for kind in BY_HAND])


class VolumeVerb(RecordVerb):
    """Dialogs whose inputs depend on the company: the inspector of a closing."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Fill in the people before the form is made."""
        if self.verb.key == "close":
            volume = self.pages.get(self.actor, kwargs["pk"])
            self.verb = replace(
                self.verb,
                fields={"inspector": lambda: inspector_field(volume), "situation": lambda: situation_field(volume)},
            )
        return super().dispatch(request, *args, **kwargs)


def inspector_field(volume: Any) -> forms.Field:
    """People of the company, without who arranged the volume."""
    people = (
        Person.objects.filter(fonds_id=volume.fonds_id, is_active=True).exclude(pk=volume.responsible_id).order_by("id")
    )
    choices = [("", _("请选择")), *people.values_list("pk", "name")[:MOST_PEOPLE]]
    return forms.ChoiceField(
        label=_("检查人"),
        choices=choices,
        help_text=_("由立卷人以外的人检查。"),
        error_messages={"required": _("请选择检查人。")},
    )


def situation_field(volume: Any) -> forms.Field:
    """What the 备考表 begins with."""
    told = _("文件缺损、修改、补充等情况；没有可说明的可留空，备考表上只写立卷人、检查人和日期。")
    field = text_field(_("本卷情况说明"), required=False, rows=3, most=2000, help_text=told)
    field.initial = volume.situation
    return field


def close_volume(*, actor: Actor, volume: Volume, inspector: str, situation: str) -> Volume:
    """As the dialog gives it."""
    return volume_close(actor=actor, volume=volume, inspector=int(inspector), situation=situation)


def write_note(*, actor: Actor, volume: Volume, kind: str, text: str) -> Any:
    """As the dialog gives it."""
    return note_write(actor=actor, volume=volume, kind=kind, text=text)


def set_twin(*, actor: Actor, volume: Volume, code: str, reason: str = "") -> Volume:
    """The twin by its code.

    Raises:
        Refused: ``twin_unknown`` and those of the service.
    """
    found = Volume.objects.visible_to(actor).filter(reference_code=code.strip()).first()
    if found is None:
        raise Refused(
            "twin_unknown", _("没有找到档号为“%(code)s”的案卷，请核对档号。") % {"code": code.strip()}, "code"
        )
    try:
        return volume_twin_set(actor=actor, volume=volume, twin=found, reason=reason)
    except Refused as refusal:
        if refusal.field == "twin":
            refusal.field = "code"
        raise


def drop_twin(*, actor: Actor, volume: Volume, reason: str) -> Volume:
    """No twin any more."""
    return volume_twin_set(actor=actor, volume=volume, twin=None, reason=reason)


class DecideReopening(Page):
    """One request for reopening: who asks, why, and the decision."""

    template_name = "holdings/volumes/reopening.html"
    asked: Any

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The request, for who may decide."""
        rows = VolumeReopening.objects.visible_to(self.actor).select_related(
            "volume__series",
            "volume__retention",
            "volume__customer",
            "volume__location",
            "asked_by",
            "decided_by",
            "case",
        )
        self.asked = rows.filter(pk=kwargs["pk"]).first()
        if self.asked is None:
            raise OutOfScope
        require(self.actor, "holdings.reopen", self.asked)
        return super().dispatch(request, *args, **kwargs)

    def page_title(self) -> Any:
        return _("审批重新开卷")

    def crumbs(self) -> list[Any]:
        volume = self.asked.volume
        return [
            (_("案卷"), reverse("holdings:volume-list")),
            (volume.title, reverse("holdings:volume-detail", args=[volume.pk])),
            (self.page_title(), ""),
        ]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The request; whose part of its case waits decides there, others with the right decide here."""
        if self.asked.case_id is not None and decides(self.actor, self.asked.case):
            return HttpResponseRedirect(reverse("approvals:case-detail", args=[self.asked.case_id]))
        return self.show()

    def show(self, *, status: int = 200, problem: str = "", opinion: str = "") -> HttpResponse:
        """Draw it."""
        return self.draw(
            status=status, asked=self.asked, volume=self.asked.volume, problem=problem, opinion=opinion,
            is_own=self.asked.asked_by_id == self.actor.pk,
        )  # fmt: skip

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Grant or decline."""
        opinion, answer = request.POST.get("opinion", ""), request.POST.get("answer", "")
        if answer not in {"yes", "no"}:
            return self.show(status=422, problem=_("请选择同意或不同意。"), opinion=opinion)
        try:
            volume_reopen_decide(actor=self.actor, reopening=self.asked, is_granted=answer == "yes", opinion=opinion)
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.show(status=422, problem=refusal.sentence, opinion=opinion)
        messages.success(request, _("已同意，案卷已重新打开。") if answer == "yes" else _("已退回，案卷保持结卷状态。"))
        return HttpResponseRedirect(reverse("holdings:volume-detail", args=[self.asked.volume_id]))
