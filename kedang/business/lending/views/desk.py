"""借阅台: one input that takes what is scanned, a volume, an item, a loan's number or a person, and goes to what is to be done with it."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.holdings.choices import Whereabouts
from kedang.business.holdings.models import Item, Volume
from kedang.business.holdings.services.finding_things import ITEM, VOLUME, code_in, thing_of
from kedang.business.holdings.services.whereabouts import away
from kedang.business.lending.choices import OPEN_STATES, OUT_STATES, TAKEN_STATES, LoanState
from kedang.business.lending.models import Loan
from kedang.business.lending.offering import electronic
from kedang.business.lending.services.locking import of_thing, queue_of, related
from kedang.business.lending.services.rules import rules_of
from kedang.business.lending.views.loans import late_tone, late_words
from kedang.foundation.access.models import Person
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.web.middleware import FEATURES
from kedang.foundation.web.pages import Page

MOST = 8
KINDS: dict[str, Any] = {"volume": Volume, "item": Item}


def available() -> Q:
    """Loans whose thing is in the store now."""
    return Q(volume__whereabouts=Whereabouts.IN_STORE) | Q(
        Q(item__volume__isnull=True) | Q(item__volume__whereabouts=Whereabouts.IN_STORE), item__whereabouts=Whereabouts.IN_STORE
    )  # fmt: skip


def heaps(actor: Any) -> list[dict[str, Any]]:
    """What the desk has to do, as lists: to fetch, to hand over, late, due today, to strike off."""
    rows = Loan.objects.visible_to(actor).select_related("borrower")
    today = clock.today()
    out = rows.filter(state__in=OUT_STATES)
    parts = (
        (_("待提取"), "waiting", "archive", "blue", rows.filter(available(), state=LoanState.RESERVED).order_by("pk")),
        (_("待领取"), "waiting", "user-check", "blue", rows.filter(state=LoanState.PREPARED).order_by("held_until", "pk")),
        (_("今日到期"), "today", "clock", "warn", out.filter(due_on=today).order_by("pk")),
        (_("逾期"), "late", "alert-triangle", "bad", out.filter(due_on__lt=today).order_by("due_on", "pk")),
        (_("待销号"), "damaged", "clipboard-check", "warn", rows.filter(state=LoanState.RETURNED).order_by("pk")),
    )  # fmt: skip
    return [
        {
            "title": title, "view": view, "icon": icon, "tone": tone, "lines": lines[:MOST], "more": len(lines) > MOST,
            "words": [(one, late_words(one), late_tone(one)) for one in lines[:MOST]],
        }
        for title, view, icon, tone, query in parts
        for lines in [list(query[: MOST + 1])]
    ]  # fmt: skip


class Desk(Page):
    """The desk."""

    action = "lending.keep"
    template_name = "lending/desk.html"
    title = gettext_lazy("借阅台")

    def get(self, request: HttpRequest, problem: Refused | None = None, code: str = "") -> HttpResponse:
        """What is to be done; and what was scanned, where it leads nowhere by itself."""
        return self.draw(
            heaps=heaps(self.actor),
            problem=problem,
            code=code,
            thing=self.thing(),
            person=self.person(),
            status=422 if problem else 200,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """One scan."""
        text = request.POST.get("code", "")
        try:
            return HttpResponseRedirect(self.way(text))
        except Refused as refusal:
            return self.get(request, refusal, text.strip())

    def way(self, text: str) -> str:
        """Where a scan leads: to handing over or taking back where that is next, else here with what there is to know."""
        code = code_in(text)
        loan = Loan.objects.visible_to(self.actor).filter(number=code).first() if code else None
        if loan is not None:
            return next_step(loan)
        person = (
            Person.objects.filter(fonds_id=self.actor.fonds_id, is_active=True, username=code).first() if code else None
        )
        if person is not None:
            return f"{reverse('lending:desk')}?{urlencode({'person': person.pk})}"
        try:
            found = thing_of(self.actor, text)
        except Refused as refusal:
            if refusal.code != "code_unknown":
                raise
            told = _("不认识“%(code)s”：不是档号、借阅登记号，也不是人员账号。请核对后再扫。") % {"code": code}
            raise Refused("code_unknown", told, "code") from refusal
        if found.kind not in (VOLUME, ITEM):
            told = _("“%(code)s”是存放位置。借阅台扫案卷或件的档号、借阅登记号或人员账号。") % {"code": found.code}
            raise Refused("code_is_place", told, "code")
        taken = Loan.objects.filter(**of_thing(found.obj), state__in=TAKEN_STATES).first()
        if taken is not None:
            return next_step(taken)
        waiting = queue_of(found.obj)
        if waiting and away(found.obj) is None:
            return next_step(waiting[0])
        return f"{reverse('lending:desk')}?{urlencode({'thing': f'{found.kind}-{found.obj.pk}'})}"

    def thing(self) -> dict[str, Any] | None:
        """What was scanned and has no next step: where it is, who waits, what may be done."""
        kind, _dash, key = self.request.GET.get("thing", "").partition("-")
        if kind not in KINDS or not key.isdecimal():
            return None
        obj = KINDS[kind].objects.visible_to(self.actor).filter(pk=int(key)).first()
        if obj is None:
            return None
        stands = away(obj)
        near = related(obj).filter(state__in=TAKEN_STATES).select_related("borrower").first()
        return {
            "obj": obj, "url": reverse(f"holdings:{kind}-detail", args=[obj.pk]), "stands": stands, "near": near, "queue": queue_of(obj),
            "offer": electronic(self.actor, obj), "needs_request": rules_of(obj.fonds_id).needs_request,
            "new_url": reverse("lending:loan-new", args=[kind, obj.pk]),
        }  # fmt: skip

    def person(self) -> dict[str, Any] | None:
        """A person that was scanned, with what they have and wait for."""
        key = self.request.GET.get("person", "")
        found = (
            Person.objects.filter(fonds_id=self.actor.fonds_id, pk=int(key)).select_related("department").first()
            if key.isdecimal()
            else None
        )
        if found is None:
            return None
        rows = (
            Loan.objects.visible_to(self.actor).filter(borrower=found, state__in=OPEN_STATES).order_by("due_on", "pk")
        )
        return {"obj": found, "loans": [(one, late_words(one), late_tone(one)) for one in rows[:50]]}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """This page may use the camera."""
        response = super().dispatch(request, *args, **kwargs)
        response["Permissions-Policy"] = FEATURES.replace("camera=()", "camera=(self)")
        return response


def next_step(loan: Loan) -> str:
    """The page on which a loan goes on."""
    if loan.state in OUT_STATES:
        return reverse("lending:loan-return", args=[loan.pk])
    if loan.state in (LoanState.RESERVED, LoanState.PREPARED):
        return reverse("lending:loan-issue", args=[loan.pk])
    return reverse("lending:loan-detail", args=[loan.pk])
