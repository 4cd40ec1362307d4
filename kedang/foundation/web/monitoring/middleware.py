"""Counts and logs every request: which view, which status, how long, which request id, whose; never what was asked."""

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from kedang.foundation.web.monitoring.figures import count

logger = logging.getLogger("kedang.request")

QUIET = frozenset({"web:live", "web:ready", "web:metrics"})
"""Asked every few seconds by machines: counted, not logged."""


class ObservedMiddleware:
    """Outermost of all, so that nothing is answered unseen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - began
        match = request.resolver_match
        if match is None and response.status_code < 400:
            return response  # a file of the furniture, answered before any view
        view = (match.view_name or "unnamed") if match is not None else "none"
        count(view, response.status_code, seconds)
        if view not in QUIET:
            person = getattr(
                request, "_cached_user", None
            )  # only if somebody asked for it already: no query for a log line
            facts = {
                "view": view,
                "method": request.method if request.method in METHODS else "other",
                "status": response.status_code,
                "ms": round(seconds * 1000, 1),
                "actor": getattr(person, "pk", None),
                "request_id": request.META.get("KEDANG_REQUEST_ID", ""),
            }
            logger.info("request", extra=facts)
        return response


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
