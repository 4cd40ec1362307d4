"""Addresses of a record's pages."""

from typing import Any

from django.urls import URLPattern, path

from kedang.foundation.web.records.base import RecordPages
from kedang.foundation.web.records.detail import RecordDetail, RecordTab
from kedang.foundation.web.records.export import RecordExport
from kedang.foundation.web.records.form import RecordForm
from kedang.foundation.web.records.history import RecordHistory
from kedang.foundation.web.records.list import RecordList
from kedang.foundation.web.records.list_parts import RecordColumns, RecordRules, RecordViewDelete, RecordViewSave
from kedang.foundation.web.records.unmask import RecordUnmask
from kedang.foundation.web.records.verb import RecordBatch, RecordVerb


def routes_of(pages: type[RecordPages]) -> list[URLPattern]:
    """All URL patterns of one declaration."""
    base = pages.prefix.strip("/") or pages.word()

    def route(tail: str, name: str, view: Any, standard: Any = None, **extra: Any) -> URLPattern:
        chosen = getattr(pages, view, None) or standard if isinstance(view, str) else view
        made: URLPattern = path(f"{base}/{tail}", chosen.as_view(pages=pages, **extra), name=f"{pages.word()}-{name}")
        return made

    routes = [
        route("", "list", "list_view", RecordList),
        route("results/", "results", "list_view", RecordList, results_only=True),
        route("rules/", "rules", RecordRules),
        route("columns/", "columns", RecordColumns),
        route("views/", "view-save", RecordViewSave),
        route("views/<int:view_id>/delete/", "view-delete", RecordViewDelete),
    ]
    if pages.can_leave():
        routes.append(route("export/", "export", "export_view", RecordExport))
    if pages.create_service:
        routes.append(route("new/", "create", "form_view", RecordForm))
    for verb in pages.every_verb():
        if verb.batch:
            routes.append(route(f"batch/{verb.key}/", f"batch-{verb.key}", RecordBatch, verb=verb))
    if not pages.has_detail:
        return [
            *routes,
            *_edit_routes(pages, route, RecordForm),
            *[route(f"<int:pk>/{v.key}/", v.key, "verb_view", RecordVerb, verb=v) for v in pages.every_verb()],
        ]
    routes.append(route("<int:pk>/", "detail", "detail_view", RecordDetail))
    routes += _edit_routes(pages, route, RecordForm)
    if pages.unmask_action:
        routes.append(route("<int:pk>/unmask/<str:field>/", "unmask", RecordUnmask))
    if pages.has_history:
        routes.append(route("<int:pk>/history/", "history", "history_view", RecordHistory, tab_key="history"))
    for tab in pages.every_tab():
        view = tab.view or pages.tab_view or RecordTab
        routes.append(route(f"<int:pk>/{tab.key}/", tab.key, view, tab=tab, tab_key=tab.key))
    for verb in pages.every_verb():
        routes.append(route(f"<int:pk>/{verb.key}/", verb.key, "verb_view", RecordVerb, verb=verb))
    return routes


def _edit_routes(pages: type[RecordPages], route: Any, standard: Any) -> list[URLPattern]:
    return [route("<int:pk>/edit/", "edit", "form_view", standard)] if pages.change_service else []


RecordPages.routed_by(routes_of)
