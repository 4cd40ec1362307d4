"""申请利用: the basket, the form, and numbers matched by the archivist."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.lending.choices_use import UseSort
from kedang.business.lending.kinds import SORTS
from kedang.business.lending.models import UseRequest, UseWanted
from kedang.business.lending.services import basket as baskets
from kedang.business.lending.services.matching import candidates, wanted_match, wanted_refuse
from kedang.business.lending.services.requesting import FITS, use_ask, use_change
from kedang.business.lending.services.things import KINDS, label_of, things_of
from kedang.business.lending.views.use.again import FROM, asked_before, initial_of, lines_of
from kedang.business.lending.views.use.forms import ChangeForm, UseForm
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.pages import Crumb, Page
from kedang.foundation.web.records import RecordPages
from kedang.foundation.web.records.form_fields import told_in

ASK = "lending.ask"


def line_of(actor: Any, line: Any, thing: Any) -> dict[str, Any]:
    """A thing in the basket as pages draw it."""
    pages = RecordPages.of_kind(line.subject_type)
    return {
        "key": f"{line.subject_type}:{thing.pk}", "line": line, "label": label_of(actor, thing), "kind": thing._meta.verbose_name,
        "url": pages.url("detail", thing.pk) if pages is not None else "", "level": thing.get_secrecy_level_display(),
        "is_secret": thing.secrecy_level >= 2, "model": type(thing),
    }  # fmt: skip


class Basket(Page):
    """申请篮: what was put aside, and the kinds of request that can be made of it."""

    action, template_name, title = ASK, "lending/use/basket.html", gettext_lazy("申请利用")

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page."""
        lines = [line_of(self.actor, line, thing) for line, thing in baskets.basket_of(self.actor)]
        kinds = [
            {
                "title": sort.label, "note": note, "icon": icon, "url": reverse(f"lending:use-new-{sort.value}"),
                "fits": sum(1 for one in lines if issubclass(one["model"], FITS[sort])),
            }
            for sort, (note, icon, _steps) in ((UseSort(key), value) for key, value in SORTS.items())
        ]  # fmt: skip
        return self.draw(lines=lines, kinds=kinds)


class BasketDrop(Page):
    """One thing out of the basket."""

    action, http_method_names = ASK, ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Back to the basket."""
        baskets.basket_drop(actor=self.actor, line=pk)
        return HttpResponseRedirect(reverse("lending:basket"))


class UseNew(Page):
    """The form of one kind of request."""

    action, template_name = ASK, "lending/use/new.html"
    sort: str = UseSort.READ

    def page_title(self) -> Any:
        return _("%(sort)s申请") % {"sort": UseSort(self.sort).label}

    def crumbs(self) -> list[Crumb]:
        return [(_("申请利用"), reverse("lending:basket")), (self.page_title(), "")]

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form, with everything from the basket that fits."""
        form = UseForm(self.actor, self.sort)
        if self.before is not None:
            form.initial = {**form.initial, **initial_of(self.before, lines_of(self.actor, self.before)[1])}
        return self.show(form)

    @cached_property
    def before(self) -> UseRequest | None:
        """The request that is asked once more."""
        return asked_before(self.actor, self.request.GET.get(FROM, ""), self.sort)

    def lines(self) -> list[dict[str, Any]]:
        """What may be picked: the basket, and what was asked for before."""
        pairs: list[Any] = baskets.basket_of(self.actor)
        if self.before is not None:
            pairs = [*lines_of(self.actor, self.before)[0], *pairs]
        found = {
            (line.subject_type, line.subject_id): line_of(self.actor, line, thing) for line, thing in reversed(pairs)
        }
        return list(reversed(found.values()))

    def show(self, form: UseForm, *, status: int = 200, picked: set[str] | None = None) -> HttpResponse:
        """Draw it."""
        lines = self.lines()
        for one in lines:
            one["fits"] = issubclass(one["model"], FITS[self.sort])
            one["is_picked"] = one["fits"] and (picked is None or one["key"] in picked)
        kinds = "、".join(str(model._meta.verbose_name) for model in FITS[self.sort])
        return self.draw(form=form, lines=lines, sort=self.sort, note=SORTS[self.sort][0], fits=kinds, status=status)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Hand it in."""
        form = UseForm(self.actor, self.sort, request.POST)
        picked = set(request.POST.getlist("thing"))
        if form.is_valid():
            try:
                row = use_ask(actor=self.actor, sort=self.sort, things=self.things(picked), **form.given())
            except NotAllowed:
                raise
            except Refused as refusal:
                told_in(form, refusal)
            else:
                messages.success(
                    request,
                    _("已提交，单号 %(number)s。批准后会在“待办”和“我的专项授权”中看到。")
                    % {"number": row.case.number},
                )
                return HttpResponseRedirect(reverse("approvals:case-detail", args=[row.case_id]))
        return self.show(form, status=422, picked=picked)

    def things(self, picked: set[str]) -> list[Any]:
        """What was picked, as far as the actor sees it."""
        pairs = []
        for text in sorted(picked):
            kind, _colon, key = text.partition(":")
            if kind in KINDS and key.isascii() and key.isdecimal() and len(key) < 18:
                pairs.append((kind, int(key)))
        found = things_of(pairs, self.actor)
        if len(found) != len(pairs):
            raise Refused("gone", _("选中的档案中有的已不在您的范围内，请从申请篮中移出后再提交。"))
        return list(found.values())


class Match(Page):
    """核对: the archivist finds what a number typed by hand means."""

    action, template_name, title = "lending.keep", "lending/use/match.html", gettext_lazy("核对所填编号")
    wanted: UseWanted

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Load it."""
        found = (
            UseWanted.objects.visible_to(self.actor)
            .select_related("request__case__requester")
            .filter(pk=kwargs["pk"])
            .first()
        )
        if found is None:
            raise OutOfScope
        self.wanted = found
        return super().dispatch(request, *args, **kwargs)

    def crumbs(self) -> list[Crumb]:
        case = self.wanted.request.case
        return [(case.number, reverse("approvals:case-detail", args=[case.pk])), (str(self.title), "")]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What may be meant."""
        asked = request.GET.get("q", "").strip()[:120]
        wanted = self.wanted
        if asked:
            wanted.text, typed = asked, wanted.text
        else:
            typed = wanted.text
        found = candidates(self.actor, wanted)
        rows = [
            {
                "key": f"{one._meta.label_lower}:{one.pk}", "kind": one._meta.verbose_name, "label": label_of(self.actor, one),
                "level": one.get_secrecy_level_display(), "is_secret": one.secrecy_level >= 2,
            }
            for one in found
        ]  # fmt: skip
        return self.draw(wanted=wanted, typed=typed, asked=asked, rows=rows, case=wanted.request.case)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """This one, or none."""
        kind, _colon, key = request.POST.get("thing", "").partition(":")
        try:
            if request.POST.get("thing") == "none":
                wanted_refuse(actor=self.actor, wanted=pk)
                messages.success(request, _("已登记为不予提供。"))
            else:
                thing = things_of([(kind, int(key))], self.actor).get((kind, int(key))) if key.isdecimal() else None
                if thing is None:
                    raise Refused("nothing_picked", _("请先选一项。"))
                wanted_match(actor=self.actor, wanted=pk, thing=thing)
                messages.success(request, _("已核对，并列入申请。"))
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(request.get_full_path())
        return HttpResponseRedirect(reverse("approvals:case-detail", args=[self.wanted.request.case_id]))


class UseChange(Page):
    """A request that was sent back: purpose, time, copies and pages."""

    action, template_name, title = ASK, "lending/use/change.html", gettext_lazy("修改申请")
    row: UseRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """One's own, by its case."""
        rows = UseRequest.objects.filter(case_id=kwargs["pk"], case__requester_id=getattr(request.user, "pk", None))
        found = rows.select_related("case").first()
        if found is None:
            raise OutOfScope
        self.row = found
        return super().dispatch(request, *args, **kwargs)

    def crumbs(self) -> list[Crumb]:
        return [
            (self.row.case.number, reverse("approvals:case-detail", args=[self.row.case_id])),
            (str(self.title), ""),
        ]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The form, as it was asked."""
        return self.draw(form=ChangeForm(self.row), case=self.row.case)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Change it, and back to the case, where it is handed in again."""
        form = ChangeForm(self.row, request.POST)
        if form.is_valid():
            try:
                use_change(actor=self.actor, request=self.row, **form.cleaned_data)
            except Refused as refusal:
                told_in(form, refusal)
            else:
                messages.success(request, _("已修改。请写明补充了什么，再次提交。"))
                return HttpResponseRedirect(reverse("approvals:case-detail", args=[pk]))
        return self.draw(form=form, case=self.row.case, status=422)
