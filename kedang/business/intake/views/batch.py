"""What the pages of one batch share: where it stands, its steps and tabs; and the page that shows it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from kedang.business.intake.models import OUTCOMES, BatchState, ChunkState, ImportBatch
from kedang.business.intake.services import row_counts
from kedang.foundation.access.policies import can
from kedang.foundation.kernel import clock
from kedang.foundation.web.records import RecordPage

_STEP_OF = {"uploaded": 2, "mapped": 2, "staging": 3, "staged": 3}
_EARLY = (BatchState.UPLOADED, BatchState.MAPPED)
TONES = {
    "created": "good",
    "updated": "blue",
    "unchanged": "plain",
    "duplicates": "warn",
    "rejected": "bad",
    "noted": "warn",
}


def outcome_labels() -> dict[str, str]:
    """The five outcomes and the lists beside them, in words."""
    return {
        "created": _("新建"),
        "updated": _("更新"),
        "unchanged": _("无变化"),
        "duplicates": _("重复"),
        "rejected": _("不合格"),
        "noted": _("有提示"),
        "cleaned": _("清洗过"),
        "reversed": _("已撤回"),
        "kept": _("保留"),
        "failed": _("未能撤回"),
    }


class BatchPage(RecordPage):
    """A page of one batch, under its steps."""

    step = 0
    obj: ImportBatch

    @property
    def batch(self) -> ImportBatch:
        """The batch."""
        return self.obj

    def url(self, name: str) -> str:
        """Address of another page of this batch."""
        return reverse(f"intake:batch-{name}", args=[self.obj.pk])

    def steps(self) -> list[dict[str, Any]]:
        """The four steps, with the present one and those that may be gone back to."""
        now = self.step or _STEP_OF.get(self.batch.state, 4)
        is_open = self.batch.state in ("uploaded", "mapped", "staged")
        labels = [_("上传"), _("对应列"), _("清洗与核对"), _("提交")]
        links = [
            "",
            self.url("mapping") if is_open else "",
            self.url("detail") if self.batch.state == "staged" else "",
            "",
        ]
        return [
            {"number": n, "label": label, "is_done": n < now, "is_current": n == now, "url": link if n != now else ""}
            for n, (label, link) in enumerate(zip(labels, links, strict=True), 1)
        ]

    def tabs(self, current: str) -> list[dict[str, Any]]:
        """Overview, rules, and the rows by outcome."""
        batch, counts = self.batch, self.counts
        labels = outcome_labels()
        lines = [{"label": _("概览"), "url": self.url("detail"), "is_current": current == "", "count": None}]
        if batch.options.get("tally"):
            used = len(batch.options["tally"])
            lines.append(
                {"label": _("清洗规则"), "url": self.url("cleaning"), "is_current": current == "rules", "count": used}
            )
        rows_url = self.url("rows")
        names = [*OUTCOMES, "noted", *(["reversed", "kept", "failed"] if batch.state == BatchState.UNDONE else [])]
        lines.append({"label": _("全部行"), "url": rows_url, "is_current": current == "all", "count": counts["rows"]})
        lines += [
            {
                "label": labels[name],
                "url": f"{rows_url}?outcome={name}",
                "is_current": current == name,
                "count": counts[name],
            }
            for name in names
            if counts.get(name) or current == name
        ]
        return lines

    @property
    def counts(self) -> dict[str, int]:
        """Counts from the chunks, which are the truth."""
        if not hasattr(self, "_counts"):
            self._counts = row_counts(self.batch)
        return self._counts

    def tiles(self) -> list[dict[str, Any]]:
        """The five counts that add up to the rows of the file."""
        labels = outcome_labels()
        return [
            {
                "key": name,
                "label": labels[name],
                "value": self.counts[name],
                "tone": TONES[name],
                "url": f"{self.url('rows')}?outcome={name}",
            }
            for name in OUTCOMES
        ]

    def frame(self, current: str = "") -> dict[str, Any]:
        """Context of head, steps and tabs."""
        has_rows = bool(self.counts["rows"])
        return {
            **self.head(),
            "batch": self.batch,
            "steps": self.steps(),
            "batch_tabs": self.tabs(current) if has_rows else [],
            "row_total": self.counts["rows"],
        }

    def may(self, action: str) -> bool:
        """Whether the actor may do that to this batch."""
        return can(self.actor, action, self.batch)


class BatchHome(BatchPage):
    """The batch as it stands: still to be mapped, at work, to be confirmed, or finished."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        batch = self.batch
        if batch.state in _EARLY:
            return HttpResponseRedirect(self.url("mapping"))
        if batch.is_running:
            return self.draw("intake/running.html", **self.frame(), **progress_of(batch))
        if batch.state == BatchState.STAGED:
            return self.draw("intake/review.html", **self.frame(), tiles=self.tiles(), **self.choices())
        return self.draw("intake/result.html", **self.frame(), tiles=self.tiles(), **self.ending())

    def choices(self) -> dict[str, Any]:
        """What may still be chosen before the batch is handed in."""
        from kedang.business.intake.models import OnDuplicate

        helps = {
            "skip": _("已有的客户保持原样，这些行不导入"),
            "fill": _("已有的客户只补上空白的字段，不改已有内容"),
            "update": _("文件中有内容的字段覆盖已有客户的内容"),
            "both": _("作为新客户建立，两份都保留"),
        }
        counts = self.counts
        return {
            "duplicate_choices": [
                {"value": value, "label": label, "help": helps[value], "is_chosen": value == self.batch.on_duplicate}
                for value, label in OnDuplicate.choices
            ],
            "to_write": counts["created"] + counts["updated"],
            "question": _("将新建 %(created)s 位客户、更新 %(updated)s 位客户。确定提交？")
            % {"created": f"{counts['created']:,}", "updated": f"{counts['updated']:,}"},
        }

    def ending(self) -> dict[str, Any]:
        """What became of a finished batch."""
        batch, counts = self.batch, self.counts
        done = batch.undo_counts or {}
        return {
            "undo_tiles": [
                {
                    "label": label, "value": done.get(name, 0), "note": note, "tone": tone if done.get(name) else "",
                    "url": f"{self.url('rows')}?outcome={name}",
                }
                for name, label, note, tone in (
                    ("reversed", _("已撤回"), _("新建的撤销，更新的恢复原值"), "good"),
                    ("kept", _("保留"), _("导入之后又有人改过，没有动"), "warn"),
                    ("failed", _("未能撤回"), _("逐行说明原因"), "bad"),
                )
            ]
            if batch.state == BatchState.UNDONE
            else [],
            "can_resume": batch.state in (BatchState.CANCELLED, BatchState.FAILED)
            and self.may("intake.use")
            and not batch.chunks.filter(state=ChunkState.UNDONE).exists(),
            "seconds": (batch.timings or {}).get("commit"),
            "has_rejected": bool(counts["rejected"]),
            "has_left": bool(counts["rejected"] or counts["duplicates"]),
        }  # fmt: skip


class Progress(BatchPage):
    """The progress region; when the job has ended the page is loaded anew."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        response = self.draw_part("intake/progress.html", batch=self.batch, **progress_of(self.batch))
        if not self.batch.is_running:
            response["HX-Refresh"] = "true"
        return response


def progress_of(batch: ImportBatch) -> dict[str, Any]:
    """Where the job at work stands, in words."""
    job = batch.job
    if job is None:
        return {"job": None, "percent": None, "words": "", "left": ""}
    done, total = job.done_count, job.total_count or batch.row_count
    words = f"{done:,} / {total:,}" if total else (f"{done:,}" if done else "")
    left = ""
    if job.started_at is not None and total and 0 < done < total:
        seconds = (clock.now() - job.started_at).total_seconds()
        rest = int(seconds / done * (total - done))
        left = _("约剩 %(n)s 秒") % {"n": rest} if rest < 60 else _("约剩 %(n)s 分钟") % {"n": rest // 60 + 1}
    return {"job": job, "percent": min(100, int(done * 100 / total)) if total else None, "words": words, "left": left}
