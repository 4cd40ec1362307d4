"""What a web process does once before it is quick: loads the tables of the search, templates, addresses and words.

Without it the first search, the first page and the first garbage collection each cost somebody a second. It runs in a
thread of its own, so that the process answers from the start.
"""

import gc
import threading
from pathlib import Path

from django.conf import settings
from django.template import TemplateDoesNotExist, TemplateSyntaxError, engines
from django.template.backends.django import DjangoTemplates
from django.urls import get_resolver
from django.utils import translation

from kedang.foundation.kernel.text import fold, forms
from kedang.foundation.kernel.text.typed import chars_reading, readings

GARBAGE_THRESHOLDS = (20_000, 20, 20)
"""A page makes some ten thousand short-lived objects: looking for rings among them every 700 costs more than it frees."""


def warm_up() -> None:
    """Load what every process needs sooner or later, and take it out of the sight of the garbage collector."""
    _search()
    _templates()
    for code, _label in settings.LANGUAGES:
        with translation.override(code):
            translation.gettext("客档")
    get_resolver().reverse_dict  # noqa: B018  (fills the table of addresses)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)


def warm_up_beside() -> threading.Thread:
    """The same in a thread."""
    thread = threading.Thread(target=warm_up, name="warming", daemon=True)
    thread.start()
    return thread


def _search() -> None:
    forms(fold("客档"), person=True)
    for typed in ("zhong", "zhongshan"):
        readings(typed)
    chars_reading("zhong")


def _templates() -> None:
    """Compile every template of ours into the cache of the loader; a broken one shows itself when it is asked for."""
    for engine in engines.all():
        if isinstance(engine, DjangoTemplates):
            for folder in map(Path, engine.template_dirs):
                if settings.PACKAGE_DIR in folder.parents:
                    _compile(engine, folder)


def _compile(engine: DjangoTemplates, folder: Path) -> None:
    for path in sorted(folder.rglob("*.html")):
        try:
            engine.get_template(path.relative_to(folder).as_posix())
        except (TemplateDoesNotExist, TemplateSyntaxError):
            continue
