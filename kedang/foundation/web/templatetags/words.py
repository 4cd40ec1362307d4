"""``{% trans %}`` with a memory: a literal is looked up once a language, then only put in its place.

A page of the house holds a hundred of them, and Django asks catalogue, time zone and escaping anew for each. The settings name this
library ``i18n``, so that templates load it as everywhere.
"""

from typing import Any

from django import template
from django.template.base import Node, Parser, Token, Variable
from django.template.context import Context
from django.templatetags import i18n
from django.utils.translation import get_language

register = template.Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class Word(Node):
    """A literal text in the language of the request."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.known: dict[str | None, Any] = {}

    def render(self, context: Context) -> Any:
        """The text; where it has a name (``as``), nothing, and the text under that name."""
        language = get_language()
        text = self.known.get(language)
        name = self.inner.asvar
        if text is None:
            shown = self.inner.render(context)
            text = self.known[language] = context[name] if name else shown
        if not name:
            return text
        context[name] = text
        return ""


def _is_literal(node: Any) -> bool:
    said = node.filter_expression
    var = said.var
    return (
        isinstance(var, Variable)
        and var.lookups is None
        and not said.filters
        and node.message_context is None
        and not node.noop
    )


@register.tag("translate")
@register.tag("trans")
def trans(parser: Parser, token: Token) -> Any:
    """``{% trans "text" %}``; anything but a plain literal is Django's own."""
    node: Any = i18n.do_translate(parser, token)
    return Word(node) if _is_literal(node) else node
