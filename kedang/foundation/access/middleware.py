"""Who must change the password gets no further than doing so."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from kedang.foundation.access.models import Person

OPEN = {"access:password-change", "access:sign-out", "web:language"}


class PasswordChangeMiddleware:
    """Sends a person with a first password to the page where they choose their own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        """Let only the way through that leads to a password of one's own."""
        person = request.user
        if not isinstance(person, Person) or not person.must_change_password:
            return None
        match = request.resolver_match
        if match is not None and match.view_name in OPEN:
            return None
        door = reverse("access:password-change")
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=401, headers={"HX-Redirect": door})
        return HttpResponseRedirect(door)
