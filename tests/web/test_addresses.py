"""Where an address leads is looked up once; an unknown one stays unknown."""

import pytest
from django.urls import Resolver404, get_resolver, resolve
from django.urls.resolvers import URLPattern


def test_a_known_address_is_not_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first, other = resolve("/customers/4711/"), resolve("/customers/4712/")
    assert (first.view_name, first.kwargs) == ("customers:customer-detail", {"pk": 4711})
    assert (other.view_name, other.kwargs) == ("customers:customer-detail", {"pk": 4712})
    with pytest.raises(Resolver404):
        resolve("/customers/4711/nowhere/")
    monkeypatch.setattr(URLPattern, "resolve", lambda self, path: pytest.fail(f"looked for {path}"))
    assert get_resolver().resolve("/customers/4711/") is first
    with pytest.raises(pytest.fail.Exception):
        resolve("/customers/4711/nowhere/")
