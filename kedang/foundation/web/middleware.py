"""What surrounds every request: context of the trail, language, sign-in, safe headers, refusals."""

import re
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from kedang.foundation.access.events import REFUSED
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import context
from kedang.foundation.kernel.refused import OutOfScope, Refused
from kedang.foundation.web import errors

GetResponse = Callable[[HttpRequest], HttpResponseBase]

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
FEATURES = (
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), display-capture=(), "
    "publickey-credentials-get=(self), publickey-credentials-create=(self)"
)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,40}")


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a region rather than a browser for a page."""
    return request.headers.get("HX-Request") == "true"


def asking(request: HttpRequest) -> int | None:
    """Key of the person who asks, once it is known."""
    user = getattr(request, "user", None)
    return user.pk if user is not None and user.is_authenticated else None


class RequestContextMiddleware:
    """Request id, address and channel for the trail; the id goes back in a header so that a report can name it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        channel = "api" if request.path.startswith("/api/") else "page"
        with context.use(
            request_id=request_id, address=self._address(request), channel=channel, who=lambda: asking(request)
        ):
            request.META["KEDANG_REQUEST_ID"] = request_id
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response

    @staticmethod
    def _address(request: HttpRequest) -> str:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE_PROXY_SSL_HEADER else ""
        return str(forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", ""))[:64]


class LanguageMiddleware:
    """Language of the cookie, else of the person, else simplified Chinese."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.known = {code for code, _label in settings.LANGUAGES}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user: Any = request.user
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) or (user.language if user.is_authenticated else "")
        with translation.override(wanted if wanted in self.known else settings.LANGUAGE_CODE):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        return response


class SignInRequiredMiddleware:
    """Default deny: a view is open to strangers only when it is marked with Django's ``login_not_required``."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Send strangers to the door, and come back afterwards."""
        if request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        door = reverse(settings.LOGIN_URL)
        if is_fragment(request):
            return HttpResponse(status=401, headers={"HX-Redirect": door})
        back = request.get_full_path() if request.method == "GET" else "/"
        return HttpResponseRedirect(door if back == "/" else f"{door}?{urlencode({'next': back})}")


class SecureHeadersMiddleware:
    """Strict content policy and no caching of pages that show dossiers."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", FEATURES)
        response.headers.setdefault("Cache-Control", "no-store, private")
        patch_vary_headers(response, ["HX-Request", "Cookie"])
        return response


class LeadingOnMiddleware:
    """An upload sent by a script learns the address it is led to instead of fetching it; the page is then opened once, by the browser."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.headers.get("X-Kedang-Upload") == "1" and response.status_code in {302, 303}:
            response.headers["HX-Redirect"] = response.headers["Location"]
            del response.headers["Location"]
            response.status_code = 204
        return response


class RefusalMiddleware:
    """What services say no with, as a page: out of scope 404, not allowed 403 (and recorded), other refusals 409."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn a refusal into its page; everything else goes on."""
        if isinstance(exception, OutOfScope):
            return errors.not_found(request, exception)
        if not isinstance(exception, Refused):
            return None
        if exception.code != "not_allowed":
            return errors.refused(request, exception)
        actor: Any = request.user
        if actor.is_authenticated:
            meta = {"path": request.path[:200], **{k: str(v) for k, v in exception.details.items()}}
            record(actor, REFUSED, reason=exception.sentence, meta=meta)
        return errors.forbidden(request, exception)
