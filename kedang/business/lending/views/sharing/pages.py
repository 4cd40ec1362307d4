"""共享: the list with how often each is used, one sharing with who gets what and who read what, a new one."""

from typing import Any

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.customers.models import Customer
from kedang.business.holdings.models import DocumentType
from kedang.business.lending.policies_use import SHARE
from kedang.business.lending.services.sharing import share_start
from kedang.business.lending.services.things import label_of, things_of
from kedang.business.lending.views.sharing import shown
from kedang.business.lending.views.sharing.forms import BOXES, ShareForm
from kedang.foundation.access.events import SHARED_READ
from kedang.foundation.access.policies import can
from kedang.foundation.access.shared.reading import KIND, uses_of
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.web.pages import Crumb, Page
from kedang.foundation.web.records import RecordDetail, RecordList
from kedang.foundation.web.records.form_fields import told_in

MOST_USES, MOST_NAMED = 50, 50


class ShareList(RecordList):
    """With what the words of a line need: three queries for the whole page."""

    def rows(self, page: Any) -> Any:
        """Lines of the table."""
        reaches, names, uses = shown.reach_words(page.rows), shown.recipients_of(page.rows), uses_of(page.rows)
        for row in page.rows:
            row.reach_text = reaches.get(row.pk, "")
            row.with_text = shown.shortened(names.get(row.pk, []))
            times, people, _last = uses.get(row.pk, (0, 0, None))
            row.uses_text = _("%(times)s 次 · %(people)s 人") % {"times": times, "people": people} if times else "0"
        return super().rows(page)


class ShareDetail(RecordDetail):
    """Who gets what, for what, until when, and what came of it."""

    template_name = "lending/sharing/detail.html"

    def extra(self) -> dict[str, Any]:
        """Words; readings as far as the reader of the page may know them."""
        share, actor = self.obj, self.actor
        may_watch = can(actor, SHARE.code, share) or can(actor, "audit.view")
        known = Customer.objects.visible_to(actor).filter(pk__in=share.records[:MOST_NAMED]) if share.records else []
        chosen = [(label_of(actor, one), reverse("customers:customer-detail", args=[one.pk])) for one in known]
        return {
            "state": shown.state_of(share), "reach": shown.reach_words([share])[share.pk], "chosen": chosen,
            "unseen": len(share.records) - len(chosen), "with_whom": shown.recipients_of([share]).get(share.pk, []),
            "parts": shown.parts_of(share), "rights": shown.rights_of(share),
            "kinds": list(DocumentType.objects.filter(pk__in=share.kinds).values_list("name", flat=True)) if share.kinds else [],
            "may_watch": may_watch, "use": uses_of([share]).get(share.pk) if may_watch else None,
            "uses": self.uses() if may_watch else [],
        }  # fmt: skip

    def uses(self) -> list[dict[str, Any]]:
        """The latest readings through it; a dossier beyond the reader of the page is not named."""
        rows = list(
            Event.objects.filter(subject_type=KIND, subject_id=self.obj.pk, code=SHARED_READ.code).order_by("-id")[
                :MOST_USES
            ]
        )
        pairs = [
            (meta.get("subject_type", ""), meta.get("subject_id", 0))
            for meta in (orjson.loads(row.meta or "{}") for row in rows)
        ]
        things = things_of(set(pairs), self.actor)
        return [
            {"at": row.at, "who": row.actor_name, "what": label_of(self.actor, things[pair]) if pair in things else ""}
            for row, pair in zip(rows, pairs, strict=True)
        ]


class ShareNew(Page):
    """The form."""

    action, template_name, title = SHARE.code, "lending/sharing/new.html", gettext_lazy("设立共享")

    def crumbs(self) -> list[Crumb]:
        return [(_("共享"), reverse("lending:share-list")), (str(self.title), "")]

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form; of one dossier where its number is named."""
        return self.show(ShareForm(self.actor, of=request.GET.get("of", "")[:40]))

    def show(self, form: ShareForm, *, status: int = 200) -> HttpResponse:
        """Draw it."""
        return self.draw(form=form, boxes=BOXES, status=status)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Set it up."""
        form = ShareForm(self.actor, request.POST)
        if form.is_valid():
            try:
                share = share_start(actor=self.actor, **form.given(self.actor))
            except NotAllowed:
                raise
            except Refused as refusal:
                told_in(form, refusal)
            else:
                messages.success(
                    request, _("共享 %(number)s 已设立，对方下一次打开页面即可看到。") % {"number": share.number}
                )
                return HttpResponseRedirect(reverse("lending:share-detail", args=[share.pk]))
        return self.show(form, status=422)
