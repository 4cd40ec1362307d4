"""The base of every page class: knows the actor, asks for the right, draws the frame."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.views import View

from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import require
from kedang.foundation.web.middleware import is_fragment

Crumb = tuple[Any, str]


class Page(View):
    """A page inside the frame. ``action`` is the right without which it answers 403; ``title`` stands at its head."""

    action: ClassVar[str] = ""
    template_name: ClassVar[str] = ""
    title: ClassVar[str | Promise] = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Ask for the right first."""
        if self.required_action():
            require(self.actor, self.required_action())
        return super().dispatch(request, *args, **kwargs)

    def required_action(self) -> str:
        """The action that the page as a whole needs."""
        return self.action

    @property
    def actor(self) -> Person:
        """Who asks."""
        user = self.request.user
        if not isinstance(user, Person):
            raise TypeError("a page for signed-in people was asked for by nobody")
        return user

    @property
    def is_fragment(self) -> bool:
        """Whether htmx asks for a region."""
        return is_fragment(self.request)

    def crumbs(self) -> list[Crumb]:
        """Way from the menu to here, as (label, address); the last has no address."""
        return []

    def page_title(self) -> Any:
        """Title of this page."""
        return self.title

    def draw(self, template: str = "", *, status: int = 200, **context: Any) -> HttpResponse:
        """Draw a template of the frame with title and crumbs."""
        framed = {"title": self.page_title(), "crumbs": self.crumbs(), "view": self, "actor": self.actor, **context}
        return render(self.request, template or self.template_name, framed, status=status)

    def draw_part(self, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        """Draw a region without the frame."""
        return render(self.request, template, {"view": self, "actor": self.actor, **context}, status=status)
