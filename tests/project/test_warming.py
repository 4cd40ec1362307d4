"""A web process loads beforehand what the first reader would wait for."""

from typing import Any

import pytest
from django.template import engines

from kedang.foundation.kernel.text import typed
from kedang.project import warming


def test_the_first_reader_waits_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[Any] = []
    monkeypatch.setattr(warming.gc, "freeze", lambda: done.append("frozen"))
    monkeypatch.setattr(warming.gc, "set_threshold", lambda *many: done.append(many))
    typed._chars_by_syllable.cache_clear()
    typed.chars_reading.cache_clear()
    warming.warm_up_beside().join(30)
    assert typed._chars_by_syllable.cache_info().currsize == 1
    kept = engines["django"].engine.template_loaders[0].get_template_cache  # type: ignore[attr-defined]
    names = {str(name) for name in kept}
    assert {"web/records/list.html", "web/search.html", "customers/detail.html"} <= names
    assert done == ["frozen", warming.GARBAGE_THRESHOLDS]
