"""The list page: view tabs, condition area, toolbar, table, pages. The table alone is at ``results/``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.functional import cached_property

from kedang.foundation.access.policies import can
from kedang.foundation.kernel.prepared import Prepared
from kedang.foundation.web.models import ListSettings, SavedView
from kedang.foundation.web.pages import Crumb, Page
from kedang.foundation.web.records.base import RecordPages
from kedang.foundation.web.records.cells import Cell, cells_of
from kedang.foundation.web.records.conditions import BoundFilter, bind
from kedang.foundation.web.records.declare import Column, Verb
from kedang.foundation.web.records.paging import SIZES, PageOfRows, page_of
from kedang.foundation.web.records.query import (
    RULE_FIELD,
    RULE_OPERATOR,
    RULE_PARTS,
    RULE_VALUE,
    RULE_VALUE_TO,
    ListQuery,
    Rule,
    params_of,
)

PLACES_A_ROW = 4

_liked = Prepared(
    lambda owner_id, record_kind: ListSettings.objects.filter(owner_id=owner_id, record_kind=record_kind),
    owner_id=int, record_kind=str,
)  # fmt: skip
ALL = "all"
"""Key of the tab of all rows, where the list begins with another one."""


@dataclass(slots=True)
class Row:
    """One line of the table."""

    obj: Any
    index: int
    href: str
    cells: list[Cell]


@dataclass(slots=True)
class Head:
    """One heading, with the address that sorts by it."""

    column: Column
    label: Any
    is_right: bool
    sort_query: str = ""
    direction: str = ""


@dataclass(slots=True)
class ViewTab:
    """One tab of the view line."""

    key: str
    label: Any
    query: str
    is_current: bool
    is_shared: bool = False
    saved_id: int = 0
    is_own: bool = False
    count: int | None = None


class RecordList(Page):
    """List of one kind of record; ``results_only`` draws the table region alone for htmx."""

    pages: type[RecordPages] = RecordPages
    results_only: bool = False
    template_name = "web/records/list.html"

    def required_action(self) -> str:
        return "" if self.pages.is_open else self.pages.action_of("view")

    def page_title(self) -> Any:
        return self.pages.plural()

    def crumbs(self) -> list[Crumb]:
        return []

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The page, or its results region."""
        context = self.context()
        if not self.results_only:
            return self.draw(**context)
        response = self.draw_part("web/records/results.html", **context)
        kept = self.cleaned_query()
        response["HX-Push-Url"] = self.list_url() + (f"?{kept}" if kept else "")
        return response

    # What is asked

    @cached_property
    def filters(self) -> dict[str, BoundFilter]:
        """Conditions this actor may use."""
        return bind(self.pages.model, self.pages.list_filters(), self.actor)

    @cached_property
    def saved_views(self) -> list[SavedView]:
        """Saved views of this list, one's own and shared."""
        return list(
            SavedView.objects.visible_to(self.actor).filter(record_kind=self.pages.kind()).order_by("position", "id")
        )

    @cached_property
    def settings(self) -> ListSettings:
        """How the actor likes this list."""
        found = _liked.first(owner_id=self.actor.pk, record_kind=self.pages.kind())
        return found or ListSettings(owner=self.actor, record_kind=self.pages.kind())

    @cached_property
    def params(self) -> QueryDict:
        """Parameters of the address; a saved view without further conditions stands for its own."""
        saved = self.current_saved
        if saved is None or set(self.request.GET) - {"view", "page", "size"}:
            return self.request.GET
        params = params_of(saved.conditions)
        params.update({key: self.request.GET[key] for key in ("page", "size") if key in self.request.GET})
        return params

    @cached_property
    def view_key(self) -> str:
        """Key of the view asked for; lists that begin with one of their views name the whole of it ``all``."""
        return self.request.GET.get("view", "") or self.pages.default_view

    @cached_property
    def current_saved(self) -> SavedView | None:
        """The saved view asked for."""
        return next((view for view in self.saved_views if f"v{view.pk}" == self.view_key), None)

    @cached_property
    def query(self) -> ListQuery:
        """Parsed conditions."""
        return ListQuery.parse(self.params, self.filters)

    @cached_property
    def asked(self) -> QueryDict:
        """The address without its empty parts."""
        kept = QueryDict(mutable=True)
        has_rules = any(self.request.GET.getlist(RULE_FIELD))
        for key, values in self.request.GET.lists():
            if key in RULE_PARTS:
                if has_rules:
                    kept.setlist(key, values)
            elif any(values) and key != "more":
                kept.setlist(key, values)
        return kept

    def cleaned_query(self) -> str:
        """The address for the address bar."""
        return self.asked.urlencode()

    def list_url(self) -> str:
        """Address of this list."""
        return self.pages.url("list")

    # What is found

    def narrowed(self) -> Q:
        """Condition of the built-in view tab."""
        for view in self.pages.views:
            if view.key == self.view_key:
                return view.q(self.actor)
        return Q()

    @cached_property
    def columns(self) -> list[Column]:
        """Columns shown, in the order the actor likes."""
        every = self.pages.list_columns(self.actor)
        kept = self.current_saved.columns if self.current_saved else []
        liked = kept or self.settings.columns or []
        by_name = {column.name: column for column in every}
        chosen = [by_name[name] for name in liked if name in by_name]
        return chosen or [column for column in every if column.shown]

    @cached_property
    def sort(self) -> tuple[str, str]:
        """Name of the sorted column and its direction, from the whitelist of indexed sorts."""
        asked = self.params.get("sort", "")
        name, direction = asked.removeprefix("-"), "desc" if asked.startswith("-") else "asc"
        known = {column.name for column in self.pages.list_columns(self.actor) if column.sort}
        return (name, direction) if name in known else ("", "")

    def ordering(self) -> list[str]:
        """Order of the rows; the key breaks ties, so that pages never overlap."""
        name, direction = self.sort
        order = list(self.pages.default_sort)
        if name:
            column = next(column for column in self.pages.list_columns(self.actor) if column.name == name)
            path = name if column.sort is True else str(column.sort)
            order = [f"-{path}" if direction == "desc" else path]
        if not any(part.lstrip("-") in {"pk", "id"} for part in order):
            order.append("-pk" if order[0].startswith("-") else "pk")
        return order

    def page_of_rows(self) -> PageOfRows:
        """The page asked for."""
        q = self.query.q() & self.narrowed()
        base = self.pages.visible(self.actor)
        keys = base.filter(q).order_by(*self.ordering())
        wanted = self.params.get("page", "")
        number = int(wanted[:9]) if wanted.isdecimal() else 1
        asked = self.params.get("size", "")
        size = int(asked) if asked.isdecimal() and int(asked) in SIZES else self.settings.page_size
        return page_of(keys, self.pages.for_list(self.pages.model._default_manager.all(), self.columns), number, size)

    def rows(self, page: PageOfRows) -> list[Row]:
        """Lines of the table, every value through the veil."""
        has_detail, cells = self.pages.has_detail, cells_of(self.actor, self.pages.model, self.columns)
        address = self.pages.addresses("detail") if has_detail else str
        return [
            Row(obj, page.first_index + at, address(obj.pk) if has_detail else "", cells(obj))
            for at, obj in enumerate(page.rows, 1)
        ]

    # What the templates get

    def heads(self) -> list[Head]:
        """Headings with their sorting addresses."""
        from kedang.foundation.web.records.naming import is_right_aligned, label_of

        name, direction = self.sort
        heads = []
        for column in self.columns:
            label = column.label or label_of(self.pages.model, column.name)
            right = column.align == "right" or (column.text is None and is_right_aligned(self.pages.model, column.name))
            head = Head(column, label, right)
            if column.sort:
                is_now = column.name == name
                target = f"-{column.name}" if is_now and direction == "asc" else column.name
                head.sort_query = self.with_params(sort=target, page="")
                head.direction = direction if is_now else ""
            heads.append(head)
        return heads

    def with_params(self, **changes: str) -> str:
        """Query string with some parameters changed."""
        params = self.asked.copy()
        for key, value in changes.items():
            if value:
                params[key] = value
            else:
                params.pop(key, None)
        return f"?{params.urlencode()}" if params else "?"

    def tabs(self) -> list[ViewTab]:
        """全部, the built-in views, the saved views."""
        from django.utils.translation import gettext as _

        first = ALL if self.pages.default_view else ""
        counts = self.pages.view_counts(self.actor)
        every = [ViewTab(first, _("全部"), f"?view={first}" if first else "?", self.view_key == first)]
        every += [
            ViewTab(view.key, view.label, f"?view={view.key}", view.key == self.view_key, count=counts.get(view.key))
            for view in self.pages.views
            if view.when is None or view.when(self.actor)
        ]
        every += [
            ViewTab(
                f"v{view.pk}", view.name, f"?view=v{view.pk}", f"v{view.pk}" == self.view_key, view.is_shared, view.pk,
                view.owner_id == self.actor.pk,
            )
            for view in self.saved_views
        ]  # fmt: skip
        return every

    def filter_choices(self) -> list[tuple[str, Any]]:
        """Fields that 高级筛选 offers."""
        return [(name, bound.label) for name, bound in self.filters.items()]

    def basic_filters(self) -> list[dict[str, Any]]:
        """Inputs of the condition area."""
        return [
            {"bound": bound, "value": self.query.value(name), "value_to": self.query.value_to(name)}
            for name, bound in self.filters.items()
            if bound.filter.basic
        ]

    def chips(self) -> list[dict[str, str]]:
        """Conditions in words, each with the address that drops it."""
        chips = []
        for condition in self.query.conditions:
            if condition.is_basic:
                names = (condition.bound.name, f"{condition.bound.name}_from", f"{condition.bound.name}_to")
                chips.append(
                    {"words": condition.words, "query": self.with_params(**dict.fromkeys([*names, "page"], ""))}
                )
            else:
                chips.append({"words": condition.words, "query": self.without_rule(condition.bound.name)})
        return chips

    def without_rule(self, name: str) -> str:
        """Address without the rules on a field."""
        params = self.asked.copy()
        lists = {key: params.getlist(key) for key in (RULE_FIELD, RULE_OPERATOR, RULE_VALUE, RULE_VALUE_TO)}
        keep = [at for at, field in enumerate(lists[RULE_FIELD]) if field != name]
        for key, values in lists.items():
            params.setlist(key, [values[at] for at in keep if at < len(values)])
        params.pop("page", None)
        return f"?{params.urlencode()}"

    def batch_verbs(self) -> Sequence[Verb]:
        """Verbs for picked rows."""
        return [
            verb for verb in self.pages.every_verb() if verb.batch and (not verb.action or can(self.actor, verb.action))
        ]

    def column_choices(self) -> list[dict[str, Any]]:
        """All columns for the settings dialog: the shown ones in their order, then the rest."""
        from kedang.foundation.web.records.naming import label_of

        every = self.pages.list_columns(self.actor)
        shown = [column.name for column in self.columns]
        ordered = [*self.columns, *(column for column in every if column.name not in shown)]
        return [
            {"name": c.name, "label": c.label or label_of(self.pages.model, c.name), "is_shown": c.name in shown}
            for c in ordered
        ]

    def context(self) -> dict[str, Any]:
        """Everything the templates name."""
        page = self.page_of_rows()
        basic = self.basic_filters()
        first_row = _first_row(basic)
        pages = self.pages
        rules = [*self.query.rules, *([] if self.query.rules else [Rule()])]
        return {
            "pages": pages,
            "lead": pages.lead,
            "page": page,
            "rows": self.rows(page),
            "heads": self.heads(),
            "tabs": self.tabs(),
            "basic": basic[:first_row],
            "basic_more": basic[first_row:],
            "has_more_open": any(item["value"] or item["value_to"] for item in basic[first_row:]),
            "rules": rules,
            "has_rules": bool(self.query.rules),
            "filters": list(self.filters.values()),
            "filter_choices": self.filter_choices(),
            "query": self.query,
            "problems": self.query.problems,
            "chips": self.chips(),
            "settings": self.settings,
            "column_choices": self.column_choices(),
            "sort_asked": self.params.get("sort", ""),
            "view_key": self.view_key,
            "current_saved": self.current_saved,
            "can_create": bool(pages.create_service) and can(self.actor, pages.action_of("create")),
            "can_export": pages.can_leave() and can(self.actor, pages.export_action),
            "can_share": can(self.actor, "web.share_views"),
            "batch_verbs": self.batch_verbs(),
            "toolbar_links": [link for link in pages.toolbar_links if not link[3] or can(self.actor, link[3])],
            "results_url": pages.url("results"),
            "list_url": self.list_url(),
            "create_url": pages.url("create") if pages.create_service else "",
            "export_url": pages.url("export") if pages.can_leave() else "",
            "columns_url": pages.url("columns"),
            "view_save_url": pages.url("view-save"),
            "rules_url": pages.url("rules"),
            "pager_query": self.with_params(page=""),
        }


def _first_row(basic: list[dict[str, Any]]) -> int:
    """How many inputs fit into the four places of the first row; a range takes two."""
    places = 0
    for at, item in enumerate(basic):
        places += 2 if item["bound"].is_double else 1
        if places > PLACES_A_ROW:
            return at
    return len(basic)
