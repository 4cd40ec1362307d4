"""What waits in 收件箱 for a step: conditions, tabs with their counts, one page of papers, and what the rules think of each."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.holdings.choices import ItemState
from kedang.business.holdings.filing.rules import rules_of
from kedang.business.holdings.models import Item, ItemFile
from kedang.business.holdings.services.items.files import BAD
from kedang.business.holdings.services.items.indexing import KIND
from kedang.business.holdings.views.items.declared import kind_choices
from kedang.business.holdings.views.volumes.columns import person_choices
from kedang.foundation.access.policies import scope_q
from kedang.foundation.files.models import FileState
from kedang.foundation.kernel import clock
from kedang.foundation.search.find import find_ids
from kedang.foundation.web.records.paging import SIZES, PageOfRows

STEPS: tuple[tuple[str, ItemState, Any, str], ...] = (
    ("received", ItemState.RECEIVED, gettext_lazy("待鉴别"), "identify"),
    ("identified", ItemState.IDENTIFIED, gettext_lazy("待定位"), "place"),
    ("placed", ItemState.PLACED, gettext_lazy("待编目"), "catalogue"),
    ("catalogued", ItemState.CATALOGUED, gettext_lazy("待入库"), "put-away"),
)
STATES = tuple(state for _key, state, _label, _verb in STEPS)
SIZE = 50
CONDITIONS = ("q", "kind", "source", "by", "from", "to")
SHOWN_WITH = {"placed": ("series", "retention", "volume"), "catalogued": ("series", "retention", "volume")}


class Waiting:
    """One look at what waits, as far as the reader sees it."""

    def __init__(self, actor: Any, request: HttpRequest) -> None:
        self.actor, self.request = actor, request
        self.step = next((step for step in STEPS if step[0] == request.GET.get("step")), STEPS[0])

    @cached_property
    def asked(self) -> dict[str, Any]:
        """Conditions as asked; what cannot be one is left out."""
        get = self.request.GET
        asked: dict[str, Any] = {name: get.get(name, "").replace("\0", "").strip()[:100] for name in CONDITIONS}
        asked |= {name: _day(asked[name]) for name in ("from", "to")}
        asked |= {name: asked[name] if _is_key(asked[name]) else "" for name in ("kind", "by")}
        if self.step[1] == ItemState.RECEIVED:
            asked["kind"] = ""  # it is not settled before 鉴别
        return asked

    @property
    def is_narrowed(self) -> bool:
        """Whether any condition was asked."""
        return any(self.asked.values())

    @cached_property
    def kinds(self) -> list[tuple[int, str]]:
        """Kinds to choose from, where papers have one."""
        return [] if self.step[1] == ItemState.RECEIVED else kind_choices(self.actor)

    @cached_property
    def people(self) -> list[tuple[int, str]]:
        """Who may have brought papers."""
        return person_choices(self.actor)

    @property
    def words(self) -> list[str]:
        """The conditions in words."""
        asked, told = self.asked, []
        for name, label, choices in (
            ("q", _("关键词"), None), ("kind", _("种类"), self.kinds), ("source", _("来源"), None), ("by", _("经办人"), self.people),
        ):  # fmt: skip
            if asked[name]:
                told.append(
                    f"{label} {dict(choices).get(int(asked[name]), '') if choices is not None else asked[name]}"
                )
        if asked["from"] or asked["to"]:
            told.append(f"{_('收到')} {asked['from'] or ''} ~ {asked['to'] or ''}")
        return told

    @cached_property
    def query(self) -> str:
        """The conditions as they stand in addresses, joined to the step."""
        kept = self.request.GET.copy()
        for name in ("step", "page", "size"):
            kept.pop(name, None)
        return kept.urlencode()

    @cached_property
    def rows(self) -> QuerySet[Item]:
        """Everything that waits for any step and fulfils the conditions."""
        asked, zone = self.asked, ZoneInfo(settings.TIME_ZONE)
        q = Q(state__in=STATES)
        if asked["q"]:
            scope = scope_q(self.actor, "holdings.view", Item) & q
            q &= Q(pk__in=find_ids(KIND, asked["q"], scope, {}))
        if asked["kind"]:
            q &= Q(state=ItemState.RECEIVED) | Q(document_type_id=int(asked["kind"]))
        if asked["source"]:
            q &= Q(source__icontains=asked["source"])
        if asked["by"]:
            q &= Q(responsible_id=int(asked["by"]))
        if asked["from"]:
            q &= Q(created_at__gte=datetime.combine(asked["from"], time.min, zone))
        if asked["to"]:
            q &= Q(created_at__lte=clock.end_of_day(asked["to"]))
        return Item.objects.visible_to(self.actor).filter(q)

    @cached_property
    def counted(self) -> dict[str, int]:
        """How many wait for each step, one query."""
        return dict(self.rows.order_by().values_list("state").annotate(n=Count("pk")))

    @property
    def steps(self) -> list[dict[str, Any]]:
        """Tabs."""
        return [
            {"key": key, "label": label, "count": self.counted.get(state.value, 0), "is_current": key == self.step[0]}
            for key, state, label, _verb in STEPS
        ]

    @cached_property
    def page(self) -> PageOfRows:
        """The page asked for, the newest first; its rows are the lines to draw."""
        get, total = self.request.GET, self.counted.get(self.step[1].value, 0)
        size = int(get.get("size", "")) if get.get("size", "") in map(str, SIZES) else SIZE
        last = max(1, -(-total // size))
        number = min(max(1, int(get.get("page", "")[:6])), last) if get.get("page", "").isdecimal() else 1
        start = (number - 1) * size
        keys = self.rows.filter(state=self.step[1]).order_by("-pk").values_list("pk", flat=True)[start : start + size]
        return PageOfRows(self.lines(list(keys)), number, size, total, True, number < last)

    def lines(self, keys: list[int]) -> list[dict[str, Any]]:
        """Items with what the rules think of each."""
        joined = ("document_type", "customer", *SHOWN_WITH.get(self.step[0], ()))
        items = list(Item.objects.filter(pk__in=keys).select_related(*joined).order_by("-pk"))
        bad = _bad_files(items)
        if self.step[1] != ItemState.RECEIVED:
            return [{"item": item, "trouble": bad.get(item.pk, "")} for item in items]
        rules = rules_of(self.actor.fonds_id or 0)
        names = _file_names(items)
        lines = []
        for item in items:
            kind = item.document_type or rules.kind_of([item.title, *names.get(item.pk, [])]).value
            kept = True if item.belongs_to_id else kind.is_kept if kind is not None else None
            lines.append({"item": item, "kind": kind, "is_kept": kept, "trouble": bad.get(item.pk, "")})
        return lines


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day < date.max else None


def _is_key(text: str) -> bool:
    return text.isdecimal() and len(text) < 10


def _bad_files(items: list[Item]) -> dict[int, str]:
    """Items with a file that is held back, damaged, or cannot be opened, and the word for it: one query."""
    keys = [item.pk for item in items]
    rows = ItemFile.objects.filter(Q(file__state__in=BAD) | ~Q(file__finding=""), item_id__in=keys)
    words = dict(FileState.choices)
    return {
        key: str(words[state]) if state in BAD else _("文件有疑问")
        for key, state in rows.order_by("id").values_list("item_id", "file__state")
    }


def _file_names(items: list[Item]) -> dict[int, list[str]]:
    """Names of the files of items whose kind is not known yet: one query."""
    wanted = [item.pk for item in items if item.document_type_id is None]
    found: dict[int, list[str]] = {}
    for key, name in ItemFile.objects.filter(item_id__in=wanted).values_list("item_id", "file__name"):
        found.setdefault(key, []).append(name)
    return found
