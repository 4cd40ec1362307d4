"""Words in which a room declares the pages of a record: columns, panels, filters, views, tabs and verbs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.safestring import SafeString

Label = str | Promise
Draw = Callable[[Any], SafeString]
"""Draws a shown value in a way of its own: takes the cell, whose text has passed the veil, and escapes it."""
Tones = Mapping[Any, str]
"""Colour of a tag by value: good, blue, warn, bad, violet, seal or nothing."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list.

    ``name`` is a field, or an attribute with a secrecy class, of the model. ``sort`` is the field path to order by (declare it only where
    an index serves it; ``True`` means the field itself). ``lead`` makes it the link to the record. ``text(obj, actor)`` computes a
    value that is no field (its ``needs`` fields are then loaded). ``template`` draws the cell with ``cell`` and ``row``; ``draw`` does so
    without the template engine, for what stands in every row.
    """

    name: str
    label: Label = ""
    sort: str | bool = False
    lead: bool = False
    align: str = ""
    wrap: bool = False
    shown: bool = True
    text: Callable[[Any, Any], Any] | None = None
    needs: tuple[str, ...] = ()
    tones: Tones | None = None
    template: str = ""
    draw: Draw | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """A titled group of fields: a sheet on the detail page, a section of the form, a block of the export."""

    title: Label
    fields: tuple[str, ...]
    key: str = ""
    columns: int = 2
    note: Label = ""
    wide: tuple[str, ...] = ()
    readonly: tuple[str, ...] = ()
    when: Callable[[Any], bool] | None = None

    def fits(self, obj: Any) -> bool:
        """Whether the panel concerns this record (by its kind, say)."""
        return self.when is None or obj is None or self.when(obj)


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition of a list, derived from a field unless said otherwise.

    ``kind``: text, choice, number, date, bool. ``choices(actor)`` gives (value, label) pairs. ``q(actor, operator, values)`` builds the
    condition by hand, e.g. through a search index or a blind index. ``basic`` puts it into the condition area;
    the others are offered under 高级筛选 only.
    """

    name: str
    label: Label = ""
    kind: str = ""
    path: str = ""
    basic: bool = True
    operators: tuple[str, ...] = ()
    operator: str = ""
    choices: Callable[[Any], Sequence[tuple[Any, Any]]] | None = None
    q: Callable[[Any, str, list[Any]], Q] | None = None
    may: Callable[[Any], bool] | None = None
    help: Label = ""


@dataclass(frozen=True, slots=True)
class View:
    """A built-in view tab, e.g. 我的: ``q(actor)`` narrows what the policy already allows."""

    key: str
    label: Label
    q: Callable[[Any], Q]
    when: Callable[[Any], bool] | None = None


@dataclass(frozen=True, slots=True)
class Tab:
    """A further tab of a record's page at its own URL ``<id>/<key>/``.

    ``template`` is drawn with ``rows(actor, obj)`` as ``rows``; ``count(actor, obj)`` stands on the tab, or ``counted(actor)``, an
    expression that is annotated to the query of the record and costs no query of its own. For anything bigger give ``view``, a subclass
    of :class:`RecordTab`.
    """

    key: str
    label: Label
    template: str = ""
    rows: Callable[[Any, Any], Any] | None = None
    count: Callable[[Any, Any], int] | None = None
    view: Any = None
    action: str = ""
    when: Callable[[Any], bool] | None = None
    counted: Callable[[Any], Any] | None = None

    @property
    def counted_name(self) -> str:
        """Attribute under which the annotated count lies on the record."""
        return f"tab_{self.key.replace('-', '_')}_count"

    def count_on(self, actor: Any, obj: Any) -> int | None:
        """The number on the tab, or None for none."""
        if self.counted is not None:
            return int(getattr(obj, self.counted_name, None) or 0)
        return self.count(actor, obj) if self.count else None


@dataclass(frozen=True, slots=True)
class Mark:
    """A tag in the head of a record's page that another room puts there, with the way to its own page where the reader may follow it."""

    text: str
    tone: str = "plain"
    url: str = ""
    note: str = ""
    """Shown to who rests on it."""


@dataclass(frozen=True, slots=True)
class Verb:
    """A button that runs a service: ``service(actor=…, <noun>=obj, reason=…, **fields)``.

    ``reason``: True asks for one, ``"optional"`` offers it. ``fields`` maps names to form fields. ``confirm`` says plainly
    what happens to the data afterwards. ``batch`` also offers it for picked rows of the list.
    """

    key: str
    label: Label
    service: Callable[..., Any]
    action: str
    icon: str = ""
    confirm: Label = ""
    done: Label = ""
    danger: bool = False
    main: bool = False
    reason: bool | str = False
    fields: Mapping[str, Any] = field(default_factory=dict)
    when: Callable[[Any], bool] | None = None
    batch: bool = False
    argument: str = ""
