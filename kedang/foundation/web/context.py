"""What every page's frame needs, computed only when a template asks for it."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from kedang.foundation.access.models import Fonds
from kedang.foundation.jobs.models import UNFINISHED, Job
from kedang.foundation.kernel.prepared import Prepared
from kedang.foundation.web.menu import menu_html, menu_of

STYLES = tuple(
    (
        "tokens base button layout menu topbar dropdown panel table list pager form drawer detail tag feedback timeline home "
        "tree search suggest compare signin print"
    ).split()
)
SCRIPTS = tuple(
    "menu shortcuts suggest drop dialog list rules columns leave copy toast confirm tabs loading reveal passkey".split()
)


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor: menu, company, languages and assets."""
    return {
        "menu_groups": SimpleLazyObject(lambda: menu_of(request)),
        "menu_html": SimpleLazyObject(lambda: menu_html(request)),
        "company": SimpleLazyObject(lambda: _company(request)),
        "jobs_running": SimpleLazyObject(lambda: _jobs_running(request)),
        "languages": settings.LANGUAGES,
        "language_now": get_language() or settings.LANGUAGE_CODE,
        "styles": _styles(),
        "scripts": _scripts(),
    }


@cache
def _styles() -> SafeString:
    """Links to our own style sheets; they do not change while a process lives."""
    return SafeString("\n".join(f'<link rel="stylesheet" href="{static(f"web/css/{name}.css")}">' for name in STYLES))


@cache
def _scripts() -> SafeString:
    """The same for scripts."""
    return SafeString("\n".join(f'<script src="{static(f"web/js/{name}.js")}" defer></script>' for name in SCRIPTS))


def _jobs_running(request: HttpRequest) -> int:
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return 0
    return len(_unfinished.rows(actor_id=user.pk))


_unfinished = Prepared(
    lambda actor_id: Job.objects.filter(actor_id=actor_id, state__in=UNFINISHED).only("pk"), actor_id=int
)


def _company(request: HttpRequest) -> Fonds | str:
    """The company, which came along with the person (``access.backend``)."""
    user: Any = getattr(request, "user", None)
    return user.fonds if user is not None and user.is_authenticated else ""
