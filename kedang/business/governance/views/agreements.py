"""保密协议: signing one's own, who has and who has not, the setting, the printed paper."""

from typing import Any, ClassVar

from django.contrib import messages
from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from kedang.business.governance import events as e
from kedang.business.governance.choices import TextState
from kedang.business.governance.models import Agreement
from kedang.business.governance.printing.agreement import agreement_pdf
from kedang.business.governance.services import agreements as services
from kedang.business.governance.services.rules import rules_of
from kedang.business.governance.views.shown import pdf
from kedang.foundation.access.guards import lacks_agreement
from kedang.foundation.access.models import Person
from kedang.foundation.access.signin.policy import policy_for_person
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.pages import Crumb, Page
from kedang.foundation.web.records import RecordDetail, RecordPage

STANDINGS = {"missing": "bad", "expired": "bad", "soon": "warn", "older": "blue", "valid": "good"}
"""How somebody can stand, most urgent first, with its colour."""


class AgreementMine(Page):
    """One's own agreement: read to the end, type one's name; also where people land who may not touch dossiers without it."""

    template_name = "governance/agreement_mine.html"

    def page_title(self) -> Any:
        return _("保密协议")

    def crumbs(self) -> list[Crumb]:
        return [(_("我的"), reverse("access:my-page")), (self.page_title(), "")]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The text in force, and what one has signed."""
        return self.show()

    def show(self, *, problem: Refused | None = None, status: int = 200) -> HttpResponse:
        """Draw it."""
        person = self.actor
        mine = Agreement.objects.filter(person=person).select_related("text").order_by("-id")[:10]
        running = next((one for one in mine if one.ended_at is None), None)
        text = services.text_in_force(person.fonds_id)
        return self.draw(
            status=status, text=text, mine=mine, running=running, is_barred=lacks_agreement(person), problem=problem,
            is_current=running is not None and text is not None and running.text_id == text.pk and running.valid_until >= clock.today(),
            back=self.back(), terms_until=services.term_end(text) if text else None,
        )  # fmt: skip

    def back(self) -> str:
        """Where they wanted to go."""
        url = self.request.POST.get("next") or self.request.GET.get("next", "")
        return url if url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None) else ""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Sign."""
        text = services.text_in_force(self.actor.fonds_id)
        if text is None:
            raise OutOfScope
        try:
            made = services.agreement_sign(
                actor=self.actor, text=text, digest=request.POST.get("digest", ""), typed_name=request.POST.get("typed_name", ""),
                is_read="is_read" in request.POST,
            )  # fmt: skip
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.show(problem=refusal, status=422)
        messages.success(request, _("已签署，有效至 %(day)s。") % {"day": made.valid_until.isoformat()})
        return HttpResponseRedirect(self.back() or reverse("governance:agreement-mine"))


class AgreementPeople(Page):
    """Who has signed and who has not."""

    action: ClassVar[str] = "governance.agreements"
    template_name = "governance/agreement_people.html"

    def page_title(self) -> Any:
        return _("签署情况")

    def crumbs(self) -> list[Crumb]:
        return [(_("保密协议"), reverse("governance:agreement-list")), (self.page_title(), "")]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The list, most urgent first."""
        rows = self.rows()
        counts = {
            key: sum(1 for row in rows if row["standing"] == key)
            for key in ("missing", "expired", "soon", "older", "valid")
        }
        wanted = request.GET.get("standing", "")
        text = services.text_in_force(self.actor.fonds_id)
        return self.draw(
            rows=[row for row in rows if not wanted or row["standing"] == wanted], counts=counts, wanted=wanted, text=text,
            is_required=policy_for_person(self.actor).agreement_required, total=len(rows),
        )  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """Everybody who is there, with their running or last agreement."""
        actor = self.actor
        text, soon = services.text_in_force(actor.fonds_id), rules_of(actor.fonds_id).remind_days
        last = Agreement.objects.order_by("-id").select_related("text")
        people = Person.objects.filter(fonds_id=actor.fonds_id, is_active=True).select_related("department")
        made = []
        for person in people.prefetch_related(Prefetch("agreements", last)).order_by("department__path", "id"):
            agreement = next(iter(person.agreements.all()), None)
            standing = standing_of(person, agreement, text, soon)
            made.append(
                {
                    "person": person,
                    "agreement": agreement,
                    "standing": standing,
                    "tone": STANDINGS[standing],
                    "word": word_of(standing),
                }
            )
        order = list(STANDINGS)
        return sorted(made, key=lambda row: order.index(row["standing"]))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Set whether it is asked for."""
        wanted = request.POST.get("required") == "1"
        try:
            services.agreement_asked_set(actor=self.actor, is_required=wanted, reason=request.POST.get("reason", ""))
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        else:
            told = (
                _("已设定：没有有效保密协议的人不得接触档案，从下一次打开页面起生效。") if wanted else _("已取消设定。")
            )
            messages.success(request, told)
        return HttpResponseRedirect(reverse("governance:agreement-people"))


def standing_of(person: Any, agreement: Any, text: Any, soon: int) -> str:
    """How somebody stands: nothing signed, run out, runs out soon, an older version, valid."""
    if agreement is None or person.agreed_until is None:
        return "missing"
    left = (person.agreed_until - clock.today()).days
    if left < 0:
        return "expired"
    if left <= soon:
        return "soon"
    return "valid" if text is not None and agreement.text_id == text.pk else "older"


def word_of(standing: str) -> str:
    """The standing in a word."""
    words = {
        "missing": _("未签署"),
        "expired": _("已过期"),
        "soon": _("即将到期"),
        "older": _("旧版有效"),
        "valid": _("有效"),
    }
    return words[standing]


class TextDetail(RecordDetail):
    """A version: only a draft is changed."""

    def head(self) -> dict[str, Any]:
        """No button for what would be refused."""
        made = super().head()
        return {**made, "can_change": made["can_change"] and self.obj.state == TextState.DRAFT}


class AgreementPaper(RecordPage):
    """The signed agreement as PDF."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The file, once it is written down that it left."""
        row = Agreement.objects.select_related("text", "person__department", "fonds").get(pk=self.obj.pk)
        made = agreement_pdf(row, row.fonds.name)
        with transaction.atomic():
            record(self.actor, e.AGREEMENT_PRINTED, row)
        return pdf(made, f"{row.text.title}-{row.person.name}.pdf")
