"""专项授权: what is open to me now and how it is read; every opening with what was done with it."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.holdings.models import ItemFile
from kedang.business.lending.services import openings as service
from kedang.business.lending.services.things import label_of, things_of, words_of
from kedang.foundation.access.grants import is_opened_by
from kedang.foundation.access.models import RecordGrant
from kedang.foundation.files.models import FileState
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed
from kedang.foundation.web.pages import Crumb, Page
from kedang.foundation.web.records import RecordDetail, RecordList, RecordPages, RecordVerb


class OpeningList(RecordList):
    """With the names of what is open, as far as the reader of the list may see them: a query for each kind on the page."""

    def rows(self, page: Any) -> Any:
        """Lines of the table."""
        things = things_of([(row.subject_type, row.subject_id) for row in page.rows], self.actor)
        for row in page.rows:
            thing = things.get((row.subject_type, row.subject_id))
            row.shown_label = label_of(self.actor, thing) if thing is not None else ""
        return super().rows(page)


class GuardedVerb(RecordVerb):
    """A verb whose right is not one of a role: whom the pages do not offer it is refused, before the question and before the act."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Load the record and ask."""
        obj = self.pages.get(self.actor, kwargs["pk"])
        if self.verb.key not in {verb.key for verb in self.pages.verbs_for(self.actor, obj)}:
            raise NotAllowed(_("“%(verb)s”现在不由您办理。请刷新后查看。") % {"verb": self.verb.label})
        return super().dispatch(request, *args, **kwargs)


class OpenNow(Page):
    """我的专项授权: what is open to me, by request, with the ways of using it."""

    template_name, title = "lending/use/open.html", gettext_lazy("正在开放给我的档案")

    def crumbs(self) -> list[Crumb]:
        return [(_("专项授权"), reverse("lending:opening-list")), (str(self.title), "")]

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page."""
        rows = RecordGrant.objects.filter(is_opened_by(clock.now()), person_id=self.actor.pk).order_by(
            "-valid_from", "source", "id"
        )
        asked = request.GET.get("source", "")[:40]
        found: list[RecordGrant] = list(rows.filter(source=asked) if asked else rows)[:300]
        things = things_of([(row.subject_type, row.subject_id) for row in found], self.actor)
        files = self._files([row for row in found if row.subject_type == "holdings.item"])
        groups: dict[str, dict[str, Any]] = {}
        for row in found:
            thing = things.get((row.subject_type, row.subject_id))
            if thing is None:
                continue
            group = groups.setdefault(
                row.source, {"source": row.source, "until": row.valid_until, "purpose": row.purpose, "lines": []}
            )
            group["lines"].append(self._line(row, thing, files.get(row.subject_id, [])))
        return self.draw(groups=list(groups.values()), asked=asked)

    def _files(self, rows: list[RecordGrant]) -> dict[int, list[ItemFile]]:
        found: dict[int, list[ItemFile]] = {}
        files = ItemFile.objects.filter(item_id__in=[row.subject_id for row in rows], file__state=FileState.GOOD)
        for one in files.select_related("file").order_by("id"):
            found.setdefault(one.item_id, []).append(one)
        return found

    def _line(self, row: RecordGrant, thing: Any, files: list[ItemFile]) -> dict[str, Any]:
        pages = RecordPages.of_kind(row.subject_type)
        return {
            "row": row, "kind": thing._meta.verbose_name, "label": label_of(self.actor, thing), "used": service.used_words(row),
            "pages": "，".join(f"{first}-{last}" if first != last else str(first) for first, last in row.pages),
            "url": pages.url("detail", thing.pk) if pages is not None else "",
            "files": [
                {
                    "name": one.file.name, "view": reverse("files:view", args=[one.file_id]),
                    "copy": reverse("lending:use-copy", args=[one.pk]) if "holdings.copy" in row.actions else "",
                    "take": reverse("holdings:item-file", args=[thing.pk, one.pk]) if "holdings.read" in row.actions else "",
                }
                for one in files
            ],
            "is_item": row.subject_type == "holdings.item", "print": self._print_url(row, thing), "export": self._export_url(row),
        }  # fmt: skip

    def _print_url(self, row: RecordGrant, thing: Any) -> str:
        if "customers.print" in row.actions:
            return reverse("customers:card", args=[thing.pk])
        return reverse("holdings:volume-print", args=[thing.pk]) if "holdings.print" in row.actions else ""

    def _export_url(self, row: RecordGrant) -> str:
        has = {"customers.export", "holdings.export"} & set(row.actions)
        return reverse("lending:use-export", args=[row.pk]) if has else ""


class OpeningDetail(RecordDetail):
    """One opening: what, for whom, by which request, and what was done with it."""

    template_name = "lending/use/opening.html"

    def extra(self) -> dict[str, Any]:
        """The thing where the reader of the page may see it, the acts, the doings."""
        row = self.obj
        thing = things_of([(row.subject_type, row.subject_id)], self.actor).get((row.subject_type, row.subject_id))
        pages = RecordPages.of_kind(row.subject_type)
        request = service.request_of(row)
        is_known = row.person_id == self.actor.pk or thing is not None
        from kedang.foundation.access.actions import action
        from kedang.foundation.approvals.models import Case

        case = Case.objects.visible_to(self.actor).filter(pk=request.case_id).first() if request is not None else None
        return {
            "thing_label": label_of(self.actor, thing) if thing is not None else "", "thing_kind": words_of(row.subject_type),
            "thing_url": pages.url("detail", thing.pk) if thing is not None and pages is not None else "", "case": case,
            "acts": [action(code).title for code in row.actions], "used": service.used_words(row), "state": service.state_of(row),
            "doings": service.doings(row) if is_known else [],
            "purpose": row.purpose if case is not None or row.person_id == self.actor.pk else "",
        }  # fmt: skip


def by_state(state: str) -> Q:
    """Openings in a state now."""
    now = clock.now()
    return {
        "open": is_opened_by(now), "soon": Q(ended_at__isnull=True, valid_until__gt=now, valid_from__gt=now),
        "over": Q(ended_at__isnull=True, valid_until__lte=now), "closed": Q(ended_at__isnull=False),
    }.get(state, Q())  # fmt: skip
