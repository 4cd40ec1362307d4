"""A record's page: head with name, code, tags and buttons; tabs with counts at their own URLs; panels of facts."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from kedang.foundation.access.policies import can
from kedang.foundation.access.signin.quota import spend_reading
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope
from kedang.foundation.web.pages import Crumb, Page
from kedang.foundation.web.records.base import RecordPages
from kedang.foundation.web.records.cells import Cell, fact_of
from kedang.foundation.web.records.declare import Tab


def note_reading(pages: type[RecordPages], actor: Any, obj: Any, **where: str) -> None:
    """Write down that a record was read, and on which of its pages; nothing where the pages name no ``read_event``."""
    if pages.read_event is not None:
        with transaction.atomic():
            spend_reading(actor, obj)
            record(actor, pages.read_event, obj, meta=where)


class RecordPage(Page):
    """What all pages of one record share: the record itself, its head and its tabs."""

    pages: type[RecordPages] = RecordPages
    tab_key: str = ""
    obj: Any

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Load the record: out of scope answers 404."""
        self.obj = self.pages.get(self.actor, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def page_title(self) -> Any:
        return self.pages.name_of(self.actor, self.obj)

    def crumbs(self) -> list[Crumb]:
        return [(self.pages.plural(), self.pages.url("list")), (self.page_title(), "")]

    def fact(self, name: str, *, is_wide: bool = False) -> Cell:
        """One field through the veil, with the address of its eye."""
        cell = fact_of(self.actor, self.obj, name, tones=self.pages.tones.get(name), is_wide=is_wide)
        if cell.is_masked and self.can_unmask:
            cell.unmask_url = self.pages.url("unmask", self.obj.pk, name)
        return cell

    @property
    def can_unmask(self) -> bool:
        """Whether the eye is offered."""
        action = self.pages.action_of("unmask")
        return bool(action) and can(self.actor, action, self.obj)

    def head(self) -> dict[str, Any]:
        """Context of the head, the tabs and the buttons."""
        pages, obj, actor = self.pages, self.obj, self.actor
        verbs = pages.verbs_for(actor, obj)
        return {
            "pages": pages,
            "obj": obj,
            "code": self.fact(pages.head_code) if pages.head_code else None,
            "tags": [cell for name in pages.head_tags if not (cell := self.fact(name)).is_empty],
            "marks": pages.marks_for(actor, obj),
            "keys": [cell for name in pages.head_keys if not (cell := self.fact(name)).is_hidden],
            "main_verbs": [verb for verb in verbs if verb.main],
            "more_verbs": [verb for verb in verbs if not verb.main],
            "can_change": bool(pages.change_service) and can(actor, pages.action_of("change"), obj),
            "edit_url": pages.url("edit", obj.pk) if pages.change_service else "",
            "detail_url": pages.url("detail", obj.pk),
            "record_tabs": self.tab_lines(),
        }

    def tab_lines(self) -> list[dict[str, Any]]:
        """Tabs with counts; the first is the record itself, the last its history where the reader may have it."""
        from django.utils.translation import gettext as _

        pages, obj = self.pages, self.obj
        lines: list[dict[str, Any]] = [
            {
                "label": _("基本信息"),
                "url": pages.url("detail", obj.pk),
                "is_current": self.tab_key == "",
                "count": None,
            }
        ]
        for tab in pages.tabs_for(self.actor, obj):
            count = tab.count_on(self.actor, obj)
            url = pages.url(tab.key, obj.pk)
            lines.append({"label": tab.label, "url": url, "is_current": self.tab_key == tab.key, "count": count})
        shut = pages.action_of("history")
        if pages.has_history and (not shut or can(self.actor, shut, obj)):
            url = pages.url("history", obj.pk)
            lines.append({"label": _("操作记录"), "url": url, "is_current": self.tab_key == "history", "count": None})
        return lines if len(lines) > 1 else []


class RecordDetail(RecordPage):
    """The first tab: panels declared from field groups. Reading is recorded when the pages name a ``read_event``."""

    template_name = "web/records/detail.html"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The page."""
        note_reading(self.pages, self.actor, self.obj)
        return self.draw(**self.head(), panels=self.panels(), **self.extra())

    def extra(self) -> dict[str, Any]:
        """Further context for a template of one's own."""
        return {}

    def panels(self) -> list[dict[str, Any]]:
        """Panels with their facts; hidden fields are left out, and panels of hidden fields only."""
        drawn = []
        for panel in self.pages.panels:
            if not panel.fits(self.obj):
                continue
            facts = [self.fact(name, is_wide=name in panel.wide) for name in panel.fields]
            facts = [fact for fact in facts if not fact.is_hidden]
            if facts:
                drawn.append({"panel": panel, "facts": facts})
        return drawn


class RecordTab(RecordPage):
    """A further tab; subclass it, or let the declaration's ``template`` and ``rows`` do."""

    template_name = "web/records/tab.html"
    tab: Tab = None  # type: ignore[assignment]  # given by the address

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The page of the tab."""
        if self.tab.action and not can(self.actor, self.tab.action, self.obj):
            raise NotAllowed(str(self.tab.label), action=self.tab.action)
        if self.tab.when is not None and not self.tab.when(self.obj):
            raise OutOfScope
        note_reading(self.pages, self.actor, self.obj, tab=self.tab_key)
        return self.draw(**self.head(), tab=self.tab, **self.context())

    def context(self) -> dict[str, Any]:
        """Rows of the tab."""
        return {"rows": self.tab.rows(self.actor, self.obj) if self.tab.rows else None}
