"""交接与归还: counting together with the reader, page by page."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.holdings.models import Item
from kedang.business.holdings.services.items.bringing import stored_from
from kedang.business.lending.choices import (
    OUT_STATES,
    WAITING_STATES,
    Condition,
    FaultKind,
    LoanState,
    Place,
    SignedHow,
)
from kedang.business.lending.models import Loan
from kedang.business.lending.offering import electronic
from kedang.business.lending.services.faults import Fault
from kedang.business.lending.services.issuing import loan_issue
from kedang.business.lending.services.returning import loan_return
from kedang.business.lending.services.rules import rules_of
from kedang.business.lending.views.loans import late_tone, late_words, thing_is_seen
from kedang.foundation.access.policies import require
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.pages import Crumb, Page
from kedang.foundation.web.records import style

LINES, MOST_LINES, MOST_PHOTOS = 3, 60, 8
SIGNING = (
    ("", gettext_lazy("稍后由借阅人本人登录确认")),
    (SignedHow.TYPED, SignedHow.TYPED.label),
    (SignedHow.PAPER, SignedHow.PAPER.label),
)


class HandOver(forms.Form):
    """What is written down at the hand-over."""

    pages = forms.IntegerField(label=gettext_lazy("清点页数"), min_value=0, max_value=1_000_000)
    condition = forms.ChoiceField(label=gettext_lazy("实体状况"), choices=Condition.choices, initial=Condition.WHOLE)
    signed_how = forms.ChoiceField(label=gettext_lazy("签收"), choices=SIGNING, required=False)
    signed_name = forms.CharField(label=gettext_lazy("签收人姓名"), max_length=60, required=False)
    days = forms.IntegerField(label=gettext_lazy("借期（天）"), min_value=1, max_value=365)
    seat = forms.CharField(label=gettext_lazy("座位"), max_length=20, required=False)
    note = forms.CharField(label=gettext_lazy("说明"), max_length=300, required=False)

    def __init__(self, loan: Loan, data: Any = None) -> None:
        named = loan.reader_name or loan.borrower.name
        super().__init__(
            data,
            label_suffix="",
            initial={"pages": loan.expected_pages, "days": loan.days, "seat": loan.seat, "signed_name": named},
        )
        del self.fields["days" if loan.place == Place.ROOM else "seat"]
        self.fields["pages"].help_text = _("目录上是 %(n)s 页，请当面清点。") % {"n": loan.expected_pages}
        self.fields["signed_how"].help_text = _("经手人代录的只记为代录，不算本人确认。")
        for field in self.fields.values():
            style(field)


class TakeBack(forms.Form):
    """What is written down when it comes back."""

    pages = forms.IntegerField(label=gettext_lazy("清点页数"), min_value=0, max_value=1_000_000)
    condition = forms.ChoiceField(label=gettext_lazy("实体状况"), choices=Condition.choices)
    note = forms.CharField(label=gettext_lazy("说明"), max_length=300, required=False)
    close = forms.BooleanField(label=gettext_lazy("完好无缺的，归还后直接销号"), required=False, initial=True)

    def __init__(self, loan: Loan, data: Any = None) -> None:
        super().__init__(data, label_suffix="", initial={"condition": loan.issued_condition or Condition.WHOLE})
        self.fields["pages"].help_text = _("交出 %(n)s 页，请逐页清点后填写。") % {"n": loan.issued_pages}
        for field in self.fields.values():
            style(field)


class AtDesk(Page):
    """What both acts share: the loan, lines of faults, pictures."""

    action = "lending.keep"
    takes_files = True
    states: tuple[str, ...] = ()
    loan: Loan

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Load the loan."""
        require(self.actor, self.action)
        rows = Loan.objects.visible_to(self.actor).select_related(
            "borrower", "department", "volume", "item__volume", "request"
        )
        found = rows.filter(pk=kwargs["pk"]).first()
        if found is None:
            raise OutOfScope
        self.loan = found
        return super().dispatch(request, *args, **kwargs)

    def crumbs(self) -> list[Crumb]:
        return [
            (_("借阅台"), reverse("lending:desk")), (self.loan.number, reverse("lending:loan-detail", args=[self.loan.pk])),
            (self.page_title(), ""),
        ]  # fmt: skip

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The form; a loan that is past this step goes to its page."""
        if self.loan.state not in self.states:
            messages.info(
                request,
                _("借阅 %(number)s 现在是“%(state)s”。")
                % {"number": self.loan.number, "state": self.loan.get_state_display()},
            )
            return HttpResponseRedirect(reverse("lending:loan-detail", args=[self.loan.pk]))
        return self.show(self.make_form())

    def make_form(self, data: Any = None) -> forms.Form:
        """The form of the act."""
        raise NotImplementedError

    def act(self, form: forms.Form, faults: list[Fault], photos: list[Any]) -> Loan:
        """The service."""
        raise NotImplementedError

    def show(self, form: forms.Form, *, problem: Refused | None = None, status: int = 200) -> HttpResponse:
        """Draw it."""
        loan = self.loan
        seen = thing_is_seen(self.actor, loan)
        return self.draw(
            form=form, loan=loan, problem=problem, rows=self.rows(), papers=self.papers(), kinds=FaultKind.choices, is_seen=seen,
            offer=electronic(self.actor, loan.thing) if seen else None, late=late_words(loan), late_tone=late_tone(loan),
            old_faults=list(loan.faults.select_related("item")), rules=rules_of(loan.fonds_id), status=status,
        )  # fmt: skip

    def papers(self) -> list[Item]:
        """Papers of a volume, to count by."""
        if self.loan.volume_id is None:
            return []
        rows = Item.objects.visible_to(self.actor).filter(volume_id=self.loan.volume_id).exclude(carrier="electronic")
        return list(rows.order_by("position", "pk")[:300])

    def rows(self) -> list[dict[str, str]]:
        """Lines of faults as they were typed, and some empty ones."""
        post = self.request.POST
        count = int(post.get("lines", "0")) if post.get("lines", "").isdecimal() else 0
        names = ("kind", "item", "first", "last", "text")
        typed = [{name: post.get(f"fault-{n}-{name}", "") for name in names} for n in range(min(count, MOST_LINES))]
        kept = [line for line in typed if any(line.values())]
        return kept + [
            dict.fromkeys(names, "") for _n in range(max(2, LINES - len(kept)) if "more" not in post else LINES + 2)
        ]

    def faults(self) -> list[Fault]:
        """The lines as the service takes them.

        Raises:
            Refused: ``fault_line``.
        """
        papers = {str(one.pk): one for one in self.papers()}
        found = []
        for number, line in enumerate(self.rows(), 1):
            if not any(line[name] for name in ("kind", "first", "last", "text")):
                continue
            if not line["kind"] or not line["first"].isdecimal() or (line["last"] and not line["last"].isdecimal()):
                raise Refused(
                    "fault_line", _("缺损第 %(n)s 行不完整：请选择问题并填写页号。") % {"n": number}, "faults"
                )
            last = int(line["last"][:9]) if line["last"] else 0
            found.append(Fault(line["kind"], int(line["first"][:9]), last, line["text"], papers.get(line["item"])))
        return found

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Run the act; everything typed stays where something is wrong."""
        form = self.make_form(request.POST)
        if "more" in request.POST:
            return self.show(form)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            with transaction.atomic():
                uploads = request.FILES.getlist("photos")[:MOST_PHOTOS]
                done = self.act(form, self.faults(), [stored_from(self.actor, one, None) for one in uploads])
        except NotAllowed:
            raise
        except Refused as refusal:
            if refusal.field in form.fields:
                form.add_error(refusal.field, refusal.sentence)
                return self.show(form, status=422)
            return self.show(form, problem=refusal, status=422)
        messages.success(request, self.done_words(done))
        return HttpResponseRedirect(reverse("lending:loan-detail", args=[done.pk]))

    def done_words(self, done: Loan) -> str:
        """What is said afterwards."""
        raise NotImplementedError


class IssuePage(AtDesk):
    """交接."""

    template_name = "lending/issue.html"
    title = gettext_lazy("借阅交接")
    states = tuple(WAITING_STATES)

    def make_form(self, data: Any = None) -> forms.Form:
        return HandOver(self.loan, data)

    def act(self, form: forms.Form, faults: list[Fault], photos: list[Any]) -> Loan:
        return loan_issue(actor=self.actor, loan=self.loan, faults=faults, photos=photos, **form.cleaned_data)

    def done_words(self, done: Loan) -> str:
        if done.signed_how:
            return _("已交接，应于 %(day)s 归还。") % {"day": done.due_on}
        return _("已交接，应于 %(day)s 归还。借阅人登录后会看到签收提示。") % {"day": done.due_on}


class ReturnPage(AtDesk):
    """归还."""

    template_name = "lending/return.html"
    title = gettext_lazy("归还清点")
    states = tuple(OUT_STATES)

    def make_form(self, data: Any = None) -> forms.Form:
        return TakeBack(self.loan, data)

    def act(self, form: forms.Form, faults: list[Fault], photos: list[Any]) -> Loan:
        return loan_return(actor=self.actor, loan=self.loan, faults=faults, photos=photos, **form.cleaned_data)

    def done_words(self, done: Loan) -> str:
        if done.state == LoanState.CLOSED:
            return _("已归还并销号。")
        if done.is_whole:
            return _("已归还，尚待销号。")
        return _("已归还。缺损已记入备考表和待处理问题，处理后请销号。")
