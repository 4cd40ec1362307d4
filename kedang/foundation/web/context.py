"""What every page's frame needs, computed only when a template asks for it."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from kedang.foundation.access.models import Fonds
from kedang.foundation.jobs.models import UNFINISHED, Job
from kedang.foundation.web.menu import menu_of

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
        "company": SimpleLazyObject(lambda: _company(request)),
        "jobs_running": SimpleLazyObject(lambda: _jobs_running(request)),
        "languages": settings.LANGUAGES,
        "language_now": get_language() or settings.LANGUAGE_CODE,
        "styles": _addresses("css", STYLES),
        "scripts": _addresses("js", SCRIPTS),
    }


@cache
def _addresses(kind: str, names: tuple[str, ...]) -> list[str]:
    """Addresses of our own style sheets or scripts; they do not change while a process lives."""
    return [static(f"web/{kind}/{name}.{kind}") for name in names]


def _jobs_running(request: HttpRequest) -> int:
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return 0
    return Job.objects.filter(actor_id=user.pk, state__in=UNFINISHED).count()


def _company(request: HttpRequest) -> Fonds | str:
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    return Fonds.objects.only("name", "short_name", "is_demo").filter(pk=user.fonds_id).first() or ""
