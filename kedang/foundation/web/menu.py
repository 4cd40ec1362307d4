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


Offered = tuple[tuple[Group, tuple[tuple[Entry, str], ...]], ...]


@lru_cache(maxsize=256)
def _offered(acts: frozenset[str], urlconf: str) -> Offered:
    """Groups with the entries, and their addresses, that somebody with these rights may open; empty groups are left out."""
    entries = sorted(menu.entries, key=lambda known: known.order)
    shown = [
        (entry, url)
        for entry in entries
        if (not entry.action or entry.action in acts) and (url := _address(entry.url_name, urlconf))
    ]
    groups = sorted(menu.groups.values(), key=lambda known: known.order)
    parts = ((group, tuple(pair for pair in shown if pair[0].group == group.key)) for group in groups)
    return tuple((group, pairs) for group, pairs in parts if pairs)


def _here(offered: Offered, path: str) -> str:
    """The longest matching address: its entry is the current one."""
    urls = (url for _group, pairs in offered for _entry, url in pairs)
    return max((url for url in urls if path == url or (url != "/" and path.startswith(url))), key=len, default="")


@lru_cache(maxsize=256)
def _drawn(offered: Offered, language: str) -> str:
    """The groups as HTML, with no current entry."""
    chevron = icon_html("chevron-down", "small")
    drawn = []
    for group, pairs in offered:
        drawn.append(f'<details class="menu-group" open data-menu-group="{escape(group.key)}">')
        drawn.append(f"<summary>{escape(group.label)}{chevron}</summary><ul>")
        for entry, url in pairs:
            label = escape(entry.label)
            text = f'{icon_html(entry.icon)}<span class="menu-text">{label}</span>'
            drawn.append(f'<li>{_link(url)} title="{label}">{text}</a></li>')
        drawn.append("</ul></details>")
    return "".join(drawn)


def _link(url: str) -> str:
    """How the link of an address begins."""
    return f'<a class="menu-link" href="{escape(url)}"'


def _acts_of(actor: Actor) -> frozenset[str]:
    return frozenset[str]().union(*(grant.actions for grant in active_grants(actor)))


@dataclass(slots=True)
class Menu:
    """Registry of groups and entries."""

    groups: dict[str, Group] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)

    def add_group(self, key: str, label: Label, order: int) -> None:
        """Declare a heading."""
        self.groups[key] = Group(key, label, order)
        _offered.cache_clear()

    def add(self, *entries: Entry) -> None:
        """Add entries; the same URL name twice replaces the earlier one."""
        for entry in entries:
            self.entries = [known for known in self.entries if known.url_name != entry.url_name] + [entry]
        _offered.cache_clear()

    def shown_to(self, actor: Actor, path: str) -> list[dict[str, Any]]:
        """Groups with the lines that the actor may open; the line of the longest matching address is the current one."""
        offered = _offered(_acts_of(actor), settings.ROOT_URLCONF)
        here = _here(offered, path)
        return [
            {
                "key": group.key,
                "label": group.label,
                "lines": [Line(entry.label, url, entry.icon, url == here) for entry, url in pairs],
            }
            for group, pairs in offered
        ]


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
    offered = _offered(_acts_of(actor), settings.ROOT_URLCONF)
    html, here = _drawn(offered, get_language() or ""), _here(offered, request.path)
    if here:
        html = html.replace(f"{_link(here)} ", f'{_link(here)} aria-current="page" ', 1)
    return mark_safe(html)  # noqa: S308  # escaped in _drawn


def menu_of(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu of the person who asks."""
    actor: Any = request.user
    return menu.shown_to(actor, request.path) if actor.is_authenticated else []
