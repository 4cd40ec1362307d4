"""One declaration per record, from which its list, detail, form, verbs, history and export pages are made."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.db import models
from django.db.models import QuerySet
from django.urls import URLPattern, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.policies import can, policy_for
from kedang.foundation.access.secrecy import FieldRight
from kedang.foundation.access.veil import reveal, right_anywhere
from kedang.foundation.audit.vocabulary import EventType
from kedang.foundation.kernel.refused import OutOfScope
from kedang.foundation.web.records.declare import Column, Filter, Mark, Panel, Tab, Tones, Verb, View
from kedang.foundation.web.records.naming import field_of

Label = str | Promise

_ANY_KEY = 987_654_321


class RecordPages:
    """Declare one subclass per kind of record in ``panels.py``; ``urls()`` gives its pages.

    URL names are ``<app>:<noun>-list``, ``-results``, ``-create``, ``-detail``, ``-edit``, ``-history``, ``-export``, ``-unmask`` and
    ``-<verb>`` or ``-<tab>``. Everything below may be overridden.
    """

    model: ClassVar[type[models.Model]]
    prefix: ClassVar[str] = ""
    noun: ClassVar[str] = ""
    namespace: ClassVar[str] = ""
    argument: ClassVar[str] = ""
    """Name under which services take the record; default is the noun with underscores."""

    title: ClassVar[Label] = ""
    lead: ClassVar[Label] = ""
    icon: ClassVar[str] = "file-text"
    empty_hint: ClassVar[Label] = ""

    head_name: ClassVar[str] = "name"
    head_code: ClassVar[str] = ""
    head_tags: ClassVar[Sequence[str]] = ()
    head_keys: ClassVar[Sequence[str]] = ()
    panels: ClassVar[Sequence[Panel]] = ()
    tones: ClassVar[Mapping[str, Tones]] = {}

    columns: ClassVar[Sequence[str | Column]] = ()
    default_sort: ClassVar[Sequence[str]] = ("-pk",)
    filters: ClassVar[Sequence[str | Filter]] = ()
    views: ClassVar[Sequence[View]] = ()
    default_view: ClassVar[str] = ""
    """Key of the view with which the list opens; empty: with all rows."""
    tabs: ClassVar[Sequence[Tab]] = ()
    verbs: ClassVar[Sequence[Verb]] = ()
    toolbar_links: ClassVar[Sequence[tuple[Label, str, str, str]]] = ()
    """Further buttons of the list: (label, url name, icon, action)."""

    view_action: ClassVar[str] = ""
    create_action: ClassVar[str] = ""
    change_action: ClassVar[str] = ""
    unmask_action: ClassVar[str] = ""
    export_action: ClassVar[str] = ""
    history_action: ClassVar[str] = ""
    create_service: ClassVar[Callable[..., Any] | None] = None
    change_service: ClassVar[Callable[..., Any] | None] = None
    create_fields: ClassVar[Sequence[str]] = ()
    """Fields of the form for a new record; empty means all editable fields of the panels."""
    create_label: ClassVar[Label] = _("新建")
    read_event: ClassVar[EventType | None] = None
    export_event: ClassVar[EventType | None] = None
    in_drawer: ClassVar[bool] = False
    """Whether the form opens in the drawer beside the list or the record; long forms have a page of their own."""
    takes_values: ClassVar[bool] = False
    """Whether the services take a mapping ``values=`` instead of one argument per field."""
    is_open: ClassVar[bool] = False
    """Whether everybody may open the list; the policy's scope then decides alone what is on it."""
    has_history: ClassVar[bool] = True
    has_export: ClassVar[bool] = True
    """Export is offered where an ``export_action`` is named: nothing leaves the house by the right to look alone."""
    has_detail: ClassVar[bool] = True
    version_field: ClassVar[str] = "version"

    list_view: ClassVar[Any] = None
    detail_view: ClassVar[Any] = None
    form_view: ClassVar[Any] = None
    verb_view: ClassVar[Any] = None
    history_view: ClassVar[Any] = None
    export_view: ClassVar[Any] = None
    tab_view: ClassVar[Any] = None
    """Page classes of one's own, subclasses of RecordList, RecordDetail, …; ``tab_view`` draws tabs that name none."""

    _routing: ClassVar[list[Callable[[type["RecordPages"]], list[URLPattern]]]] = []
    _by_kind: ClassVar[dict[str, type["RecordPages"]]] = {}
    _more_tabs: ClassVar[dict[str, list[Tab]]] = {}
    _more_verbs: ClassVar[dict[str, list[Verb]]] = {}
    _more_marks: ClassVar[dict[str, list[Callable[[Any, Any], Sequence[Mark]]]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Remember which pages show a kind of record, so that the trail and the work list can link to it."""
        super().__init_subclass__(**kwargs)
        if getattr(cls, "model", None) is not None and cls.has_detail:
            RecordPages._by_kind.setdefault(cls.kind(), cls)

    @classmethod
    def of_kind(cls, kind: str) -> type["RecordPages"] | None:
        """The pages of a kind (``customers.customer``), or None where it has none."""
        return RecordPages._by_kind.get(kind)

    # Tabs that other rooms bring

    @staticmethod
    def add_tab(kind: str, tab: Tab) -> None:
        """Bring a tab to the pages of a kind (``customers.customer``) from a room that those pages do not know. At start-up only."""
        known = RecordPages._more_tabs.setdefault(kind, [])
        known[:] = [*(one for one in known if one.key != tab.key), tab]

    @staticmethod
    def add_verb(kind: str, verb: Verb) -> None:
        """Bring a verb in the same way."""
        known = RecordPages._more_verbs.setdefault(kind, [])
        known[:] = [*(one for one in known if one.key != verb.key), verb]

    @staticmethod
    def add_marks(kind: str, make: Callable[[Any, Any], Sequence[Mark]]) -> None:
        """Bring tags to the head of the pages of a kind in the same way: ``make(actor, obj)``."""
        known = RecordPages._more_marks.setdefault(kind, [])
        if make not in known:
            known.append(make)

    @classmethod
    def marks_for(cls, actor: Any, obj: Any) -> list[Mark]:
        """Tags that other rooms put in the head."""
        return [mark for make in RecordPages._more_marks.get(cls.kind(), ()) for mark in make(actor, obj)]

    @classmethod
    def every_verb(cls) -> tuple[Verb, ...]:
        """Its own verbs, then those that other rooms brought to its main pages."""
        more = RecordPages._more_verbs.get(cls.kind(), ()) if RecordPages._by_kind.get(cls.kind()) is cls else ()
        return (*cls.verbs, *more)

    @classmethod
    def every_tab(cls) -> tuple[Tab, ...]:
        """Its own tabs, then those that other rooms brought."""
        return (*cls.tabs, *RecordPages._more_tabs.get(cls.kind(), ()))

    # Names and addresses

    @classmethod
    def app(cls) -> str:
        """URL namespace."""
        return cls.namespace or cls.model._meta.app_label

    @classmethod
    def word(cls) -> str:
        """Noun in URL names."""
        return cls.noun or str(cls.model._meta.model_name)

    @classmethod
    def argument_name(cls) -> str:
        """Name under which services take the record."""
        return cls.argument or cls.word().replace("-", "_")

    @classmethod
    def kind(cls) -> str:
        """Key of the record kind for saved views and the trail."""
        return cls.model._meta.label_lower

    @classmethod
    def url(cls, page: str, *args: Any) -> str:
        """Address of one of the pages, e.g. ``url("detail", 7)``."""
        return reverse(f"{cls.app()}:{cls.word()}-{page}", args=args)

    @classmethod
    def addresses(cls, page: str) -> Callable[[Any], str]:
        """What makes the address of a key, for many records by one look into the table of addresses."""
        head, _key, tail = cls.url(page, _ANY_KEY).partition(str(_ANY_KEY))
        return lambda key: f"{head}{key}{tail}"

    @classmethod
    def plural(cls) -> Any:
        """Title of the list."""
        return cls.title or cls.model._meta.verbose_name_plural

    @classmethod
    def action_of(cls, what: str) -> str:
        """Action behind view, create, change, history, unmask or export; derived from the policy where not said."""
        policy = policy_for(cls.model)
        named: str = getattr(cls, f"{what}_action")
        if named:
            return named
        return {"view": policy.view, "change": policy.change, "create": policy.change, "history": policy.history}.get(
            what, ""
        )

    @classmethod
    def can_leave(cls) -> bool:
        """Whether the list has an export at all."""
        return cls.has_export and bool(cls.export_action)

    # Reading

    @classmethod
    def visible(cls, actor: Any) -> QuerySet[Any]:
        """Rows that exist for the actor."""
        return cls.model._default_manager.filter(policy_for(cls.model).scope(actor))

    @classmethod
    def get(cls, actor: Any, pk: int) -> Any:
        """The one record, or OutOfScope."""
        rows = cls.with_tab_counts(actor, cls.for_detail(cls.visible(actor))).filter(pk=pk)
        for found in rows.order_by()[:1]:  # to put one row in order costs more than to find it
            return found
        raise OutOfScope

    @classmethod
    def for_detail(cls, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Joined tables of the detail page; default: the foreign keys among its fields."""
        names = [name for panel in cls.panels for name in panel.fields] + [*cls.head_tags, *cls.head_keys]
        return queryset.select_related(*cls.joined(names))

    @classmethod
    def with_tab_counts(cls, actor: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Counts of tabs that count in the query of the record itself."""
        counted = {tab.counted_name: tab.counted(actor) for tab in cls.every_tab() if tab.counted is not None}
        return queryset.annotate(**counted) if counted else queryset

    @classmethod
    def for_list(cls, queryset: QuerySet[Any], columns: Sequence[Column]) -> QuerySet[Any]:
        """Columns and joined tables of the list page: only what is shown, and what the veil asks for."""
        names = [name for column in columns for name in (column.needs or (column.name,))]
        joined = cls.joined(names)
        queryset = queryset.select_related(*joined)
        if any(column.text is not None and not column.needs for column in columns) or cls._is_child():
            return queryset
        wanted = {
            name for name in [*names, cls.head_name, *cls._policy_fields()] if field_of(cls.model, name) is not None
        }
        if any("." in name or field_of(cls.model, name) is None for name in names):
            return queryset
        return queryset.only("pk", *sorted(wanted))

    @classmethod
    def joined(cls, names: Sequence[str]) -> list[str]:
        """Foreign keys among the names, and the record above where the policy follows it."""
        found = {name for name in names if isinstance(field_of(cls.model, name), models.ForeignKey)}
        parent = policy_for(cls.model).parent
        return sorted(found | ({parent} if parent else set()))

    @classmethod
    def view_counts(cls, actor: Any) -> Mapping[str, int]:
        """Numbers that stand on the tabs of views, by key. Default: none, for nothing is counted that nobody asks for."""
        return {}

    @classmethod
    def _is_child(cls) -> bool:
        return bool(policy_for(cls.model).parent)

    @classmethod
    def _policy_fields(cls) -> list[str]:
        paths = policy_for(cls.model).paths
        every = (paths.fonds, paths.owner, paths.department, paths.region, paths.secrecy)
        return [path.partition("__")[0].removesuffix("_id") for path in every if path]

    # Words about one record

    @classmethod
    def name_of(cls, actor: Any, obj: Any) -> str:
        """What stands at the head of its page."""
        return (reveal(actor, obj, cls.head_name).text if hasattr(obj, cls.head_name) else "") or str(obj)

    @classmethod
    def list_columns(cls, actor: Any) -> list[Column]:
        """Declared columns that the actor may see at all."""
        declared = [column if isinstance(column, Column) else Column(column) for column in cls.columns]
        shown = []
        for column in declared:
            if column.text is None and right_anywhere(actor, cls.model, column.name) == FieldRight.HIDE:
                continue
            shown.append(column)
        return shown

    @classmethod
    def list_filters(cls) -> list[Filter]:
        """Declared filters."""
        return [declared if isinstance(declared, Filter) else Filter(declared) for declared in cls.filters]

    @classmethod
    def verbs_for(cls, actor: Any, obj: Any) -> list[Verb]:
        """Buttons that fit this record and this actor."""
        return [
            verb
            for verb in cls.every_verb()
            if (verb.when is None or verb.when(obj)) and (not verb.action or can(actor, verb.action, obj))
        ]

    @classmethod
    def tabs_for(cls, actor: Any, obj: Any) -> list[Tab]:
        """Tabs that fit this record and this actor."""
        return [
            tab
            for tab in cls.every_tab()
            if (tab.when is None or tab.when(obj)) and (not tab.action or can(actor, tab.action, obj))
        ]

    # Writing

    @classmethod
    def save_new(cls, actor: Any, data: dict[str, Any]) -> Any:
        """Run the service that creates."""
        service: Any = cls.service("create_service")
        return service(actor=actor, **cls._given(data))

    @classmethod
    def save_change(cls, actor: Any, obj: Any, data: dict[str, Any], version: int | None) -> Any:
        """Run the service that changes: only changed values, and the version they were based on."""
        service: Any = cls.service("change_service")
        stamp = {} if version is None else {"version": version}
        return service(actor=actor, **{cls.argument_name(): obj}, **stamp, **cls._given(data))

    @classmethod
    def _given(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Typed values as the services take them; answers to extra fields always go by their own names."""
        if not cls.takes_values:
            return data
        own = {name: data.pop(name) for name in list(data) if field_of(cls.model, name) is None}
        return {"values": data, **own}

    @classmethod
    def extra_fields(cls, actor: Any, obj: Any) -> dict[str, Any]:
        """Further form fields that are no model fields (a reason, say); their answers go to the service by name."""
        return {}

    @classmethod
    def service(cls, name: str) -> Callable[..., Any] | None:
        """A declared service as the plain function it is."""
        found: Callable[..., Any] | None = getattr(cls, name)
        return found

    # Addresses

    @classmethod
    def urls(cls) -> list[URLPattern]:
        """All pages of this kind of record."""
        return RecordPages._routing[0](cls)

    @staticmethod
    def routed_by(routes_of: Callable[[type["RecordPages"]], list[URLPattern]]) -> None:
        """What makes the addresses of a declaration: it knows the page classes, which know this one."""
        RecordPages._routing[:] = [routes_of]
