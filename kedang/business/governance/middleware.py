"""Who lacks an agreement is led to where they sign it, from every page that its want closes to them."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from kedang.foundation.access.guards import lacks_agreement
from kedang.foundation.access.models import Person
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope


class AgreementMiddleware:
    """A refusal that somebody meets who has not signed becomes the page that says why and offers to sign.

    It must stand after the middleware that turns refusals into pages: exceptions pass from the last to the first.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Only plain lack of rights; step-up and quotas have answers of their own."""
        person = request.user
        if (
            type(exception) not in (NotAllowed, OutOfScope)
            or not isinstance(person, Person)
            or not lacks_agreement(person)
        ):
            return None
        address = reverse("governance:agreement-mine")
        back = request.get_full_path() if request.method == "GET" else ""
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=401, headers={"HX-Redirect": address})
        return HttpResponseRedirect(f"{address}?{urlencode({'next': back})}" if back else address)
