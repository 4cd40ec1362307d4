"""The furniture's own pages: work list, search, help, language."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from kedang.foundation.jobs.models import Job, JobState
from kedang.foundation.kernel import clock, sealed_files
from kedang.foundation.kernel.refused import OutOfScope, Refused
from kedang.foundation.web.home import work_list
from kedang.foundation.web.jobs import export_path, export_place
from kedang.foundation.web.pages import Page
from kedang.foundation.web.records.paging import PageOfRows
from kedang.foundation.web.searching import findable

MOST_KINDS, MOST_SUGGESTED, MOST_BESIDE = 3, 8, 3


class Home(Page):
    """工作台."""

    template_name = "web/home.html"
    title = gettext_lazy("工作台")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Greeting, tiles, lists."""
        blocks = work_list.blocks_for(self.actor)
        return self.draw(
            greeting=_greeting(self.actor.display_name),
            today=clock.today(),
            tiles=work_list.tiles_for(self.actor),
            quick=work_list.quick_for(self.actor),
            main_blocks=[block for block in blocks if block["block"].main],
            side_blocks=[block for block in blocks if not block["block"].main],
        )


def _greeting(name: str) -> str:
    hour = clock.local(clock.now()).hour
    if hour < 6:
        return _("夜深了，%(name)s") % {"name": name}
    if hour < 12:
        return _("早上好，%(name)s") % {"name": name}
    if hour < 18:
        return _("下午好，%(name)s") % {"name": name}
    return _("晚上好，%(name)s") % {"name": name}


def asked_text(request: HttpRequest) -> str:
    """What was typed into the box, without the sign that PostgreSQL cannot hold."""
    return request.GET.get("q", "").replace("\x00", "").strip()[:100]


class Search(Page):
    """全局搜索: one box, a tab per kind, hits that say why they are hits."""

    template_name = "web/search.html"
    title = gettext_lazy("搜索")

    def get(self, request: HttpRequest) -> HttpResponse:
        """The box, and the hits of the chosen kind."""
        text = asked_text(request)
        kinds = findable.for_actor(self.actor)
        chosen = next((one for one in kinds if one.kind == request.GET.get("kind")), kinds[0] if kinds else None)
        context: dict[str, Any] = {"search_text": text, "kinds": kinds, "chosen": chosen}
        if text and chosen is not None:
            number = request.GET.get("page", "")
            page = int(number[:6]) if number.isdecimal() else 1
            result, lines = chosen.search(self.actor, text, page)
            context |= {
                "result": result,
                "lines": lines,
                "page": PageOfRows(
                    [], result.page, result.page_size, result.total, not result.is_capped, result.page < result.pages
                ),
            }
        return self.draw(**context)


class Suggest(Page):
    """The first few hits under the search box while somebody types."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Names with their reasons; nothing for less than a character."""
        text = asked_text(request)
        kinds = findable.for_actor(self.actor) if text else []
        records, beside = [one for one in kinds if not one.is_beside], [one for one in kinds if one.is_beside]
        drawn = [(kind, kind.suggest(self.actor, text, MOST_SUGGESTED)) for kind in records[:MOST_KINDS]]
        drawn += [(kind, kind.suggest(self.actor, text, MOST_BESIDE)) for kind in beside]
        groups = [(kind, lines) for kind, lines in drawn if lines]
        return self.draw_part("web/parts/suggestions.html", search_text=text, groups=groups)


class ExportFile(Page):
    """A finished export, for the person who asked for it and nobody else."""

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        """The file; seven days after it was made it is gone."""
        found = Job.objects.filter(pk=pk, kind="web.export", actor_id=self.actor.pk, state=JobState.DONE).first()
        if found is None:
            raise OutOfScope
        try:
            stream = sealed_files.opened(export_path(found), export_place(pk))
        except FileNotFoundError:
            raise Refused("export_gone", _("导出文件只保留七天，现已清除，请重新导出。")) from None
        return FileResponse(stream, as_attachment=True, filename=found.result["name"])


class Help(Page):
    """Keys and habits."""

    template_name = "web/help.html"
    title = gettext_lazy("快捷键与帮助")

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page."""
        return self.draw()


@method_decorator(login_not_required, name="dispatch")
class Language(View):
    """POST: the language of this browser."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Set the cookie and go back."""
        wanted = request.POST.get("language", "")
        back = request.POST.get("next", "")
        if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
            back = "/"
        response = HttpResponseRedirect(back)
        if wanted in dict(settings.LANGUAGES):
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                wanted,
                max_age=31_536_000,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response
