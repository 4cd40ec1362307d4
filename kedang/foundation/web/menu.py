"""The left menu: rooms add their entries, a person sees those whose action is theirs."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.grants import active_grants
from kedang.foundation.access.policies import can
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.web.drawing import icon_html

Label = str | Promise


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu: label, URL name, icon name, and the action without which it is not shown."""

    label: Label
    url_name: str
    icon: str = "circle"
    action: str = ""
    group: str = "work"
    order: int = 100


@dataclass(frozen=True, slots=True)
class Group:
    """One first-level heading."""

    key: str
    label: Label
    order: int


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as a person sees it."""

    label: Label
    url: str
    icon: str
    is_current: bool


@lru_cache(maxsize=256)
def _address(url_name: str, urlconf: str) -> str:
    """Address of a name, empty where it has none; remembered, since every page asks for all of them."""
    try:
        return reverse(url_name, urlconf)
    except NoReverseMatch:
        return ""


@lru_cache(maxsize=256)
def _drawn(acts: frozenset[str], urlconf: str, language: str) -> tuple[str, dict[str, str]]:
    """The groups as HTML, and per address the words by which its link begins."""
    lines: dict[str, list[str]] = {}
    spots: dict[str, str] = {}
    for entry in sorted(menu.entries, key=lambda known: known.order):
        url = _address(entry.url_name, urlconf)
        if not url or (entry.action and entry.action not in acts):
            continue
        label = escape(entry.label)
        spots[url] = f'<a class="menu-link" href="{escape(url)}"'
        lines.setdefault(entry.group, []).append(
            f'<li>{spots[url]} title="{label}">{icon_html(entry.icon)}<span class="menu-text">{label}</span></a></li>'
        )
    chevron = icon_html("chevron-down", "small")
    drawn = [
        f'<details class="menu-group" open data-menu-group="{escape(group.key)}"><summary>{escape(group.label)}{chevron}</summary>'
        f"<ul>{''.join(lines[group.key])}</ul></details>"
        for group in sorted(menu.groups.values(), key=lambda known: known.order)
        if group.key in lines
    ]
    return "".join(drawn), spots


@dataclass(slots=True)
class Menu:
    """Registry of groups and entries."""

    groups: dict[str, Group] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)

    def add_group(self, key: str, label: Label, order: int) -> None:
        """Declare a heading."""
        self.groups[key] = Group(key, label, order)
        _drawn.cache_clear()

    def add(self, *entries: Entry) -> None:
        """Add entries; the same URL name twice replaces the earlier one."""
        for entry in entries:
            self.entries = [known for known in self.entries if known.url_name != entry.url_name] + [entry]
        _drawn.cache_clear()

    def shown_to(self, actor: Actor, path: str) -> list[dict[str, Any]]:
        """Groups with the lines that the actor may open; the line of the longest matching address is the current one."""
        shown: list[tuple[Entry, str]] = []
        for entry in self.entries:
            if entry.action and not can(actor, entry.action):
                continue
            url = _address(entry.url_name, settings.ROOT_URLCONF)
            if url:
                shown.append((entry, url))
        here = max(
            (url for _entry, url in shown if path == url or (url != "/" and path.startswith(url))), key=len, default=""
        )
        result = []
        for group in sorted(self.groups.values(), key=lambda known: known.order):
            lines = [
                Line(entry.label, url, entry.icon, url == here)
                for entry, url in sorted(shown, key=lambda pair: pair[0].order)
                if entry.group == group.key
            ]
            if lines:
                result.append({"key": group.key, "label": group.label, "lines": lines})
        return result


menu = Menu()
menu.add_group("work", _("工作"), 10)
menu.add_group("dossiers", _("客户档案"), 20)
menu.add_group("archive", _("档案"), 25)
menu.add_group("collection", _("收集与导入"), 30)
menu.add_group("trail", _("留痕"), 80)
menu.add_group("system", _("系统管理"), 90)


def menu_html(request: HttpRequest) -> SafeString:
    """The menu of the person who asks as it stands on every page, drawn once for all who may do the same and remembered."""
    actor: Any = request.user
    if not actor.is_authenticated:
        return SafeString("")
    acts = frozenset[str]().union(*(grant.actions for grant in active_grants(actor)))
    html, spots = _drawn(acts, settings.ROOT_URLCONF, get_language() or "")
    path = request.path
    here = max((url for url in spots if path == url or (url != "/" and path.startswith(url))), key=len, default="")
    return mark_safe(html.replace(spots[here], f'{spots[here]} aria-current="page"', 1) if here else html)  # noqa: S308  # escaped in _drawn


def menu_of(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu of the person who asks."""
    actor: Any = request.user
    return menu.shown_to(actor, request.path) if actor.is_authenticated else []
