"""The left menu: rooms add their entries, a person sees those whose action is theirs."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.policies import can
from kedang.foundation.kernel.actors import Actor

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


@dataclass(slots=True)
class Menu:
    """Registry of groups and entries."""

    groups: dict[str, Group] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)

    def add_group(self, key: str, label: Label, order: int) -> None:
        """Declare a heading."""
        self.groups[key] = Group(key, label, order)

    def add(self, *entries: Entry) -> None:
        """Add entries; the same URL name twice replaces the earlier one."""
        for entry in entries:
            self.entries = [known for known in self.entries if known.url_name != entry.url_name] + [entry]

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


def menu_of(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu of the person who asks."""
    actor: Any = request.user
    return menu.shown_to(actor, request.path) if actor.is_authenticated else []
