"""The rotation as a job: it shows how far it is, stops where asked, and goes on after a crash."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.jobs.registry import job
from kedang.foundation.jobs.worker import JobContext
from kedang.foundation.safekeeping.rekeying import columns
from kedang.foundation.safekeeping.rekeying.verbs import KIND, rotation_run


@job(KIND, title=gettext_lazy("更换密钥，重新加密"))
def rekey(ctx: JobContext) -> dict[str, Any]:
    """Seal everything with the active keys."""
    total = max(1, sum(columns.waiting(one) for one in columns.sealed_tables()))
    done = 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        ctx.progress(done, max(total, done), _("已处理 %(done)s 项") % {"done": f"{done:,}"})

    answer = rotation_run(actor=ctx.actor, step=step)
    words = _("重新加密 %(changed)s 项，停用密钥 %(retired)s 把") % {
        "changed": f"{answer['changed']:,}",
        "retired": len(answer["retired"]),
    }
    ctx.progress(max(done, 1), max(done, 1), words, force=True)
    return answer
