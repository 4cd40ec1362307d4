"""Work of the furniture outside a request: exports of many rows."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.access.policies import require
from kedang.foundation.jobs.models import Job, JobState
from kedang.foundation.jobs.registry import job
from kedang.foundation.jobs.worker import JobContext
from kedang.foundation.kernel import clock, sealed_files, stores
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sealed_places import SealedPlace, Step, place

KEPT = timedelta(days=7)

stores.store("exports", gettext_lazy("导出文件"))


def export_folder() -> Path:
    """Where finished exports wait to be fetched."""
    folder = Path(settings.DATA_DIR) / "exports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def export_path(job: Job) -> Path:
    """Where the file of an export lies, sealed."""
    return export_folder() / f"{job.pk}.{job.args['file_kind']}"


def export_place(job_id: int) -> str:
    """What binds a sealed export to its job."""
    return f"web.export.{job_id}"


@job("web.export", title=gettext_lazy("导出清单"))
def export(ctx: JobContext, *, kind: str, query: str, columns: list[str], file_kind: str) -> dict[str, Any]:
    """Write the file of a list that is too long for an answer. Run again after a crash, it starts the file anew."""
    from kedang.foundation.web.records.base import RecordPages
    from kedang.foundation.web.records.export import offline
    from kedang.foundation.web.records.sheets import csv_lines, write_xlsx

    pages = RecordPages.of_kind(kind)
    if pages is None:
        raise Refused("list_gone", _("这份清单已不存在，不能导出。"))
    require(ctx.actor, pages.export_action)
    view = offline(pages, ctx.actor, query)
    chosen = view.columns_named(columns)
    total = view.count()
    view.note(chosen, file_kind, total)
    forget_old()

    def watched() -> Iterator[Any]:
        for done, line in enumerate(view.lines(chosen), 1):
            if done % 500 == 0:
                ctx.progress(done, total, _("已写 %(done)s 行") % {"done": f"{done:,}"})
            yield line

    with sealed_files.sealed(export_path(ctx.job), export_place(ctx.job.pk)) as out:
        if file_kind == "csv":
            for line in csv_lines(view.labels(chosen), watched()):
                out.write(line.encode())
        else:
            write_xlsx(out, str(pages.plural()), view.labels(chosen), watched())
    ctx.progress(total, total, _("共 %(total)s 行") % {"total": f"{total:,}"}, force=True)
    return {"url": reverse("web:export-file", args=[ctx.job.pk]), "rows": total, "name": view.file_name(file_kind)}


def batch_shown(actor: Any, job: Job) -> dict[str, Any]:
    """What became of every picked row, told to who picked them and by the names that they may see."""
    from kedang.foundation.web.records.base import RecordPages
    from kedang.foundation.web.records.verb import told

    pages, lines = RecordPages.of_kind(job.args["kind"]), (job.result or {}).get("results", [])
    if pages is None or not lines or job.actor_id != actor.pk:
        return {}
    rows = pages.visible(actor).in_bulk([line["key"] for line in lines])
    named = [
        {**line, "name": pages.name_of(actor, rows[line["key"]]) if line["key"] in rows else "-"} for line in lines
    ]
    back = job.result.get("back", "")
    return {"shown_template": "web/records/batch_done.html", **told(named), "batch_back": back}


@job("web.batch", title=gettext_lazy("批量办理"), shown=batch_shown)
def batch(
    ctx: JobContext, *, kind: str, verb: str, keys: list[int], given: dict[str, list[str]], back: str
) -> dict[str, Any]:
    """A verb on many picked rows. Each row and the note that it was done are one transaction: run again, it goes on with the next."""
    from kedang.foundation.web.records.base import RecordPages
    from kedang.foundation.web.records.verb import run_on, verb_form

    pages = RecordPages.of_kind(kind)
    wanted = (
        next((one for one in pages.every_verb() if one.key == verb and one.batch), None) if pages is not None else None
    )
    if pages is None or wanted is None:
        raise Refused("list_gone", _("这项批量操作已不存在。"))
    require(ctx.actor, wanted.action)
    posted = QueryDict(mutable=True)
    for name, values in given.items():
        posted.setlist(name, values)
    form = verb_form(wanted, posted)
    if not form.is_valid():
        raise Refused("batch_invalid", _("填写的内容不完整，请回到列表重新提交。"))
    results: list[dict[str, Any]] = list((ctx.job.result or {}).get("results", []))
    for at in range(len(results), len(keys)):
        ctx.progress(at, len(keys), _("已办 %(done)s 条") % {"done": at})
        with transaction.atomic():
            row = pages.visible(ctx.actor).filter(pk=keys[at]).first()
            gone = {"is_done": False, "sentence": _("已不在您的数据范围之内。")}
            outcome = gone if row is None else run_on(pages, wanted, ctx.actor, row, form.cleaned_data)
            results.append({"key": keys[at], **outcome})
            Job.objects.filter(pk=ctx.job.pk).update(result={"results": results})
    done = sum(1 for one in results if one["is_done"] and not one["sentence"])
    ctx.progress(
        len(keys), len(keys), _("共 %(all)s 条，办成 %(done)s 条。") % {"all": len(keys), "done": done}, force=True
    )
    return {"results": results, "back": back}


def forget_unfinished() -> None:
    """Delete what exports left that were stopped or failed: their job is over and has no file."""
    for path in export_folder().iterdir():
        number = path.name.partition(".")[0]
        found = Job.objects.filter(pk=int(number)).first() if number.isdecimal() else None
        is_over = found is not None and not found.is_unfinished
        if is_over and (path.name.endswith(stores.UNFINISHED) or found.state != JobState.DONE):  # type: ignore[union-attr]
            stores.discard(path)


stores.swept_by("exports", forget_unfinished)


def forget_old() -> None:
    """Delete files that nobody will fetch any more."""
    oldest = (clock.now() - KEPT).timestamp()
    for path in export_folder().iterdir():
        if path.stat().st_mtime < oldest:
            stores.discard(path)


def export_counts() -> "Counter[int]":
    """Finished exports per data key."""
    found: Counter[int] = Counter()
    for path in _finished():
        with suppress(FileNotFoundError, Refused), path.open("rb") as stream:
            found.update(sealed_files.read_head(stream).numbers)
    return found


def renew_exports(step: Step) -> tuple[int, int]:
    """Bring all finished exports under the active data key."""
    changed = unreadable = 0
    for path in _finished():
        try:
            changed += sealed_files.rewrap(path, export_place(int(path.stem)))
        except FileNotFoundError:
            continue
        except Refused:
            unreadable += 1
        step(1)
    return changed, unreadable


def _finished() -> list[Path]:
    return sorted(
        path for path in export_folder().iterdir() if path.stem.isdecimal() and path.suffix != stores.UNFINISHED
    )


place(SealedPlace("web.exports", gettext_lazy("导出文件"), export_counts, renew_exports))
