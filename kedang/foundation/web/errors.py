"""Pages for what went wrong: in Chinese, with a way on."""

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _

from kedang.foundation.kernel.refused import Refused


def _answer(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        headers = {"X-Kedang-Sentence": quote(sentence), "HX-Reswap": "none"}
        return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8", headers=headers)
    known: Any = getattr(request, "user", None)
    context = {
        "status": status,
        "title": title,
        "sentence": sentence,
        "request_id": request.META.get("KEDANG_REQUEST_ID", ""),
        "is_inside": bool(known is not None and known.is_authenticated),
    }
    template = "web/error_inside.html" if context["is_inside"] else "web/error.html"
    return render(request, template, context, status=status)


def bad_request(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """400."""
    return _answer(request, 400, _("请求有误"), _("浏览器发来的内容无法识别。请返回上一页重试。"))


def forbidden(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """403 with the reason."""
    told = exception.sentence if isinstance(exception, Refused) else ""
    return _answer(request, 403, _("没有权限"), told or _("您没有打开此页的权限。如工作需要，请向系统管理员申请。"))


def not_found(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """404: missing and foreign records answer alike."""
    return _answer(request, 404, _("没有找到"), _("此页不存在，或者不在您的数据范围之内。请检查地址，或用搜索查找。"))


def refused(request: HttpRequest, exception: Refused) -> HttpResponse:
    """409: a rule forbids the act as things stand."""
    return _answer(request, 409, _("未能办理"), exception.sentence)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the page was open too long, or the form came from elsewhere."""
    return _answer(
        request, 403, _("页面已过期"), _("页面打开时间过长，或登录已变化，刚才的内容没有提交。请返回上一页刷新后重试。")
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500, without the frame: whatever failed may be part of it."""
    body = loader.get_template("web/error_plain.html").render({"request_id": request.META.get("KEDANG_REQUEST_ID", "")})
    return HttpResponse(body, status=500)
