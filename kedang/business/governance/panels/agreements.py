"""保密协议: /agreements/ …"""

from typing import Any

from django.db.models import Q
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kedang.business.governance.choices import TextState
from kedang.business.governance.models import Agreement, AgreementText
from kedang.business.governance.services import agreements as services
from kedang.business.governance.services.rules import rules_of
from kedang.business.governance.views import agreements as pages
from kedang.business.governance.views.shown import TEXT_TONES
from kedang.foundation.access.policies import can
from kedang.foundation.access.signin.policy import policy_for_person
from kedang.foundation.kernel import clock
from kedang.foundation.web.home import Tile, work_list
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.records import Column, Filter, Panel, RecordPages, Verb, View


class AgreementTextPages(RecordPages):
    """保密协议文本: /agreements/texts/ …"""

    model, prefix, noun, icon, head_name = AgreementText, "agreements/texts", "agreement-text", "file-text", "title"
    argument = "text"
    title, lead = _("保密协议文本"), _("写好的文本启用后不再改动；要改就起草新的版本。签署时记下版本和正文摘要。")
    empty_hint = _("点“起草”写第一份保密协议。")
    head_tags, head_keys, tones = ("state",), ("number", "in_force_at"), {"state": TEXT_TONES}
    panels = (
        Panel(_("条款"), ("title", "term_months", "after_months", "must_sign_again", "body"), wide=("title", "body")),
        Panel(_("沿革"), ("number", "made_by", "made_at", "in_force_at", "digest"), wide=("digest",)),
    )
    columns = (
        Column("title", lead=True),
        "number",
        Column("state", tones=TEXT_TONES),
        "term_months",
        "after_months",
        "made_by",
        "in_force_at",
    )
    filters = (Filter("state"),)
    verbs = (
        Verb(
            "put-in-force",
            pgettext_lazy("动作", "启用"),
            services.text_put_in_force,
            action="governance.agreements",
            icon="player-play",
            main=True,
            when=lambda text: text.state == TextState.DRAFT,
            done=_("已启用，此后签署的是这一版。"),
            confirm=_("原来的版本停用。勾选了“须重签”的，已签旧版的人要重新签署。"),
        ),
    )
    view_action = create_action = change_action = "governance.agreements"
    create_label = _("起草")
    create_fields = ("title", "term_months", "after_months", "must_sign_again", "body")
    create_service, change_service = services.text_draft, services.text_change
    detail_view = pages.TextDetail
    has_export = False


class AgreementPages(RecordPages):
    """保密协议签署: /agreements/ …"""

    model, prefix, icon, head_name = Agreement, "agreements", "signature", "person"
    title, lead = _("保密协议"), _("谁在什么时候签署了哪一版，有效到哪天，离职后保密到哪天。")
    empty_hint = _("每个人在“我的”页签署自己的协议。")
    head_keys = ("text", "signed_at", "valid_until")
    panels = (
        Panel(
            _("签署"),
            (
                "person",
                "text",
                "typed_name",
                "signed_at",
                "valid_until",
                "address",
                "ended_at",
                "ended_why",
                "duty_until",
                "digest",
            ),
            wide=("digest",),
        ),
    )
    columns = (
        Column("person", lead=True),
        "text",
        Column("signed_at", sort="pk"),
        Column("valid_until", sort="valid_until"),
        "ended_why",
        "duty_until",
    )
    filters = (Filter("valid_until"), Filter("text"), Filter("duty_until", basic=False))
    views = (
        View("running", _("有效"), lambda actor: Q(ended_at__isnull=True, valid_until__gte=clock.today())),
        View("over", _("已过期"), lambda actor: Q(ended_at__isnull=True, valid_until__lt=clock.today())),
        View("duty", _("离职后保密期内"), lambda actor: Q(duty_until__gte=clock.today())),
    )
    toolbar_links = (
        (_("签署情况"), "governance:agreement-people", "users", "governance.agreements"),
        (_("协议文本"), "governance:agreement-text-list", "file-text", "governance.agreements"),
        (_("签署我的协议"), "governance:agreement-mine", "signature", "governance.view"),
    )
    has_export = False

    @classmethod
    def name_of(cls, actor: Any, obj: Any) -> str:
        """Whose."""
        return _now("%(name)s的保密协议") % {"name": obj.person.name}

    @classmethod
    def for_detail(cls, queryset: Any) -> Any:
        """The person and the text come along."""
        return queryset.select_related("person__department", "text", "fonds")


def tiles(actor: Any) -> list[Tile]:
    """One's own agreement where something is to be done about it; for who keeps them, how many have none."""
    made: list[Tile] = []
    today, url = clock.today(), reverse("governance:agreement-mine")
    if actor.agreed_until is None or actor.agreed_until < today:
        if policy_for_person(actor).agreement_required or services.text_in_force(actor.fonds_id) is not None:
            word = _now("已过期") if actor.agreed_until else _now("未签署")
            made.append(Tile(_("我的保密协议"), word, url, "signature", "", _now("请阅读并签署"), "warn"))
    elif (actor.agreed_until - today).days <= rules_days(actor):
        told = _now("%(day)s 到期") % {"day": f"{actor.agreed_until:%m-%d}"}
        made.append(Tile(_("我的保密协议"), _now("即将到期"), url, "signature", "", told, "warn"))
    if can(actor, "governance.agreements"):
        from kedang.foundation.access.models import Person

        missing = Person.objects.filter(
            Q(agreed_until__isnull=True) | Q(agreed_until__lt=today), fonds_id=actor.fonds_id, is_active=True
        ).count()
        people = reverse("governance:agreement-people")
        made.append(Tile(_("无有效保密协议"), missing, people, "signature", _("人"), "", "warn" if missing else ""))
    return made


def rules_days(actor: Any) -> int:
    """So many days before its end one is reminded; asked only of who has few days left by any setting."""
    return rules_of(actor.fonds_id).remind_days if (actor.agreed_until - clock.today()).days <= 366 // 4 else -1


def of_agreement(tail: str, view: Any, name: str) -> URLPattern:
    """A further page of a signature."""
    made: URLPattern = path(f"agreements/<int:pk>/{tail}", view.as_view(pages=AgreementPages), name=f"agreement-{name}")
    return made


URLS: list[URLPattern] = [
    path("me/agreement/", pages.AgreementMine.as_view(), name="agreement-mine"),
    path("agreements/people/", pages.AgreementPeople.as_view(), name="agreement-people"),
    *AgreementTextPages.urls(),
    of_agreement("paper.pdf", pages.AgreementPaper, "paper"),
    *AgreementPages.urls(),
]
menu.add(
    Entry(
        _("保密协议"), "governance:agreement-list", icon="signature", action="governance.view", group="work", order=65
    )
)
work_list.add_tiles(tiles, action="governance.view", order=8)
