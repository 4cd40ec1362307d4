"""Form with a key: its act and the entry of its key commit together, so the act happens once or not at all."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from kedang.foundation.kernel.refused import Refused
from kedang.foundation.web import errors
from kedang.foundation.web.models import Submission
from kedang.foundation.web.once.submissions import KEY_FIELD, StillRunning, claim, digest_of, finish, forget, key_of

ALONE = "takes_files"
"""Attribute of a view that is not run inside one transaction; it closes the door on repeats itself."""
ASKS = "only_asks"
"""Attribute of a view that answers while a form is being typed and acts on nothing: the key it carries is the form's, not its own."""
GetResponse = Callable[[HttpRequest], HttpResponseBase]
REPLAYED = "Idempotency-Replayed"
ACTED = "has_acted"
"""Attribute by which a view says that its 200 answer comes after an act (a result list, say) and must not be run again."""


class OnceMiddleware:
    """Runs a POST that carries a key inside one transaction with the entry of the key.

    Done is an answer that leads on (a redirect, also by htmx) or is marked ``has_acted``; then the same key leads to the same
    place without acting again. Anything else (mistakes in the form, refusals, regions) leaves the key free. The same key with
    other contents is refused, and offered to be sent as a new form.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user: Any = request.user
        key = key_of(request) if request.method == "POST" and user.is_authenticated else ""
        if not key or is_long(request):
            return self.get_response(request)
        digest = digest_of(request)
        try:
            with transaction.atomic():
                row, is_first = claim(user.pk, key, digest)
                return self.act(request, row) if is_first else repeated(request, row, digest)
        except StillRunning:
            sentence = _("这张表单正在处理，还没有结果。请稍候片刻，再到列表中查看，不必重复提交。")
            return errors.refused(request, Refused("still_running", sentence))

    def act(self, request: HttpRequest, row: Submission) -> HttpResponseBase:
        """Run the view; what failed unexpectedly is undone as a whole."""
        response = self.get_response(request)
        location = response.headers.get("Location") or response.headers.get("HX-Redirect") or ""
        if response.status_code >= 500:
            transaction.set_rollback(True)
        elif location or getattr(response, ACTED, False):
            finish(row, response.status_code, location[:500])
        else:
            forget(row)
        return response


def is_long(request: HttpRequest) -> bool:
    """Whether the view asks to be left alone: it takes in large files, and a transaction around that would keep others waiting; or it only
    asks, and may do so beside the form itself.
    """
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return True
    page = getattr(view, "view_class", view)
    return bool(getattr(page, ALONE, False) or getattr(page, ASKS, False))


def repeated(request: HttpRequest, row: Submission, digest: str) -> HttpResponseBase:
    """The answer to a key that has already acted."""
    if row.digest != digest:
        return other_contents(request)
    messages.info(request, _("这张表单已经提交过，没有重复执行。"))
    response: HttpResponseBase
    if row.location and request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=204, headers={"HX-Redirect": row.location})
    elif row.location:
        response = HttpResponseRedirect(row.location)
    else:
        sentence = _("这张表单已经提交过，没有重复执行。请回到列表查看结果。")
        response = errors.refused(request, Refused("already_done", sentence))
    response.headers[REPLAYED] = "true"
    return response


def other_contents(request: HttpRequest) -> HttpResponse:
    """409: the form was sent once and has been changed since; nothing is lost, it may be sent as a new one."""
    sentence = _("这张表单已经提交过一次，现在的内容与当时不同，没有再次执行。")
    if request.headers.get("HX-Request") == "true":
        return errors.refused(request, Refused("already_sent", sentence + _("请关闭后重新打开再填写。")))
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in (KEY_FIELD, "csrfmiddlewaretoken")
    ]
    context = {
        "title": _("已经提交过"), "sentence": sentence, "kept": [] if request.FILES else kept,
        "form_url": request.get_full_path(),
    }  # fmt: skip
    return render(request, "web/once.html", context, status=409)
