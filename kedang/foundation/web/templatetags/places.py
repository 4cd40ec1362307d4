"""``{% url %}`` and ``{% static %}`` with a memory: addresses without arguments are the same for everybody.

Built into every template by the settings (``url``), or in the place of Django's library of that name (``static``).
"""

from typing import Any

from django import template
from django.conf import settings
from django.template import defaulttags
from django.template.base import Node, Parser, Token, Variable
from django.template.context import Context
from django.templatetags import static as django_static
from django.urls import get_script_prefix, get_urlconf

register = template.Library()
register.tags.update(django_static.register.tags)


class Place(Node):
    """An address that depends on nothing but the installation."""

    def __init__(self, inner: Any, name: str | None) -> None:
        self.inner, self.name = inner, name
        self.known: dict[Any, Any] = {}

    def render(self, context: Context) -> Any:
        """The address; where it has a name (``as``), nothing, and the address under that name."""
        key = (settings.ROOT_URLCONF, get_urlconf(), get_script_prefix(), context.autoescape)
        place = self.known.get(key)
        if place is None:
            drawn = self.inner.render(context)
            place = self.known[key] = context[self.name] if self.name else drawn
        if not self.name:
            return place
        context[self.name] = place
        return ""


def _is_literal(said: Any) -> bool:
    return not isinstance(said.var, Variable) and not said.filters


@register.tag("url")
def url(parser: Parser, token: Token) -> Any:
    """``{% url "name" %}``; with arguments it is Django's own."""
    node: Any = defaulttags.url(parser, token)
    return Place(node, node.asvar) if _is_literal(node.view_name) and not node.args and not node.kwargs else node


@register.tag("static")
def static(parser: Parser, token: Token) -> Any:
    """``{% static "path" %}``; the names of files change only with the program, while it is developed at any time."""
    node: Any = django_static.do_static(parser, token)
    return Place(node, node.varname) if _is_literal(node.path) and not settings.DEBUG else node
