"""``{% csrf_token %}`` of the house: also gives every drawn form its key, so that no form can forget it."""

from typing import Any

from django import template
from django.template.base import Node, Parser, Token
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html

from kedang.foundation.web.once.submissions import KEY_FIELD, new_key

register = template.Library()


class FormTokens(Node):
    """Cross-site token and key of the form."""

    def __init__(self) -> None:
        self.inner: Any = CsrfTokenNode()

    def render(self, context: Context) -> Any:
        """Two hidden inputs."""
        return format_html(
            '{}<input type="hidden" name="{}" value="{}">', self.inner.render(context), KEY_FIELD, new_key()
        )


@register.tag("csrf_token")
def csrf_token(parser: Parser, token: Token) -> FormTokens:
    """Replaces Django's tag of the same name in all templates (see ``TEMPLATES`` in the settings)."""
    return FormTokens()
