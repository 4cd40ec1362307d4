"""Where an address leads is found out once.

Django tries the patterns of all rooms one after the other, several hundred of them, for every request. The same addresses come again
and again; what is remembered is small, and the least asked for goes first.
"""

from functools import lru_cache, partial
from typing import Any

from django.urls import ResolverMatch, URLResolver
from django.urls.resolvers import RegexPattern

MOST_REMEMBERED = 2048
_resolve = URLResolver.resolve


def install() -> None:
    """Once, when the program starts."""
    URLResolver.resolve = resolve  # type: ignore[method-assign, assignment]


def resolve(resolver: URLResolver, path: Any) -> ResolverMatch:
    """Takes the place of a method of Django's; only the outermost resolver remembers, which is the one with a regular expression.

    Raises:
        Resolver404: as ever; that an address leads nowhere is not remembered.
    """
    if not isinstance(resolver.pattern, RegexPattern):
        return _resolve(resolver, path)
    known = resolver.__dict__.get("known_addresses")
    if known is None:
        known = resolver.__dict__["known_addresses"] = lru_cache(MOST_REMEMBERED)(partial(_resolve, resolver))
    found: ResolverMatch = known(str(path))
    return found
